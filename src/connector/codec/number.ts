import { decimalOfNumber, isPlainDecimal, parseDecimal, parts, roundDecimal } from '../../record/decimal.ts';
import type { FieldDefinition } from '../field.ts';
import type { FieldCodec } from './field-codec.ts';

export type NumberFormat = NonNullable<FieldDefinition['number']>;

export const PLAIN_NUMBER: NumberFormat = { wire: 'number', decimal: '.', group: '' };

/** Wire form ↔ canonical decimal. */
export interface NumberCodec {
  /** Reads JSON numbers and texts, whichever the declaration writes; undefined where it is neither of the declared form. */
  read(raw: unknown): string | undefined;
  /** Rounded to the declared scale. Undefined where a JSON number can't hold all digits. */
  write(decimal: string): string | number | undefined;
  /** The text form, for amounts inside a text. */
  writeText(decimal: string): string;
  expects: string;
}

export function compileNumber(format: NumberFormat = PLAIN_NUMBER): NumberCodec {
  const { scale } = format;
  const readText = compileTextReader(format);
  const rounded = (decimal: string) => (scale === undefined ? decimal : roundDecimal(decimal, scale));
  const writeText = (decimal: string) => numeral(rounded(decimal), format);
  return {
    read: (raw) => {
      if (typeof raw === 'string') return readText(raw.trim());
      if (typeof raw === 'number') return decimalOfNumber(raw);
      return typeof raw === 'bigint' ? String(raw) : undefined;
    },
    write: (decimal) => (format.wire === 'string' ? writeText(decimal) : exactNumber(rounded(decimal))),
    writeText,
    expects: `a number, or a text like ${numeral('1234.5', { ...format, scale: scale ?? 1 })}`,
  };
}

/** A canonical decimal from what a mapping gives: a decimal text or a number; undefined for anything else. */
export function toDecimal(value: unknown): string | undefined {
  if (typeof value === 'string') return isPlainDecimal(value) ? value : parseDecimal(value.trim());
  return typeof value === 'number' ? decimalOfNumber(value) : undefined;
}

export function decimalCodec(definition: FieldDefinition): FieldCodec {
  const number = compileNumber(definition.number);
  return {
    decode: number.read,
    encode: (value) => {
      const decimal = toDecimal(value);
      return decimal === undefined ? undefined : number.write(decimal);
    },
    expects: number.expects,
  };
}

/** Integers are read exactly: `12.0` is 12, `12.5` and what exceeds a safe integer can't be read. */
export function integerCodec(definition: FieldDefinition): FieldCodec {
  const number = compileNumber({ ...(definition.number ?? PLAIN_NUMBER), scale: 0 });
  const plain = (definition.number ?? PLAIN_NUMBER).wire === 'number';
  return {
    decode: (raw) => (Number.isSafeInteger(raw) ? Number(raw) + 0 : toInteger(number.read(raw))),
    encode: (value) => {
      if (plain && Number.isSafeInteger(value)) return Number(value) + 0;
      const integer = toInteger(toDecimal(value));
      return integer === undefined ? undefined : number.write(String(integer));
    },
    expects: 'an integer',
  };
}

function toInteger(decimal: string | undefined): number | undefined {
  if (decimal === undefined || decimal.includes('.')) return undefined;
  const integer = Number(decimal);
  return Number.isSafeInteger(integer) ? integer : undefined;
}

function exactNumber(decimal: string): number | undefined {
  const number = Number(decimal);
  if (String(number) === decimal) return number;
  return decimalOfNumber(number) === decimal ? number : undefined;
}

function compileTextReader({ decimal, group }: NumberFormat): (text: string) => string | undefined {
  if (decimal === '.' && group === '') return parseDecimal;
  const mark = literal(decimal);
  const digits = group === '' ? '\\d+' : `\\d{1,3}(?:${groupClass(group)}\\d{2,3})*${groupClass(group)}\\d{3}|\\d+`;
  const numeralForm = new RegExp(`^[+-]?(?:${digits})?(?:${mark}\\d*)?$`);
  const groups = group === '' ? undefined : new RegExp(groupClass(group), 'g');
  return (text) => {
    if (!numeralForm.test(text)) return undefined;
    const joined = groups ? text.replace(groups, '') : text;
    return parseDecimal(decimal === '.' ? joined : joined.replace(decimal, '.'));
  };
}

/** Where numbers are grouped by a blank, the narrow and the no-break ones are meant as well. */
function groupClass(group: string): string {
  return /\s/.test(group) ? '[ \\u00a0\\u2009\\u202f]' : literal(group);
}

const literal = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;

function numeral(decimal: string, { decimal: mark, group, scale }: NumberFormat): string {
  const { negative, whole, fraction } = parts(decimal);
  const padded = scale === undefined ? fraction : fraction.padEnd(scale, '0');
  const grouped = group === '' ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, group);
  return `${negative ? '-' : ''}${grouped}${padded === '' ? '' : mark + padded}`;
}
