import type { ObjectDefinition } from '../../connector/definition.ts';
import type { FieldDefinition } from '../../connector/field.ts';

/** An object as if its system took every value of a field's type: to see what it does with those that it should not take. */
export const withoutLimits = (definition: ObjectDefinition): ObjectDefinition => ({
  ...definition,
  fields: Object.fromEntries(Object.entries(definition.fields).map(([name, field]) => [name, unlimited(field)])),
});

function unlimited({
  max_length: _,
  pattern: __,
  minimum: ___,
  maximum: ____,
  ...field
}: FieldDefinition): FieldDefinition {
  return { ...field, characters: 'any', required: false, on_violation: 'park' };
}
