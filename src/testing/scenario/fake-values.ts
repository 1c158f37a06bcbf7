import { isCountryCode } from '../../connector/codec/country-codes.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import { strongDigest } from '../../record/digest.ts';
import type { Value } from '../../record/value.ts';

/** A value of the same shape that tells nothing of the first. */
export type Fake = (value: Value, field: FieldDefinition) => Value;

/** Letters that stand for each other, so that words stay words; each list in the order of its counterpart in capitals. */
const CLASSES = [
  'aeiou',
  'bcdfghjklmnpqrstvwxyz',
  'äöü',
  'áàâãåæçéèêëíìîïñóòôõøúùûýß',
  'łśźżćńęąşğčřžďťň',
  'AEIOU',
  'BCDFGHJKLMNPQRSTVWXYZ',
  'ÄÖÜ',
  'ÁÀÂÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÕØÚÙÛÝÞ',
  'ŁŚŹŻĆŃĘĄŞĞČŘŽĎŤŇ',
  '0123456789',
].map((letters) => [...letters]);

const DAY_MS = 86_400_000;

/**
 * Fakes by a key: 32 random bytes that nobody keeps. Every letter and digit becomes another one of its kind; lengths, blanks,
 * signs, capitals, options and codes stay. Equal values stay equal, also where only case and signs between the letters
 * differ, and what begins alike goes on beginning alike: so records that matched still match, and a text that was cut is
 * still the beginning of the whole one. All dates move by the same number of weeks.
 */
export function fakeValues(key: Uint8Array): Fake {
  const weeks = 5 + (numberOf(key, 'weeks') % 100);
  const moved = (ms: number): string => new Date(ms - weeks * 7 * DAY_MS).toISOString();
  const text = (value: string) => fakeText(key, value);
  const fake: Fake = (value, field) => {
    if (value === null || typeof value === 'boolean') return value;
    switch (field.type) {
      case 'option':
      case 'multi_option':
      case 'currency':
      case 'country':
      case 'language':
        return value;
      case 'date':
        return moved(Date.parse(`${String(value)}T00:00:00Z`)).slice(0, 10);
      case 'timestamp':
        return moved(Date.parse(String(value)));
      case 'local_timestamp':
        return moved(Date.parse(`${String(value)}Z`)).slice(0, -1);
      case 'time':
        return '12:00:00.000';
      case 'duration':
        return 'PT1H';
      case 'binary':
        return null;
      case 'email':
        return fakeAddress(text, String(value));
      case 'url':
        return fakeUrl(text, String(value));
      case 'phone':
        return String(value).slice(0, 5) + text(String(value)).slice(5);
      case 'integer':
      case 'decimal':
        return fakeNumber(key, value);
      default:
        return deep(key, value);
    }
  };
  return fake;
}

/** What has no type of its own is faked by what it is. */
function deep(key: Uint8Array, value: Value): Value {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return fakeNumber(key, value);
  if (typeof value === 'string') return isCountryCode(value) ? value : fakeText(key, value);
  if (Array.isArray(value)) return value.map((item) => deep(key, item));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (name === 'currency' || name === 'country') return [name, item];
      return [name, name === 'amount' && typeof item === 'string' ? fakeNumber(key, item) : deep(key, item)];
    }),
  );
}

function fakeText(key: Uint8Array, text: string): string {
  let before = '';
  return [...text.normalize('NFC')]
    .map((letter) => {
      const letters = CLASSES.find((kind) => kind.includes(letter));
      if (/[\p{L}\p{N}]/u.test(letter)) before += letter.toLowerCase();
      if (!letters) return /\p{L}/u.test(letter) ? 'x' : letter;
      return another(letters, letter, numberOf(key, before));
    })
    .join('');
}

/** Another one of these, never the same. */
function another(letters: readonly string[], letter: string, number: number): string {
  const at = letters.indexOf(letter) + 1 + (number % (letters.length - 1));
  return letters[at % letters.length] ?? letter;
}

/** As many digits before and after the point; the first and the last are not 0, so that they stay as many. */
function fakeNumber(key: Uint8Array, value: Value): Value {
  const text = String(value);
  const digits = [...'123456789'];
  const faked = [...text]
    .map((digit, at) => (digits.includes(digit) ? another(digits, digit, numberOf(key, text.slice(0, at + 1))) : digit))
    .join('');
  return typeof value === 'number' ? Number(faked) : faked;
}

/** The last domain is one that nobody has (RFC 2606). */
const NOBODYS = '.test';

function fakeHost(text: (value: string) => string, host: string): string {
  const kept = host.length - NOBODYS.length;
  return kept < 1 ? `x${NOBODYS}` : text(host).slice(0, kept).replace(/[.-]$/, 'x') + NOBODYS;
}

function fakeAddress(text: (value: string) => string, address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) return text(address);
  return `${text(address.slice(0, at))}@${fakeHost(text, address.slice(at + 1))}`;
}

function fakeUrl(text: (value: string) => string, url: string): string {
  const found = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#:]*)(.*)$/i.exec(url);
  if (!found) return text(url);
  const [, scheme = '', host = '', rest = ''] = found;
  return `${scheme}${fakeHost(text, host)}${text(rest)}`;
}

const numberOf = (key: Uint8Array, text: string): number => Buffer.from(strongDigest(key, text), 'hex').readUInt32BE(0);
