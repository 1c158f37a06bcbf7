import type { FieldDefinition } from '../../connector/field.ts';

type TimeForm = NonNullable<FieldDefinition['time']>;

/** A strftime format in our words: the form of the instant, and the text around it. */
export interface TimeText {
  time: TimeForm;
  /** With {value}. */
  template: string;
}

const PARTS: Readonly<Record<string, string>> = {
  '%Y': 'YYYY',
  '%m': 'MM',
  '%d': 'DD',
  '%H': 'HH',
  '%M': 'mm',
  '%S': 'ss',
  '%_ms': 'SSS',
  // Microseconds, of which the last three are said as none.
  '%f': 'SSS000',
  '%z': '+0000',
  '%Z': 'UTC',
  '%F': 'YYYY-MM-DD',
  '%T': 'HH:mm:ss',
  '%%': '%',
};

const TOKEN = /%epoch_microseconds|%s_as_float|%_ms|%ms|%./g;
const EPOCHS: Readonly<Record<string, { time: TimeForm; suffix: string }>> = {
  '%s': { time: 'epoch_s', suffix: '' },
  '%s_as_float': { time: 'epoch_s', suffix: '' },
  '%ms': { time: 'epoch_ms', suffix: '' },
  '%epoch_microseconds': { time: 'epoch_ms', suffix: '000' },
};

/** Null where the format can't be said, such as one without a day. */
export function timeText(format: string): TimeText | null {
  const tokens = [...format.matchAll(TOKEN)];
  const [only] = tokens;
  const epoch = only === undefined ? undefined : EPOCHS[only[0]];
  if (only !== undefined && epoch && tokens.length === 1) {
    const [before, after] = [format.slice(0, only.index), format.slice(only.index + only[0].length)];
    return { time: epoch.time, template: `${before}{value}${epoch.suffix}${after}` };
  }
  const first = tokens[0]?.index;
  const last = tokens.at(-1);
  if (first === undefined || last === undefined || !tokens.every(([token]) => token in PARTS)) return null;
  const end = last.index + last[0].length;
  const middle = format.slice(first, end).replace(TOKEN, (token) => `\0${PARTS[token]}\0`);
  const pattern = middle.replaceAll('\0', '');
  const literals = middle
    .split('\0')
    .filter((_, place) => place % 2 === 0)
    .join(' ');
  if (/YYYY|MM|DD|HH|mm|ss|SSS/.test(literals) || !/YYYY/.test(pattern) || !/MM/.test(pattern)) return null;
  if (!isOnce(pattern)) return null;
  if (!/DD/.test(pattern)) return null;
  const template = `${format.slice(0, first)}{value}${format.slice(end)}`;
  return { time: { pattern, zone: 'UTC', overlap: 'earlier', gap: 'later' }, template };
}

const LETTERS = ['YYYY', 'MM', 'DD', 'HH', 'mm', 'ss', 'SSS'];
const isOnce = (pattern: string) => LETTERS.every((letters) => pattern.split(letters).length <= 2);

/** An instant in a strftime format, in UTC; null where the format has parts that are not known. */
export function writeTime(ms: number, format: string): string | null {
  const iso = new Date(ms).toISOString();
  const parts: Record<string, string> = {
    '%Y': iso.slice(0, 4),
    '%m': iso.slice(5, 7),
    '%d': iso.slice(8, 10),
    '%H': iso.slice(11, 13),
    '%M': iso.slice(14, 16),
    '%S': iso.slice(17, 19),
    '%_ms': iso.slice(20, 23),
    '%f': `${iso.slice(20, 23)}000`,
    '%z': '+0000',
    '%Z': 'UTC',
    '%F': iso.slice(0, 10),
    '%T': iso.slice(11, 19),
    '%s': String(Math.floor(ms / 1000)),
    '%s_as_float': (ms / 1000).toFixed(6),
    '%ms': String(ms),
    '%epoch_microseconds': `${ms}000`,
    '%%': '%',
  };
  let isKnown = true;
  const text = format.replace(TOKEN, (token) => {
    const part = parts[token];
    if (part === undefined) isKnown = false;
    return part ?? '';
  });
  return isKnown ? text : null;
}

/** The instant that a text or number of the usual forms says, epoch ms; null where it says none. */
export function instantOf(value: unknown): number | null {
  if (typeof value === 'number') return value > 1e11 ? value : value * 1000;
  if (typeof value !== 'string' || value === '') return null;
  if (/^\d{9,13}$/.test(value)) return instantOf(Number(value));
  const zoned = /^\d{4}-\d\d-\d\d$/.test(value) || /(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`;
  const ms = Date.parse(zoned.replace(' ', 'T'));
  return Number.isNaN(ms) ? null : ms;
}

const UNITS: Readonly<Record<string, number>> = {
  W: 604_800_000,
  D: 86_400_000,
  H: 3_600_000,
  M: 60_000,
  S: 1000,
};
const MONTH = 30 * 86_400_000;
const YEAR = 365 * 86_400_000;

/** Milliseconds of an ISO 8601 duration; a month counts as 30 days, a year as 365. */
export function durationMs(text: string): number | null {
  const match = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(
    text.trim(),
  );
  if (!match || text.trim() === 'P') return null;
  const [, years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match;
  const { W = 0, D = 0, H = 0, M = 0, S = 0 } = UNITS;
  return (
    Number(years) * YEAR +
    Number(months) * MONTH +
    Number(weeks) * W +
    Number(days) * D +
    Number(hours) * H +
    Number(minutes) * M +
    Number(seconds) * S
  );
}

/** A length of time as a connector says it; at least a millisecond. */
export function durationText(ms: number): string {
  const whole = Math.max(1, Math.round(ms));
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const) {
    if (whole % size === 0) return `${whole / size}${unit}`;
  }
  return `${whole}ms`;
}
