import { type FieldDefinition, fieldSchema, type OptionDefinition } from './field.ts';

/** What is known of one field that users of a system added; nothing of it is a value of a record. */
export interface FieldShape {
  /** As the integration file calls it, or as its label suggests. */
  name: string;
  label: string | null;
  type: FieldDefinition['type'];
  maxLength: number | null;
  required: boolean;
  options: OptionDefinition[] | null;
  /** The field of the other system with which it was paired by name; null where no such policy did so. */
  paired: string | null;
}

/** An object of one system as it is set up there: the fields that users added, and the options of its lists. */
export interface ObjectShape {
  /** By the key under which they stand on the wire; null where the system does not say which there are. */
  fields: Record<string, FieldShape> | null;
  /** By list. */
  options: Record<string, readonly OptionDefinition[]>;
}

/** The shape of an object from what its system says of it now. */
export function shapeOf(
  fields: Readonly<Record<string, FieldDefinition>> | null,
  options: Readonly<Record<string, readonly OptionDefinition[]>>,
): ObjectShape {
  return { fields: fields && Object.fromEntries(shapes(fields)), options: { ...options } };
}

function shapes(fields: Readonly<Record<string, FieldDefinition>>): [string, FieldShape][] {
  return Object.entries(fields).flatMap(([name, { custom, label, type, max_length: most, required, options }]) =>
    custom === undefined
      ? []
      : [
          [
            custom,
            {
              name,
              label: label ?? null,
              type,
              maxLength: most ?? null,
              required,
              options: options ?? null,
              paired: null,
            },
          ],
        ],
  );
}

/** The declaration of a field that only its system knows. */
export function definitionOf(key: string, { label, type, maxLength, required, options }: FieldShape): FieldDefinition {
  return fieldSchema.parse({
    type,
    custom: key,
    required,
    ...(label === null ? {} : { label }),
    ...(maxLength === null ? {} : { max_length: maxLength }),
    ...(options === null ? {} : { options }),
  });
}
