import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { RunEvent } from '../engine/mapping-run.ts';

/** Batches that went through the steps of the cycle; a run of fewer leaves too little behind to be worth it. */
const FEW = 4;

/** Bytes of V8's space for its youngest objects that are enough for the pages and batches in hand. */
const YOUNG_BYTES = 24 * 2 ** 20;

/**
 * Keeps the memory of a run that works on many records to a bound. Records on their way live longer than V8 expects of
 * its youngest objects, so it piles up four times what it takes for alive before it clears away. It is told to do so at 2.2
 * times, and once before the run, to know how little is alive; and to let the space for the youngest grow to half of what it
 * would take. So looking through 100,000 records takes 180 MiB instead of 300, in less time. A run that has much to do is
 * told to clear away at 1.4 times, and to give back what it freed; one that finds nothing changed would take a third longer by that.
 */
export function memoryKeeper(): (event: RunEvent) => void {
  setFlagsFromString('--heap-growing-percent=120');
  clearAway();
  stopGrowth();
  let batches = 0;
  return ({ type }) => {
    if (type !== 'progress') return;
    batches += 1;
    if (batches !== FEW) return;
    setFlagsFromString('--heap-growing-percent=40');
    setFlagsFromString('--no-memory-pool');
  };
}

/** V8 hands its collector out only where it is told to, and only to a context that is made after that. */
function clearAway(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof collect === 'function') collect();
}

/** The limit can only be set when Node starts, but the growth towards it can be stopped at any time. */
function stopGrowth(): void {
  const observer = new PerformanceObserver(() => {
    if (youngBytes() < YOUNG_BYTES) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
