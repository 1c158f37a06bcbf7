import type { TimeCodec } from './codec/time.ts';

const HALF_HOUR = 1_800_000;

/**
 * The instant as a filter takes it. A local time that occurs twice is moved before the first of the two: the server may
 * take it for the second.
 */
export function instantText(time: TimeCodec, ms: number): string | number {
  const text = time.writeMs(ms);
  for (const later of [HALF_HOUR, 2 * HALF_HOUR]) {
    if (time.writeMs(ms + later) === text) return time.writeMs(ms - later) ?? '';
  }
  return text ?? '';
}
