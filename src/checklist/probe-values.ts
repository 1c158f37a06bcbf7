import type { Side } from '../record/side.ts';
import type { FieldType } from '../record/value.ts';
import { counted, type MappedObject, mappedFields, mappedObjects } from './answers.ts';
import { nothingToSee } from './failure.ts';
import type { Observation, ProbeContext } from './question.ts';
import { readSome } from './read-some.ts';
import type { Sample } from './sample.ts';

/** Clocks differ; a wrong zone shows itself by at least a quarter of an hour. */
const CLOCK_SKEW_MS = 10 * 60 * 1000;

/** Whether the values of mapped fields of some types can be read in the form that the connector declares. */
export async function askReadable(
  { integration, samples }: ProbeContext,
  side: Side,
  types: readonly FieldType[],
): Promise<Observation> {
  const asked = 'the values of mapped fields in the sample, by their declared form';
  const seen: Sample[] = [];
  const facts: Record<string, number> = {};
  const unreadable: string[] = [];
  for (const object of mappedObjects(integration, side)) {
    const names = fieldsOf(object, side, types);
    if (names.length === 0) continue;
    const sample = await samples.of(side, object.name);
    seen.push(sample);
    for (const name of names) {
      const bad = sample.records.filter(({ problems }) => name in problems).length;
      const filled = sample.records.filter(({ fields }) => fields[name] !== undefined && fields[name] !== null).length;
      facts[`${object.name}.${name} read`] = filled;
      facts[`${object.name}.${name} unreadable`] = bad;
      if (bad > 0) unreadable.push(`${object.name}.${name} (${bad} of ${bad + filled})`);
    }
  }
  const nothing = nothingToSee(asked, seen);
  if (nothing) return nothing;
  if (unreadable.length > 0) {
    const next = 'Correct the form of the field in the connector; or, where the data is wrong, in the system';
    return { verdict: 'contradicts', asked, facts, found: `Not of the declared form: ${unreadable.join(', ')}`, next };
  }
  const read = Object.entries(facts).reduce((sum, [key, count]) => sum + (key.endsWith(' read') ? count : 0), 0);
  if (read === 0) return { verdict: 'unknown', asked, facts, found: 'None of the records seen has a value there' };
  return { verdict: 'holds', asked, facts, found: `${counted(read, 'value')} read, all of the declared form` };
}

const fieldsOf = (object: MappedObject, side: Side, types: readonly FieldType[]): string[] =>
  mappedFields(object, side).filter((name) => {
    const type = object.definition.fields[name]?.type;
    return type !== undefined && types.includes(type);
  });

/** Whether a stamp lies after the system's own clock: then its zone is not the declared one. */
export async function askClock(
  { integration, samples, connections, signal }: ProbeContext,
  side: Side,
): Promise<Observation> {
  const asked = "the newest stamp of change, against the system's own clock";
  const facts: Record<string, number> = {};
  for (const { name, definition } of mappedObjects(integration, side)) {
    const { list } = connections[side].capabilities(name);
    if (!list || definition.modified === undefined) continue;
    const { records } = await samples.of(side, name);
    const newest = Math.max(...records.flatMap(({ modified }) => modified ?? []));
    if (!Number.isFinite(newest)) continue;
    const { serverTime } = await readSome(connections[side], name, { since: newest, most: samples.size, signal });
    if (serverTime === null) continue;
    const aheadMs = newest - serverTime;
    facts[`${name} aheadMinutes`] = Math.max(0, Math.round(aheadMs / 60_000));
    if (aheadMs <= CLOCK_SKEW_MS) continue;
    const found = `${name}: a stamp lies ${Math.round(aheadMs / 60_000)} minutes after the system's own clock`;
    const next = `Correct the zone of ${definition.modified} in the connector, or the clock of the system`;
    return { verdict: 'contradicts', asked, facts, found, next };
  }
  const { length } = Object.keys(facts);
  if (length === 0)
    return { verdict: 'unknown', asked, facts, found: 'The system does not tell its time, or there is no stamp' };
  return { verdict: 'holds', asked, facts, found: `No stamp of ${counted(length, 'object')} lies in the future` };
}
