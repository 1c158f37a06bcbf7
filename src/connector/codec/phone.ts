import type { CountryCode } from 'libphonenumber-js/min';
import { phoneNumbers } from '../late-packages.ts';

/** Countries whose only national prefix is 0, and that are the first of their calling code. */
const ZERO_PREFIX: readonly CountryCode[] = [
  'AT',
  'BE',
  'CH',
  'DE',
  'FR',
  'GB',
  'HR',
  'IE',
  'NL',
  'RO',
  'SE',
  'SI',
  'SK',
];

/** Likewise those without a national prefix; that of the United States is a 1, which no area code begins with. */
const NO_PREFIX: readonly CountryCode[] = ['CZ', 'DK', 'ES', 'GR', 'NO', 'PL', 'PT', 'US'];

/**
 * By calling code, the possible lengths of a national number. Plain numbers of these countries need no parsing, which
 * costs microseconds: see `quickForm`.
 */
function plainLengths(): ReadonlyMap<string, ReadonlySet<number>> {
  const { getCountryCallingCode } = phoneNumbers();
  return new Map([...ZERO_PREFIX, ...NO_PREFIX].map((country) => [getCountryCallingCode(country), lengthsOf(country)]));
}

let knownLengths: ReturnType<typeof plainLengths> | undefined;

/** Groups of digits with blanks, dashes or slashes in between; an area code may stand in brackets. */
const PLAIN_NUMBER = /^(?:\+|\(?(?=0))\d+(?:\) ?\d+)?(?:(?: ?[-/] ?| )\d+)*$/;

/** Whether phone numbers of this country (ISO 3166, capitals) can be read. */
export function isCountry(code: string): boolean {
  return phoneNumbers().isSupportedCountry(code);
}

/**
 * Compiles the normal form of phone numbers: E.164, where numbers without a country code are of `country`. What is no
 * phone number of a possible length, or has an extension, which E.164 can't hold, stays as it is but for blanks around
 * it: nothing is lost, and it equals no number.
 */
export function compilePhone(country: string | undefined): (text: string) => string {
  const { isSupportedCountry, getCountryCallingCode } = phoneNumbers();
  const home = country !== undefined && isSupportedCountry(country) ? country : undefined;
  const homeCode = home && ZERO_PREFIX.includes(home) ? getCountryCallingCode(home) : undefined;
  return (text) => quickForm(text, homeCode) ?? parsedForm(text.trim(), home);
}

/** The normal form by the book. A result that would itself be read as another number (of many zeros) is no number. */
export function parsedForm(text: string, country: CountryCode | undefined): string {
  const number = parsedNumber(text, country);
  return number !== undefined && parsedNumber(number, undefined) === number ? number : text;
}

function parsedNumber(text: string, country: CountryCode | undefined): string | undefined {
  const options = country === undefined ? { extract: false } : { defaultCountry: country, extract: false };
  const parsed = phoneNumbers().parsePhoneNumberFromString(text, options);
  return parsed?.isPossible() && parsed.ext === undefined ? parsed.number : undefined;
}

/** What `parsedForm` gives, for the plain numbers of plain countries; undefined for all others. */
function quickForm(text: string, homeCode: string | undefined): string | undefined {
  if (E164.test(text)) return isPlain(text.slice(1)) ? text : undefined;
  if (!PLAIN_NUMBER.test(text) || text.includes(')') !== text.includes('(')) return undefined;
  const digits = text.replace(/\D/g, '');
  if (text.charCodeAt(0) === PLUS) return isPlain(digits) ? `+${digits}` : undefined;
  if (homeCode === undefined) return undefined;
  const international = homeCode + digits.slice(1);
  return isPlain(international) ? `+${international}` : undefined;
}

const PLUS = 0x2b;
const E164 = /^\+\d{5,15}$/;

/** Whether these digits, of a calling code and a national number, are sure to be taken as they are. */
function isPlain(digits: string): boolean {
  knownLengths ??= plainLengths();
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    const lengths = knownLengths.get(code);
    if (lengths) return digits.charCodeAt(length) > (code === '1' ? 0x31 : 0x30) && lengths.has(digits.length - length);
  }
  return false;
}

function lengthsOf(country: CountryCode): Set<number> {
  const metadata = new (phoneNumbers().Metadata)();
  metadata.selectNumberingPlan(country);
  return new Set(metadata.numberingPlan?.possibleLengths() ?? []);
}
