import { COUNTRIES, countryOf } from '../../../connector/codec/country-codes.ts';
import { canonicalLanguage } from '../../../connector/codec/language-codes.ts';
import { normalUrl } from '../../../connector/codec/url.ts';
import { type Filter, textArgument, textFilter, Unfit } from '../filter.ts';
import type { Item } from '../items.ts';

type Kind = 'region' | 'language' | 'currency';

const names = new Map<string, Intl.DisplayNames>();

/** Names of codes in a language, from the runtime's CLDR tables. */
function namesIn(language: Item, type: Kind): Intl.DisplayNames {
  const tag = textArgument(language, 'language', 'en');
  const key = `${type} ${tag}`;
  const known = names.get(key);
  if (known) return known;
  let made: Intl.DisplayNames;
  try {
    made = new Intl.DisplayNames([tag], { type, fallback: 'none' });
  } catch {
    throw new Unfit('needs a language tag, e.g. de');
  }
  if (names.size >= 50) names.clear();
  names.set(key, made);
  return made;
}

const nameOf = (type: Kind, what: string): Filter =>
  textFilter('language?', (text, [language]) => {
    const code = type === 'language' ? text.trim() : text.trim().toUpperCase();
    let name: string | undefined;
    try {
      name = namesIn(language, type).of(code);
    } catch (error) {
      if (error instanceof Unfit) throw error;
    }
    if (name === undefined) throw new Unfit(`knows no ${what} of that code`);
    return name;
  });

const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\p{M}\p{P}\s]/gu, '')
    .toLowerCase();

const byName = new Map<string, ReadonlyMap<string, string>>();

/** Codes of countries by their names in a language, without accents, blanks and case; kept for each language. */
function countriesIn(language: Item): ReadonlyMap<string, string> {
  const tag = textArgument(language, 'language', 'en');
  const known = byName.get(tag);
  if (known) return known;
  const display = namesIn(language, 'region');
  const made = new Map([...COUNTRIES.keys()].map((code) => [folded(display.of(code) ?? code), code] as const));
  if (byName.size >= 50) byName.clear();
  byName.set(tag, made);
  return made;
}

/** From one of its codes, or its name in the language. */
function countryCode(text: string, language: Item): string {
  const code = countryOf(text.trim()) ?? countriesIn(language).get(folded(text));
  if (code === undefined) throw new Unfit('knows no country of that name');
  return code;
}

export const CODE_FILTERS: Readonly<Record<string, Filter>> = {
  country_alpha3: textFilter('language?', (text, [language]) => COUNTRIES.get(countryCode(text, language))?.alpha3),
  country_code: textFilter('language?', (text, [language]) => countryCode(text, language)),
  country_name: nameOf('region', 'country'),
  currency_name: nameOf('currency', 'currency'),
  language: textFilter('', (text) => {
    const tag = canonicalLanguage(text.trim());
    if (tag === undefined) throw new Unfit('finds no language tag in the text');
    return tag;
  }),
  language_name: nameOf('language', 'language'),
  url: textFilter('scheme?', (text, [scheme]) => normalUrl(text, textArgument(scheme, 'scheme', 'https'))),
  url_host: textFilter('', (text) => {
    const [, host] = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]+)/i.exec(normalUrl(text, 'https')) ?? [];
    if (host === undefined) throw new Unfit('finds no URL in the text');
    return host;
  }),
};
