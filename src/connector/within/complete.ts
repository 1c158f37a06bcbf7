import type { ConnectorDefinition, ObjectDefinition } from '../definition.ts';
import { fieldSchema } from '../field.ts';
import { ownNames, POSITION_PATH, WHOLE_PATH } from './holding.ts';

/**
 * A connector whose parts and lines have what follows from their declaration: the reference to the whole, the position, and
 * how changes of the wholes are read and stamped.
 */
export function withAddedFields(connector: ConnectorDefinition): ConnectorDefinition {
  const objects = Object.entries(connector.objects).map(([name, object]) => {
    const within = object.part_of ?? object.lines_of;
    const whole = within && Object.hasOwn(connector.objects, within.object) ? connector.objects[within.object] : null;
    return [name, whole ? completed(object, whole) : object] as const;
  });
  return { ...connector, objects: Object.fromEntries(objects) };
}

function completed(object: ObjectDefinition, whole: ObjectDefinition): ObjectDefinition {
  const { part_of: part, lines_of: lines } = object;
  const fields = { ...object.fields };
  if (part) fields[part.whole] = wholeField(part.object, !part.creates_whole);
  if (lines) {
    fields[lines.whole] = wholeField(lines.object, true);
    const key = fields[lines.key];
    if (key) fields[lines.key] = { ...key, required: lines.keys === 'sent', read_only: lines.keys !== 'sent' };
    if (lines.position !== undefined) {
      fields[lines.position] = fieldSchema.parse({
        type: 'integer',
        path: POSITION_PATH,
        label: 'Position',
        minimum: 1,
      });
    }
  }
  return {
    ...object,
    fields,
    ...(whole.list ? { list: { ...whole.list, equals: {} } } : {}),
    ...(whole.modified === undefined ? {} : { modified: whole.modified }),
    ...(part && whole.custom_fields ? { custom_fields: whole.custom_fields } : {}),
  };
}

const wholeField = (object: string, required: boolean) =>
  fieldSchema.parse({ type: 'reference', reference: object, path: WHOLE_PATH, required });

/** An object with the fields of its parts, for drivers that read and write what is declared and nothing else. */
export function withPartFields(
  { objects }: ConnectorDefinition,
  name: string,
  object: ObjectDefinition,
): ObjectDefinition {
  const parts = Object.entries(objects).filter(([, one]) => one.part_of?.object === name);
  const fields = parts.flatMap(([part, definition]) => {
    const own = ownNames(definition);
    const declared = Object.entries(definition.fields).filter(([field]) => own.includes(field));
    return declared.map(([field, one]) => [`${part}.${field}`, { ...one, path: one.path ?? field }] as const);
  });
  return { ...object, fields: { ...object.fields, ...Object.fromEntries(fields) } };
}
