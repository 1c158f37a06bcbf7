import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePhone, parsedForm } from './phone.ts';

test.each([
  ['DE', '030 123456', '+4930123456'],
  ['DE', '(030) 123456', '+4930123456'],
  ['DE', '030/123-456', '+4930123456'],
  ['DE', '0049 30 123456', '+4930123456'],
  ['DE', '+49 (0)30 123456', '+4930123456'],
  ['DE', '+49 030 123456', '+4930123456'],
  ['DE', '+39 06 12345678', '+390612345678'],
  ['US', '(212) 555-1234', '+12125551234'],
  [undefined, '+49 211 1234567', '+492111234567'],
  [undefined, '030 123456', '030 123456'],
  ['DE', ' 110 ', '110'],
  ['DE', '+49 30 123456 ext. 5', '+49 30 123456 ext. 5'],
  ['DE', 'see the notes', 'see the notes'],
  ['DE', '030 123456 (office)', '030 123456 (office)'],
])('in %s, %j is %j', (country, text, expected) => {
  expect(compilePhone(country)(text)).toBe(expected);
});

const codes = [
  '1',
  '30',
  '31',
  '32',
  '33',
  '34',
  '351',
  '353',
  '36',
  '385',
  '386',
  '39',
  '40',
  '41',
  '420',
  '421',
  '43',
];
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 6 });
const separated = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...codes, '44', '45', '46', '47', '48', '49', '7').map((code) => `+${code}`),
      fc.constantFrom('0', '00', '(0'),
    ),
    fc.array(fc.tuple(fc.constantFrom('', ' ', '-', '/', ' / ', ') ', ')'), digits), { minLength: 1, maxLength: 5 }),
  )
  .map(([prefix, groups]) => prefix + groups.flat().join(''));

test('the quick way is the way of the book, and what it gives stays', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('DE', 'AT', 'FR', 'DK', 'GB', 'PT', 'US', 'IT', 'HU', undefined),
      separated,
      (country, text) => {
        const normal = compilePhone(country)(text);
        expect(normal).toBe(parsedForm(text.trim(), country as 'DE' | undefined));
        expect(compilePhone(country)(normal)).toBe(normal);
      },
    ),
    { numRuns: 3000 },
  );
});
