import { languageAliases } from '../late-packages.ts';

/** A tag of BCP 47 in canonical form (RFC 5646 section 4.5, by the runtime's CLDR): `deu` is `de`, `iw` is `he`. */
export function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

export const isLanguageTag = (tag: string): boolean => canonicalLanguage(tag) !== undefined;

/** Whether the registry knows the language of a canonical tag: well-formed is not enough for a field of languages. */
export function isKnownLanguage(tag: string): boolean {
  const [language = ''] = tag.split('-');
  return LANGUAGES.of(language) !== undefined;
}

const LANGUAGES = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });

/**
 * ISO 639-2 code of a language that has two letters, by them: the terminological one (`deu`), or for the twenty languages
 * with two codes the bibliographic one (`ger`). From the alias tables of the Unicode CLDR (UTS 35, "overlong" and
 * "bibliographic").
 */
export function iso639Codes(kind: 'terminological' | 'bibliographic'): ReadonlyMap<string, string> {
  if (kind === 'terminological') return codesFor('overlong');
  return new Map([...codesFor('overlong'), ...codesFor('bibliographic')]);
}

function codesFor(reason: string): Map<string, string> {
  const codes = new Map<string, string>();
  for (const [code, alias] of Object.entries(languageAliases().supplemental.metadata.alias.languageAlias)) {
    if (alias._reason !== reason || !/^[a-z]{3}$/.test(code) || !/^[a-z]{2}$/.test(alias._replacement)) continue;
    // The first of several stands: `deprecated` codes and spans of languages come under other reasons.
    if (!codes.has(alias._replacement)) codes.set(alias._replacement, code);
  }
  return codes;
}
