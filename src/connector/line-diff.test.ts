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
});
