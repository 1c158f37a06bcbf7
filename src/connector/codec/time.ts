import type { FieldDefinition } from '../field.ts';
import { civilToMs, DAY, EARLIEST, LATEST, msToCivil } from './civil.ts';
import type { FieldCodec } from './field-codec.ts';
import { isCanonicalDate, isoOfMs, msOfIso, readIso } from './iso.ts';
import { compileTimePattern } from './time-pattern.ts';
import { zoneNamed } from './zone.ts';

export type TimeFormat = NonNullable<FieldDefinition['time']>;

/** Wire form ↔ instant. */
export interface TimeCodec {
  /** Epoch ms; undefined where the wire value is not of the declared form. */
  readMs(raw: unknown): number | undefined;
  /** Cut to what the form can say; undefined outside the years 0000 to 9999. */
  writeMs(ms: number): string | number | undefined;
  expects: string;
}

/** Compiles a declared form of instants: for fields, and for the filter by modification stamp. */
export function compileTime(format: TimeFormat = 'iso'): TimeCodec {
  if (format === 'iso') {
    return { readMs: isoMs, writeMs: isoOfMs, expects: 'an instant of ISO 8601 with Z or an offset' };
  }
  if (format === 'epoch_s') return epoch(1000, 'seconds');
  if (format === 'epoch_ms') return epoch(1, 'milliseconds');
  if (format === 'dotnet') return DOTNET;
  const pattern = compileTimePattern(format.pattern);
  const zone = zoneNamed(format.zone ?? 'UTC');
  // What could not be read again is not written either.
  const refuses = format.overlap === 'reject';
  return {
    readMs: (raw) => {
      const civil = typeof raw === 'string' ? pattern.read(raw) : undefined;
      const local = civil && civilToMs(civil);
      return local === undefined ? undefined : inRange(zone.toInstant(local, format));
    },
    writeMs: (ms) => {
      const local = inRange(zone.toLocal(Math.floor(ms)));
      if (local === undefined || (refuses && zone.toInstant(local, format) === undefined)) return undefined;
      return pattern.write(msToCivil(local));
    },
    expects: `${likePattern(format.pattern)}, at a time that there was in ${format.zone ?? 'UTC'}`,
  };
}

/** The declared form of a local time in words. */
export const likePattern = (pattern: string): string =>
  pattern === 'iso' ? 'a time of ISO 8601 without an offset' : `a text like ${pattern}`;

/** Epoch ms in a text; the offset tells in which zone it was entered and changes nothing. */
const DOTNET_FORM = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;

/** The dates of Microsoft's JSON serializer, as Xero and OData 2 write them. */
const DOTNET: TimeCodec = {
  readMs: (raw) => {
    const found = typeof raw === 'string' ? DOTNET_FORM.exec(raw) : null;
    return found ? inRange(Number(found[1])) : undefined;
  },
  writeMs: (ms) => {
    const held = inRange(Math.floor(ms));
    return held === undefined ? undefined : `/Date(${held}+0000)/`;
  },
  expects: 'a text like /Date(1767225600000+0000)/',
};

export function timestampCodec(definition: FieldDefinition): FieldCodec {
  const time = compileTime(definition.time);
  const isIso = (definition.time ?? 'iso') === 'iso';
  return {
    decode: (raw) => {
      if (raw instanceof Date) return isoOfMs(raw.getTime());
      if (isIso) return typeof raw === 'string' ? readIso(raw.trim()) : undefined;
      const ms = time.readMs(typeof raw === 'string' ? raw.trim() : raw);
      return ms === undefined ? undefined : isoOfMs(ms);
    },
    encode: (value) => {
      const canonical = typeof value === 'string' ? readIso(value) : undefined;
      if (canonical === undefined || isIso) return canonical;
      const ms = msOfIso(canonical);
      return ms === undefined ? undefined : time.writeMs(ms);
    },
    expects: time.expects,
  };
}

/**
 * Dates have no zone: of a pattern with a time the date stands as it is written there. An ISO or epoch form may carry
 * midnight UTC; any other time of day is refused, since the date it means would be a guess.
 */
export function dateCodec(definition: FieldDefinition): FieldCodec {
  const declared = definition.time ?? 'iso';
  const format = typeof declared === 'object' && declared.pattern === 'iso' ? 'iso' : declared;
  if (typeof format === 'object') return patternDate(format.pattern);
  const time = compileTime(format);
  return {
    decode: (raw) => {
      const text = typeof raw === 'string' ? raw.trim() : raw;
      if (format === 'iso' && typeof text === 'string') {
        if (isCanonicalDate(text)) return text;
        return MIDNIGHT.test(text) && isCanonicalDate(text.slice(0, 10)) ? text.slice(0, 10) : undefined;
      }
      const ms = time.readMs(text);
      return ms === undefined || ms % DAY !== 0 ? undefined : isoOfMs(ms)?.slice(0, 10);
    },
    encode: (value) => {
      if (typeof value !== 'string' || !isCanonicalDate(value)) return undefined;
      const ms = msOfIso(`${value}T00:00:00.000Z`);
      return format === 'iso' || ms === undefined ? value : time.writeMs(ms);
    },
    expects: format === 'iso' ? 'a date YYYY-MM-DD' : `${time.expects}, at midnight UTC`,
  };
}

const MIDNIGHT = /^\d{4}-\d\d-\d\d[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?$/;

function patternDate(source: string): FieldCodec {
  const pattern = compileTimePattern(source);
  return {
    decode: (raw) => {
      const civil = typeof raw === 'string' ? pattern.read(raw.trim()) : undefined;
      const ms = civil && civilToMs(civil);
      return ms === undefined ? undefined : isoOfMs(ms)?.slice(0, 10);
    },
    encode: (value) => {
      const ms = typeof value === 'string' && isCanonicalDate(value) ? msOfIso(`${value}T00:00:00.000Z`) : undefined;
      return ms === undefined ? undefined : pattern.write(msToCivil(ms));
    },
    expects: `a text like ${source}`,
  };
}

function isoMs(raw: unknown): number | undefined {
  const canonical = typeof raw === 'string' ? readIso(raw) : undefined;
  return canonical === undefined ? undefined : msOfIso(canonical);
}

function epoch(unit: number, name: string): TimeCodec {
  return {
    readMs: (raw) => {
      const number = typeof raw === 'string' && EPOCH_TEXT.test(raw) ? Number(raw) : raw;
      if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
      // Rounded first: 1700000000.123 s times 1000 is a little less than a whole number of milliseconds.
      return inRange(Math.floor(Math.round(number * unit * 1000) / 1000));
    },
    writeMs: (ms) => Math.floor(ms / unit),
    expects: `${name} since 1970`,
  };
}

const EPOCH_TEXT = /^-?\d{1,17}(?:\.\d{1,9})?$/;

function inRange(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= EARLIEST && ms <= LATEST ? ms : undefined;
}
