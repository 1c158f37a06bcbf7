import type { FieldDefinition } from '../../connector/field.ts';

export type Scalar = string | number | boolean;

const BOOLEANS = new Map([
  ['true', true],
  ['yes', true],
  ['false', false],
  ['no', false],
]);

/** What the text of a cell means for a field, as the integration file writes it. What fits no type stays a text. */
export function scalarOf(text: string, field: FieldDefinition | undefined): Scalar {
  if (field?.type === 'boolean') return BOOLEANS.get(text.toLowerCase()) ?? text;
  if (field?.type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  return text;
}
