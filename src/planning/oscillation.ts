import type { Side } from '../record/side.ts';

/** One earlier write of a field mapping: on which side, when (epoch ms). */
export interface EarlierWrite {
  side: Side;
  at: number;
}

/**
 * Whether one more write on `side` would continue a ping-pong: Dovetail has written the field on alternating sides at
 * least `writes` times within `withinMs`, which means that something on one side writes back (docs/invariants.md).
 */
export function oscillates(
  earlier: readonly EarlierWrite[],
  side: Side,
  now: number,
  limit: { writes: number; withinMs: number },
): boolean {
  let expected: Side = side;
  let alternations = 0;
  for (const write of [...earlier].sort((one, other) => other.at - one.at)) {
    if (now - write.at > limit.withinMs) break;
    if (write.side === expected) continue;
    alternations += 1;
    expected = write.side;
  }
  return alternations >= limit.writes;
}
