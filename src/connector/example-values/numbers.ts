import { decimalOfNumber, parts } from '../../record/decimal.ts';
import type { FieldDefinition } from '../field.ts';

const INTEGERS: readonly number[] = [
  ...[7, 0, 1, -1, 9, 10, 99, 100, 1000, 12_345, -12_345, 999_999, 1_000_000],
  ...[2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53 - 1)],
];

/** Of every number of digits after the mark, and on the edges where they are rounded. */
const DECIMALS: readonly string[] = [
  ...['12.5', '0', '1', '-1', '10', '100', '1000', '1234.56', '-1234.56', '0.1', '0.01', '0.05', '-0.05', '19.99'],
  ...[
    '0.005',
    '0.015',
    '1.005',
    '-0.005',
    '0.004',
    '0.001',
    '0.0005',
    '0.0001',
    '1.23456',
    '0.000001',
    '0.123456789012',
  ],
  ...['999.995', '999999.99', '1000000', '99999999999.99', '9007199254740993', '0.1234567890123456789'],
];

const CURRENCIES: readonly string[] = ['EUR', 'USD', 'CHF', 'JPY', 'KWD', 'GBP'];

/** Integers for a field, with those at the limits of either declaration. */
export function exampleIntegers(declared: FieldDefinition, beside: FieldDefinition): number[] {
  const limits = limitsOf(declared, beside).filter(Number.isSafeInteger);
  return [...INTEGERS, ...limits.flatMap((limit) => [limit - 1, limit, limit + 1])].filter(Number.isSafeInteger);
}

/** Decimals for a field, with those at the limits of either declaration and one digit beyond either scale. */
export function exampleDecimals(declared: FieldDefinition, beside: FieldDefinition): string[] {
  const scales = [declared, beside].flatMap((field) => field.number?.scale ?? []);
  const fine = scales.flatMap((scale) => [`0.${'0'.repeat(scale)}5`, scale === 0 ? '3' : `1.${'3'.repeat(scale)}`]);
  const limits = limitsOf(declared, beside)
    .map(decimalOfNumber)
    .filter((limit) => limit !== undefined);
  return [...DECIMALS, ...fine, ...limits];
}

/** Amounts of money in all currencies that either declaration names, and some more. */
export function exampleMoney(
  declared: FieldDefinition,
  beside: FieldDefinition,
): { amount: string; currency: string }[] {
  const currencies = exampleCurrencies(declared, beside);
  const [first = 'EUR'] = currencies;
  const amounts = exampleDecimals(declared, beside).map((amount) => ({ amount, currency: first }));
  const others = currencies.flatMap((currency) => ['19.99', '-5', '1000'].map((amount) => ({ amount, currency })));
  return [...amounts, ...others];
}

export function exampleCurrencies(declared: FieldDefinition, beside: FieldDefinition): string[] {
  const named = [declared, beside].flatMap(({ money }) => [
    ...(money?.fixed === undefined ? [] : [money.fixed]),
    ...Object.values(money?.symbols ?? {}),
  ]);
  return [...new Set([...named, ...CURRENCIES])];
}

const limitsOf = (...fields: FieldDefinition[]): number[] =>
  fields.flatMap(({ minimum, maximum }) => [minimum, maximum].filter((limit) => limit !== undefined));

/** Digits after the mark of a canonical decimal. */
export const digitsAfterMark = (decimal: string): number => parts(decimal).fraction.length;
