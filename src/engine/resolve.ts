import type { ReferencePart } from '../integration/loaded.ts';
import type { Park } from '../planning/plan-item.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import type { Link } from '../store/port.ts';
import { passes } from './filter.ts';
import { isPlanned } from './foreseen.ts';
import type { Named } from './known-keys.ts';
import { lookUp } from './lookups.ts';
import { type MappingRun, mappingKey } from './mapping-run.ts';
import { createOptions } from './new-options.ts';
import type { Pair, ResolvedReference } from './pair.ts';
import { idOf } from './recall.ts';
import { idsOfKeys, keysOfIds, textOfKey } from './reference-keys.ts';

/**
 * Step *resolve*: references become the ids of the other system, through the links of the mapping they refer to. A
 * parent without a link makes its child wait for it, by name. Options that are missing there are added, where rows say so,
 * and the mapping's lookups are made.
 */
export async function resolve(run: MappingRun, pairs: readonly Pair[]): Promise<void> {
  for (const [index, field] of run.mapping.fields.entries()) {
    if (field.reference === null) continue;
    for (const target of ['a', 'b'] as const) {
      if (run[target].mappers[index]) await resolveField(run, pairs, index, field, target);
    }
  }
  await createOptions(run, pairs);
  await lookUp(run.mapping, run.lookups, pairs);
}

async function resolveField(
  run: MappingRun,
  pairs: readonly Pair[],
  index: number,
  part: ReferencePart,
  target: Side,
): Promise<void> {
  const source = otherSide(target);
  const wanted = new Map<Pair, Value>();
  for (const pair of pairs) {
    const presence = pair.sides[source];
    const value = presence.kind === 'present' ? presence.seen.fields[part[source]] : null;
    if (value !== undefined && textOfKey(value) !== null) wanted.set(pair, value);
  }
  if (wanted.size === 0) return;
  let translated = await translate(run, part, source, [...wanted.values()]);
  if (run.mapping.fields[index]?.outside === 'sync' && (await letParentsIn(run, part, source, wanted, translated)))
    translated = await translate(run, part, source, [...wanted.values()]);
  for (const [pair, value] of wanted) {
    const references = pair.references[target] ?? new Map<number, ResolvedReference>();
    const resolved = translated.get(textOfKey(value) ?? '');
    if (resolved) references.set(index, resolved);
    pair.references[target] = references;
  }
}

/** Records that are themselves outside ask for nothing. Whether any were asked for. */
async function letParentsIn(
  run: MappingRun,
  part: ReferencePart,
  source: Side,
  wanted: ReadonlyMap<Pair, Value>,
  translated: ReadonlyMap<string, ResolvedReference>,
): Promise<boolean> {
  const ids = [...wanted].flatMap(([pair, value]) => {
    const parent = translated.get(textOfKey(value) ?? '');
    return parent?.kind === 'missing' && passes(run, source, pair.sides[source]) ? [parent.waitsFor.id] : [];
  });
  if (ids.length === 0 || part.reference === null) return false;
  await run.context.letIn(part.reference, source, ids);
  return true;
}

/** What references of side `from` say in the terms of the other side, by their texts, through the links of their mapping. */
export async function translate(
  run: MappingRun,
  part: ReferencePart,
  from: Side,
  values: readonly Value[],
): Promise<Map<string, ResolvedReference>> {
  const said = new Map(values.flatMap((value): [string, Value][] => [[textOfKey(value) ?? '', value]]));
  said.delete('');
  if (said.size === 0 || part.reference === null) return new Map();
  const named = part.by[from] === null ? null : await idsOfKeys(run, part, from, [...said.values()]);
  const idOn = (text: string): Named<Value> => named?.get(text) ?? { kind: 'known', value: text };
  const ids = [...said.keys()].flatMap((text) => {
    const id = idOn(text);
    return id.kind === 'known' ? [String(id.value)] : [];
  });
  const key = mappingKey(run.context.integration.name, part.reference);
  const links = await run.context.store.links(key, from, [...new Set(ids)]);
  const found = new Map<string, ResolvedReference>();
  for (const text of said.keys()) {
    const named = idOn(text);
    if (named.kind === 'unknown') found.set(text, named);
    else {
      const id = String(named.value);
      found.set(text, resolvedBy(run, links.get(id), { mapping: key, side: from, id }));
    }
  }
  return part.by[otherSide(from)] === null ? found : inKeys(run, part, otherSide(from), found);
}

/** Ids of a side give way to the keys that its field holds. */
async function inKeys(
  run: MappingRun,
  part: ReferencePart,
  side: Side,
  found: Map<string, ResolvedReference>,
): Promise<Map<string, ResolvedReference>> {
  const ids = [...found.values()].flatMap((one) => (one.kind === 'id' ? [String(one.id)] : []));
  const keys = await keysOfIds(run, part, side, ids);
  for (const [text, one] of found) {
    const key = one.kind === 'id' ? keys.get(String(one.id)) : undefined;
    if (key) found.set(text, key.kind === 'known' ? { kind: 'id', id: key.value } : key);
  }
  return found;
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
