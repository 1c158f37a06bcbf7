import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDecimal, roundDecimal } from '../../record/decimal.ts';
import { fieldSchema } from '../field.ts';
import { moneyCodec } from './money.ts';
import { decimalCodec, integerCodec } from './number.ts';

const german = { wire: 'string', decimal: ',', group: '.', scale: 2 };
const field = (definition: object) => fieldSchema.parse(definition);
const decimal = (number?: object) => decimalCodec(field({ type: 'decimal', number }));

test.each<[object | undefined, unknown, string | undefined]>([
  [undefined, 0.1, '0.1'],
  [undefined, 1e21, '1000000000000000000000'],
  [undefined, -0, '0'],
  [undefined, '1.50', '1.5'],
  [undefined, '1,5', undefined],
  [undefined, Number.NaN, undefined],
  [undefined, true, undefined],
  [german, '1.234,56', '1234.56'],
  [german, '1234,56', '1234.56'],
  [german, '-1.234.567,8', '-1234567.8'],
  [german, '12.34.567,00', '1234567'],
  [german, '1.5', undefined],
  [german, '1.234.56', undefined],
  [german, '1,2,3', undefined],
  [german, ',5', '0.5'],
  [german, '', undefined],
  [german, 1234.5, '1234.5'],
  [{ decimal: ',', group: ' ' }, '1\u202f234,5', '1234.5'],
  [{ decimal: '.', group: ',' }, '1,234.5', '1234.5'],
  [{ decimal: '.', group: ',' }, '1.234,5', undefined],
])('a decimal %j reads %j as %j', (number, raw, expected) => {
  expect(decimal(number).decode(raw, {})).toBe(expected);
});

test.each<[object | undefined, string | number, unknown]>([
  [undefined, '0.1', 0.1],
  [undefined, 12.5, 12.5],
  [undefined, '12345678901234567890', undefined],
  [undefined, 'x', undefined],
  [{ wire: 'string' }, '12345678901234567890.5', '12345678901234567890.5'],
  [{ scale: 2 }, '2.005', 2.01],
  [german, '1234567.5', '1.234.567,50'],
  [german, '-0.005', '-0,01'],
  [german, '0.004', '0,00'],
  [{ wire: 'string', scale: 0 }, '0.5', '1'],
])('a decimal %j writes %j as %j', (number, value, expected) => {
  expect(decimal(number).encode(value)).toBe(expected);
});

test.each<[object | undefined, unknown, number | undefined]>([
  [undefined, 12, 12],
  [undefined, '12', 12],
  [undefined, '12.0', 12],
  [undefined, 12.5, undefined],
  [undefined, 9_007_199_254_740_992, undefined],
  [undefined, -0, 0],
  [{ wire: 'string', group: '.', decimal: ',' }, '1.234', 1234],
])('an integer %j reads %j as %j', (number, raw, expected) => {
  expect(integerCodec(field({ type: 'integer', number })).decode(raw, {})).toBe(expected);
});

test('integers of a database driver are read', () => {
  const codec = integerCodec(field({ type: 'integer' }));
  expect([codec.decode(5n, {}), codec.decode(2n ** 60n, {})]).toEqual([5, undefined]);
});

test('integers are written as declared and never rounded', () => {
  const text = integerCodec(field({ type: 'integer', number: { wire: 'string', group: '.', decimal: ',' } }));
  expect([1234, '1234', '1234.0', 12.5, '9007199254740993'].map((value) => text.encode(value))).toEqual([
    '1.234',
    '1.234',
    '1.234',
    undefined,
    undefined,
  ]);
});

const anyDecimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 0, max: 8 }))
  .map(([digits, shift]) => parseDecimal(`${digits}e-${shift}`)!);
const anyFormat = fc.record({
  wire: fc.constant('string'),
  decimal: fc.constantFrom(',', '.'),
  group: fc.constantFrom('', "'", ' '),
  scale: fc.integer({ min: 0, max: 9 }),
});

test('a decimal comes back rounded to the scale, exactly', () => {
  fc.assert(
    fc.property(anyFormat, anyDecimal, (number, value) => {
      const codec = decimal(number);
      expect(codec.decode(codec.encode(value), {})).toBe(roundDecimal(value, number.scale));
    }),
  );
});

const erp = { money: { form: 'text', symbols: { '€': 'EUR', $: 'USD', CHF: 'CHF' } }, number: german };
const beside = {
  money: { form: 'amount', currency_field: 'currency', symbols: { '€': 'EUR' } },
  number: { wire: 'string' },
};
const fixed = { money: { form: 'amount', fixed: 'EUR' } };
const money = (definition: object) => moneyCodec(field({ type: 'money', ...definition }));

test.each<[object, unknown, object, string | null | undefined]>([
  [{}, { amount: '1.50', currency: 'EUR' }, {}, '1.5 EUR'],
  [{}, { amount: 1.5, currency: 'EUR' }, {}, '1.5 EUR'],
  [{}, { amount: null, currency: 'EUR' }, {}, null],
  [{}, { amount: '1.5' }, {}, undefined],
  [{}, { amount: '1.5', currency: 'euro' }, {}, undefined],
  [{}, '1.5 EUR', {}, undefined],
  [{ money: { amount: 'value', currency: 'code', fixed: 'EUR' } }, { value: '2' }, {}, '2 EUR'],
  [erp, '1.234,56 €', {}, '1234.56 EUR'],
  [erp, '€ -1.234,56', {}, '-1234.56 EUR'],
  [erp, '-$5,00', {}, '-5 USD'],
  [erp, '5,00 CHF', {}, '5 CHF'],
  [erp, '5,00\u00a0€', {}, '5 EUR'],
  [erp, '5,00 £', {}, undefined],
  [erp, '€ 5,00 €', {}, undefined],
  [erp, '5,00', {}, undefined],
  [erp, '€', {}, undefined],
  [{ ...erp, money: { form: 'text', fixed: 'EUR' } }, '5,00', {}, '5 EUR'],
  [beside, '12.30', { currency: '€' }, '12.3 EUR'],
  [beside, '12.30', { currency: 'USD' }, '12.3 USD'],
  [beside, '12.30', {}, undefined],
  [fixed, 12.3, {}, '12.3 EUR'],
])('money %j reads %j beside %j as %j', (definition, raw, wire, expected) => {
  const read = money(definition).decode(raw, { ...wire });
  expect(read && typeof read === 'object' && 'amount' in read ? `${read.amount} ${read.currency}` : read).toBe(
    expected,
  );
});

test.each<[object, object, unknown, unknown]>([
  [{}, { amount: '1.5', currency: 'EUR' }, { amount: 1.5, currency: 'EUR' }, undefined],
  [erp, { amount: '1234.5', currency: 'EUR' }, '1.234,50 €', undefined],
  [erp, { amount: '-1234.5', currency: 'GBP' }, '-1.234,50 GBP', undefined],
  [beside, { amount: '12.3', currency: 'EUR' }, '12.3', '€'],
  [fixed, { amount: '12.3', currency: 'EUR' }, 12.3, undefined],
  [fixed, { amount: '12.3', currency: 'USD' }, undefined, undefined],
  [{}, { amount: '1.5', currency: 'euro' }, undefined, undefined],
])('money %j writes %j as %j, and beside it %j', (definition, value, expected, besideIt) => {
  const codec = money(definition);
  expect(codec.encode({ ...value })).toEqual(expected);
  expect(codec.beside?.encode({ ...value })).toBe(besideIt);
});
