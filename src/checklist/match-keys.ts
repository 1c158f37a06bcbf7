import type { ObjectCodec } from '../connector/codec.ts';
import type { ObjectDefinition } from '../connector/definition.ts';
import type { LoadedMapping } from '../integration/loaded.ts';
import { ruleKey } from '../matching/rule-key.ts';
import type { Side } from '../record/side.ts';
import type { Fields } from '../record/value.ts';
import { passesFilter } from './filter.ts';
import type { Sample } from './sample.ts';

/** Records that share the key of a rule. */
export interface Group {
  rule: number;
  ids: string[];
}

/** Whether a system takes no second record with the values of these fields. */
export const keptUnique = ({ unique }: ObjectDefinition, names: readonly string[]): boolean =>
  names.some((name) => unique.includes(name));

/** The sampled records of a mapping by their match keys; a record's key is that of the first rule for which it has one. */
export function groupByKey(mapping: LoadedMapping, side: Side, sample: Sample, theirs: ObjectCodec) {
  const owners = new Map<string, Group>();
  let records = 0;
  for (const { id, fields } of sample.records) {
    if (!passesFilter(mapping.filter[side], fields)) continue;
    records += 1;
    const found = firstKey(mapping, side, sample, theirs, fields);
    if (found === null) continue;
    const group = owners.get(`${found.rule} ${found.key}`) ?? { rule: found.rule, ids: [] };
    group.ids.push(id);
    owners.set(`${found.rule} ${found.key}`, group);
  }
  const all = [...owners.values()];
  const keyed = all.reduce((sum, { ids }) => sum + ids.length, 0);
  return { records, keyed, groups: all.filter(({ ids }) => ids.length > 1) };
}

/** As in a run, in the form that both systems can hold. */
function firstKey(
  mapping: LoadedMapping,
  side: Side,
  { definition }: Sample,
  theirs: ObjectCodec,
  fields: Fields,
): { rule: number; key: string } | null {
  for (const [rule, pairs] of mapping.match.entries()) {
    const key = ruleKey(pairs, { side, definition, theirs }, fields);
    if (key !== null) return { rule, key };
  }
  return null;
}
