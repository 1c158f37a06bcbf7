import type { ObjectDefinition } from './definition.ts';
import type { FieldDefinition } from './field.ts';

/** What one installation of a system has beyond what its connector declares, such as custom fields. */
export interface OwnFields {
  fields: Record<string, FieldDefinition>;
  link_field?: string | undefined;
  part_of?: ObjectDefinition['part_of'];
  lines_of?: ObjectDefinition['lines_of'];
}

/** An object that the connector does not have, of what stands within another one of its objects. */
export function objectWithin({ fields, part_of: part, lines_of: lines }: OwnFields): ObjectDefinition {
  const within = { ...(part ? { part_of: part } : {}), ...(lines ? { lines_of: lines } : {}) };
  return { id: { path: 'id', type: 'string' }, unique: [], batch: {}, fields, ...within };
}

/** An object with the fields of an installation; custom fields can be found by, where the system can. */
export function withOwnFields(object: ObjectDefinition, own: OwnFields): ObjectDefinition {
  const fields = { ...object.fields, ...own.fields };
  const linked = own.link_field === undefined ? {} : { link_field: own.link_field };
  const lookup = object.custom_fields?.equals;
  if (!object.list || lookup === undefined) return { ...object, ...linked, fields };
  const found = Object.entries(own.fields).flatMap(([name, { custom }]) =>
    custom === undefined ? [] : [[name, lookup.replaceAll('{key}', custom)] as const],
  );
  return {
    ...object,
    ...linked,
    fields,
    list: { ...object.list, equals: { ...object.list.equals, ...Object.fromEntries(found) } },
  };
}
