import { describe, expect, it } from 'vitest';
import { commandLine } from '../mappings.ts';
import { wantsColour } from '../terminal.ts';
import { counted, durationText, numberText, printable, shorten, table, valueText } from './text.ts';

describe('values for a terminal', () => {
  const values: [Parameters<typeof valueText>[0], string][] = [
    [undefined, '(not read)'],
    [null, '(empty)'],
    ['', '(empty)'],
    ['Köln', 'Köln'],
    [' Köln', '" Köln"'],
    ['two\nlines\tand a tab', 'two lines and a tab'],
    ['\u001b]0;title\u0007\u202eabc\u200b', '�]0;title��abc�'],
    [true, 'true'],
    [0, '0'],
    [{ amount: '1234.5', currency: 'EUR' }, '1234.5 EUR'],
    [['a', 1], '["a",1]'],
    [{ b: 1 }, '{"b":1}'],
    ['x'.repeat(100), `${'x'.repeat(59)}…`],
  ];
  it.each(values)('%j', (value, expected) => {
    expect(valueText(value)).toBe(expected);
  });

  it('does not cut a character in two', () => {
    expect(shorten('😀😀😀', 2)).toBe('😀…');
    expect(printable('Müller & Söhne – 東京')).toBe('Müller & Söhne – 東京');
  });
});

describe('numbers and times', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_999, '59.9 s'],
    [60_000, '1 min'],
    [65_000, '1 min 5 s'],
    [3_600_000, '1 h'],
    [3_780_000, '1 h 3 min'],
    [90_000_000, '1 d 1 h'],
  ])('%d ms is %s', (ms, expected) => {
    expect(durationText(ms)).toBe(expected);
  });

  it('groups digits and counts nouns', () => {
    expect([1, 999, 1000, 1_234_567].map(numberText)).toEqual(['1', '999', '1,000', '1,234,567']);
    expect([0, 1, 2].map((count) => counted(count, 'record'))).toEqual(['0 records', '1 record', '2 records']);
  });

  it('sets a table', () => {
    expect(
      table(
        [
          ['a', 'bb'],
          ['cöc', '1'],
        ],
        [1],
      ),
    ).toEqual(['a    bb', 'cöc   1']);
  });
});

describe('a command to go on with', () => {
  it.each([
    [{}, {}, 'dovetail sync'],
    [{ integration: 'my/it.yaml', env: 'production' }, {}, 'dovetail sync --integration my/it.yaml --env production'],
    [{}, { mapping: ['a', 'b'] }, 'dovetail sync --mapping a b'],
    [{}, { plan: "it's $HOME.plan" }, "dovetail sync --plan 'it'\\''s $HOME.plan'"],
  ])('%j %j', (options, more, expected) => {
    expect(commandLine('dovetail sync', options, more)).toBe(expected);
  });
});

describe('colour', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
    [{ TERM: 'dumb' }, true, false],
  ])('%j on a terminal %s: %s', (variables, isTerminal, expected) => {
    expect(wantsColour(variables, isTerminal)).toBe(expected);
  });
});
