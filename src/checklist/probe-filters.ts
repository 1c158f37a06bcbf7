import { compileCodec } from '../connector/codec.ts';
import { isEmpty } from '../record/canonical.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import { counted, type MappedObject, mappedObjects } from './answers.ts';
import { failureKind, toldBy } from './failure.ts';
import type { Observation, ProbeContext } from './question.ts';
import { readSome } from './read-some.ts';
import type { Sample, SampledRecord } from './sample.ts';

/** What was found wrong, and what to do about it. */
interface Fault {
  found: string;
  next: string;
}

/** Calls are the system's and the user's cost: a page tells. */
const RECORDS_ASKED = 100;

/**
 * Whether the filter by time of change is obeyed: of the records seen, none that is older than asked for comes, and all that
 * are newer do. A system that ignores a filter, or one that it does not know, answers all the same.
 */
export async function askChangesFilter(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'what changed since the middle of the stamps seen';
  const { integration, samples, connections, signal } = context;
  const facts: Record<string, number> = {};
  let fault: Fault | null = null;
  for (const { name } of mappedObjects(integration, side)) {
    const can = connections[side].capabilities(name);
    if (!can.list || !can.since) continue;
    const sample = await samples.of(side, name);
    const pivot = middleOf(sample.records);
    if (pivot === null) continue;
    const read = await readSome(connections[side], name, { since: pivot, most: RECORDS_ASKED, signal });
    if (read.failure) return unreadable(asked, facts, name, read.failure);
    const older = read.records.filter(({ modified }) => modified !== null && modified < pivot - can.lagMs).length;
    facts[`${name} asked for`] = read.records.length;
    facts[`${name} older than that`] = older;
    if (older > 0) fault ??= ignored(name, older);
    else if (read.whole) {
      const got = new Set(read.records.map(({ id }) => id));
      const kept = await keptBack(context, side, sample, pivot + can.lagMs, got);
      facts[`${name} kept back`] = kept;
      if (kept > 0) fault ??= keepsBack(name, kept);
    }
  }
  if (fault) return { verdict: 'contradicts', asked, facts, ...fault };
  const objects = Object.keys(facts).filter((key) => key.endsWith('asked for')).length;
  if (objects === 0)
    return { verdict: 'unknown', asked, facts, found: 'No two records with different stamps to tell by' };
  return { verdict: 'holds', asked, facts, found: `Obeyed for ${counted(objects, 'object')}` };
}

/** A stamp with older and newer ones around it; null where there are not two. */
function middleOf(records: readonly SampledRecord[]): number | null {
  const stamps = [...new Set(records.flatMap(({ modified }) => modified ?? []))].sort((a, b) => a - b);
  return stamps.length < 2 ? null : (stamps[Math.floor(stamps.length / 2)] ?? null);
}

/** Records seen that are newer than asked for, did not come, and are still there. */
async function keptBack(
  { connections }: ProbeContext,
  side: Side,
  sample: Sample,
  after: number,
  got: ReadonlySet<string>,
): Promise<number> {
  const missing = sample.records.filter(({ id, modified }) => modified !== null && modified > after && !got.has(id));
  if (missing.length === 0 || !connections[side].capabilities(sample.object).get) return missing.length;
  const now = await connections[side].get(
    sample.object,
    missing.map(({ id }) => id),
  );
  return now.filter((outcome) => outcome.kind === 'present' && !outcome.record.archived).length;
}

const ignored = (object: string, older: number): Fault => ({
  found: `${object}: ${counted(older, 'record')} came that had not changed since, so the filter is ignored`,
  next: `Check since of ${object} in the connector; without a filter that is obeyed, leave it out`,
});

const keepsBack = (object: string, kept: number): Fault => ({
  found: `${object}: ${counted(kept, 'record')} changed since and did not come`,
  next: `Check since of ${object} in the connector: its form, its zone, its lag`,
});

/** Fields of one object that are asked for: calls are limited, and what the mappings look up by comes first. */
const FIELDS_ASKED = 2;

/**
 * Whether a look-up by the value of a field finds the record that has it, and no others: a run would read them all and filter
 * them itself.
 */
