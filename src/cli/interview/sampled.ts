import { createSampleReader } from '../../checklist/sample.ts';
import type { OptionLists } from '../../connector/codec/options.ts';
import { compileCodec } from '../../connector/codec.ts';
import type { ObjectDefinition } from '../../connector/definition.ts';
import type { Connection } from '../../connector/port.ts';
import type { FieldProfile, ObjectProfile } from '../../mapping/suggest/fields.ts';
import type { SampledObject } from '../../matching/suggest/matched-records.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';
import { factsOf } from '../mapping-values.ts';
import { fieldsOf } from '../suggest-objects.ts';

/** An object with what its records tell. Values live in memory only. */
export interface SeenObject extends SampledObject {
  name: string;
  /** With digests of the sampled values. */
  profile: ObjectProfile & { fields: FieldProfile[] };
  /** All its records were read. */
  whole: boolean;
}

export interface Seen extends Record<Side, Map<string, SeenObject>> {
  /** Options that only the systems know. */
  lists: Record<Side, OptionLists>;
}

/** Records of each object that are looked at. */
const RECORDS = 300;
/** Objects of each system that are looked into; more would take too long. */
const MOST_OBJECTS = 15;

/** What the definitions alone tell, where a system can't be asked. */
export function unseen(definitions: Record<Side, Record<string, ObjectDefinition>>): Seen {
  const of = (side: Side) =>
    new Map(
      mappable(definitions[side]).map(([name, definition]) => [name, seenObject(name, definition, [], false)] as const),
    );
  return { a: of('a'), b: of('b'), lists: { a: () => [], b: () => [] } };
}

/** Objects that pairs of fields can map: parts and lines of others take more than that. */
const mappable = (objects: Record<string, ObjectDefinition>) =>
  Object.entries(objects).filter(([, { part_of, lines_of }]) => part_of === undefined && lines_of === undefined);

/**
 * Reads some records of the objects of both systems, those named first before all others. Digests are made under a key
 * that is forgotten. Objects that can't be read are there without records; `failures` says why.
 */
export async function lookAtObjects(
  connections: Record<Side, Connection>,
  platform: Platform,
  named: Record<Side, readonly string[]>,
  signal: AbortSignal,
): Promise<{ seen: Seen; failures: Diagnostic[] }> {
  const key = platform.random.bytes(32);
  const reader = createSampleReader(connections, platform.clock, RECORDS, signal);
  const lists = (side: Side) => (list: string) => connections[side].options(list);
  const seen: Seen = { a: new Map(), b: new Map(), lists: { a: lists('a'), b: lists('b') } };
  const failures: Diagnostic[] = [];
  const look = async (side: Side) => {
    const objects = mappable(connections[side].connector.objects);
    const isNamed = (name: string) => named[side].includes(name);
    const ordered = objects.sort(([one], [other]) => Number(isNamed(other)) - Number(isNamed(one)));
    let left = MOST_OBJECTS;
    for (const [name, definition] of ordered) {
      const asks = left > 0 && connections[side].capabilities(name).list && !definition.parent;
      if (asks) left -= 1;
      const sample = asks ? await reader.of(side, name) : null;
      if (sample?.failure && sample.records.length === 0) failures.push({ ...sample.failure, severity: 'warning' });
      const records = (sample?.records ?? []).map(({ fields }) => fields);
      const live = withLiveOptions(definition, seen.lists[side]);
      const object = seenObject(name, live, records, sample?.whole ?? false, key);
      seen[side].set(name, { ...object, codec: compileCodec(definition, seen.lists[side]) });
    }
  };
  await Promise.all(SIDES.map(look));
  return { seen, failures };
}

function seenObject(
  name: string,
  definition: ObjectDefinition,
  records: SampledObject['records'],
  whole: boolean,
  key?: Uint8Array,
): SeenObject {
  const facts = key && records.length > 0 ? factsOf([...records], definition, key) : {};
  const fields = fieldsOf(definition).map((field) => ({ ...field, ...facts[field.name] }));
  const profile = { name, label: definition.label, fields };
  return { name, definition, codec: compileCodec(definition), records, whole, profile };
}

/** Options that only the system knows are known by now. */
function withLiveOptions(definition: ObjectDefinition, lists: OptionLists): ObjectDefinition {
  const fields = Object.entries(definition.fields).map(([name, field]) => {
    const live = field.options_from === undefined ? [] : lists(field.options_from);
    return [name, live.length === 0 ? field : { ...field, options: [...(field.options ?? []), ...live] }] as const;
  });
  return { ...definition, fields: Object.fromEntries(fields) };
}
