import { compileCodec } from '../connector/codec.ts';
import { type FieldDefinition, fieldSchema } from '../connector/field.ts';
import type { Value } from '../record/value.ts';

/** A value as written in the file, in the canonical form of the field's type; undefined where it is none. */
export function valueOfType(field: FieldDefinition, raw: string | number | boolean): Value | undefined {
  switch (field.type) {
    case 'boolean':
      return typeof raw === 'boolean' ? raw : undefined;
    case 'option':
      return field.options?.some((option) => option.key === raw) === false ? undefined : String(raw);
    case 'multi_option':
      return field.options?.some((option) => option.key === raw) === false ? undefined : [String(raw)];
    case 'money':
    case 'list':
    case 'object':
    case 'reference':
    case 'postal_address':
    case 'person_name':
    case 'binary':
      return undefined;
    default:
      return typeof raw === 'boolean' ? undefined : readPlain(field, raw);
  }
}

/** As a field of the type reads it that declares no wire form: the file is written in none of a system's own. */
function readPlain(
  { type, default_country, default_scheme }: FieldDefinition,
  raw: string | number,
): Value | undefined {
  const plain = fieldSchema.parse({ type, default_country, default_scheme });
  return compileCodec({ fields: { value: plain } }).decode({ value: raw }, ['value']).fields.value ?? undefined;
}
