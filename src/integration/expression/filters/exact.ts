import { decimalOfNumber, parseDecimal, parts } from '../../../record/decimal.ts';
import { asText, Unfit } from '../filter.ts';
import { type Item, kindOf, NAMES, numberOf } from '../items.ts';

/** Digits that an exact number may have, all together. */
const MOST_DIGITS = 1000;

/** A decimal taken apart: `units` of 10^-`scale`. */
interface Exact {
  units: bigint;
  scale: number;
}

/** The canonical decimal in a number or in a text; a text that is none is refused. */
export function decimalFrom(item: Item): string {
  const number = numberOf(item);
  const decimal =
    number === undefined ? (typeof item === 'string' ? parseDecimal(item.trim()) : undefined) : decimalOfNumber(number);
  if (decimal === undefined) throw new Unfit(`needs a number, not ${NAMES[kindOf(item)]} like this`);
  return decimal;
}

export const plus = (a: string, b: string): string => combined(a, b, (x, y) => x + y);
export const minus = (a: string, b: string): string => combined(a, b, (x, y) => x - y);

export function times(a: string, b: string): string {
  const [x, y] = [exact(a), exact(b)];
  return textOfExact({ units: x.units * y.units, scale: x.scale + y.scale });
}

/** Rounded to `scale` digits after the mark, a half away from zero. */
export function dividedBy(a: string, b: string, scale: number): string {
  const [x, y] = [exact(a), exact(b)];
  if (y.units === 0n) throw new Unfit('divides by zero');
  // One digit more than asked for, made odd where anything is left over: enough to round by.
  const shift = scale + 1 + y.scale - x.scale;
  const over = shift >= 0 ? x.units * 10n ** BigInt(shift) : x.units;
  const under = shift >= 0 ? y.units : y.units * 10n ** BigInt(-shift);
  return rounded(textOfExact({ units: over / under, scale: scale + 1 }), scale, 'common');
}

export type Rounding = 'common' | 'ceil' | 'floor';

/** `common`: a half goes away from zero, as in accounts. */
export function rounded(decimal: string, scale: number, method: Rounding): string {
  const { units, scale: has } = exact(decimal);
  if (has <= scale) return decimal;
  const by = 10n ** BigInt(has - scale);
  const whole = units / by;
  const rest = units % by;
  const sign = units < 0n ? -1n : 1n;
  const away = method === 'common' ? rest * sign * 2n >= by : rest !== 0n && (method === 'ceil') === sign > 0n;
  return textOfExact({ units: away ? whole + sign : whole, scale });
}

/** With exactly so many digits after the mark, and groups of three: `1.234,50`. */
export function written(decimal: string, digits: number | null, mark: string, group: string): string {
  const shown = digits === null ? decimal : rounded(decimal, digits, 'common');
  const { negative, whole, fraction } = parts(shown);
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, () => group);
  const tail = digits === null ? fraction : fraction.padEnd(digits, '0');
  return `${negative ? '-' : ''}${groups}${tail === '' ? '' : mark + tail}`;
}

/** The canonical decimal in a text such as `1.234,56`; undefined where the text is not of that form. */
export function read(item: Item, mark: string, group: string): string | undefined {
  const text = asText(item).replace(/[\s\u00a0\u202f]/gu, '');
  const [whole = '', fraction, ...more] = text.split(mark);
  if (more.length > 0) return undefined;
  const grouped = /^[+-]?\d{1,3}(?:[^\d]\d{3})+$/.test(whole) && group !== '';
  const bare = grouped ? whole.replaceAll(group, '') : whole;
  return parseDecimal(fraction === undefined ? bare : `${bare}.${fraction}`);
}

function combined(a: string, b: string, apply: (x: bigint, y: bigint) => bigint): string {
  const [x, y] = [exact(a), exact(b)];
  const scale = Math.max(x.scale, y.scale);
  const raised = ({ units, scale: has }: Exact) => units * 10n ** BigInt(scale - has);
  return textOfExact({ units: apply(raised(x), raised(y)), scale });
}

function exact(decimal: string): Exact {
  if (decimal.length > MOST_DIGITS) throw new Unfit(`takes numbers of at most ${MOST_DIGITS} digits`);
  const { negative, whole, fraction } = parts(decimal);
  const units = BigInt(whole + fraction);
  return { units: negative ? -units : units, scale: fraction.length };
}

function textOfExact({ units, scale }: Exact): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const mark = digits.length - scale;
  const text = scale === 0 ? digits : `${digits.slice(0, mark)}.${digits.slice(mark)}`;
  return parseDecimal(units < 0n ? `-${text}` : text) ?? '0';
}
