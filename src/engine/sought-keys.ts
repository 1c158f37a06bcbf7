import type { Park } from '../planning/plan-item.ts';
import { problem } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Fields } from '../record/value.ts';
import type { MappingRun } from './mapping-run.ts';
import { type Pair, presentSide } from './pair.ts';
import { textOfKey } from './reference-keys.ts';
import { translate } from './resolve.ts';

/** The match keys by which the partner of a record is looked for on the other side. */
export interface Sought {
  /** By position of the match rule, as `keysOf` of the other side gives them; null where nothing can be found. */
  keys: readonly (string | null)[];
  /** The record with its references in the ids of the other side. */
  fields: Fields;
  /** Of the first parent without a link: the rules that name it can't be asked yet. */
  waits: Pick<Park, 'reason' | 'diagnostic' | 'waitsFor'> | null;
}

/**
 * A record's own keys hold its references in ids of its own system. Its partner is looked for with those of the other
 * one, through the links of the mapping referred to: what is stored of a record stays true whatever becomes of its
 * parent's link.
 */
export async function soughtKeys(run: MappingRun, from: Side, pairs: readonly Pair[]): Promise<Map<Pair, Sought>> {
  const sought = new Map<Pair, Sought>();
  for (const pair of pairs) {
    const fields = presentSide(pair, from)?.fields ?? {};
    sought.set(pair, { keys: pair.keys[from] ?? [], fields, waits: null });
  }
  const parts = run.mapping.match.flat().filter((part) => part.reference !== null);
  if (parts.length === 0) return sought;
  for (const [name, part] of new Map(parts.map((part) => [part[from], part]))) {
    const said = [...sought.values()].map(({ fields }) => fields[name] ?? null);
    const translated = await translate(run, part, from, said);
    for (const one of sought.values()) {
      const parent = translated.get(textOfKey(one.fields[name]) ?? '');
      if (!parent) continue;
      // What this plan is yet to create has no children on the other side.
      const id = parent.kind === 'id' ? parent.id : null;
      one.fields = { ...one.fields, [name]: id };
      if (parent.kind === 'missing') one.waits ??= { ...unlinked(parent.waitsFor.id), waitsFor: parent.waitsFor };
      if (parent.kind === 'unknown')
        one.waits ??= { reason: 'parent-unknown', diagnostic: parent.diagnostic, waitsFor: null };
    }
  }
  for (const [pair, one] of sought) sought.set(pair, { ...one, keys: run[from].keysOf(one.fields) });
  return sought;
}

/** A record that is looked for below its parent can't be new before the parent is known: its partner may be waiting there. */
const unlinked = (id: string) => ({
  reason: 'parent-missing',
  diagnostic: problem('parent-missing', `It is matched below ${id}, which is not linked yet`, {
    next: 'It goes on by itself when that record is linked.',
  }),
});
