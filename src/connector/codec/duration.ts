import {
  clockText,
  type Duration,
  durationText,
  msOfClock,
  msOfDecimal,
  parseDuration,
  unitsOfMs,
} from '../../record/duration.ts';
import type { FieldDefinition } from '../field.ts';
import type { FieldCodec } from './field-codec.ts';
import { compileNumber } from './number.ts';

type DurationForm = NonNullable<FieldDefinition['duration']>;

/** Milliseconds of the units that a number may count; a day has 24 hours, as in XML Schema. */
const UNITS = { milliseconds: 1, seconds: 1000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

/** Durations; months and years, which have no length, can only be said in ISO 8601. */
export function durationCodec(definition: FieldDefinition): FieldCodec {
  const form = definition.duration ?? 'iso';
  if (form === 'iso') {
    return {
      decode: (raw) => (typeof raw === 'string' ? canonical(parseDuration(raw.trim())) : undefined),
      encode: (value) => canonical(durationOf(value)),
      expects: 'a duration of ISO 8601',
    };
  }
  return form === 'clock' || form === 'clock_seconds' ? clockForm(form) : numberForm(form, definition);
}

function clockForm(form: 'clock' | 'clock_seconds'): FieldCodec {
  return {
    decode: (raw) => {
      const ms = typeof raw === 'string' ? msOfClock(raw.trim()) : undefined;
      return ms === undefined ? undefined : durationText({ months: 0, ms });
    },
    encode: (value) => {
      const duration = durationOf(value);
      return duration?.months === 0 ? clockText(duration.ms, form === 'clock_seconds') : undefined;
    },
    expects: form === 'clock' ? 'hours and minutes like 1:30' : 'hours, minutes and seconds like 1:30:00',
  };
}

/** A number of units. Without a declared scale, what has no exact decimal (20 minutes in hours) can't be written. */
function numberForm(form: keyof typeof UNITS, definition: FieldDefinition): FieldCodec {
  const unit = UNITS[form];
  const number = compileNumber(definition.number);
  return {
    decode: (raw) => {
      const decimal = number.read(raw);
      const ms = decimal === undefined ? undefined : msOfDecimal(decimal, unit);
      return ms === undefined ? undefined : durationText({ months: 0, ms });
    },
    encode: (value) => {
      const duration = durationOf(value);
      if (duration?.months !== 0) return undefined;
      const decimal = unitsOfMs(duration.ms, unit, definition.number?.scale);
      return decimal === undefined ? undefined : number.write(decimal);
    },
    expects: `a number of ${form satisfies DurationForm}`,
  };
}

const durationOf = (value: unknown): Duration | undefined =>
  typeof value === 'string' ? parseDuration(value) : undefined;

const canonical = (duration: Duration | undefined): string | undefined => duration && durationText(duration);
