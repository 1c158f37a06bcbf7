import type { WireRecord } from '../connector/port.ts';
import type { Side } from '../record/side.ts';
import type { Pair } from './pair.ts';

/**
 * A page without repeats: of a record that a system lists twice in one page the newest version stays, by the system's
 * own stamps, else the last.
 */
export function withoutRepeats(page: readonly WireRecord[]): WireRecord[] {
  const newest = new Map<string, WireRecord>();
  for (const record of page) {
    const known = newest.get(record.id);
    if (!known || (record.modified ?? 0) >= (known.modified ?? 0)) newest.set(record.id, record);
  }
  return newest.size === page.length ? [...page] : [...newest.values()];
}

/**
 * Whether a page brings a record again that waits in the batch, or one whose link may pass to such a record, since it was
 * merged. What waits must be through first: it may be about to be created, and only its link tells that the two are one.
 */
export function bringsAgain(batch: readonly Pair[], side: Side, page: readonly WireRecord[]): boolean {
  if (batch.length === 0) return false;
  const waiting = new Set(batch.map((pair) => pair.ids[side]));
  return page.some((record) => record.mergedInto !== null || waiting.has(record.id));
}
