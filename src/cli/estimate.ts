import type { BudgetLimits } from '../connector/budget.ts';
import type { Capabilities } from '../connector/port.ts';
import type { Side } from '../record/side.ts';

/** How many records of one object are to be written. */
export interface Writes {
  create: number;
  update: number;
  delete: number;
  archive: number;
}

/** What is known of the writes on one object. */
export interface WrittenObject {
  side: Side;
  writes: Writes;
  can: Capabilities;
  /** Whether updates of it are guarded by reading the record again, where the system checks no version. */
  guarded: boolean;
}

export interface Estimate {
  /** Calls that a sync of this plan will make: those the plan made, and those for its writes. */
  calls: Record<Side, { reads: number; writes: number }>;
  /** How long it will take, ms. */
  ms: number;
}

/** Taken for one call, ms. */
const CALL_MS = 150;

/**
 * What a sync of a plan costs: it reads what the plan has read (`reads`, in `elapsedMs`), then writes. Each system's
 * declared limits and batches count; nothing is known of its speed.
 */
export function estimateSync(
  objects: readonly WrittenObject[],
  reads: Record<Side, number>,
  limits: Record<Side, BudgetLimits>,
  elapsedMs: number,
): Estimate {
  const calls = { a: { reads: reads.a, writes: 0 }, b: { reads: reads.b, writes: 0 } };
  for (const { side, writes, can, guarded } of objects) {
    const removed = writes.delete + writes.archive;
    calls[side].writes +=
      inBatches(writes.create, can.createBatch) +
      inBatches(writes.update, can.updateBatch) +
      inBatches(removed, can.removeBatch);
    if (can.conditionalUpdate || !can.get) continue;
    calls[side].reads += inBatches(removed, can.getMany) + (guarded ? inBatches(writes.update, can.getMany) : 0);
  }
  const added = (side: Side) => calls[side].reads - reads[side] + calls[side].writes;
  return { calls, ms: elapsedMs + sending(added('a'), limits.a) + sending(added('b'), limits.b) };
}

const inBatches = (count: number, size: number): number => Math.ceil(count / Math.max(1, size));

function sending(calls: number, { requests, windowMs, concurrency }: BudgetLimits): number {
  const byLimit = requests === null ? 0 : (calls / requests) * windowMs;
  return Math.max(byLimit, (calls * CALL_MS) / Math.max(1, concurrency));
}
