import type { Park } from '../planning/plan-item.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Link } from '../store/port.ts';
import { isPlanned } from './foreseen.ts';
import { lookUp } from './lookups.ts';
import { type MappingRun, mappingKey } from './mapping-run.ts';
import { createOptions } from './new-options.ts';
import type { Pair, ResolvedReference } from './pair.ts';
import { idOf } from './recall.ts';

/**
 * Step *resolve*: references become the ids of the other system, through the links of the mapping they refer to. A
 * parent without a link makes its child wait for it, by name. Options that are missing there are added, where rows say so,
 * and the mapping's lookups are made.
 */
export async function resolve(run: MappingRun, pairs: readonly Pair[]): Promise<void> {
  for (const [index, field] of run.mapping.fields.entries()) {
    if (field.reference === null) continue;
    for (const target of ['a', 'b'] as const) {
      if (run[target].mappers[index]) await resolveField(run, pairs, index, field.reference, target);
    }
  }
  await createOptions(run, pairs);
  await lookUp(run.mapping, run.lookups, pairs);
}

async function resolveField(
  run: MappingRun,
  pairs: readonly Pair[],
  index: number,
  parent: string,
  target: Side,
): Promise<void> {
  const source = otherSide(target);
  const name = run.mapping.fields[index]?.[source] ?? '';
  const wanted = new Map<Pair, string>();
  for (const pair of pairs) {
    const presence = pair.sides[source];
    const value = presence.kind === 'present' ? presence.seen.fields[name] : null;
    if (typeof value === 'string' && value !== '') wanted.set(pair, value);
  }
  if (wanted.size === 0) return;
  const translated = await translate(run, parent, source, [...wanted.values()]);
  for (const [pair, id] of wanted) {
    const references = pair.references[target] ?? new Map<number, ResolvedReference>();
    const resolved = translated.get(id);
    if (resolved) references.set(index, resolved);
    pair.references[target] = references;
  }
}

/** Ids of side `from` in those of the other side, through the links of the mapping `parent`. */
export async function translate(
  run: MappingRun,
  parent: string,
  from: Side,
  ids: readonly string[],
): Promise<Map<string, ResolvedReference>> {
  if (ids.length === 0) return new Map();
  const key = mappingKey(run.context.integration.name, parent);
  const unique = [...new Set(ids)];
  const links = await run.context.store.links(key, from, unique);
  return new Map(unique.map((id) => [id, resolvedBy(run, links.get(id), { mapping: key, side: from, id })]));
}

function resolvedBy(
  run: MappingRun,
  link: Link | undefined,
  waitsFor: NonNullable<Park['waitsFor']>,
): ResolvedReference {
  if (!link || link.state === 'closed') return { kind: 'missing', waitsFor };
  const id = idOf(link, otherSide(waitsFor.side));
  return isPlanned(run, id) ? { kind: 'planned' } : { kind: 'id', id };
}
