import type { Operation } from './description.ts';
import { positionOf } from './parameter-names.ts';
import { asStep, nounOf, partsOf, sameWord, squeezed } from './path-parts.ts';
import type { Shape, Shapes } from './shape.ts';

export interface ListFound {
  operation: Operation;
  /** Dotted path of the records in the answer; empty where the answer is the list itself. */
  records: string;
  /** Schema of a record; undefined where nothing is said of it. */
  item: unknown;
  /** The answer as described; null where it is not. */
  page: Shape | null;
  ground: 'declared' | 'inferred' | 'assumed';
  because: string;
}

/** Names that lists have in answers, the commonest first. */
const USUAL = [
  'data',
  'items',
  'results',
  'value',
  'values',
  'result',
  'records',
  'entities',
  'resources',
  'list',
  'content',
  'elements',
  'rows',
  'objects',
  'entries',
  'nodes',
  'collection',
  'response',
];

/** What is said beside the records, never the records. */
const NEVER = /^(errors?|warnings?|links?|meta|includes?|included|messages?|validationerrors|facets|aggregations)$/;

/** A GET that answers with many records; null for all else. */
export function listOf(operation: Operation, shapes: Shapes): ListFound | null {
  const parts = partsOf(operation.path);
  if (operation.method !== 'get' || parts.endsInParameter) return null;
  const schema = operation.success?.body?.schema;
  const page = schema === undefined ? null : shapes.of(schema);
  if (!page || saysNothing(page)) return withoutSchema(operation, page);
  const found = recordsIn(page, nounOf(parts), shapes, 2) ?? underDeclared(operation, page, nounOf(parts), shapes);
  return found ? { operation, page, ...found } : null;
}

const saysNothing = (page: Shape): boolean =>
  (page.kind === 'unknown' || page.kind === 'object') && page.properties.size === 0;

function withoutSchema(operation: Operation, page: Shape | null): ListFound | null {
  if (page && page.kind !== 'unknown' && page.kind !== 'object') return null;
  if (!operation.parameters.some((one) => one.in === 'query' && positionOf(one.name) !== null)) return null;
  const because = 'no schema of the answer; there is a parameter for pages';
  return { operation, records: '', item: undefined, page: null, ground: 'assumed', because };
}

/**
 * A list whose schema says less than there is: values without a schema under the right name, or, where there is a
 * parameter for pages, one record in place of many.
 */
function underDeclared(operation: Operation, page: Shape, noun: string, shapes: Shapes): Place | null {
  const paged = operation.parameters.some((one) => one.in === 'query' && positionOf(one.name) !== null);
  const usable = [...page.properties].filter(([name]) => !NEVER.test(squeezed(name)));
  const named = usable.find(([name]) => sameWord(name, noun));
  const usual = USUAL.map((word) => usable.find(([name]) => squeezed(name) === word)).find((one) => one !== undefined);
  for (const [name, property] of [named, usual].filter((one) => one !== undefined)) {
    const shape = shapes.of(property.schema);
    if (shape.kind === 'array' && (paged || usable.length <= 2)) {
      return { records: asStep(name), item: shape.items, ground: 'inferred', because: `a list is called ${name}` };
    }
    if (paged && shape.kind !== 'string') {
      const because = `parameters for pages, and ${name} is called as the path or as lists are`;
      return { records: asStep(name), item: property.schema, ground: 'assumed', because };
    }
  }
  if (!paged || page.kind !== 'object') return null;
  const because = 'parameters for pages, though the answer is described as one record';
  return { records: '', item: operation.success?.body?.schema, ground: 'assumed', because };
}

type Place = Pick<ListFound, 'records' | 'item' | 'ground' | 'because'>;

/** Where the records stand: the answer itself, the list that is called as the path ends, a usual name, the only list. */
export function recordsIn(page: Shape, noun: string, shapes: Shapes, levels: number): Place | null {
  if (page.kind === 'array') {
    return { records: '', item: page.items, ground: 'declared', because: 'the answer is a list' };
  }
  const lists: { name: string; item: unknown }[] = [];
  const inner: { name: string; shape: Shape }[] = [];
  for (const [name, property] of page.properties) {
    if (NEVER.test(squeezed(name))) continue;
    const shape = shapes.of(property.schema);
    if (shape.kind === 'array') {
      const item = shapes.of(shape.items);
      if (item.kind === 'object' || item.properties.size > 0) lists.push({ name, item: shape.items });
    } else if (shape.properties.size > 0) inner.push({ name, shape });
  }
  const chosen =
    lists.find(({ name }) => sameWord(name, noun)) ??
    USUAL.flatMap((usual) => lists.find(({ name }) => squeezed(name) === usual) ?? [])[0] ??
    (lists.length === 1 && isEnvelope(page) ? lists[0] : undefined);
  if (chosen) {
    const others = lists.length > 1 ? `the list ${chosen.name} among ${lists.length}` : `the only list, ${chosen.name}`;
    const ground = lists.length > 1 ? 'inferred' : 'declared';
    return { records: asStep(chosen.name), item: chosen.item, ground, because: others };
  }
  if (levels <= 1) return null;
  for (const { name, shape } of inner.sort((a, b) => rank(a.name, noun) - rank(b.name, noun))) {
    const found = rank(name, noun) < USUAL.length + 2 || inner.length === 1 ? recordsIn(shape, noun, shapes, 1) : null;
    if (found) return { ...found, records: `${asStep(name)}.${found.records}`, ground: 'inferred' };
  }
  return null;
}

const rank = (name: string, noun: string): number => {
  if (sameWord(name, noun) || squeezed(name) === 'embedded') return 0;
  const place = USUAL.indexOf(squeezed(name));
  return place < 0 ? USUAL.length + 2 : place + 1;
};

/** An answer that is about a page of records, not a record that has a list: it has no id of its own. */
function isEnvelope(page: Shape): boolean {
  return ![...page.properties.keys()].some((name) => ['id', 'uuid', 'guid', 'self'].includes(squeezed(name)));
}
