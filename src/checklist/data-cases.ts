import { lengthIn } from '../connector/codec/text.ts';
import type { FieldDefinition, OptionDefinition } from '../connector/field.ts';
import { isEmpty } from '../record/canonical.ts';
import type { FieldType, Value } from '../record/value.ts';

/** What test data should hold of a field, for every later change to be tried on it. */
export type FieldCase = 'filled' | 'empty' | 'longest' | 'yes' | 'no' | `option ${string}`;

/** Longer limits are of notes and descriptions, which nobody fills to the brim. */
const LONGEST_ASKED = 255;

const TEXTS: readonly FieldType[] = ['string', 'email', 'url'];

/** The cases of a field. `options`: all that it has, as far as they are known. */
export function casesOf(field: FieldDefinition, options: readonly OptionDefinition[]): FieldCase[] {
  const { type, required, read_only: readOnly, max_length: longest } = field;
  if (field.write_only) return [];
  if (type === 'boolean') return ['yes', 'no'];
  if (type === 'option' || type === 'multi_option') {
    return options.length === 0 ? ['filled'] : options.map(({ key }): FieldCase => `option ${key}`);
  }
  const cases: FieldCase[] = ['filled'];
  if (!required && !readOnly) cases.push('empty');
  const isFree = field.pattern === undefined && field.identifier !== true && !readOnly;
  if (TEXTS.includes(type) && isFree && longest !== undefined && longest <= LONGEST_ASKED) cases.push('longest');
  return cases;
}

/** Whether a value is one of a case. */
export function isOfCase(one: FieldCase, value: Value | undefined, field: FieldDefinition): boolean {
  switch (one) {
    case 'filled':
      return !isEmpty(value);
    case 'empty':
      return isEmpty(value);
    case 'longest':
      return typeof value === 'string' && lengthIn(value, field) >= (field.max_length ?? Number.POSITIVE_INFINITY);
    case 'yes':
      return value === true;
    case 'no':
      return value === false;
    default: {
      const key = one.slice('option '.length);
      return Array.isArray(value) ? value.includes(key) : value === key;
    }
  }
}

/** Whether a text holds letters that not every system can store: umlauts, accents. */
export const hasUmlauts = (value: Value | undefined): boolean =>
  typeof value === 'string' && /[^\p{ASCII}\p{P}\p{S}\p{N}\p{Z}]/u.test(value);
