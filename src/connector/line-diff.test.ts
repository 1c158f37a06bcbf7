import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffLines } from './line-diff.ts';

describe('diffLines', () => {
  test('tells what goes and what comes', () => {
    expect(diffLines(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([
      { kind: 'same', lines: ['a'] },
      { kind: 'gone', lines: ['b'] },
      { kind: 'new', lines: ['x'] },
      { kind: 'same', lines: ['c'] },
    ]);
  });

  test('its runs are the two texts', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 20 });
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const runs = diffLines(before, after);
        const of = (not: string) => runs.filter(({ kind }) => kind !== not).flatMap(({ lines }) => lines);
        expect(of('new')).toEqual(before);
        expect(of('gone')).toEqual(after);
      }),
    );
  });

  test('as few lines as can be go and come', () => {
    const common = (before: readonly string[], after: readonly string[]): number => {
      const [a, ...as] = before;
      const [b, ...bs] = after;
      if (a === undefined || b === undefined) return 0;
      return a === b ? 1 + common(as, bs) : Math.max(common(as, after), common(before, bs));
    };
    const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const same = diffLines(before, after).filter(({ kind }) => kind === 'same');
        expect(same.flatMap(({ lines }) => lines)).toHaveLength(common(before, after));
      }),
    );
  });
});
