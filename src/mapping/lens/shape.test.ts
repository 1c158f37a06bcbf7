import { expect, test } from 'vitest';
import { fieldSchema } from '../../connector/field.ts';
import type { Value } from '../../record/value.ts';
import { shapeOf } from './shape.ts';

test.each<[string, Value, string]>([
  ['time', '14:05:00.000', 'a time of day with hours and minutes'],
  ['time', '14:05:06.000', 'a time of day with seconds'],
  ['local_timestamp', '2026-12-31T14:05:06.789', 'a local time with milliseconds'],
  ['duration', 'P1Y', 'a duration with years'],
  ['duration', 'P1M', 'a duration with months'],
  ['duration', 'PT1M', 'a duration with minutes'],
  ['duration', 'P1DT0.5S', 'a duration with milliseconds'],
  ['country', 'DE', 'a country'],
  ['language', 'de', 'a language'],
  ['language', 'zh-Hant', 'a language with its region or script'],
  ['url', 'https://x.example', 'a URL of 17 characters, with signs'],
  ['multi_option', ['one', 'two'], '2 options'],
  ['person_name', { given: 'Eva', family: 'Secret' }, 'a name with given, family'],
  ['postal_address', { street: 'Secret 5' }, 'an address with street'],
  ['binary', { url: 'https://secret.example', size: 7 }, 'a content with url, size'],
  ['money', { amount: '12.50', currency: 'EUR' }, 'an amount of 2 digits before and 2 after the mark'],
  ['list', ['secret'], 'a list of 1 item'],
  ['object', { key: 'secret' }, 'an object of 1 key'],
])('of a %s, %j is %s', (type, value, expected) => {
  expect(shapeOf(value, fieldSchema.parse({ type }))).toBe(expected);
});
