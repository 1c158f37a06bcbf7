import { describe, expect, it } from 'vitest';
import { oscillates } from './oscillation.ts';

const limit = { writes: 4, withinMs: 1000 };
const writes = (sides: string, step = 10) =>
  [...sides].map((side, index) => ({ side: side === 'a' ? ('a' as const) : ('b' as const), at: index * step }));

describe('oscillates', () => {
  it.each([
    ['no history', '', 'b', 10, false],
    ['one side only, many times', 'bbbbbbbb', 'b', 10, false],
    ['three alternations', 'aba', 'b', 10, false],
    ['four alternations', 'baba', 'b', 10, true],
    ['four alternations, too long ago', 'baba', 'b', 1000, false],
    ['repeated writes of a side count once', 'bbaabbaa', 'b', 10, true],
  ] as const)('%s', (_, sides, side, step, expected) => {
    const earlier = writes(sides, step);
    expect(oscillates(earlier, side, sides.length * step, limit)).toBe(expected);
  });
});
