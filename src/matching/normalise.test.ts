import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FieldType, Value } from '../record/value.ts';
import { matchKey, matchText } from './normalise.ts';

test.each<[FieldType, Value, string | null]>([
  ['string', '  Müller   GmbH ', 'müller gmbh'],
  ['string', 'Mu\u0308ller', 'müller'],
  ['string', 'STRASSE', 'strasse'],
  ['string', 'Straße', 'strasse'],
  ['string', 'ＡＢＣ\u00a0ﬁ', 'abc fi'],
  ['string', ' \t', null],
  ['string', null, null],
  ['email', 'Info@Example.DE', 'info@example.de'],
  ['phone', '+4930123456', '+4930123456'],
  ['integer', 12, '12'],
  ['decimal', '12.5', '12.5'],
  ['option', 'Lead', 'Lead'],
  ['reference', 'co_1A', 'co_1A'],
  ['url', 'https://www.Example.org/About/', 'example.org/about'],
  ['url', 'http://example.org', 'example.org'],
  ['url', 'https://', null],
  ['country', 'DE', 'DE'],
  ['person_name', { prefix: 'Dr.', given: 'Eva', family: 'MASS' }, 'eva mass'],
  ['person_name', { given: 'Eva ', middle: 'M.', family: 'Maß' }, 'eva mass'],
  ['person_name', { prefix: 'Dr.' }, null],
  ['postal_address', { street: 'Ring 5', city: 'Bonn' }, '["ring 5","","","bonn","",""]'],
  ['postal_address', { street: 'Ring', house_number: '5', city: 'BONN' }, '["ring 5","","","bonn","",""]'],
  ['postal_address', {}, null],
  ['multi_option', ['a', 'b'], '["a","b"]'],
  ['money', { currency: 'EUR', amount: '1' }, '{"amount":"1","currency":"EUR"}'],
])('matchText(%s, %j) is %j', (type, value, expected) => {
  expect(matchText(type, value)).toBe(expected);
});

test.each<[Value, string | null]>([
  ['DE 123.456-789', 'DE123456789'],
  ['de123456789', 'DE123456789'],
  ['DE 123\u2011456\u2013789', 'DE123456789'],
  [4711, '4711'],
  [' - ', null],
])('as an identifier, %j is %j', (value, expected) => {
  expect(matchText('string', value, true)).toBe(expected);
});

test('a normal form is its own normal form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, identifier) => {
      const form = matchText('string', text, identifier);
      if (form !== null) expect(matchText('string', form, identifier)).toBe(form);
    }),
    { numRuns: 2000 },
  );
});

test('keys differ where a part does, and need every part', () => {
  expect(matchKey(['a', 'b'])).not.toBe(matchKey(['a","b']));
  expect(matchKey(['ab', 'c'])).not.toBe(matchKey(['a', 'bc']));
  expect(matchKey(['a', null])).toBeNull();
  expect(matchKey([])).toBeNull();
});
