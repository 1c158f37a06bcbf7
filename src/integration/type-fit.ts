import type { FieldType } from '../record/value.ts';

/** Types a text field takes as they are written. */
const SAID_AS_TEXT: readonly FieldType[] = [
  ...(['option', 'email', 'phone', 'currency', 'integer', 'decimal', 'date', 'timestamp', 'reference'] as const),
];

/** Types that a text is read as; a text that is none parks the record. */
const READ_FROM_TEXT: readonly FieldType[] = ['email', 'phone', 'currency', 'option', 'integer', 'decimal'];

const OTHERS: readonly `${FieldType}>${FieldType}`[] = [
  'integer>decimal',
  'decimal>integer',
  'money>decimal',
  'date>timestamp',
  'timestamp>date',
];

/**
 * Whether a value of type `from` may be copied into a field of type `to` without an expression, an option table or a
 * reference. Stricter than what can be converted: nothing that a person would wonder about.
 */
export function typesFit(from: FieldType, to: FieldType): boolean {
  if (from === to) return true;
  if (to === 'string') return SAID_AS_TEXT.includes(from);
  if (from === 'string') return READ_FROM_TEXT.includes(to);
  return OTHERS.includes(`${from}>${to}`);
}
