import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareDecimals, decimalOfNumber, parseDecimal, roundDecimal } from './decimal.ts';

test.each([
  ['0', '0'],
  ['-0', '0'],
  ['-0.000', '0'],
  ['+1', '1'],
  ['1.50', '1.5'],
  ['007', '7'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['1e3', '1000'],
  ['1.25E-3', '0.00125'],
  ['-12.5e1', '-125'],
  ['0e400', '0'],
  ['12345678901234567890.123456789', '12345678901234567890.123456789'],
])('parseDecimal(%j) is %j', (text, expected) => {
  expect(parseDecimal(text)).toBe(expected);
});

test.each(['', '-', '.', '+.', '1,5', '1e401', '1e99999', '0x10', ' 1', 'NaN', '١', '--1', '1.2.3'])(
  'parseDecimal refuses %j',
  (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  },
);

test.each([
  ['1.005', 2, '1.01'],
  ['1.004', 2, '1'],
  ['-1.005', 2, '-1.01'],
  ['-0.004', 2, '0'],
  ['9.995', 2, '10'],
  ['0.5', 0, '1'],
  ['-0.5', 0, '-1'],
  ['0.05', 1, '0.1'],
  ['99999999999999999999.5', 0, '100000000000000000000'],
  ['1.2', 4, '1.2'],
])('roundDecimal(%j, %i) is %j', (decimal, scale, expected) => {
  expect(roundDecimal(decimal, scale)).toBe(expected);
});

const digits = (least: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: least, maxLength: 25 });
const numeral = fc
  .tuple(fc.constantFrom('', '-', '+'), digits(1), digits(0), fc.integer({ min: -30, max: 30 }))
  .map(([sign, whole, fraction, exponent]) => ({
    text: `${sign}${whole}.${fraction}e${exponent}`,
    sign,
    whole,
    fraction,
    exponent,
  }));

/** The numeral times 10^80, exactly. */
const scaled = (n: { sign: string; whole: string; fraction: string; exponent: number }) =>
  BigInt(n.whole + n.fraction) * 10n ** BigInt(80 - n.fraction.length + n.exponent) * (n.sign === '-' ? -1n : 1n);

test('parsing is exact, canonical and idempotent', () => {
  fc.assert(
    fc.property(numeral, numeral, (a, b) => {
      const x = parseDecimal(a.text)!;
      const y = parseDecimal(b.text)!;
      expect(x).toMatch(/^(-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
      expect(x).not.toBe('-0');
      expect(parseDecimal(x)).toBe(x);
      const order = scaled(a) < scaled(b) ? -1 : scaled(a) > scaled(b) ? 1 : 0;
      expect(Math.sign(compareDecimals(x, y))).toBe(order);
    }),
  );
});

test('every finite number has the decimal that reads back as it', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => {
      expect(Number(decimalOfNumber(n))).toBe(n === 0 ? 0 : n);
    }),
  );
  expect(decimalOfNumber(Number.NaN)).toBeUndefined();
  expect(decimalOfNumber(1e21)).toBe('1000000000000000000000');
});
