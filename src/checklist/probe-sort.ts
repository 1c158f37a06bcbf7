import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import { counted, type MappedObject, mappedObjects } from './answers.ts';
import { failureKind, toldBy } from './failure.ts';
import type { Observation, ProbeContext } from './question.ts';
import { readSome } from './read-some.ts';

/** Calls are the system's and the user's cost: a page tells. */
const RECORDS_ASKED = 100;

/** What one list made of a sort. */
type Outcome =
  | { kind: 'kept'; records: number }
  | { kind: 'ignored'; outOfOrder: number; of: number }
  | { kind: 'untold'; why: string }
  | { kind: 'failed'; failure: Diagnostic };

/**
 * Whether the declared sort by time of change is kept to. An order that the list has anyway proves nothing: then the other
 * direction tells, or nothing does.
 */
export async function askSort(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'a page of each list, sorted by time of change, whether its stamps are in that order';
  const facts: Record<string, number> = {};
  const untold: string[] = [];
  let kept = 0;
  for (const object of mappedObjects(context.integration, side)) {
    if (!isSorted(context, side, object)) continue;
    const outcome = await askList(context, side, object);
    const { name } = object;
    if (outcome.kind === 'failed') return unreadable(asked, facts, name, outcome.failure);
    if (outcome.kind === 'ignored') {
      facts[`${name} out of order`] = outcome.outOfOrder;
      const found = `${name}: ${outcome.outOfOrder} of ${counted(outcome.of, 'stamp')} out of order, so the sort is ignored`;
      const next = `Check sort of ${name} in the connector; without a sort that is kept to, leave it out`;
      return { verdict: 'contradicts', asked, facts, found, next };
    }
    if (outcome.kind === 'untold') untold.push(`${name}: ${outcome.why}`);
    else {
      kept += 1;
      facts[`${name} in order`] = outcome.records;
    }
  }
  if (untold.length > 0) return { verdict: 'unknown', asked, facts, found: untold.join('; ') };
  if (kept === 0) return { verdict: 'unknown', asked, facts, found: 'No list has a stamp of change to sort by' };
  return { verdict: 'holds', asked, facts, found: `Kept to for ${counted(kept, 'object')}` };
}

/** Whether there is an order by time of change: a declared sort, or that in which a database is read. */
function isSorted({ connections }: ProbeContext, side: Side, { name, definition }: MappedObject): boolean {
  const can = connections[side].capabilities(name);
  if (!can.list || definition.modified === undefined) return false;
  return definition.list ? definition.list.sort !== undefined : can.since;
}

async function askList(context: ProbeContext, side: Side, { name, definition }: MappedObject): Promise<Outcome> {
  const { samples, connections, signal } = context;
  const sample = await samples.of(side, name);
  if (sample.failure) return { kind: 'failed', failure: sample.failure };
  const plain = sample.records.map(({ modified }) => modified);
  if (new Set(plain).size < 2) return { kind: 'untold', why: 'no two records with different stamps' };
  const stampsBy = async (sort: 'ascending' | 'descending') => {
    // A database is sorted by its stamps where changes are asked for.
    const since = definition.list ? null : Math.min(...plain.flatMap((stamp) => stamp ?? []));
    const read = await readSome(connections[side], name, { since, most: RECORDS_ASKED, signal, trial: { sort } });
    return { failure: read.failure, stamps: read.records.flatMap(({ modified }) => modified ?? []) };
  };
  const ascending = await stampsBy('ascending');
  if (ascending.failure) return { kind: 'failed', failure: ascending.failure };
  const up = fallsIn(ascending.stamps);
  if (up > 0) return { kind: 'ignored', outOfOrder: up, of: ascending.stamps.length };
  if (definition.list?.sort?.descending !== undefined) {
    const descending = await stampsBy('descending');
    if (descending.failure) return { kind: 'failed', failure: descending.failure };
    const down = fallsIn(descending.stamps.toReversed());
    if (down > 0) return { kind: 'ignored', outOfOrder: down, of: descending.stamps.length };
  }
  if (new Set(ascending.stamps).size < 2) return { kind: 'untold', why: 'all stamps of the first page are the same' };
  // What a database is asked for says the order itself.
  const tells =
    !definition.list ||
    definition.list.sort?.descending !== undefined ||
    fallsIn(plain.flatMap((stamp) => stamp ?? [])) > 0;
  return tells
    ? { kind: 'kept', records: ascending.stamps.length }
    : { kind: 'untold', why: 'in this order without a sort, too, so that it tells nothing' };
}

/** How often a stamp is followed by an earlier one. */
const fallsIn = (stamps: readonly number[]): number =>
  stamps.filter((stamp, at) => stamp < (stamps[at - 1] ?? Number.NEGATIVE_INFINITY)).length;

const unreadable = (asked: string, facts: Observation['facts'], name: string, failure: Diagnostic): Observation => ({
  verdict: failureKind(failure) === 'answer' ? 'contradicts' : 'unknown',
  asked,
  facts,
  found: `${name}: ${toldBy(failure)}`,
  next: failure.next ?? `Check sort of ${name} in the connector`,
});
