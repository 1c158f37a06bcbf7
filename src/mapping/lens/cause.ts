import { DAY, HOUR, MINUTE } from '../../connector/codec/civil.ts';
import { fitsCharacters } from '../../connector/codec/text.ts';
import { isEmpty, sameValue } from '../../record/canonical.ts';
import { codeForm } from '../../record/text-form.ts';
import type { FieldType, Value } from '../../record/value.ts';
import type { Trip } from './trip.ts';

/** What happened to a value on its way there and back; each has remedies of its own. */
export const CAUSES = [
  'stuck',
  'emptied',
  'filled',
  'cut',
  'characters',
  'blanks',
  'case',
  'composition',
  'notation',
  'rounded',
  'seconds',
  'time-of-day',
  'clock-change',
  'currency',
  'merged',
  'parts',
  'order',
  'changed',
] as const;

export type Cause = (typeof CAUSES)[number];

/** Why a value of a field did not come back from the other one as it went; null where it did, or never got there. */
export function causeOf(types: { start: FieldType; goal: FieldType }, start: Value, trip: Trip): Cause | null {
  const type = types.start;
  if (trip.kind === 'same' || trip.kind === 'stopped') return null;
  if (trip.kind === 'stuck') return 'stuck';
  const { back } = trip;
  if (isEmpty(back)) return 'emptied';
  if (isEmpty(start)) return 'filled';
  if (typeof start === 'boolean' || type === 'option' || type === 'reference') return 'merged';
  if (typeof start === 'number' || type === 'decimal') return isNear(start, back) ? 'rounded' : 'changed';
  if (typeof start === 'string' && typeof back === 'string' && CLOCK_TYPES.includes(type)) {
    return clockCause(start, back, types.goal);
  }
  if (typeof start === 'string' && typeof back === 'string') return textCause(start, back);
  return structureCause(start, back);
}

function textCause(start: string, back: string): Cause {
  if (start.trim() === back.trim() || collapsed(start) === collapsed(back)) return 'blanks';
  if (start.normalize('NFC') === back.normalize('NFC')) return 'composition';
  if (start.toUpperCase().toLowerCase() === back.toUpperCase().toLowerCase()) return 'case';
  if (start.startsWith(back)) return 'cut';
  const kept = [...start].map((character) => (fitsCharacters(character, 'ascii') ? character : '?'));
  if (!fitsCharacters(start, 'ascii') && isReplaced(kept, back)) return 'characters';
  if (codeForm(start) === codeForm(back)) return 'notation';
  if (NUMERAL.test(start) && NUMERAL.test(back) && numeralForm(start) === numeralForm(back)) return 'notation';
  return 'changed';
}

const collapsed = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Digits with signs between them, as in numbers and phone numbers. */
const NUMERAL = /^[\d\s.,+()/-]*\d[\d\s.,+()/-]*$/;

/** `007`, `7` and `7.00`; `030/123` and `+4930123`. */
const numeralForm = (text: string): string =>
  text
    .replace(/[.,]0*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '')
    .slice(-6);

/** Whether `back` is the start of the text, with some letters beyond ASCII replaced. */
function isReplaced(kept: readonly string[], back: string): boolean {
  const letters = [...back];
  return letters.length <= kept.length && letters.every((letter, at) => kept[at] === '?' || letter === kept[at]);
}

/** Types that say a time of day, with or without a date. */
const CLOCK_TYPES: readonly FieldType[] = ['timestamp', 'local_timestamp', 'time'];

function clockCause(start: string, back: string, goal: FieldType): Cause {
  const distance = Math.abs(instantOf(start) - instantOf(back));
  if (goal === 'date') return distance < DAY ? 'time-of-day' : 'changed';
  if (distance < MINUTE) return 'seconds';
  return distance % (30 * MINUTE) === 0 && distance <= 2 * HOUR ? 'clock-change' : 'changed';
}

/** Epoch ms; what has no date or no zone is taken as if it had one, since only distances count. */
const instantOf = (text: string): number =>
  Date.parse(`${text.includes('T') ? '' : '1970-01-01T'}${text}${text.endsWith('Z') ? '' : 'Z'}`);

function structureCause(start: Value, back: Value): Cause {
  if (Array.isArray(start) && Array.isArray(back)) {
    const sorted = (list: Value[]) => JSON.stringify(list.map((item) => JSON.stringify(item)).sort());
    if (sorted(start) === sorted(back)) return 'order';
    return back.every((item) => start.some((one) => sameValue(one, item))) ? 'parts' : 'changed';
  }
  if (!isRecord(start) || !isRecord(back)) return 'changed';
  if (start.currency !== back.currency) return 'currency';
  if (isNear(start.amount, back.amount)) return 'rounded';
  return Object.keys(back).every((key) => sameValue(back[key], start[key])) ? 'parts' : 'changed';
}

const isRecord = (value: Value): value is { [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two numbers differ as rounding makes them differ: by less than one, or by a part in a million. */
function isNear(one: Value | undefined, other: Value | undefined): boolean {
  const distance = Math.abs(Number(one) - Number(other));
  return Number.isFinite(distance) && (distance < 1 || distance < Math.abs(Number(one)) / 1e6);
}
