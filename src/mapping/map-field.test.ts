import { describe, expect, test } from 'vitest';
import { loadSmall, SMALL } from '../../test/small-integration.ts';
import { fieldSchema } from '../connector/field.ts';
import type { LoadedField } from '../integration/loaded.ts';
import { ABSENT, type Expressed } from '../record/expressed.ts';
import type { Value } from '../record/value.ts';
import { compileFieldMapper } from './map-field.ts';

/** A plain row that goes both ways. */
function plainRow(): LoadedField {
  const loaded = loadSmall(SMALL);
  const row = loaded.ok ? loaded.value.mappings[0]?.fields[0] : undefined;
  if (!row) throw new Error('The small integration has no rows');
  return { ...row, a: 'x', b: 'y' };
}

const said = (row: Partial<LoadedField>, from: object, to: object, value: Value): Expressed =>
  compileFieldMapper({ ...plainRow(), ...row }, 'b', fieldSchema.parse(from), fieldSchema.parse(to))({ x: value });

const many = { type: 'multi_option' };
const table = {
  aToB: new Map([
    ['red', 'rot'],
    ['crimson', 'rot'],
    ['blue', 'blau'],
  ]),
  bToA: new Map(),
};

describe('several options go through the table one by one', () => {
  test.each<[string, Partial<LoadedField>, Value, unknown]>([
    ['each has its counterpart', {}, ['blue', 'red'], ['blau', 'rot']],
    ['two become one', {}, ['crimson', 'red'], ['rot']],
    ['none stays none', {}, null, null],
    ['one without a counterpart parks the record', {}, ['green', 'red'], { reason: 'option-unmapped' }],
    ['or leaves the field alone', { otherwise: { policy: 'ignore', a: null, b: null } }, ['green', 'red'], ABSENT],
    [
      'or becomes the default',
      { otherwise: { policy: 'default', a: null, b: 'bunt' } },
      ['green', 'red'],
      ['bunt', 'rot'],
    ],
  ])('%s', (_, row, value, expected) => {
    const result = said({ options: table, ...row }, many, many, value);
    if (expected === ABSENT) expect(result).toBe(ABSENT);
    else if (typeof expected === 'object' && expected !== null && 'reason' in expected)
      expect(result).toMatchObject(expected);
    else expect(result).toEqual(expected);
  });
});

describe('a time that the clocks of its zone skip or repeat, where that is rejected', () => {
  const local = {
    type: 'local_timestamp',
    time: { pattern: 'iso', zone: 'Europe/Berlin', overlap: 'reject', gap: 'reject' },
  };
  const instant = { type: 'timestamp' };
  test.each<[object, object, string]>([
    [local, instant, '2026-03-29T02:30:00.000'],
    [local, instant, '2026-10-25T02:30:00.000'],
    [instant, local, '2026-10-25T00:30:00.000Z'],
    [instant, local, '2026-10-25T01:30:00.000Z'],
  ])('%j to %j: %s parks the record, with what to do', (from, to, value) => {
    const result = said({}, from, to, value);
    expect(result).toMatchObject({ reason: 'clock-change', diagnostic: { next: expect.stringContaining('overlap') } });
    expect(JSON.stringify(result)).not.toContain('2026');
  });

  test('any other time goes through', () => {
    expect(said({}, local, instant, '2026-10-25T03:30:00.000')).toBe('2026-10-25T02:30:00.000Z');
    expect(said({}, instant, local, '2026-10-25T02:30:00.000Z')).toBe('2026-10-25T03:30:00.000');
  });
});
