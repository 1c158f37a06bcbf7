import type { FieldDefinition } from '../connector/field.ts';
import type { FieldType } from '../record/value.ts';

/** Types that are about people more often than not. */
const TYPES: readonly FieldType[] = ['email', 'phone', 'person_name', 'postal_address'];

/** Words in names of fields, in English and German. `sensitive`: of the kind that article 9 GDPR names, or pay and bank. */
const PERSONAL =
  /(^|_)(first|last|given|family|full|middle|maiden)_?name($|_)|vorname|nachname|birth|geburt|salutation|anrede|gender|geschlecht|street|strasse|mobile|mobil|e?_?mail|phone|telefon|nationality|photo|passport|signature|unterschrift|(^|_)ip($|_)/i;
const SENSITIVE =
  /health|gesundheit|religio|konfession|ethnic|herkunft|union|gewerkschaft|disab|behinder|salary|gehalt|lohn|iban|bank|tax_class|steuerklasse|ssn|social_security|sozialversicherung|criminal|pregnan/i;

/** Whether a field looks as if it held something about a person. Flags only: what it really is, people say. */
export function looksPersonal(name: string, field: FieldDefinition): 'sensitive' | 'personal' | null {
  const words = `${name} ${field.label ?? ''}`;
  if (SENSITIVE.test(words)) return 'sensitive';
  return TYPES.includes(field.type) || PERSONAL.test(words) ? 'personal' : null;
}
