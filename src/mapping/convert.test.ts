import { expect, test } from 'vitest';
import { fieldSchema } from '../connector/field.ts';
import type { Value } from '../record/value.ts';
import { converter } from './convert.ts';

const field = (declared: object | string) =>
  fieldSchema.parse(typeof declared === 'string' ? { type: declared } : declared);
const local = (zone: string, more: object = {}) => ({
  type: 'local_timestamp',
  time: { pattern: 'iso', zone, ...more },
});
const wire = (type: string, zone: string) => ({ type, time: { pattern: 'iso', zone } });

test.each<[object | string, object | string, Exclude<Value, null>, Value | undefined]>([
  ['date', 'timestamp', '2026-07-01', '2026-07-01T00:00:00.000Z'],
  [wire('date', 'Europe/Berlin'), 'timestamp', '2026-07-01', '2026-06-30T22:00:00.000Z'],
  ['date', wire('timestamp', 'Europe/Berlin'), '2026-07-01', '2026-06-30T22:00:00.000Z'],
  [wire('date', 'UTC'), wire('timestamp', 'Europe/Berlin'), '2026-07-01', '2026-07-01T00:00:00.000Z'],
  // Midnight was skipped: the day began at one.
  [wire('date', 'Africa/Cairo'), 'timestamp', '2026-04-24', '2026-04-23T22:00:00.000Z'],
  ['timestamp', 'date', '2026-06-30T22:30:00.000Z', '2026-06-30'],
  ['timestamp', wire('date', 'Europe/Berlin'), '2026-06-30T22:30:00.000Z', '2026-07-01'],
  [wire('timestamp', 'Europe/Berlin'), 'date', '2026-06-30T22:30:00.000Z', '2026-07-01'],
  ['timestamp', local('Europe/Berlin'), '2026-07-01T12:00:00.000Z', '2026-07-01T14:00:00.000'],
  [local('Europe/Berlin'), 'timestamp', '2026-07-01T14:00:00.000', '2026-07-01T12:00:00.000Z'],
  [local('Europe/Berlin'), 'timestamp', '2026-10-25T02:30:00.000', '2026-10-25T00:30:00.000Z'],
  [local('Europe/Berlin', { overlap: 'later' }), 'timestamp', '2026-10-25T02:30:00.000', '2026-10-25T01:30:00.000Z'],
  [local('Europe/Berlin', { overlap: 'reject' }), 'timestamp', '2026-10-25T02:30:00.000', undefined],
  [local('Europe/Berlin'), 'timestamp', '2026-03-29T02:30:00.000', '2026-03-29T01:30:00.000Z'],
  [local('Europe/Berlin', { gap: 'earlier' }), 'timestamp', '2026-03-29T02:30:00.000', '2026-03-29T00:30:00.000Z'],
  [local('Europe/Berlin', { gap: 'reject' }), 'timestamp', '2026-03-29T02:30:00.000', undefined],
  ['date', 'local_timestamp', '2026-07-01', '2026-07-01T00:00:00.000'],
  ['local_timestamp', 'date', '2026-07-01T14:00:00.000', '2026-07-01'],
  ['local_timestamp', 'time', '2026-07-01T14:00:00.000', '14:00:00.000'],
  ['person_name', 'string', { prefix: 'Dr.', given: 'Eva', family: 'Maß' }, 'Dr. Eva Maß'],
  [
    { type: 'person_name', person_name: { text: 'family, given' } },
    'string',
    { given: 'Eva', family: 'Maß' },
    'Maß, Eva',
  ],
  [
    'string',
    { type: 'person_name', person_name: { text: 'family, given' } },
    'Maß, Eva',
    { given: 'Eva', family: 'Maß' },
  ],
  ['binary', 'url', { url: 'https://x.org/a', size: 3 }, 'https://x.org/a'],
  ['url', 'binary', 'https://x.org/a', { url: 'https://x.org/a' }],
  ['option', 'multi_option', 'red', ['red']],
  ['list', 'multi_option', ['red', 'green', 'red'], ['green', 'red']],
  ['list', 'multi_option', [1], undefined],
  ['list', 'multi_option', [], null],
  ['url', 'string', 'https://x.org', 'https://x.org'],
  ['duration', 'string', 'PT1H', 'PT1H'],
  ['money', 'decimal', { amount: '1.5', currency: 'EUR' }, '1.5'],
  ['string', 'integer', 'x', undefined],
])('%j as %j: %j is %j', (from, to, value, expected) => {
  expect(converter(field(from), field(to))?.(value)).toEqual(expected);
});

test.each([
  ['string', 'person_name'],
  ['timestamp', 'local_timestamp'],
  ['local_timestamp', 'timestamp'],
  ['multi_option', 'string'],
  ['postal_address', 'string'],
  ['duration', 'integer'],
])('%s is not made a %s', (from, to) => {
  expect(converter(field(from), field(to))).toBeNull();
});
