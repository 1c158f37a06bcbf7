import { partsOf } from '../../connector/codec/field-faults.ts';
import { fitsCharacters, lengthIn } from '../../connector/codec/text.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import { isEmpty } from '../../record/canonical.ts';
import { parts } from '../../record/decimal.ts';
import type { Value } from '../../record/value.ts';

/**
 * What a value looks like, without saying it: `a text of 63 characters, 2 beyond Latin-1, ending with a blank`. Option
 * keys are named where the connector declares them, since they stand in the files anyway.
 */
export function shapeOf(value: Value, declared: FieldDefinition): string {
  if (isEmpty(value)) return value === null || value === '' ? 'an empty value' : 'a text of blanks';
  if (typeof value === 'boolean') return 'a yes or no';
  if (typeof value === 'number') return integerShape(value);
  if (typeof value === 'object' && value !== null) return structureShape(value, declared.type);
  switch (declared.type) {
    case 'option':
      return declared.options?.some(({ key }) => key === value) ? `the option ${value}` : 'an option';
    case 'decimal':
      return decimalShape(value ?? '', 'a decimal');
    case 'date':
      return 'a date';
    case 'timestamp':
      return instantShape(value ?? '');
    case 'time':
      return `a time of day with ${finest(value ?? '')}`;
    case 'local_timestamp':
      return `a local time with ${finest((value ?? '').slice(11))}`;
    case 'duration':
      return durationShape(value ?? '');
    case 'currency':
      return 'a currency';
    case 'country':
      return 'a country';
    case 'language':
      return (value ?? '').includes('-') ? 'a language with its region or script' : 'a language';
    default:
      return textShape(value ?? '', NAMES[declared.type] ?? 'a text');
  }
}

const NAMES: Partial<Record<FieldDefinition['type'], string>> = {
  email: 'an e-mail address',
  phone: 'a phone number',
  reference: 'an id',
  url: 'a URL',
};

function textShape(text: string, name: string): string {
  const length = lengthIn(text, { length_unit: 'characters', characters: 'any' });
  const beyondLatin = [...text].filter((character) => !fitsCharacters(character, 'latin1')).length;
  const beyondAscii = [...text].filter((character) => !fitsCharacters(character, 'ascii')).length - beyondLatin;
  const traits: (string | false)[] = [
    beyondLatin > 0 && `${beyondLatin} beyond Latin-1`,
    beyondAscii > 0 && `${beyondAscii} beyond ASCII`,
    /^\s/.test(text) && 'beginning with a blank',
    /\s$/.test(text) && 'ending with a blank',
    /\S\s{2,}\S/.test(text) && 'with several blanks in a row',
    /\S[\r\n]\s*\S/.test(text) && 'of several lines',
    /[A-ZÀ-Þ]/.test(text) && /[a-zà-ÿ]/.test(text)
      ? 'in capitals and small letters'
      : /[A-Z]/.test(text) && 'in capitals',
    /^[+-]?0\d/.test(text) && 'with leading zeros',
    /^\d+$/.test(text) && 'all digits',
    /[^\p{L}\p{N}\s]/u.test(text) && 'with signs',
  ];
  const named = traits.filter((trait) => trait !== false);
  return [`${name} of ${length} character${length === 1 ? '' : 's'}`, ...named].join(', ');
}

function integerShape(value: number): string {
  const digits = String(Math.abs(value)).length;
  return `a number of ${counted(digits, 'digit')}${value < 0 ? ', negative' : ''}`;
}

function decimalShape(decimal: string, name: string): string {
  const { negative, whole, fraction } = parts(decimal);
  return `${name} of ${counted(whole.length, 'digit')} before and ${fraction.length} after the mark${negative ? ', negative' : ''}`;
}

function instantShape(instant: string): string {
  if (!instant.endsWith('.000Z')) return 'an instant with milliseconds';
  if (!instant.endsWith(':00.000Z')) return 'an instant with seconds';
  return instant.endsWith('T00:00:00.000Z') ? 'an instant at midnight UTC' : 'an instant with hours and minutes';
}

/** The finest part of `HH:mm:ss.sss` that says something. */
function finest(time: string): string {
  if (!time.endsWith('.000')) return 'milliseconds';
  return time.endsWith(':00.000') ? 'hours and minutes' : 'seconds';
}

const UNITS: Record<string, string> = { Y: 'years', M: 'months', D: 'days', H: 'hours', S: 'seconds' };

function durationShape(duration: string): string {
  const last = duration.at(-1) ?? '';
  if (last === 'S' && duration.includes('.')) return 'a duration with milliseconds';
  return `a duration with ${last === 'M' && duration.includes('T') ? 'minutes' : (UNITS[last] ?? 'nothing')}`;
}

/** Types whose values are known parts: their names may be said. */
const COMPOSITES: Partial<Record<FieldDefinition['type'], string>> = {
  postal_address: 'an address',
  person_name: 'a name',
  binary: 'a content',
};

function structureShape(value: Value[] | { [key: string]: Value }, type: FieldDefinition['type']): string {
  if (Array.isArray(value)) {
    return type === 'multi_option' ? counted(value.length, 'option') : `a list of ${counted(value.length, 'item')}`;
  }
  const composite = COMPOSITES[type];
  const known = partsOf(type)?.filter((part) => value[part] !== undefined);
  if (composite !== undefined && known) return `${composite} with ${known.join(', ') || 'no parts'}`;
  const { amount, currency } = value;
  if (typeof amount === 'string' && typeof currency === 'string') return decimalShape(amount, 'an amount');
  return `an object of ${counted(Object.keys(value).length, 'key')}`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
