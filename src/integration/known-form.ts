import { phoneNumbers, taxNumbers, validators } from '../connector/late-packages.ts';
import type { KnownForm } from './rule-schema.ts';

/** Whether a text has the form; `country` (ISO 3166, capitals) is that of texts that name none, where it is known. */
export type FormTest = (text: string, country: string | null) => boolean;

/**
 * Compiles the test of a known form, by the rules and tables of the packages that keep them. A country whose postal codes
 * or VAT ids they do not know lets every text pass. Nothing is looked up: a VAT id with right check digits may be unassigned.
 */
export function compileForm(form: KnownForm): FormTest {
  if (form === 'vat_id') return vatIdTest();
  if (form === 'phone') return (text) => phoneNumbers().parsePhoneNumberFromString(text)?.isValid() ?? false;
  const check = validators();
  switch (form) {
    case 'iban':
      return (text) => check.isIBAN(text);
    case 'bic':
      return (text) => check.isBIC(text);
    case 'email':
      return (text) => check.isEmail(text);
    case 'url':
      return (text) => check.isURL(text, { require_protocol: true, require_tld: false });
    case 'country':
      return (text) => check.isISO31661Alpha2(text);
    case 'currency':
      return (text) => check.isISO4217(text);
    case 'ean':
      return (text) => check.isEAN(text);
    case 'postal_code':
      return postalCodeTest(check);
  }
}

const isText = <T extends string>(known: readonly T[], text: string): text is T => known.some((one) => one === text);

function postalCodeTest(check: typeof import('validator')): FormTest {
  return (text, country) =>
    country === null || !isText(check.isPostalCodeLocales, country) || check.isPostalCode(text, country);
}

/** Greece writes EL in its VAT ids, and Northern Ireland XI before the numbers of the United Kingdom. */
const COUNTRY_OF_PREFIX: Record<string, string> = { EL: 'GR', XI: 'GB' };

/** A VAT id begins with its country; one that does not is of `country`. */
function vatIdTest(): FormTest {
  const { stdnum, euVat } = taxNumbers();
  return (text, country) => {
    const id = text.replace(/[\s.-]/g, '').toUpperCase();
    const [prefix] = /^[A-Z]{2}/.exec(id) ?? [];
    const named = prefix && (COUNTRY_OF_PREFIX[prefix] ?? prefix);
    const of = named ?? country;
    if (of === null || of === undefined) return false;
    const ofCountry = stdnum[of];
    if (!ofCountry) return false;
    const own = ofCountry.vat ?? ofCountry.mva;
    const known = euVat[of] ?? (own ? [own] : []);
    const number = prefix === 'EL' || prefix === 'XI' ? id.replace(/^../, of) : id;
    return known.length === 0 || known.some((one) => one.validate(number).isValid);
  };
}
