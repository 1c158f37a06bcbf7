import mappings from 'cldr-core/supplemental/codeMappings.json' with { type: 'json' };
import { iso31661Alpha2ToAlpha3 } from 'iso-3166/1-a2-to-1-a3.js';
import { iso31661Alpha2ToNumeric } from 'iso-3166/1-a2-to-1-n.js';

// Two of its modules: the whole package brings every province of the world, which a command would wait for at its start.

export interface CountryCodes {
  alpha3: string;
  numeric: string;
}

/** Kosovo, by one of the codes that ISO 3166 leaves to its users; this one the CLDR and most systems use alike. */
const KOSOVO = mappings.supplemental.codeMappings.XK;

/** The countries of ISO 3166-1, and Kosovo, by their two letters. */
export const COUNTRIES: ReadonlyMap<string, CountryCodes> = new Map([
  ...Object.entries(iso31661Alpha2ToAlpha3).map(
    ([code, alpha3]) => [code, { alpha3, numeric: iso31661Alpha2ToNumeric[code] ?? '' }] as const,
  ),
  ['XK', { alpha3: KOSOVO._alpha3, numeric: KOSOVO._numeric }] as const,
]);

const ALPHA3 = new Map([...COUNTRIES].map(([code, { alpha3 }]) => [alpha3, code]));
const NUMERIC = new Map([...COUNTRIES].map(([code, { numeric }]) => [numeric, code]));

export const isCountryCode = (code: string): boolean => COUNTRIES.has(code);

/** The two letters, in capitals, from any of the three codes of a country; undefined where the text is none. */
export function countryOf(text: string): string | undefined {
  if (isCountryCode(text)) return text;
  const upper = text.toUpperCase();
  if (isCountryCode(upper)) return upper;
  return ALPHA3.get(upper) ?? (/^\d{1,3}$/.test(text) ? NUMERIC.get(text.padStart(3, '0')) : undefined);
}
