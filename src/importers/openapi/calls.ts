import type { Operation, Parameter } from './description.ts';
import { type ListFound, recordsIn } from './lists.ts';
import { nounOf, partsOf, squeezed } from './path-parts.ts';
import type { Shapes } from './shape.ts';

/**
 * APIs whose paths name what is done, by POST with everything in the body: `/documents.list`, `/contacts/search`. The last
 * word of the path tells.
 */
const LISTS = /[./](list|search|query|find|all|getall)$/i;

/** The path without its last word, which is set off by a dot or a slash. */
export const stemOf = (path: string): string => path.replace(/\.json$/i, '').replace(/[./][A-Za-z_-]+$/, '');

/** A POST that answers with many records; null for all else. */
export function calledList(operation: Operation, shapes: Shapes): ListFound | null {
  const path = operation.path.replace(/\/$/, '');
  if (operation.method !== 'post' || !LISTS.test(path) || !operation.success?.body) return null;
  const page = shapes.of(operation.success.body.schema);
  const found = recordsIn(page, nounOf(partsOf(stemOf(path))), shapes, 2);
  if (!found || shapes.of(found.item).properties.size === 0) return null;
  const asked = { ...operation, parameters: [...operation.parameters, ...inBody(operation, shapes)] };
  return { operation: asked, page, ...found, ground: 'inferred', because: `${operation.name} is called as lists are` };
}

/** The properties of the body, as the parameters that they are. */
function inBody({ body }: Operation, shapes: Shapes): Parameter[] {
  if (!body) return [];
  return [...shapes.of(body.schema).properties].flatMap(([name, property]) => {
    const schema = property.schema;
    const shape = shapes.of(schema);
    const plain = { name, in: 'query', required: property.required, description: shape.description };
    return name.includes('.') ? [] : [{ ...plain, schema: schemaOf(schema) }];
  });
}

const schemaOf = (schema: unknown) =>
  schema !== null && typeof schema === 'object' && !Array.isArray(schema) ? { ...schema } : {};

export interface Calls {
  create: Operation | null;
  update: Operation | null;
  remove: Operation | null;
}

/** The calls beside a list call: `/documents.create`, `/documents.update`, `/documents.delete`. */
export function callsBeside(path: string, paths: ReadonlyMap<string, readonly Operation[]>): Calls {
  const stem = stemOf(path);
  const find = (words: readonly string[]): Operation | null => {
    for (const mark of ['.', '/']) {
      for (const word of words) {
        const found = paths.get(`${stem}${mark}${word}`)?.find((one) => one.method === 'post');
        if (found?.body) return found;
      }
    }
    return null;
  };
  return { create: find(['create', 'add']), update: find(['update', 'edit']), remove: find(['delete', 'remove']) };
}

/** The property of a call's body that says which record is meant: `id`, `document_id`. */
export function idProperty({ body, path }: Operation, shapes: Shapes): string | null {
  if (!body) return null;
  const names = [...shapes.of(body.schema).properties.keys()];
  const noun = squeezed(nounOf(partsOf(stemOf(path)))).replace(/s$/, '');
  return names.find((name) => squeezed(name) === 'id') ?? names.find((name) => squeezed(name) === `${noun}id`) ?? null;
}
