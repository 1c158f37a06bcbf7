import type { ObjectDefinition } from '../connector/definition.ts';
import { connectorOf, type OpenapiImport } from '../importers/openapi/import-openapi.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import { type MappedObject, mappedFields } from './answers.ts';
import { type Operation, operations } from './operations.ts';

/** What a description says to what the mappings need. */
export interface Described {
  operations: number;
  fields: number;
  /** What is needed, and not described. */
  missing: Diagnostic[];
}

/** Holds the operations and fields that the mappings need against a description. */
export function heldAgainst(
  read: OpenapiImport,
  baseUrl: string,
  objects: readonly MappedObject[],
  side: Side,
): Described {
  const found: Described = { operations: 0, fields: 0, missing: [] };
  for (const object of objects) {
    const { name, definition } = object;
    for (const operation of operations(side, object)) {
      const call = callOf(definition, operation);
      if (!call) continue;
      found.operations += 1;
      const path = fullPath(baseUrl, call.path, name);
      if (isDescribed(read, call.method, path)) continue;
      found.missing.push(
        problem('operation-undescribed', `${operation} ${name}: ${call.method} ${call.path} is not described`, {
          next: `Look for it in the documentation, and correct ${operation} of ${name} in the connector`,
        }),
      );
    }
    const known = describedFields(read, baseUrl, object);
    if (!known) continue;
    for (const field of mappedFields(object, side)) {
      const path = topOf(definition, field);
      if (path === null) continue;
      found.fields += 1;
      if (known.has(path)) continue;
      found.missing.push(
        problem('field-undescribed', `${name}.${field}: no field ${path} is described`, {
          next: `Correct the path of ${field} in the connector, or declare it as custom`,
        }),
      );
    }
  }
  return found;
}

/** How an operation is called; null where the connector does not say. */
function callOf(definition: ObjectDefinition, operation: Operation): { method: string; path: string } | null {
  if (operation === 'list')
    return definition.list ? { method: definition.list.method, path: definition.list.path } : null;
  if (operation === 'get') return definition.get ? { method: 'GET', path: definition.get.path } : null;
  return definition[operation] ?? null;
}

/** The segments of a path; each that holds a placeholder is null. */
type Segments = (string | null)[];

function fullPath(baseUrl: string, path: string, object: string): Segments {
  const base = URL.canParse(baseUrl) ? new URL(baseUrl).pathname : '';
  return segmentsOf(`${base}/${path.replaceAll('{object}', object)}`);
}

const segmentsOf = (path: string): Segments =>
  (path.split('?')[0] ?? '')
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (segment.includes('{') ? null : segment));

/** Descriptions leave out what stands in their servers: the end of the path counts. */
function isDescribed({ description }: OpenapiImport, method: string, path: Segments): boolean {
  return description.operations.some(
    (one) => one.method === method.toLowerCase() && endsWith(path, segmentsOf(one.path)),
  );
}

function endsWith(path: Segments, end: Segments): boolean {
  const from = path.length - end.length;
  return from >= 0 && end.every((segment, at) => segment === null || segment === path[from + at]);
}

/** The first parts of the wire paths of an object's fields, as described; null where the description does not tell. */
function describedFields(read: OpenapiImport, baseUrl: string, { name, definition }: MappedObject): Set<string> | null {
  const { list } = definition;
  if (!list) return null;
  const path = fullPath(baseUrl, list.path, name);
  const resource = read.resources.find((one) => endsWith(path, segmentsOf(one.list.operation.path)));
  const made = resource ? connectorOf(read, [resource.name], '') : null;
  const fields = resource && made?.ok ? made.value.definition.objects[resource.name]?.fields : undefined;
  if (!fields || Object.keys(fields).length === 0) return null;
  return new Set(Object.entries(fields).map(([field, { path: wire }]) => firstPart(wire ?? field)));
}

const firstPart = (path: string): string => path.split('.')[0] ?? path;

/** Null for what users of the system added, which no description knows. */
function topOf({ fields, custom_fields }: ObjectDefinition, name: string): string | null {
  const field = fields[name];
  if (!field || field.custom !== undefined) return null;
  const top = firstPart(field.path ?? name);
  return custom_fields && top === firstPart(custom_fields.container) ? null : top;
}
