import { parts, roundDecimal } from './decimal.ts';

/**
 * A duration as XML Schema sees it (part 2, section 3.3.6): months, which have no fixed length, and an exact length. Both
 * have the same sign. Here the length is counted in milliseconds; finer is cut.
 */
export interface Duration {
  months: number;
  ms: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const FORM =
  /^([+-]?)P(?!$)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:[.,]\d{1,9})?)W)?(?:(\d{1,9}(?:[.,]\d{1,9})?)D)?(?:T(?=\d)(?:(\d{1,9}(?:[.,]\d{1,9})?)H)?(?:(\d{1,9}(?:[.,]\d{1,9})?)M)?(?:(\d{1,12}(?:[.,]\d{1,9})?)S)?)?$/;

/** ISO 8601, a week as seven days and a day as 24 hours; undefined where the text is no duration. */
export function parseDuration(text: string): Duration | undefined {
  const found = FORM.exec(text);
  if (!found) return undefined;
  const [, sign, years = '0', months = '0', ...lengths] = found;
  let ms = 0;
  for (const [place, unit] of [7 * DAY, DAY, HOUR, MINUTE, SECOND].entries()) {
    const length = msOfDecimal((lengths[place] ?? '0').replace(',', '.'), unit);
    if (length === undefined) return undefined;
    ms += length;
  }
  if (!Number.isSafeInteger(ms)) return undefined;
  const way = sign === '-' ? -1 : 1;
  return { months: way * (Number(years) * 12 + Number(months)) + 0, ms: way * ms + 0 };
}

/** The canonical text: years and months below twelve, days and hours below 24, what is zero left out; `PT0S`. */
export function durationText({ months, ms }: Duration): string {
  const isNegative = months < 0 || ms < 0;
  const wholeMonths = Math.abs(months);
  const rest = Math.abs(ms);
  const date =
    amount(Math.floor(wholeMonths / 12), 'Y') + amount(wholeMonths % 12, 'M') + amount(Math.floor(rest / DAY), 'D');
  const time =
    amount(Math.floor((rest % DAY) / HOUR), 'H') +
    amount(Math.floor((rest % HOUR) / MINUTE), 'M') +
    secondsText(rest % MINUTE);
  if (date === '' && time === '') return 'PT0S';
  return `${isNegative ? '-' : ''}P${date}${time === '' ? '' : `T${time}`}`;
}

const amount = (value: number, letter: string): string => (value === 0 ? '' : `${value}${letter}`);

function secondsText(ms: number): string {
  if (ms === 0) return '';
  const fraction = String(ms % SECOND)
    .padStart(3, '0')
    .replace(/0+$/, '');
  return `${Math.floor(ms / SECOND)}${fraction === '' ? '' : `.${fraction}`}S`;
}

/** Milliseconds of a decimal number of units, finer cut; undefined beyond the safe integers. */
export function msOfDecimal(decimal: string, unit: number): number | undefined {
  const { negative, whole, fraction } = parts(decimal);
  const scaled = (BigInt(whole + fraction) * BigInt(unit)) / 10n ** BigInt(fraction.length);
  const ms = Number(negative ? -scaled : scaled);
  return Number.isSafeInteger(ms) ? ms + 0 : undefined;
}

/** Digits after the mark that a length of time is written with at most. */
const MOST_DIGITS = 12;

/** The length in units of so many milliseconds: rounded to `scale` digits, or exact; undefined where it has no end. */
export function unitsOfMs(ms: number, unit: number, scale: number | undefined): string | undefined {
  const size = BigInt(Math.abs(ms));
  const digits = (scale ?? MOST_DIGITS) + 1;
  const scaled = size * 10n ** BigInt(digits);
  if (scale === undefined && scaled % BigInt(unit) !== 0n) return undefined;
  const quotient = String(scaled / BigInt(unit)).padStart(digits + 1, '0');
  const mark = quotient.length - digits;
  const fraction = quotient.slice(mark).replace(/0+$/, '');
  const whole = quotient.slice(0, mark);
  const decimal = fraction === '' ? whole : `${whole}.${fraction}`;
  const rounded = scale === undefined ? decimal : roundDecimal(decimal, scale);
  return ms < 0 && rounded !== '0' ? `-${rounded}` : rounded;
}

const CLOCK = /^([+-]?)(\d{1,9}):([0-5]\d)(?::([0-5]\d))?$/;

/** Milliseconds of hours and minutes, `37:30` or `1:30:15`. */
export function msOfClock(text: string): number | undefined {
  const found = CLOCK.exec(text);
  if (!found) return undefined;
  const [, sign, hours, minutes, seconds = '0'] = found;
  const ms = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND;
  return sign === '-' ? -ms + 0 : ms;
}

/** `37:30`, or with seconds `37:30:00`; finer is cut. */
export function clockText(ms: number, seconds: boolean): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const size = Math.abs(ms);
  const minutes = two(Math.floor((size % HOUR) / MINUTE));
  const text = `${two(Math.floor(size / HOUR))}:${minutes}${seconds ? `:${two(Math.floor((size % MINUTE) / SECOND))}` : ''}`;
  return ms < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}
