import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import type { Marked, Marks } from '../marks/marks.ts';
import type { WritingContext } from '../question.ts';
import { seedOf } from './candidates.ts';
import { fittingRecord } from './fitting-record.ts';
import { codecOf, definitionOf } from './row-flow.ts';

/** By the marks of a check, and by side and object. */
const RECORDS = new WeakMap<Marks, Map<string, Promise<Result<Marked>>>>();

/** A marked record to try values on: the same for all probes of a check. */
export function trialRecord(context: WritingContext, side: Side, object: string): Promise<Result<Marked>> {
  const records = RECORDS.get(context.marks) ?? new Map<string, Promise<Result<Marked>>>();
  RECORDS.set(context.marks, records);
  const key = `${side} ${object}`;
  const record = records.get(key) ?? makeRecord(context, side, object);
  records.set(key, record);
  return record;
}

/** A marked record that nobody has tried anything on. */
export async function makeRecord(context: WritingContext, side: Side, object: string): Promise<Result<Marked>> {
  const { integration, connections, samples, marks, platform } = context;
  for (const { objects } of integration.mappings)
    for (const one of ['a', 'b'] as const) await connections[one].loadOptions(objects[one]);
  const parents = new Map<string, string>();
  const { fields } = definitionOf(connections, side, object);
  for (const mapping of integration.mappings.filter(({ objects }) => objects[side] === object)) {
    for (const row of mapping.fields) {
      const parent = integration.mappings.find(({ name }) => name === row.reference)?.objects[side];
      if (parent === undefined || parent === object || !fields[row[side]]?.required || row.by[side] !== null) continue;
      const made = await trialRecord(context, side, parent);
      if (!made.ok) return made;
      if (row.reference !== null) parents.set(row.reference, made.value.id);
    }
  }
  const sample = await samples.of(side, object);
  const values = fittingRecord(
    {
      integration,
      connections,
      seed: seedOf(Buffer.from(platform.random.bytes(4)).toString('hex')),
      seen: sample.records.map((one) => one.fields),
      referenceOf: (name) => parents.get(name) ?? null,
    },
    side,
    object,
  );
  return values.ok ? marks.make(side, object, values.value) : values;
}

/** What a marked record holds now, decoded as declared. */
export async function readTrial(
  { connections }: WritingContext,
  { side, object, id }: Marked,
): Promise<Result<Fields>> {
  const [seen] = await connections[side].get(object, [id]);
  if (seen?.kind === 'unknown') return fail(seen.diagnostic);
  if (seen?.kind !== 'present') return fail(notThere(object));
  const names = Object.keys(definitionOf(connections, side, object).fields);
  return ok(codecOf(connections, side, object).decode(seen.record.wire, names).fields);
}

const notThere = (object: string): Diagnostic =>
  problem('trial-gone', `The system said that a record of ${object} was made, and does not hold it`);
