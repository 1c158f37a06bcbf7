import { compileTime, type TimeFormat } from '../../connector/codec/time.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const DAY = 86_400_000;

/** Forms of instants by how their texts look; what looks the same in two forms is told apart by its values. */
const FORMS: [RegExp, string][] = [
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/, 'YYYY-MM-DDTHH:mm:ss.SSS'],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, 'YYYY-MM-DDTHH:mm:ss'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'YYYY-MM-DD HH:mm:ss'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d$/, 'YYYY-MM-DD HH:mm'],
  [/^\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d$/, 'DD.MM.YYYY HH:mm:ss'],
  [/^\d\d\.\d\d\.\d{4} \d\d:\d\d$/, 'DD.MM.YYYY HH:mm'],
  [/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/, 'DD/MM/YYYY HH:mm:ss'],
  [/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/, 'MM/DD/YYYY HH:mm:ss'],
  [/^\d\d\/\d\d\/\d{4} \d\d:\d\d$/, 'DD/MM/YYYY HH:mm'],
  [/^\d\d\/\d\d\/\d{4} \d\d:\d\d$/, 'MM/DD/YYYY HH:mm'],
  [/^\d{14}$/, 'YYYYMMDDHHmmss'],
  [/^\d\d\.\d\d\.\d{4}$/, 'DD.MM.YYYY'],
];

const FROM = Date.UTC(1990, 0, 1);
const TO = Date.UTC(2100, 0, 1);

/** The form that all of these wire values have; null where there is none, or none that is known. */
export function timeFormOf(values: readonly unknown[], zone: string): TimeFormat | null {
  if (values.length === 0) return null;
  const reads = (form: TimeFormat) => {
    const codec = compileTime(form);
    return values.every((value) => {
      const ms = codec.readMs(value);
      return ms !== undefined && ms > FROM && ms < TO;
    });
  };
  if (values.every((value) => typeof value === 'number' || (typeof value === 'string' && /^\d{9,13}$/.test(value)))) {
    if (reads('epoch_s')) return 'epoch_s';
    return reads('epoch_ms') ? 'epoch_ms' : null;
  }
  if (!values.every((value) => typeof value === 'string')) return null;
  if (reads('iso')) return 'iso';
  if (reads('dotnet')) return 'dotnet';
  for (const [looks, pattern] of FORMS) {
    if (!values.every((value) => typeof value === 'string' && looks.test(value))) continue;
    const form = { pattern, zone, overlap: 'earlier' as const, gap: 'later' as const };
    if (reads(form)) return form;
  }
  return null;
}

/** The finest unit that the stamps make use of, ms. */
export function grainOf(stamps: readonly number[]): number {
  for (const unit of [DAY, 3_600_000, MINUTE, SECOND]) if (stamps.every((at) => at % unit === 0)) return unit;
  return 1;
}

/** The finest unit that a form can say, ms. */
export function unitOf(form: TimeFormat): number {
  if (form === 'iso' || form === 'epoch_ms') return 1;
  if (form === 'epoch_s') return SECOND;
  if (form === 'dotnet') return 1;
  if (form.pattern.includes('SSS')) return 1;
  if (form.pattern.includes('ss')) return SECOND;
  return form.pattern.includes('mm') ? MINUTE : DAY;
}

/** `1ms`, `1s`, `1m`, `1h`, `1d`. */
export function durationOf(ms: number): string {
  for (const [unit, length] of [
    ['d', DAY],
    ['h', 3_600_000],
    ['m', MINUTE],
    ['s', SECOND],
  ] as const) {
    if (ms >= length && ms % length === 0) return `${ms / length}${unit}`;
  }
  return `${ms}ms`;
}
