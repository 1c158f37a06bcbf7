import * as currencies from 'dinero.js/currencies';

/**
 * Digits after the mark of a currency's minor unit, by ISO 4217; undefined for codes that it does not list, and for the
 * two currencies whose minor unit is a fifth (MGA, MRU): systems differ in how they count those.
 */
export const minorDigits = (currency: string): number | undefined => DIGITS.get(currency);

const DIGITS = new Map<string, number>(
  Object.values(currencies).flatMap(({ code, base, exponent }) => (base === 10 ? [[code, exponent] as const] : [])),
);

/** The currencies with a minor unit of tenths. */
export const MINOR_CURRENCIES: readonly string[] = [...DIGITS.keys()];
