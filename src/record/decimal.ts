/**
 * Exact decimals as texts. The canonical form is the shortest one: no exponent, no plus, no leading or trailing zeros,
 * no negative zero.
 */

/** Exponents beyond this are refused, so that a short text can't expand into a huge one. */
const LARGEST_EXPONENT = 400;

const NUMERAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** The canonical form of `-12.50`, `+1`, `.5`, `1e3`; undefined where the text is no decimal. */
export function parseDecimal(text: string): string | undefined {
  if (isPlainDecimal(text)) return text;
  const found = NUMERAL.exec(text);
  if (!found) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = found;
  if (whole === '' && fraction === '') return undefined;
  const shift = Number(exponent);
  if (Math.abs(shift) > LARGEST_EXPONENT) return undefined;
  return shortest(sign === '-', ...shifted(whole, fraction, shift));
}

/** The shortest decimal that reads back as this number; undefined for NaN and infinities. */
export function decimalOfNumber(value: number): string | undefined {
  return Number.isFinite(value) ? parseDecimal(String(value)) : undefined;
}

/** Rounds a canonical decimal to `scale` digits after the mark; a half goes away from zero, as in accounts. */
export function roundDecimal(decimal: string, scale: number): string {
  const { negative, whole, fraction } = parts(decimal);
  if (fraction.length <= scale) return decimal;
  const kept = whole + fraction.slice(0, scale);
  const up = fraction.charCodeAt(scale) >= 0x35;
  const digits = up ? String(BigInt(kept) + 1n).padStart(kept.length, '0') : kept;
  const mark = digits.length - scale;
  return shortest(negative, digits.slice(0, mark), digits.slice(mark));
}

/** A canonical decimal with its mark moved by so many places to the right, or to the left where negative. */
export function shiftDecimal(decimal: string, places: number): string {
  const { negative, whole, fraction } = parts(decimal);
  return shortest(negative, ...shifted(whole, fraction, places));
}

/** Negative, zero or positive, as `a` is less than, equal to or greater than `b`; both canonical. */
export function compareDecimals(a: string, b: string): number {
  if (a === b) return 0;
  const left = parts(a);
  const right = parts(b);
  if (left.negative !== right.negative) return left.negative ? -1 : 1;
  const size = compareSizes(left, right);
  return left.negative ? -size : size;
}

/** A canonical decimal taken apart. */
export function parts(decimal: string): { negative: boolean; whole: string; fraction: string } {
  const negative = decimal.startsWith('-');
  const start = negative ? 1 : 0;
  const mark = decimal.indexOf('.');
  if (mark < 0) return { negative, whole: decimal.slice(start), fraction: '' };
  return { negative, whole: decimal.slice(start, mark), fraction: decimal.slice(mark + 1) };
}

function compareSizes(a: { whole: string; fraction: string }, b: { whole: string; fraction: string }): number {
  if (a.whole.length !== b.whole.length) return a.whole.length - b.whole.length;
  if (a.whole !== b.whole) return a.whole < b.whole ? -1 : 1;
  if (a.fraction === b.fraction) return 0;
  return a.fraction < b.fraction ? -1 : 1;
}

/** Whether the text already is canonical; a scan without allocation, since most are. */
export function isPlainDecimal(text: string): boolean {
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0;
  const mark = text.indexOf('.');
  const end = mark < 0 ? text.length : mark;
  if (end === start) return false;
  if (text.charCodeAt(start) === 0x30 && end > start + 1) return false;
  if (mark >= 0 && (mark === text.length - 1 || text.charCodeAt(text.length - 1) === 0x30)) return false;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x30 || code > 0x39) && at !== mark) return false;
  }
  return text !== '-0';
}

function shifted(whole: string, fraction: string, shift: number): [string, string] {
  if (shift === 0) return [whole, fraction];
  const digits = whole + fraction;
  const mark = whole.length + shift;
  if (mark <= 0) return ['', '0'.repeat(-mark) + digits];
  if (mark >= digits.length) return [digits + '0'.repeat(mark - digits.length), ''];
  return [digits.slice(0, mark), digits.slice(mark)];
}

function shortest(negative: boolean, whole: string, fraction: string): string {
  let from = 0;
  while (from < whole.length - 1 && whole.charCodeAt(from) === 0x30) from++;
  let to = fraction.length;
  while (to > 0 && fraction.charCodeAt(to - 1) === 0x30) to--;
  const front = whole.slice(from) || '0';
  const text = to === 0 ? front : `${front}.${fraction.slice(0, to)}`;
  return negative && text !== '0' ? `-${text}` : text;
}
