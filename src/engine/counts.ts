import type { ActionKind, Ending } from '../planning/plan-item.ts';
import type { Side } from '../record/side.ts';
import type { MappingCounts, SideCounts } from '../store/port.ts';
import type { MappingRun } from './mapping-run.ts';

const noSide = (): SideCounts => ({ read: 0, unchanged: 0, applied: 0, filtered: 0, parked: 0, held: 0, failed: 0 });
const noWrites = () => ({ create: 0, update: 0, delete: 0, archive: 0 });

export const noCounts = (): MappingCounts => ({
  a: noSide(),
  b: noSide(),
  wrote: { a: noWrites(), b: noWrites() },
  linked: 0,
});

export function countEnding(run: MappingRun, side: Side, ending: Ending): void {
  run.counts[side][ending] += 1;
}

export function countWrite(run: MappingRun, side: Side, kind: ActionKind): void {
  run.counts.wrote[side][kind] += 1;
  run.context.lastWrite = run.context.platform.clock.now();
}

/** Whether every record read is accounted for (invariant *complete*). */
export function addsUp(counts: SideCounts): boolean {
  const { unchanged, applied, filtered, parked, held, failed } = counts;
  return counts.read === unchanged + applied + filtered + parked + held + failed;
}
