import {
  type Civil,
  civilOfMatch,
  civilToMs,
  DAY,
  daysInMonth,
  digitsAt,
  EARLIEST,
  LATEST,
  MINUTE,
  msToCivil,
  pair,
  quad,
  SECOND,
  triple,
} from './civil.ts';

/** A date-time of RFC 3339, or of SQL with its blank and short offset; finer than milliseconds is cut. */
const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?\s?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)$/;

/** The canonical form of an instant in ISO 8601 with `Z` or an offset; undefined where it is none. */
export function readIso(text: string): string | undefined {
  if (isCanonicalInstant(text)) return text;
  const found = INSTANT.exec(text);
  if (!found) return undefined;
  const local = civilToMs(civilOfMatch(found));
  const [sign, offsetHours = '0', offsetMinutes = '0'] = [found[9], found[10], found[11]];
  if (local === undefined || Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * MINUTE;
  return isoOfMs(sign === '-' ? local + offset : local - offset);
}

/** `YYYY-MM-DDTHH:mm:ss.sssZ`; undefined outside the years 0000 to 9999. */
export function isoOfMs(ms: number): string | undefined {
  if (!(ms >= EARLIEST && ms <= LATEST)) return undefined;
  const days = Math.floor(ms / DAY);
  const rest = Math.floor(ms) - days * DAY;
  const minute = Math.floor(rest / MINUTE);
  const tail = rest - minute * MINUTE;
  const seconds = tail === 0 ? '00.000' : `${pair(Math.floor(tail / SECOND))}.${triple(tail % SECOND)}`;
  return `${dateText(days)}T${MINUTES[minute]}:${seconds}Z`;
}

/** `HH:mm` of every minute of a day. */
const MINUTES = Array.from({ length: 24 * 60 }, (_, minute) => `${pair(Math.floor(minute / 60))}:${pair(minute % 60)}`);

/** Dates written lately, by their day: records cluster in time, and writing a date is most of the work. */
const DATES = new Map<number, string>();
const MOST_DATES = 4096;

function dateText(days: number): string {
  const known = DATES.get(days);
  if (known !== undefined) return known;
  const { year, month, day } = msToCivil(days * DAY);
  const text = `${quad(year)}-${pair(month)}-${pair(day)}`;
  if (DATES.size >= MOST_DATES) DATES.clear();
  DATES.set(days, text);
  return text;
}

/** Epoch milliseconds of a canonical instant; undefined where the text is not in exactly that form. */
export function msOfIso(text: string): number | undefined {
  return isCanonicalInstant(text) ? civilToMs(civilOf(text)) : undefined;
}

/** Whether the text is `YYYY-MM-DD` and a day of the calendar. */
export function isCanonicalDate(text: string): boolean {
  return text.length === 10 && startsWithDate(text);
}

function isCanonicalInstant(text: string): boolean {
  return (
    text.length === 24 &&
    text.charCodeAt(10) === 0x54 &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a &&
    text.charCodeAt(19) === 0x2e &&
    text.charCodeAt(23) === 0x5a &&
    startsWithDate(text) &&
    isWithin(digitsAt(text, 11, 2), 23) &&
    isWithin(digitsAt(text, 14, 2), 59) &&
    isWithin(digitsAt(text, 17, 2), 59) &&
    digitsAt(text, 20, 3) >= 0
  );
}

const isWithin = (value: number, most: number): boolean => value >= 0 && value <= most;

function startsWithDate(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return false;
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  return year >= 0 && month >= 1 && month <= 12 && day >= 1 && (day <= 28 || day <= daysInMonth(year, month));
}

function civilOf(text: string): Civil {
  return {
    year: digitsAt(text, 0, 4),
    month: digitsAt(text, 5, 2),
    day: digitsAt(text, 8, 2),
    hour: digitsAt(text, 11, 2),
    minute: digitsAt(text, 14, 2),
    second: digitsAt(text, 17, 2),
    millisecond: digitsAt(text, 20, 3),
  };
}
