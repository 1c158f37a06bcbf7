import { partsOf } from '../connector/codec/field-faults.ts';
import { changesItsClocks } from '../connector/codec/zone.ts';
import type { FieldDefinition } from '../connector/field.ts';
import type { FieldType } from '../record/value.ts';

/** What can get lost of a value when it goes into a field that holds less. */
export const LOSS_KINDS = [
  'length',
  'characters',
  'digits',
  'precision',
  'time-of-day',
  'date',
  'clock-change',
  'currency',
  'parts',
] as const;

export type LossKind = (typeof LOSS_KINDS)[number];

export interface Loss {
  kind: LossKind;
  /** As the object of "loses": `all beyond 35 characters`. */
  what: string;
  /** What would let the other field hold it, as the end of "let it …"; null where no declaration would. */
  remedy: string | null;
}

/**
 * What a plain copy from one field into another can lose, known from the two declarations alone. What the target refuses
 * is parked and not lost: a text too long for a field with `on_violation: park`, a currency that it can't say. Empty where
 * every value that `from` can hold and `to` accepts comes through whole.
 */
export function losses(from: FieldDefinition, to: FieldDefinition): Loss[] {
  return [
    ...textLosses(from, to),
    ...digitLosses(from, to),
    ...timeLosses(from, to),
    ...clockLosses(from, to),
    ...partLosses(from, to),
  ];
}

/** Types that the limits of texts hold for. */
const TEXTS: readonly FieldType[] = ['string', 'email', 'phone', 'url'];

function textLosses(from: FieldDefinition, to: FieldDefinition): Loss[] {
  if (!TEXTS.includes(to.type) || to.on_violation !== 'truncate') return [];
  // What a pattern lets through, only trying can tell: the check of the round trip does.
  if (from.pattern !== undefined) return [];
  const found: Loss[] = [];
  const { max_length: most } = to;
  const longest = longestIn(from, to.length_unit);
  if (most !== undefined && longest > most) {
    const unit = { characters: 'characters', utf16: 'UTF-16 units', bytes: 'bytes' }[to.length_unit];
    const remedy = Number.isFinite(longest) ? `hold ${longest} ${unit}` : 'hold longer texts';
    found.push({ kind: 'length', what: `all beyond ${most} ${unit}`, remedy });
  }
  const sets = ['ascii', 'latin1', 'any'] as const;
  if (WITH_LETTERS.includes(from.type) && sets.indexOf(from.characters) > sets.indexOf(to.characters)) {
    const stored = to.characters === 'ascii' ? 'ASCII' : 'Latin-1';
    found.push({ kind: 'characters', what: `letters beyond ${stored}`, remedy: 'hold all letters' });
  }
  return found;
}

/** Of a field's texts, in another unit of length; infinite where nothing bounds them. */
function longestIn(from: FieldDefinition, unit: FieldDefinition['length_unit']): number {
  const fixed = LONGEST[from.type];
  if (fixed !== undefined) return fixed;
  // Options that the system tells at run time are not known here.
  if (from.type === 'option') return Math.max(0, ...(from.options ?? []).map(({ key }) => key.length));
  if (from.max_length === undefined) return Number.POSITIVE_INFINITY;
  return from.max_length * MOST_UNITS[from.length_unit][unit];
}

/** Of the types whose canonical text has a greatest length. */
const LONGEST: Partial<Record<FieldType, number>> = {
  ...{
    integer: 17,
    boolean: 5,
    date: 10,
    time: 12,
    timestamp: 24,
    local_timestamp: 23,
    currency: 3,
    country: 2,
    phone: 16,
  },
};

/** How many of the second unit one of the first has at most; UTF-8 takes three bytes for a UTF-16 unit, four for two. */
const MOST_UNITS = {
  characters: { characters: 1, utf16: 2, bytes: 4 },
  utf16: { characters: 1, utf16: 1, bytes: 3 },
  bytes: { characters: 1, utf16: 1, bytes: 1 },
} as const;

const WITH_LETTERS: readonly FieldType[] = ['string', 'email', 'url', 'person_name'];

function digitLosses(from: FieldDefinition, to: FieldDefinition): Loss[] {
  if (from.type === 'money' && (to.type === 'decimal' || to.type === 'string')) {
    if (from.money?.fixed === undefined) return [{ kind: 'currency', what: 'the currency', remedy: null }];
  }
  if (to.type !== 'decimal' && to.type !== 'money') return [];
  if (from.type === 'integer') return [];
  const [held, kept] = [from.number?.scale ?? Number.POSITIVE_INFINITY, to.number?.scale ?? Number.POSITIVE_INFINITY];
  // Minor units are whole, whatever the currency; those of the other side may be parts of them.
  const sameUnit = (from.money?.unit ?? 'major') === (to.money?.unit ?? 'major');
  if (kept === Number.POSITIVE_INFINITY || (sameUnit && held <= kept)) return [];
  return [
    {
      kind: 'digits',
      what: kept === 0 ? 'what is less than one' : `digits beyond ${kept} after the mark`,
      remedy: Number.isFinite(held) ? `keep ${held} digits (number.scale)` : 'keep more digits (number.scale)',
    },
  ];
}

/** Milliseconds of the smallest step that a wire form of time can say. */
const STEPS = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
type Step = keyof typeof STEPS;

const TIMES: readonly FieldType[] = ['timestamp', 'local_timestamp', 'time'];

