import type { FieldDefinition } from '../connector/field.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { FieldType } from '../record/value.ts';
import { counted, type MappedObject, mappedFields, mappedObjects } from './answers.ts';
import { asFarAsSeen, nothingToSee } from './failure.ts';
import { aboutRecords } from './named.ts';
import type { Observation, ProbeContext } from './question.ts';
import { readSome } from './read-some.ts';
import type { Sample } from './sample.ts';

/** Clocks differ; a wrong zone shows itself by at least a quarter of an hour. */
const CLOCK_SKEW_MS = 10 * 60 * 1000;

/**
 * Whether the values of mapped fields of some types can be read in the form that the connector declares. `says` tells of a
 * field why reading alone can't prove its form; null where it can.
 */
export async function askReadable(
  { integration, samples }: ProbeContext,
  side: Side,
  types: readonly FieldType[],
  says: (field: FieldDefinition) => string | null = () => null,
): Promise<Observation> {
  const asked = 'the values of mapped fields in the sample, by their declared form';
  const seen: Sample[] = [];
  const facts: Record<string, number> = {};
  const findings: Diagnostic[] = [];
  const bad: { name: string; share: number }[] = [];
  const silent: string[] = [];
  for (const object of mappedObjects(integration, side)) {
    const names = fieldsOf(object, side, types);
    if (names.length === 0) continue;
    const sample = await samples.of(side, object.name);
    seen.push(sample);
    for (const field of names) {
      const name = `${object.name}.${field}`;
      const unreadable = sample.records.filter(({ problems }) => field in problems).map(({ id }) => id);
      const read = sample.records.filter(({ fields }) => fields[field] !== undefined && fields[field] !== null).length;
      facts[`${name} read`] = read;
      facts[`${name} unreadable`] = unreadable.length;
      const definition = object.definition.fields[field];
      const why = definition && read > 0 ? says(definition) : null;
      if (why !== null) silent.push(`${name}: ${why}`);
      if (unreadable.length === 0) continue;
      const all = unreadable.length + read;
      bad.push({ name: `${name} (${unreadable.length} of ${all})`, share: unreadable.length / all });
      findings.push(unreadableValues(sample, name, field, unreadable));
    }
  }
  if (seen.length === 0) return { verdict: 'unknown', asked, facts, found: 'No field of this kind is mapped' };
  const nothing = nothingToSee(asked, seen);
  if (nothing) return nothing;
  const read = Object.entries(facts).reduce((sum, [key, count]) => sum + (key.endsWith(' read') ? count : 0), 0);
  if (bad.length > 0) {
    const isForm = bad.some(({ share }) => share > integration.failures.share);
    const next = isForm
      ? 'Correct the form of the field in the connector; or, where the data is wrong, in the system'
      : 'Correct these values in the system, or the records will be parked';
    const found = `Not of the declared form: ${bad.map(({ name }) => name).join(', ')}`;
    return { verdict: isForm ? 'contradicts' : 'holds', asked, facts, findings, found, next };
  }
  if (read === 0) return { verdict: 'unknown', asked, facts, found: 'None of the records seen has a value there' };
  if (silent.length > 0) return { verdict: 'unknown', asked, facts, found: silent.join('; ') };
  const found = `${counted(read, 'value')} read, all of the declared form`;
  return asFarAsSeen({ verdict: 'holds', asked, facts, found }, seen);
}

/** What was expected is the same for all values of a field. */
export function unreadableValues({ records }: Sample, name: string, field: string, ids: string[]): Diagnostic {
  const problem = records.find(({ problems }) => field in problems)?.problems[field];
  return aboutRecords(
    'value-unreadable',
    `${name}: ${counted(ids.length, 'value')} not of the declared form`,
    ids,
    problem?.detail === undefined ? { severity: 'warning' } : { severity: 'warning', detail: problem.detail },
  );
}

const fieldsOf = (object: MappedObject, side: Side, types: readonly FieldType[]): string[] =>
  mappedFields(object, side).filter((name) => {
    const type = object.definition.fields[name]?.type;
    return type !== undefined && types.includes(type);
  });

/** A stamp as old as this says nothing of its zone: one that is read too early looks older than it is. */
const RECENT_MS = 15 * 60 * 1000;

/**
 * Whether a stamp lies after the system's own clock: then its zone is not the declared one. That it lies before says something
 * only of a zone that stands in the stamp itself, or of a record that was changed right now.
 */
export async function askClock(
  { integration, samples, connections, signal }: ProbeContext,
  side: Side,
): Promise<Observation> {
  const asked = "the newest stamp of change, against the system's own clock";
  const facts: Record<string, number> = {};
  /** Objects whose stamps are too old to tell, and the forms that others proved. */
  const untold: { name: string; form: string }[] = [];
  const proved = new Set<string>();
  for (const { name, definition } of mappedObjects(integration, side)) {
    const { list } = connections[side].capabilities(name);
    if (!list || definition.modified === undefined) continue;
    const { records } = await samples.of(side, name);
    const seen = Math.max(...records.flatMap(({ modified }) => modified ?? []));
    if (!Number.isFinite(seen)) continue;
    const { time } = definition.fields[definition.modified] ?? {};
    const form = JSON.stringify(time ?? 'iso');
    // A stamp in UTC, or with its offset, says its zone itself.
    const isLocal = typeof time === 'object';
    const since = await readSome(connections[side], name, { since: seen, most: samples.size, signal });
    if (since.serverTime === null) {
      if (isLocal) untold.push({ name, form });
      continue;
    }
    const newest = Math.max(seen, ...since.records.flatMap(({ modified }) => modified ?? []));
    const aheadMs = newest - since.serverTime;
    facts[`${name} aheadMinutes`] = Math.max(0, Math.round(aheadMs / 60_000));
    if (isLocal && aheadMs < -RECENT_MS) untold.push({ name, form });
    else proved.add(form);
    if (aheadMs <= CLOCK_SKEW_MS) continue;
    const found = `${name}: a stamp lies ${Math.round(aheadMs / 60_000)} minutes after the system's own clock`;
    const next = `Correct the zone of ${definition.modified} in the connector, or the clock of the system`;
    return { verdict: 'contradicts', asked, facts, found, next };
  }
  const { length } = Object.keys(facts);
  if (length === 0)
    return { verdict: 'unknown', asked, facts, found: 'The system does not tell its time, or there is no stamp' };
  const old = untold.filter(({ form }) => !proved.has(form)).map(({ name }) => name);
  if (old.length > 0) {
    const found = `No stamp lies in the future; that the zone is right shows only by a record changed right now, of ${old.join(', ')}`;
    return { verdict: 'unknown', asked, facts, found, next: 'Change a record there, and ask again within minutes' };
  }
  return { verdict: 'holds', asked, facts, found: `No stamp of ${counted(length, 'object')} lies in the future` };
}
