import { nounOf, sameWord, squeezed } from './path-parts.ts';
import type { Resource } from './resources.ts';
import type { Shape, Shapes } from './shape.ts';

const USUAL = ['data', 'result', 'item', 'record', 'response', 'entity', 'resource', 'object', 'value', 'payload', 'd'];

/**
 * Where one record stands in an answer: the body itself, the property that is called as the object, a usual name, or the
 * only item of a list. `knows` tells whether a shape looks like the record; null where nothing does.
 */
export function recordPlace(
  body: Shape,
  resource: Resource,
  knows: (shape: Shape) => boolean,
  shapes: Shapes,
): string | null {
  if (body.kind === 'array') return knows(shapes.of(body.items)) ? '0' : null;
  if (body.properties.size === 0) return null;
  const noun = nounOf(resource.collection);
  const named = [...body.properties].filter(([name]) => !name.includes('.') && sameWord(name, noun));
  const usual = USUAL.flatMap((word) => [...body.properties].filter(([name]) => squeezed(name) === word));
  if (knows(body) && !isWrapper(body, named.length + usual.length)) return '';
  for (const [name, property] of [...named, ...usual]) {
    const shape = shapes.of(property.schema);
    if (shape.kind === 'array') {
      const item = shapes.of(shape.items);
      if (knows(item)) return `${name}.0`;
    } else if (shape.kind === 'object') {
      const inner = knows(shape) ? '' : deeper(shape, noun, knows, shapes);
      if (inner !== null) return inner === '' ? name : `${name}.${inner}`;
      if (named.some(([one]) => one === name)) return name;
    }
  }
  if (knows(body)) return '';
  const only = [...body.properties].filter(
    ([name, property]) => !name.includes('.') && knows(shapes.of(property.schema)),
  );
  return only.length === 1 ? (only[0]?.[0] ?? null) : null;
}

/** A body that is one property with the record, and little else. */
const isWrapper = (body: Shape, candidates: number): boolean => candidates > 0 && body.properties.size <= 3;

function deeper(shape: Shape, noun: string, knows: (shape: Shape) => boolean, shapes: Shapes): string | null {
  for (const [name, property] of shape.properties) {
    if (!name.includes('.') && sameWord(name, noun) && knows(shapes.of(property.schema))) return name;
  }
  return null;
}

/** Tells whether a shape looks like a record of the list: it has the id, or half of the properties. */
export function likeRecord(record: Shape, idPath: string): (shape: Shape) => boolean {
  const idName = idPath.split('.')[0] ?? '';
  const names = [...record.properties.keys()];
  return (shape) => {
    if (shape.properties.size === 0) return false;
    if (names.length === 0) return idName !== '' && shape.properties.has(idName);
    const shared = names.filter((name) => shape.properties.has(name)).length;
    return (
      (idName !== '' && shape.properties.has(idName) && shared >= Math.min(2, names.length)) ||
      shared * 2 >= names.length
    );
  };
}
