import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCodec } from '../codec.ts';
import { fieldSchema } from '../field.ts';
import { MINOR_CURRENCIES, minorDigits } from './minor-units.ts';

const codecOf = (declared: object) =>
  compileCodec({ fields: { x: fieldSchema.parse({ type: 'money', ...declared }) } });

/** Marks that numbers are written with somewhere, and grouping marks that can stand beside them. */
const MARKS = ['.', ',', '٫', '·', "'"];
const GROUPS = ['', '.', ',', "'", '’', ' ', '\u00a0', '\u202f', '_', '٬'];

/** An amount as whole minor units, far beyond what a float can hold, and the canonical decimal by integers alone. */
const units = fc.oneof(
  fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n }),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
);

function decimalOf(minor: bigint, digits: number): string {
  const size = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const whole = size.slice(0, size.length - digits);
  const fraction = size.slice(size.length - digits).replace(/0+$/, '');
  return `${minor < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

const currency = fc.constantFrom(...MINOR_CURRENCIES);
const separators = fc
  .tuple(fc.constantFrom(...MARKS), fc.constantFrom(...GROUPS))
  .filter(([decimal, group]) => decimal !== group);

/** Every form of an amount in texts, with its currency. */
const forms = [
  { form: 'object' },
  { form: 'object', amount: 'value', currency: 'iso' },
  { form: 'text' },
  { form: 'text', symbols: { '€': 'EUR', $: 'USD', 'CHF ': 'CHF' } },
  { form: 'amount', currency_field: 'beside' },
];

test('the minor units of the currencies are those of ISO 4217', () => {
  const known = {
    EUR: 2,
    USD: 2,
    HUF: 2,
    ISK: 0,
    JPY: 0,
    KRW: 0,
    UGX: 0,
    BHD: 3,
    KWD: 3,
    TND: 3,
    IQD: 3,
    CLF: 4,
    UYW: 4,
  };
  for (const [code, digits] of Object.entries(known)) expect(minorDigits(code), code).toBe(digits);
  // A fifth of one has no place after a decimal mark; systems differ in how they count it.
  expect(['MGA', 'MRU', 'XXX', 'XAU'].map(minorDigits)).toEqual([undefined, undefined, undefined, undefined]);
  expect(MINOR_CURRENCIES.length).toBeGreaterThan(150);
});

test('every amount of every currency comes back exact from every form and with all separators', () => {
  fc.assert(
    fc.property(units, currency, separators, fc.constantFrom(...forms), (minor, code, [decimal, group], money) => {
      const amount = decimalOf(minor, minorDigits(code)!);
      const codec = codecOf({ money, number: { wire: 'string', decimal, group } });
      expect(codec.normalise('x', { amount, currency: code })).toEqual({ ok: true, value: { amount, currency: code } });
    }),
    { numRuns: 5000 },
  );
});

test('every currency comes back from its minor units, in texts and in numbers', () => {
  for (const code of MINOR_CURRENCIES) {
    for (const wire of ['string', 'number']) {
      for (const minor of [0n, 1n, -1n, 99n, 100n, 12_345n, -1_234_567n, 9_007_199_254_740_991n]) {
        const amount = decimalOf(minor, minorDigits(code)!);
        const codec = codecOf({ money: { form: 'amount', currency_field: 'iso', unit: 'minor' }, number: { wire } });
        const encoded = codec.encode({ x: { amount, currency: code } });
        const onWire = wire === 'string' ? String(minor) : Number(minor);
        expect(encoded, `${minor} ${code}`).toEqual({ ok: true, value: { x: onWire, iso: code } });
        const read = codec.decode({ x: onWire, iso: code }, ['x']).fields.x;
        expect(read, `${minor} ${code}`).toEqual({ amount, currency: code });
      }
    }
  }
});

test('minor units beyond what a number holds are texts, or refused; never rounded', () => {
  fc.assert(
    fc.property(units, currency, (minor, code) => {
      const amount = decimalOf(minor, minorDigits(code)!);
      const declared = { form: 'amount', fixed: code, unit: 'minor' };
      const text = codecOf({ money: declared, number: { wire: 'string' } }).encodeValue('x', {
        amount,
        currency: code,
      });
      expect(text).toEqual({ ok: true, value: String(minor) });
      const number = codecOf({ money: declared }).encodeValue('x', { amount, currency: code });
      if (number.ok) expect(BigInt(Number(number.value))).toBe(minor);
      else expect(BigInt(Number(minor)) === minor && Number.isSafeInteger(Number(minor))).toBe(false);
    }),
  );
});

test('an amount in JSON numbers is the shortest decimal that reads back as it, or refused', () => {
  fc.assert(
    fc.property(units, currency, (minor, code) => {
      const amount = decimalOf(minor, minorDigits(code)!);
      const codec = codecOf({ money: { form: 'object' } });
      const encoded = codec.encodeValue('x', { amount, currency: code });
      if (!encoded.ok) return;
      const wire = JSON.parse(JSON.stringify(encoded.value));
      expect(codec.decode({ x: wire }, ['x']).fields.x).toEqual({ amount, currency: code });
    }),
    { numRuns: 2000 },
  );
  const cents = codecOf({ number: { scale: 2 } });
  // In floats, 1.005 * 100 is less than 100.5, and 0.1 + 0.2 is not 0.3.
  expect(cents.encodeValue('x', { amount: '1.005', currency: 'EUR' })).toMatchObject({ value: { amount: 1.01 } });
  expect(cents.encodeValue('x', { amount: '0.3', currency: 'EUR' })).toMatchObject({ value: { amount: 0.3 } });
});

test.each<[string, object, unknown, unknown]>([
  ['yen have no minor unit', { money: { form: 'amount', fixed: 'JPY', unit: 'minor' } }, 1234, '1234'],
  ['dinars have three digits', { money: { form: 'amount', fixed: 'KWD', unit: 'minor' } }, 1234, '1.234'],
  [
    'a system may count otherwise',
    { money: { form: 'amount', fixed: 'ISK', unit: 'minor', digits: { ISK: 2 } } },
    1234,
    '12.34',
  ],
  [
    'or count a fifth as two digits',
    { money: { form: 'amount', fixed: 'MGA', unit: 'minor', digits: { MGA: 2 } } },
    1234,
    '12.34',
  ],
  ['a fifth alone is not read', { money: { form: 'amount', fixed: 'MGA', unit: 'minor' } }, 1234, undefined],
])('%s', (_, declared, raw, amount) => {
  const read = codecOf(declared).decode({ x: raw }, ['x']).fields.x;
  expect(read).toEqual(amount === undefined ? undefined : expect.objectContaining({ amount }));
});

test('parts of a cent can’t be counted in cents, unless the system rounds', () => {
  const minor = { form: 'amount', fixed: 'EUR', unit: 'minor' };
  const value = { amount: '1.005', currency: 'EUR' };
  expect(codecOf({ money: minor }).encodeValue('x', value).ok).toBe(false);
  expect(codecOf({ money: minor, number: { scale: 0 } }).encodeValue('x', value)).toEqual({ ok: true, value: 101 });
});
