import { minorDigits } from '../../../connector/codec/minor-units.ts';
import { compareDecimals } from '../../../record/decimal.ts';
import { asText, type Filter, filter, listFilter, sizeArgument, textArgument, Unfit, unfit } from '../filter.ts';
import { floatOf, type Item, isDict, isFloat, isNothing, numberOf, ownItem } from '../items.ts';
import { decimalFrom, dividedBy, minus, plus, type Rounding, read, rounded, times, written } from './exact.ts';
import { partOf } from './values.ts';

/** Digits after the mark at most. */
const FINEST = 100;

const digitsArgument = (item: Item, name: string, fallback?: number): number => {
  const digits = sizeArgument(item, name, fallback);
  if (digits > FINEST) throw new Unfit(`takes at most ${FINEST} digits after the mark`);
  return digits;
};

/** A number stays a number as far as that is exact; a decimal, which is a text, stays one. */
const exactly =
  (calculate: (a: string, b: string) => string) =>
  (item: Item, [other]: readonly Item[]): Item =>
    calculate(decimalFrom(item), decimalFrom(other));

const abs = filter('', (item) => {
  const number = numberOf(item);
  if (number === undefined) return decimalFrom(item).replace('-', '');
  return isFloat(item) ? floatOf(Math.abs(number)) : Math.abs(number);
});

const int = filter('default?', (item, [fallback]) => {
  const number = typeof item === 'boolean' ? Number(item) : (numberOf(item) ?? numberIn(asText(item)));
  if (number === undefined) return fallback === undefined ? 0 : fallback;
  const whole = Math.trunc(number);
  if (!Number.isSafeInteger(whole)) throw new Unfit('takes no number that large; decimal does');
  return whole;
});

const float = filter('default?', (item, [fallback]) => {
  const number = typeof item === 'boolean' ? Number(item) : (numberOf(item) ?? numberIn(asText(item)));
  if (number === undefined) return fallback === undefined ? floatOf(0) : fallback;
  return floatOf(number);
});

const round = filter('precision? method?', (item, [precision, method]) => {
  const digits = digitsArgument(precision, 'precision', 0);
  const how = textArgument(method, 'method', 'common');
  if (!isRounding(how)) throw new Unfit("needs 'common', 'ceil' or 'floor' as method");
  const decimal = rounded(decimalFrom(item), digits, how);
  return typeof item === 'string' ? decimal : isFloat(item) ? floatOf(Number(decimal)) : Number(decimal);
});

/** The amount of money, where it is money; else the number itself. */
const amountOf = (item: Item): string => decimalFrom(isDict(item) ? ownItem(item, 'amount') : item);

export const NUMBER_FILTERS: Readonly<Record<string, Filter>> = {
  abs,
  decimal: filter('mark? group?', (item, [mark, group]) => {
    if (numberOf(item) !== undefined) return decimalFrom(item);
    const point = textArgument(mark, 'mark', '.');
    const between = textArgument(group, 'group', point === ',' ? '.' : ',');
    if (point.length !== 1) throw new Unfit('needs one character as mark');
    const decimal = read(item, point, between);
    if (decimal === undefined) throw new Unfit('finds no number in the text');
    return decimal;
  }),
  divided_by: filter('number digits?', (item, [by, digits]) =>
    dividedBy(decimalFrom(item), decimalFrom(by), digitsArgument(digits, 'digits', 10)),
  ),
  float,
  format_number: filter('digits? mark? group?', (item, [digits, mark, group]) =>
    written(
      amountOf(item),
      isNothing(digits) ? null : digitsArgument(digits, 'digits'),
      textArgument(mark, 'mark', '.'),
      textArgument(group, 'group', ''),
    ),
  ),
  from_minor: filter('currency', (item, [currency]) => {
    const code = currencyArgument(currency);
    return { amount: dividedBy(decimalFrom(item), unitsOf(code), FINEST), currency: code };
  }),
  int,
  minus: filter('number', exactly(minus)),
  money: filter('currency', (item, [currency]) => ({ amount: amountOf(item), currency: currencyArgument(currency) })),
  plus: filter('number', exactly(plus)),
  round,
  round_money: filter('', (item) => {
    if (!isDict(item)) throw unfit(item);
    const currency = currencyArgument(ownItem(item, 'currency'));
    return { amount: rounded(amountOf(item), digitsOf(currency), 'common'), currency };
  }),
  times: filter('number', exactly(times)),
  to_minor: filter('', (item) => {
    if (!isDict(item)) throw unfit(item);
    const units = Number(times(amountOf(item), unitsOf(currencyArgument(ownItem(item, 'currency')))));
    if (!Number.isSafeInteger(units)) throw new Unfit('finds an amount finer than the currency, or too large');
    return units;
  }),
  total: listFilter('attribute?', (list, [attribute]) =>
    list.map((item) => decimalFrom(partOf(item, attribute))).reduce(plus, '0'),
  ),
  within: filter('least most', (item, [least, most]) => {
    const decimal = decimalFrom(item);
    const [low, high] = [decimalFrom(least), decimalFrom(most)];
    return compareDecimals(decimal, low) >= 0 && compareDecimals(decimal, high) <= 0;
  }),
};

const isRounding = (text: string): text is Rounding => ['common', 'ceil', 'floor'].includes(text);

/** A number as people write it, without marks between groups; undefined where the text is none. */
function numberIn(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/.test(trimmed)) return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : undefined;
}

function currencyArgument(item: Item): string {
  const code = textArgument(item, 'currency');
  if (!Intl.supportedValuesOf('currency').includes(code))
    throw new Unfit('needs a currency code of ISO 4217, e.g. EUR');
  return code;
}

/** Minor units in one of the currency, as a decimal: 100 cents, 1 yen. */
const unitsOf = (currency: string): string => `1${'0'.repeat(digitsOf(currency))}`;

function digitsOf(currency: string): number {
  const digits = minorDigits(currency);
  if (digits === undefined) throw new Unfit('needs a currency with a minor unit of tenths');
  return digits;
}
