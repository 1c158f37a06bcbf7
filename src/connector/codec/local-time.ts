import type { Value } from '../../record/value.ts';
import type { FieldDefinition } from '../field.ts';
import { civilToMs, digitsAt, msToCivil, triple } from './civil.ts';
import type { FieldCodec } from './field-codec.ts';
import { isoOfMs, msOfIso } from './iso.ts';
import { likePattern } from './time.ts';
import { compileTimePattern, type TimeOfDay, timeOfDayText } from './time-pattern.ts';

/** Milliseconds of a canonical local timestamp, counted as if it were UTC; undefined where the text is none. */
export const msOfLocal = (text: string): number | undefined => (text.length === 23 ? msOfIso(`${text}Z`) : undefined);

/** The canonical local timestamp of what `msOfLocal` gives; undefined outside the years 0000 to 9999. */
export const localOfMs = (ms: number): string | undefined => isoOfMs(ms)?.slice(0, -1);

/**
 * What a clock on the wall shows, in no zone or in the declared one: on the wire a pattern, or ISO 8601 without an offset.
 * A text with an offset is an instant and refused. That a DST change skips a time, matters only where it becomes one.
 */
export function localTimestampCodec(definition: FieldDefinition): FieldCodec {
  const source = patternOf(definition);
  const pattern = compileTimePattern(source);
  return {
    decode: (raw) => {
      const civil = typeof raw === 'string' ? pattern.read(raw.trim()) : undefined;
      const ms = civil && civilToMs(civil);
      return ms === undefined ? undefined : localOfMs(ms);
    },
    encode: (value) => {
      const ms = localMs(value);
      return ms === undefined ? undefined : pattern.write(msToCivil(ms));
    },
    expects: likePattern(source),
  };
}

/** Canonical, or what an expression gives: ISO 8601 of any precision. */
function localMs(value: Value): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = msOfLocal(value);
  if (ms !== undefined) return ms;
  const civil = ISO_LOCAL.read(value.trim());
  return civil && civilToMs(civil);
}

const ISO_LOCAL = compileTimePattern('iso');

/** Times of day, in no zone. An offset is refused: without a date it does not say which. */
export function timeCodec(definition: FieldDefinition): FieldCodec {
  const source = patternOf(definition);
  if (source === 'iso') {
    return {
      decode: (raw) => (typeof raw === 'string' ? canonicalTime(readTimeOfDay(raw.trim())) : undefined),
      encode: (value) => {
        const time = typeof value === 'string' ? readTimeOfDay(value) : undefined;
        return time && timeOfDayText(time);
      },
      expects: 'a time HH:mm or HH:mm:ss',
    };
  }
  const pattern = compileTimePattern(source);
  return {
    decode: (raw) => (typeof raw === 'string' ? canonicalTime(pattern.read(raw.trim())) : undefined),
    encode: (value) => {
      const time = typeof value === 'string' ? readTimeOfDay(value) : undefined;
      return time && pattern.write({ year: 0, month: 1, day: 1, ...time });
    },
    expects: likePattern(source),
  };
}

/** `HH:mm:ss.sss`; undefined where there is no such time. */
function canonicalTime(time: TimeOfDay | undefined): string | undefined {
  if (!time || time.hour > 23 || time.minute > 59 || time.second > 59) return undefined;
  const text = timeOfDayText(time);
  return time.millisecond === 0 ? `${text}.${triple(0)}` : text;
}

/** `HH:mm`, `HH:mm:ss` or with a fraction, finer than milliseconds cut; undefined where there is no such time. */
export function readTimeOfDay(text: string): TimeOfDay | undefined {
  const [whole, seconds, fraction = ''] = TIME_OF_DAY.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const time = {
    hour: digitsAt(text, 0, 2),
    minute: digitsAt(text, 3, 2),
    second: Number(seconds ?? 0),
    millisecond: Number(fraction.padEnd(3, '0').slice(0, 3)),
  };
  return time.hour > 23 || time.minute > 59 || time.second > 59 ? undefined : time;
}

const TIME_OF_DAY = /^\d\d:\d\d(?::(\d\d)(?:[.,](\d{1,12}))?)?$/;

const patternOf = ({ time }: FieldDefinition): string => (typeof time === 'object' ? time.pattern : 'iso');
