/** Calendar arithmetic on plain integers: quicker than Date, and without its special case for the years 0 to 99. */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The first and the last millisecond that the canonical form of a timestamp can say: years 0000 to 9999. */
export const EARLIEST = -62_167_219_200_000;
export const LATEST = 253_402_300_799_999;

/** A local or UTC calendar time. */
export interface Civil {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

/**
 * Days from 1970-01-01 of a proleptic Gregorian date. Years begin in March here, so that the leap day is the last; a
 * cycle of 400 years has 146,097 days.
 */
export function daysOf(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const cycle = Math.floor(shifted / 400);
  const yearOfCycle = shifted - cycle * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear;
  return cycle * 146_097 + dayOfCycle - 719_468;
}

/** Milliseconds from 1970 of a calendar time, as if it were UTC; undefined where there is no such time. */
export function civilToMs(civil: Civil): number | undefined {
  const { year, month, day, hour, minute, second, millisecond } = civil;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (day > 28 && day > daysInMonth(year, month)) return undefined;
  return daysOf(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND + millisecond;
}

/**
 * The calendar time in the first seven groups of a match: year, month, day, hour, minute, and, where they are, second and
 * its fraction. What is finer than milliseconds is cut.
 */
export function civilOfMatch(found: RegExpExecArray): Civil {
  return {
    year: Number(found[1]),
    month: Number(found[2]),
    day: Number(found[3]),
    hour: Number(found[4]),
    minute: Number(found[5]),
    second: Number(found[6] ?? 0),
    millisecond: Number((found[7] ?? '').padEnd(3, '0').slice(0, 3)),
  };
}

/** The inverse of `civilToMs`. */
export function msToCivil(ms: number): Civil {
  const days = Math.floor(ms / DAY);
  const rest = ms - days * DAY;
  const shifted = days + 719_468;
  const cycle = Math.floor(shifted / 146_097);
  const dayOfCycle = shifted - cycle * 146_097;
  const leapDays = Math.floor(dayOfCycle / 1460) - Math.floor(dayOfCycle / 36_524) + Math.floor(dayOfCycle / 146_096);
  const yearOfCycle = Math.floor((dayOfCycle - leapDays) / 365);
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
    hour: Math.floor(rest / HOUR),
    minute: Math.floor(rest / MINUTE) % 60,
    second: Math.floor(rest / SECOND) % 60,
    millisecond: rest % SECOND,
  };
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The number written in `length` ASCII digits from `at`; -1 where there is anything else. */
export function digitsAt(text: string, at: number, length: number): number {
  let value = 0;
  for (let index = at; index < at + length; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Two digits; of a table, since every formatted time needs several. */
const PAIRS = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));
export const pair = (value: number): string => PAIRS[value] ?? '';
export const quad = (value: number): string => pair(Math.floor(value / 100)) + pair(value % 100);
export const triple = (value: number): string => String(value).padStart(3, '0');
