import { type Civil, civilOfMatch, digitsAt, pair, quad, triple } from './civil.ts';

/** A pattern such as `DD.MM.YYYY HH:mm`, compiled. Every part has a fixed width, so that it stands at a fixed place. */
export interface TimePattern {
  /** Undefined where the text is not of this form; ranges (month 13) are not looked at. */
  read(text: string): Civil | undefined;
  write(civil: Civil): string;
}

const LETTERS = /YYYY|MM|DD|HH|mm|ss|SSS/g;

/** ISO 8601 without an offset, for a time that is local to a declared zone or to none. */
const ISO_LOCAL = 'iso';

/** Whether the pattern says a whole date or a time of day, and no part twice. */
export function isTimePattern(pattern: string): boolean {
  const letters = lettersOf(pattern);
  return (saysDate(pattern) || saysTimeOfDay(pattern)) && new Set(letters).size === letters.length;
}

export function saysDate(pattern: string): boolean {
  const letters = lettersOf(pattern);
  return pattern === ISO_LOCAL || ['YYYY', 'MM', 'DD'].every((one) => letters.includes(one));
}

/** Whether the pattern says a time and nothing of a date. */
export function saysTimeOfDay(pattern: string): boolean {
  const letters = lettersOf(pattern);
  return pattern === ISO_LOCAL || (letters.includes('HH') && !/YYYY|MM|DD/.test(pattern));
}

const lettersOf = (pattern: string): string[] => pattern.match(LETTERS) ?? [];

export function compileTimePattern(pattern: string): TimePattern {
  if (pattern === ISO_LOCAL) return ISO_PATTERN;
  const literals = literalsOf(pattern);
  const pieces = pattern.split(/(YYYY|MM|DD|HH|mm|ss|SSS)/).filter((piece) => piece !== '');
  const writers = pieces.map((piece) => WRITERS[piece] ?? (() => piece));
  const partAt = (letters: string) => {
    const at = pattern.indexOf(letters);
    return (text: string) => (at < 0 ? 0 : digitsAt(text, at, letters.length));
  };
  const [year, month, day] = [partAt('YYYY'), partAt('MM'), partAt('DD')];
  const [hour, minute, second, millisecond] = [partAt('HH'), partAt('mm'), partAt('ss'), partAt('SSS')];
  return {
    read(text) {
      if (text.length !== pattern.length) return undefined;
      for (const { at, code } of literals) if (text.charCodeAt(at) !== code) return undefined;
      const civil = {
        year: year(text),
        month: month(text),
        day: day(text),
        hour: hour(text),
        minute: minute(text),
        second: second(text),
        millisecond: millisecond(text),
      };
      return civil.year < 0 || civil.hour < 0 || civil.minute < 0 || civil.second < 0 || civil.millisecond < 0
        ? undefined
        : civil;
    },
    write(civil) {
      let text = '';
      for (const write of writers) text += write(civil);
      return text;
    },
  };
}

/** By the letters of a part; every other piece stands for itself. */
const WRITERS: Partial<Record<string, (civil: Civil) => string>> = {
  YYYY: ({ year }) => quad(year),
  MM: ({ month }) => pair(month),
  DD: ({ day }) => pair(day),
  HH: ({ hour }) => pair(hour),
  mm: ({ minute }) => pair(minute),
  ss: ({ second }) => pair(second),
  SSS: ({ millisecond }) => triple(millisecond),
};

const ISO_FORM = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?$/;

/** Any precision is read, finer than milliseconds cut; seconds are written, with their fraction where there is one. */
const ISO_PATTERN: TimePattern = {
  read(text) {
    const found = ISO_FORM.exec(text);
    return found ? civilOfMatch(found) : undefined;
  },
  write(civil) {
    return `${quad(civil.year)}-${pair(civil.month)}-${pair(civil.day)}T${timeOfDayText(civil)}`;
  },
};

/** `HH:mm:ss`, with milliseconds where there are any. */
export function timeOfDayText({ hour, minute, second, millisecond }: TimeOfDay): string {
  const fraction = millisecond === 0 ? '' : `.${triple(millisecond)}`;
  return `${pair(hour)}:${pair(minute)}:${pair(second)}${fraction}`;
}

export type TimeOfDay = Pick<Civil, 'hour' | 'minute' | 'second' | 'millisecond'>;

function literalsOf(pattern: string): { at: number; code: number }[] {
  const masked = pattern.replace(LETTERS, (letters) => '\0'.repeat(letters.length));
  return Array.from({ length: pattern.length }, (_, at) => ({ at, code: pattern.charCodeAt(at) })).filter(
    ({ at }) => masked.charCodeAt(at) !== 0,
  );
}
