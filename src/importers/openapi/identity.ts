import { assumed, declared, type Finding, inferred } from './finding.ts';
import { nounOf, singular, squeezed } from './path-parts.ts';
import type { Resource } from './resources.ts';
import type { Shape, Shapes } from './shape.ts';

export interface Identity {
  /** Wire path in the record; empty where records have none. */
  path: string;
  type: 'string' | 'integer';
}

/** Names of ids after `id` and those with the noun in them, the commonest first. */
const USUAL = ['guid', 'uuid', 'uid', 'oid', 'key', 'code', 'entityid', 'number', 'slug', 'sku', 'identifier'];

/** Which property of a record is its id: that of the item path's parameter, `id`, the noun with id, a usual name. */
export function identityOf(resource: Resource, record: Shape, shapes: Shapes): Finding<Identity | null> {
  const names = [...record.properties.keys()].filter((name) => name !== '');
  const find = (wanted: string) => names.find((name) => squeezed(name) === wanted);
  const noun = squeezed(singular(nounOf(resource.collection)));
  const plural = squeezed(nounOf(resource.collection));
  const parameter = squeezed(resource.idParameter ?? '');
  const typed = (name: string): Identity | null => identityAt(name, record, shapes);
  const choose = (name: string | undefined, make: (value: Identity) => Finding<Identity>) => {
    const found = name === undefined ? null : typed(name);
    return found && make(found);
  };
  const id = find('id') ?? names.find((name) => name === '_id');
  const same = parameter === '' ? undefined : find(parameter);
  return (
    choose(same, (value) => declared(value, `the item path has {${resource.idParameter ?? ''}}`)) ??
    choose(id, (value) => inferred(value, 'the usual name')) ??
    choose(find(`${noun}id`) ?? find(`${plural}id`) ?? find(`id${noun}`) ?? find(`${lastWord(resource)}id`), (value) =>
      inferred(value, 'the name of the object with id'),
    ) ??
    choose(tailMatch(parameter, names), (value) =>
      inferred(value, `like the parameter {${resource.idParameter ?? ''}} of the item path`),
    ) ??
    choose(usualName(names, noun, find), (value) => inferred(value, 'a usual name of ids')) ??
    choose(onlyId(names, resource), (value) => inferred(value, 'the only name that ends in id')) ??
    choose(find('name'), (value) => assumed(value, 'names may be unique')) ??
    (record.properties.size === 0
      ? assumed<Identity>({ path: 'id', type: parameterType(resource, shapes) }, 'records have no schema')
      : assumed(null, 'no property is called as ids are'))
  );
}

/** `{contactGuid}` and `guid`, `{itemKey}` and `key`. */
const tailMatch = (parameter: string, names: readonly string[]): string | undefined =>
  names.find((name) => squeezed(name).length >= 2 && parameter !== '' && parameter.endsWith(squeezed(name)));

function usualName(names: readonly string[], noun: string, find: (wanted: string) => string | undefined) {
  for (const usual of USUAL) {
    const found = find(usual) ?? find(`${noun}${usual}`) ?? names.find((name) => squeezed(name) === `object${usual}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `ProjectsUsers` and `project_users` → `user` */
function lastWord(resource: Resource): string {
  const words = nounOf(resource.collection)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/);
  return squeezed(singular(words.at(-1) ?? ''));
}

/** The only name that ends in id, where it is not that of the parent. */
const onlyId = (names: readonly string[], { parent }: Resource): string | undefined => {
  const ids = names.filter((name) => /(?:_id|Id|ID|_guid|Guid)$/.test(name));
  const above = new Set(parent ? [squeezed(parent.parameter), `${squeezed(singular(parent.resource.name))}id`] : []);
  return ids.length === 1 && !above.has(squeezed(ids[0] ?? '')) ? ids[0] : undefined;
};

/** Of the parameter that stands for the record in its path. */
export function parameterType({ get, update, remove, idParameter }: Resource, shapes: Shapes): Identity['type'] {
  const operation = get ?? update ?? remove;
  const parameter = operation?.parameters.find((one) => one.in === 'path' && one.name === idParameter);
  const kind = parameter ? shapes.of(parameter.schema).kind : 'string';
  return kind === 'integer' || kind === 'number' ? 'integer' : 'string';
}

/** The property as an id: a text, a number, or an object that holds one. */
function identityAt(name: string, record: Shape, shapes: Shapes): Identity | null {
  if (name.includes('.')) return null;
  const shape = shapes.of(record.properties.get(name)?.schema);
  if (shape.kind === 'string' || shape.kind === 'unknown') return { path: name, type: 'string' };
  if (shape.kind === 'integer' || shape.kind === 'number') return { path: name, type: 'integer' };
  if (shape.kind !== 'object') return null;
  for (const [inner, property] of shape.properties) {
    const held = shapes.of(property.schema);
    if (!/^(id|value|guid|uuid|record_id)$/i.test(inner)) continue;
    if (held.kind === 'string') return { path: `${name}.${inner}`, type: 'string' };
    if (held.kind === 'integer' || held.kind === 'number') return { path: `${name}.${inner}`, type: 'integer' };
  }
  return null;
}
