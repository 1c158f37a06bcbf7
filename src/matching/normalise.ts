import { canonicalText, isEmpty } from '../record/canonical.ts';
import { codeForm, textForm } from '../record/text-form.ts';
import type { FieldType, Value } from '../record/value.ts';

/**
 * The normal form of a value as part of a match key: two records are the same under a match rule when the texts are
 * equal. Null where the value is empty, since nothing matches by having nothing.
 *
 * - e-mail addresses: without case;
 * - codes (`identifier` of the field declaration, such as VAT ids): without blanks, dots, dashes, slashes and case;
 * - texts: Unicode compatibility form, without case, blanks collapsed; so are phone numbers, which are E.164 already;
 * - option keys, ids and currency codes: as they are; all else: its canonical text.
 */
export function matchText(type: FieldType, value: Value, identifier = false): string | null {
  if (isEmpty(value)) return null;
  if (typeof value !== 'string') return identifier ? filled(codeForm(canonicalText(value))) : canonicalText(value);
  if (identifier) return filled(codeForm(value));
  switch (type) {
    case 'string':
    case 'email':
    case 'phone':
      return filled(textForm(value));
    default:
      return value;
  }
}

/** The key of several parts, different for different parts; null where there is no part, or one is empty. */
export function matchKey(parts: readonly (string | null)[]): string | null {
  return parts.length === 0 || parts.includes(null) ? null : JSON.stringify(parts);
}

const filled = (form: string): string | null => (form === '' ? null : form);