export async function askEquality(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'records by the values of fields that they were seen with';
  const facts: Record<string, number> = {};
  for (const object of mappedObjects(context.integration, side)) {
    const { name } = object;
    const { records } = await context.samples.of(side, name);
    const filled = lookedUpBy(object, side, context.connections[side].capabilities(name).findable).filter((field) =>
      records.some(({ fields }) => !isEmpty(fields[field])),
    );
    for (const field of filled.slice(0, FIELDS_ASKED)) {
      const found = await lookUp(context, side, object, field, records);
      if (!found) continue;
      if (found.failure) return unreadable(asked, facts, name, found.failure);
      facts[`${name}.${field} found`] = found.ids.length;
      facts[`${name}.${field} others`] = found.others;
      if (found.others > 0) {
        const ignored = `${name}: a look-up by ${field} gave ${counted(found.others, 'record')} with another value, so the filter is ignored`;
        return contradicted(asked, facts, ignored);
      }
      if (!found.ids.includes(found.wanted)) {
        return contradicted(asked, facts, `${name}: a look-up by ${field} does not find the record that has the value`);
      }
    }
  }
  const { length } = Object.keys(facts).filter((key) => key.endsWith('found'));
  if (length === 0) return { verdict: 'unknown', asked, facts, found: 'No record with a value to look up' };
  return { verdict: 'holds', asked, facts, found: `Found by ${counted(length, 'field')}, and nothing else` };
}

/** Fields by which records can be found, those first by which the mappings look for them. */
function lookedUpBy({ definition, mappings }: MappedObject, side: Side, findable: readonly string[]): string[] {
  const matched = mappings.flatMap(({ match }) => match.flatMap((rule) => rule.map((part) => part[side])));
  const needed = [...matched, ...(definition.link_field === undefined ? [] : [definition.link_field])];
  return [...new Set([...needed.filter((field) => findable.includes(field)), ...findable])];
}

interface LookedUp {
  /** The record that has the value. */
  wanted: string;
  ids: string[];
  /** Records whose value is another one. */
  others: number;
  failure: Diagnostic | null;
}

/** Asks for the value of one record; null where none can be asked for. */
async function lookUp(
  { connections, signal }: ProbeContext,
  side: Side,
  { name, definition }: MappedObject,
  field: string,
  records: readonly SampledRecord[],
): Promise<LookedUp | null> {
  const connection = connections[side];
  const codec = compileCodec(definition, (list) => connection.options(list));
  const record = records.find(({ fields }) => !isEmpty(fields[field]));
  const wire = record ? codec.encodeValue(field, record.fields[field] ?? null) : null;
  if (!record || !wire?.ok) return null;
  const wanted = record.id;
  if (definition.list?.equals[field] === undefined) {
    const found = await connection.find(name, field, wire.value);
    if (!found.ok) return { wanted, ids: [], others: 0, failure: found.error };
    return { wanted, ids: found.value.map(({ id }) => id), others: 0, failure: null };
  }
  // What the system finds, not what is left of it: `find` looks through what comes, and hides a filter that is ignored.
  const trial = { equals: { field, wire: wire.value } };
  const read = await readSome(connection, name, { since: null, most: RECORDS_ASKED, signal, trial });
  const text = comparable(record.fields[field]);
  const others = read.records.filter((one) => {
    const { fields } = codec.decode(one.wire, [field]);
    // Some systems find texts by a part of them.
    return field in fields && !comparable(fields[field]).includes(text);
  });
  return { wanted, ids: read.records.map(({ id }) => id), others: others.length, failure: read.failure };
}

/** Systems find texts without regard to case, blanks and dashes. */
const comparable = (value: Value | undefined): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

const contradicted = (asked: string, facts: Observation['facts'], found: string): Observation => ({
  verdict: 'contradicts',
  asked,
  facts,
  found,
  next: 'Check equals of that list in the connector; what the system does not filter must not stand there',
});

/** An answer that the connector does not expect contradicts it; whatever passes tells nothing. */
const unreadable = (asked: string, facts: Observation['facts'], object: string, failure: Diagnostic): Observation => ({
  verdict: failureKind(failure) === 'answer' ? 'contradicts' : 'unknown',
  asked,
  facts,
  found: `${object}: ${toldBy(failure)}`,
  next: failure.next ?? `Check the list of ${object} in the connector`,
});
