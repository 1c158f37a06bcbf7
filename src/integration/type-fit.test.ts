import { expect, test } from 'vitest';
import { fieldSchema } from '../connector/field.ts';
import { converter } from '../mapping/convert.ts';
import { FIELD_TYPES } from '../record/value.ts';
import { lacksZone, typesFit } from './type-fit.ts';

const field = (type: string, declared: object = {}) => fieldSchema.parse({ type, ...declared });
const berlin = { time: { pattern: 'iso', zone: 'Europe/Berlin' } };

test('what is accepted can be converted', () => {
  const fields = [
    ...FIELD_TYPES.map((type) => field(type)),
    field('local_timestamp', berlin),
    field('person_name', { person_name: { text: 'family, given' } }),
  ];
  const pairs = fields.flatMap((from) => fields.map((to) => [from, to] as const));
  const gaps = pairs.filter(([from, to]) => typesFit(from, to) && converter(from, to) === null);
  expect(gaps).toEqual([]);
});

test.each<[string, object, string, object, boolean]>([
  ['string', {}, 'boolean', {}, false],
  ['boolean', {}, 'string', {}, false],
  ['decimal', {}, 'money', {}, false],
  ['string', {}, 'date', {}, false],
  ['string', {}, 'url', {}, true],
  ['string', {}, 'person_name', {}, false],
  ['string', {}, 'person_name', { person_name: { text: 'family, given' } }, true],
  ['timestamp', {}, 'local_timestamp', {}, false],
  ['timestamp', berlin, 'local_timestamp', {}, false],
  ['timestamp', {}, 'local_timestamp', berlin, true],
  ['local_timestamp', berlin, 'timestamp', {}, true],
  ['multi_option', {}, 'option', {}, false],
  ['postal_address', {}, 'string', {}, false],
])('whether %s %j fits %s %j: %j', (from, fromMore, to, toMore, expected) => {
  expect(typesFit(field(from, fromMore), field(to, toMore))).toBe(expected);
});

test('what only lacks a zone is told from what fits in no way', () => {
  expect(lacksZone(field('timestamp'), field('local_timestamp'))).toBe(true);
  expect(lacksZone(field('local_timestamp', berlin), field('timestamp'))).toBe(false);
  expect(lacksZone(field('timestamp'), field('string'))).toBe(false);
});
