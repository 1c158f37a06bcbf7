import { canonicalText, isEmpty } from '../record/canonical.ts';
import { codeForm, textForm } from '../record/text-form.ts';
import { ADDRESS_PARTS, type FieldType, type Value } from '../record/value.ts';

/**
 * The normal form of a value as part of a match key: two records are the same under a match rule when the texts are
 * equal. Null where the value is empty, since nothing matches by having nothing.
 *
 * - e-mail addresses: without case;
 * - codes (`identifier` of the field declaration, such as VAT ids): without blanks, dots, dashes, slashes and case;
 * - texts: Unicode compatibility form, without case, blanks collapsed; so are phone numbers, which are E.164 already;
 * - URLs: as texts, without scheme, `www.` and a slash at the end;
 * - names: given and family name as texts; postal addresses: their parts as texts, the house number with the street;
 * - option keys, ids and codes of currencies, countries and languages: as they are; all else: its canonical text.
 */
export function matchText(type: FieldType, value: Value, identifier = false): string | null {
  if (isEmpty(value)) return null;
  if (typeof value !== 'string')
    return identifier ? filled(codeForm(canonicalText(value))) : structureForm(type, value);
  if (identifier) return filled(codeForm(value));
  switch (type) {
    case 'string':
    case 'email':
    case 'phone':
      return filled(textForm(value));
    case 'url':
      return filled(
        textForm(value)
          .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
          .replace(/^www\./, '')
          .replace(/\/$/, ''),
      );
    default:
      return value;
  }
}

function structureForm(type: FieldType, value: Value): string | null {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord) return canonicalText(value);
  const said = (...parts: string[]) => textForm(parts.map((part) => value[part] ?? '').join(' '));
  if (type === 'person_name') return filled(said('given', 'family'));
  if (type !== 'postal_address') return canonicalText(value);
  const parts = [said('street', 'house_number'), ...ADDRESS_REST.map((part) => said(part))];
  return parts.every((part) => part === '') ? null : JSON.stringify(parts);
}

const ADDRESS_REST = ADDRESS_PARTS.filter((part) => part !== 'street' && part !== 'house_number');

/** The key of several parts, different for different parts; null where there is no part, or one is empty. */
export function matchKey(parts: readonly (string | null)[]): string | null {
  return parts.length === 0 || parts.includes(null) ? null : JSON.stringify(parts);
}

const filled = (form: string): string | null => (form === '' ? null : form);
