import type { FieldDefinition } from '../../connector/field.ts';
import type { FieldType } from '../../record/value.ts';
import { humanised } from './names.ts';

const TYPES: Partial<Record<FieldType, string>> = {
  string: 'text',
  integer: 'whole number',
  decimal: 'number',
  boolean: 'yes or no',
  timestamp: 'date and time',
  option: 'choice',
  email: 'e-mail',
};

/** What a field is, in words for people who know neither system's API. */
export function typeText({ type, reference, read_only, write_only }: FieldDefinition): string {
  const plain = reference === undefined ? (TYPES[type] ?? type.replaceAll('_', ' ')) : `refers to ${reference}`;
  const access = read_only ? ', read only' : write_only ? ', write only' : '';
  return plain + access;
}

/** Characters, but for systems that count bytes; how they count emoji is no matter of agreement. */
export function lengthText({ max_length, length_unit }: FieldDefinition): string {
  return max_length === undefined ? '' : `${max_length}${length_unit === 'bytes' ? ' bytes' : ''}`;
}

const MOST_OPTIONS = 12;

/** The labels of the options, the first twelve. */
export function optionsText({ options, options_from }: FieldDefinition): string {
  if (!options) return options_from === undefined ? '' : 'read from the system';
  const labels = options.map(({ key, label }) => label ?? key);
  const rest = labels.length - MOST_OPTIONS;
  return labels.slice(0, MOST_OPTIONS).join(', ') + (rest > 0 ? `, and ${rest} more` : '');
}

export const labelText = (name: string, field: FieldDefinition | undefined): string => field?.label ?? humanised(name);
