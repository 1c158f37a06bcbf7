import { expect, test } from 'vitest';
import { converter } from '../mapping/convert.ts';
import { FIELD_TYPES } from '../record/value.ts';
import { typesFit } from './type-fit.ts';

test('what is accepted can be converted', () => {
  const pairs = FIELD_TYPES.flatMap((from) => FIELD_TYPES.map((to) => [from, to] as const));
  const gaps = pairs.filter(([from, to]) => typesFit(from, to) && converter(from, to) === null);
  expect(gaps).toEqual([]);
  expect(typesFit('string', 'boolean')).toBe(false);
  expect(typesFit('boolean', 'string')).toBe(false);
  expect(typesFit('decimal', 'money')).toBe(false);
});
