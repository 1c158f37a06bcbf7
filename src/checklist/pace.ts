import type { BudgetLimits } from '../connector/budget.ts';
import type { Capabilities } from '../connector/port.ts';

/** What one object of a side costs its runs. */
export interface ObjectVolume {
  can: Capabilities;
  /** Records that changed here within the last day, at least. */
  changedPerDay: number;
  /** Changes of the other side within the last day that are written here, at least. */
  writtenPerDay: number;
  /** Records in all, at least: what is read by each run where the system has no filter by time. */
  records: number;
}

export interface Pace {
  /** Calls of a run that finds nothing new. */
  quietCalls: number;
  /** Further calls for the changes and the sweeps of a day. */
  callsPerDay: number;
  /** The shortest time from one run to the next that the declared limit and the measured speed allow, ms; null: there is none. */
  leastMs: number | null;
  /** Records of all objects together that can be swept in time; null where nothing is swept. */
  sweepable: number | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * How often one side can be asked. A run reads one page of changes of each object, or all of its records where the system
 * has no filter by time; each write has a read before it where the system does not check versions itself. `callMs`: time of
 * one call, measured; `sweepMs`: time between two looks for deletes; `everyMs`: between two runs.
 */
export function paceOf(
  objects: readonly ObjectVolume[],
  {
    limits,
    callMs,
    sweepMs,
    everyMs,
  }: { limits: BudgetLimits; callMs: number; sweepMs: number; everyMs: number | null },
): Pace {
  let quietCalls = 0;
  let callsPerDay = 0;
  let [sweptPerDay, sweptPage] = [0, Number.POSITIVE_INFINITY];
  for (const { can, changedPerDay, writtenPerDay, records } of objects) {
    const pages = Math.max(1, Math.ceil(records / Math.max(1, can.pageSize)));
    quietCalls += can.since ? 1 : pages;
    if (can.since) callsPerDay += changedPerDay / Math.max(1, can.pageSize);
    if (can.since && !can.deletesInChanges) {
      sweptPerDay += (pages * DAY_MS) / sweepMs;
      sweptPage = Math.min(sweptPage, Math.max(1, can.pageSize));
    }
    callsPerDay += writtenPerDay / Math.max(1, can.updateBatch);
    if (!can.conditionalUpdate && can.get) callsPerDay += writtenPerDay / Math.max(1, can.getMany);
  }
  const msPerCall = Math.max(
    limits.requests === null ? 0 : limits.windowMs / limits.requests,
    callMs / Math.max(1, limits.concurrency),
  );
  const ofRuns = everyMs === null ? 0 : (quietCalls * msPerCall) / everyMs;
  const forSweeps = Math.max(0, 1 - ofRuns - (callsPerDay * msPerCall) / DAY_MS);
  const sweepable =
    sweptPerDay === 0 || msPerCall === 0 ? null : Math.floor((forSweeps * sweepMs) / msPerCall) * sweptPage;
  callsPerDay += sweptPerDay;
  // An interval brings `quiet + perDay * interval / day` calls: solved for the one that is just long enough for them.
  const free = 1 - (callsPerDay * msPerCall) / DAY_MS;
  const leastMs = free <= 0 ? null : Math.ceil((quietCalls * msPerCall) / free);
  return { quietCalls, callsPerDay: Math.ceil(callsPerDay), leastMs, sweepable };
}