function timeLosses(from: FieldDefinition, to: FieldDefinition): Loss[] {
  if (from.type === 'duration' && to.type === 'duration') return durationLosses(from, to);
  if (!TIMES.includes(from.type)) return [];
  if (to.type === 'date') return [{ kind: 'time-of-day', what: 'the time of day', remedy: 'be a time with its date' }];
  if (!TIMES.includes(to.type)) return [];
  const found: Loss[] = [];
  if (to.type === 'time' && from.type !== 'time') {
    found.push({ kind: 'date', what: 'the date', remedy: 'be a time with its date' });
  }
  const [held, kept] = [stepOf(from.time), stepOf(to.time)];
  if (STEPS[held] < STEPS[kept]) found.push(coarser(kept));
  return found;
}

const coarser = (kept: Step): Loss => ({
  kind: 'precision',
  what: `what is finer than ${kept === 'hour' ? 'an' : 'a'} ${kept}`,
  remedy: 'be sent in a finer form',
});

function stepOf(time: FieldDefinition['time']): Step {
  if (typeof time === 'object') {
    if (time.pattern === 'iso' || time.pattern.includes('SSS')) return 'millisecond';
    if (time.pattern.includes('ss')) return 'second';
    if (time.pattern.includes('mm')) return 'minute';
    return time.pattern.includes('HH') ? 'hour' : 'day';
  }
  return time === 'epoch_s' ? 'second' : 'millisecond';
}

/** Smallest step of a length of time, in ms; a number of units without a scale says all that it can say exactly. */
function durationStep({ duration = 'iso', number }: FieldDefinition): number {
  switch (duration) {
    case 'clock':
      return STEPS.minute;
    case 'clock_seconds':
      return STEPS.second;
    case 'iso':
    case 'milliseconds':
      return STEPS.millisecond;
    default: {
      const unit = { seconds: STEPS.second, minutes: STEPS.minute, hours: STEPS.hour, days: STEPS.day }[duration];
      return number?.scale === undefined ? STEPS.millisecond : unit / 10 ** number.scale;
    }
  }
}

function durationLosses(from: FieldDefinition, to: FieldDefinition): Loss[] {
  const [held, kept] = [durationStep(from), durationStep(to)];
  if (Number.isInteger(held / kept)) return [];
  const named = (Object.keys(STEPS) as Step[]).find((step) => STEPS[step] === kept);
  if (named) return [coarser(named)];
  return [{ kind: 'precision', what: 'what its digits can not say', remedy: 'be sent in a finer form' }];
}

/** An hour that occurs twice, where an instant becomes local; one that does not occur, where a local time becomes one. */
function clockLosses(from: FieldDefinition, to: FieldDefinition): Loss[] {
  const [source, target] = [zoneOf(from), zoneOf(to)];
  const isInstant = from.type === 'timestamp';
  if (isInstant && target !== null && changesItsClocks(target.zone)) {
    const same = source?.zone === target.zone && source.overlap === target.overlap;
    if (same && to.type === 'timestamp') return [];
    if ((to.type !== 'timestamp' && to.type !== 'local_timestamp') || target.overlap === 'reject') return [];
    return [
      {
        kind: 'clock-change',
        what: `which one it is of an hour that occurs twice in ${target.zone}`,
        remedy: to.type === 'timestamp' ? 'be sent in UTC, or with its offset' : null,
      },
    ];
  }
  if (from.type !== 'local_timestamp' || to.type !== 'timestamp' || source === null) return [];
  if (source.gap === 'reject' || !changesItsClocks(source.zone)) return [];
  return [
    {
      kind: 'clock-change',
      what: `a time that the clocks of ${source.zone} skip: it is moved by an hour`,
      remedy: null,
    },
  ];
}

function zoneOf({ type, time }: FieldDefinition) {
  if (typeof time !== 'object' || (type !== 'timestamp' && type !== 'local_timestamp')) return null;
  return { ...time, zone: time.zone ?? 'UTC' };
}

/** Parts that a system does not hold; of a name that is one text, where one part ends and the next begins. */
function partLosses(from: FieldDefinition, to: FieldDefinition): Loss[] {
  const known = partsOf(from.type);
  if (!known) return [];
  if (from.type === 'person_name' && (to.type === 'string' || (to.type === 'person_name' && to.person_name))) {
    return nameLosses(from, to);
  }
  if (from.type !== to.type) {
    const others = from.type === 'binary' ? heldParts(from, known).filter((part) => part !== 'url') : [];
    return others.length > 0 ? [missing(others)] : [];
  }
  const kept = heldParts(to, known);
  const others = heldParts(from, known).filter((part) => !kept.includes(part));
  const isDropped = to.type === 'binary' || to.on_violation === 'truncate';
  return others.length > 0 && isDropped ? [missing(others)] : [];
}

const missing = (parts: readonly string[]): Loss => ({
  kind: 'parts',
  what: `its ${parts.join(', ')}`,
  remedy: 'have these parts',
});

/** A binary without declared parts is a URL alone; all else is then whole. */
function heldParts(field: FieldDefinition, known: readonly string[]): readonly string[] {
  if (field.person_name) return ['given', 'family'];
  if (field.parts) return known.filter((part) => field.parts?.[part] !== undefined);
  return field.type === 'binary' ? ['url'] : known;
}

function nameLosses(from: FieldDefinition, to: FieldDefinition): Loss[] {
  const order = to.person_name?.text ?? from.person_name?.text ?? 'given family';
  if (from.person_name?.text === order) return [];
  const others = heldParts(from, partsOf('person_name') ?? []).filter((part) => part !== 'given' && part !== 'family');
  // With a comma, family and given name stay apart.
  if (order === 'family, given' && others.length === 0) return [];
  return [{ kind: 'parts', what: 'where its parts end', remedy: 'have parts' }];
}
