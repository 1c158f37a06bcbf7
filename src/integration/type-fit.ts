import type { FieldDefinition } from '../connector/field.ts';
import type { FieldType } from '../record/value.ts';

/** Types a text field takes as they are written. */
const SAID_AS_TEXT: readonly FieldType[] = [
  ...(['option', 'email', 'phone', 'currency', 'integer', 'decimal', 'reference', 'url', 'country'] as const),
  ...(['language', 'date', 'time', 'timestamp', 'local_timestamp', 'duration', 'person_name', 'binary'] as const),
];

/** Types that a text is read as; a text that is none parks the record. */
const READ_FROM_TEXT: readonly FieldType[] = [
  ...(['email', 'phone', 'url', 'currency', 'country', 'language', 'option', 'integer', 'decimal'] as const),
];

const OTHERS: readonly `${FieldType}>${FieldType}`[] = [
  'integer>decimal',
  'decimal>integer',
  'money>decimal',
  'date>timestamp',
  'timestamp>date',
  'date>local_timestamp',
  'local_timestamp>date',
  'local_timestamp>time',
  'binary>url',
  'url>binary',
  'option>multi_option',
];

/** What of a field's declaration its conversions go by. */
type Fitting = Pick<FieldDefinition, 'type' | 'time' | 'person_name'>;

/**
 * Whether a value of field `from` may be copied into field `to` without an expression, an option table or a reference.
 * Stricter than what can be converted: nothing that a person would wonder about.
 */
export function typesFit(from: Fitting, to: Fitting): boolean {
  if (from.type === to.type) return true;
  if (lacksZone(from, to)) return false;
  if (isInstantAndLocal(from, to)) return true;
  if (to.type === 'string') return SAID_AS_TEXT.includes(from.type);
  // How a text is taken apart into a name, only its declared order says.
  if (from.type === 'string' && to.type === 'person_name') return to.person_name !== undefined;
  if (from.type === 'string') return READ_FROM_TEXT.includes(to.type);
  return OTHERS.includes(`${from.type}>${to.type}`);
}

/** Whether the two would fit if the local one of them said in which zone it is. */
export function lacksZone(from: Fitting, to: Fitting): boolean {
  const local = from.type === 'local_timestamp' ? from : to;
  return isInstantAndLocal(from, to) && (typeof local.time !== 'object' || local.time.zone === undefined);
}

const isInstantAndLocal = (one: Fitting, other: Fitting): boolean =>
  (one.type === 'local_timestamp' && other.type === 'timestamp') ||
  (one.type === 'timestamp' && other.type === 'local_timestamp');
