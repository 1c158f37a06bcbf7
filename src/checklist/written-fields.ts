import type { FieldDefinition } from '../connector/field.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { Side } from '../record/side.ts';
import { mappedObjects } from './answers.ts';

/** A field of an object, by its name. */
export interface NamedField {
  name: string;
  declared: FieldDefinition;
}

/** The fields of a side that the mappings write, by object; objects without one are left out. */
export function writtenFields(
  integration: LoadedIntegration,
  side: Side,
  wanted: (field: FieldDefinition) => boolean = () => true,
): { object: string; fields: NamedField[] }[] {
  return mappedObjects(integration, side).flatMap(({ name: object, definition, mappings }) => {
    const names = new Set(
      mappings.flatMap(({ fields }) =>
        fields.flatMap((row) => ((side === 'a' ? row.bToA : row.aToB) ? [row[side]] : [])),
      ),
    );
    const fields = [...names].flatMap((name): NamedField[] => {
      const declared = definition.fields[name];
      return declared && !declared.read_only && !declared.write_only && wanted(declared) ? [{ name, declared }] : [];
    });
    return fields.length === 0 ? [] : [{ object, fields }];
  });
}
