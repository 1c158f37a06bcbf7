import { calledList, callsBeside, idProperty, stemOf } from './calls.ts';
import type { Description, Method, Operation } from './description.ts';
import { type ListFound, listOf } from './lists.ts';
import { collectionsOf, nounOf, type PathParts, partsOf, sameWord, squeezed } from './path-parts.ts';
import type { Shapes } from './shape.ts';

/** A kind of things that the API lists, with what else can be done with them. */
export interface Resource {
  /** Short and unique among the resources of the document. */
  name: string;
  collection: PathParts;
  list: ListFound;
  get: Operation | null;
  create: Operation | null;
  update: Operation | null;
  remove: Operation | null;
  /** Writes of many at once. */
  batch: { create?: Operation; update?: Operation };
  /** Name of the parameter of the item path that stands for the record's own id. */
  idParameter: string | null;
  /** The resource whose item path this one stands under, with the name of its parameter here. */
  parent: { resource: Resource; parameter: string } | null;
  /** Parameters of the path that no resource of the document stands for. */
  loose: string[];
}

/** All lists of a description with the operations on their items, in the order of their paths. */
export function resourcesOf(description: Description, shapes: Shapes): Resource[] {
  const paths = new Map<string, Operation[]>();
  for (const operation of description.operations) {
    const there = paths.get(operation.path);
    if (there) there.push(operation);
    else paths.set(operation.path, [operation]);
  }
  const items = itemPaths(paths);
  const read = description.operations.flatMap((operation) => listOf(operation, shapes) ?? []);
  const called = description.operations.flatMap((operation) => calledList(operation, shapes) ?? []);
  const readPaths = new Set(read.map((list) => list.operation.path));
  const calledPaths = new Set(called.map((list) => list.operation.path));
  const lists = [...read, ...called.filter(({ operation }) => isAlone(operation.path, readPaths, calledPaths))];
  const listPaths = new Set(lists.map((list) => list.operation.path));
  const resources = lists
    .map((list) => resourceOf(list, { paths, items, listPaths, shapes }))
    .sort((a, b) => compare(a.collection.path, b.collection.path));
  findParents(resources);
  nameAll(resources);
  return resources;
}

/** A search by POST beside a list is another way to the same. */
function isAlone(path: string, read: ReadonlySet<string>, called: ReadonlySet<string>): boolean {
  const stem = stemOf(path);
  if (read.has(path) || read.has(stem) || read.has(`${stem}/`)) return false;
  return /list$/i.test(path) || !['.list', '/list'].some((end) => called.has(stem + end));
}

interface Index {
  paths: Map<string, Operation[]>;
  /** Item paths by the path of their list, in every form it may have, in lower case. */
  items: Map<string, string[]>;
  listPaths: ReadonlySet<string>;
  shapes: Shapes;
}

/** JSON Patch (RFC 6902): a list of steps, which no record is. */
export function takesPatches(operation: Operation, shapes: Shapes): boolean {
  if (!operation.body) return false;
  const body = shapes.of(operation.body.schema);
  const step = shapes.of(body.items);
  return body.kind === 'array' && step.properties.has('op') && step.properties.has('path');
}

function itemPaths(paths: Map<string, Operation[]>): Map<string, string[]> {
  const items = new Map<string, string[]>();
  for (const path of paths.keys()) {
    for (const collection of collectionsOf(partsOf(path))) {
      const key = collection.toLowerCase();
      const there = items.get(key);
      if (there) there.push(path);
      else items.set(key, [path]);
    }
  }
  return items;
}

/** The last word of a list path that says what is done, not what is listed: `/customers/search`. */
const VERB = /\/(list|search|all|index|query|find|getall)\/?$/i;

function resourceOf(list: ListFound, index: Index): Resource {
  const { path } = list.operation;
  if (list.operation.method === 'post' && !index.items.has(stemOf(path).toLowerCase()))
    return calledResource(list, index);
  const plain = path.replace(VERB, '');
  const collection = partsOf(plain !== path && !index.listPaths.has(plain) && plain !== '' ? plain : path);
  const items = itemsFor(collection.path, index);
  const find = (
    methods: readonly Method[],
    among: readonly string[],
    fits = (_: Operation) => true,
  ): Operation | null => {
    for (const method of methods) {
      for (const one of among) {
        const found = index.paths.get(one)?.find((operation) => operation.method === method && fits(operation));
        if (found) return found;
      }
    }
    return null;
  };
  const get = find(['get'], items);
  const update =
    find(['patch', 'put', 'post'], items, (one) => !takesPatches(one, index.shapes)) ?? find(['patch'], items);
  const remove = find(['delete'], items);
  const first = get ?? update ?? remove;
  return {
    name: '',
    collection,
    list,
    get,
    create: find(['post'], [path, collection.path, ...singularForms(collection.path, index.paths)]),
    update,
    remove,
    batch: batchesOf(collection.path, index.paths),
    idParameter: first ? (partsOf(first.path).parameters.at(-1) ?? null) : null,
    parent: null,
    loose: [],
  };
}

/** A resource of an API of calls: no paths of its items, but calls that name the record in their body. */
function calledResource(list: ListFound, index: Index): Resource {
  const calls = callsBeside(list.operation.path, index.paths);
  const names = (operation: Operation | null) =>
    operation && idProperty(operation, index.shapes) !== null ? operation : null;
  return {
    name: '',
    collection: partsOf(stemOf(list.operation.path)),
    list,
    get: null,
    create: calls.create,
    update: names(calls.update),
    remove: names(calls.remove),
    batch: {},
    idParameter: null,
    parent: null,
    loose: [],
  };
}

/** Item paths of a list: right below it, else below its singular; those with the most operations first. */
function itemsFor(path: string, { items, paths }: Index): string[] {
  const direct = items.get(path.toLowerCase()) ?? [];
  const found = direct.length > 0 ? direct : singularForms(path, items).flatMap((form) => items.get(form) ?? []);
  const count = (one: string) => paths.get(one)?.length ?? 0;
  return [...found].sort((a, b) => count(b) - count(a) || idLikeness(b) - idLikeness(a) || compare(a, b));
}

const idLikeness = (path: string): number => (/id\}/i.test(path) ? 1 : 0);

/** Paths of the map that differ from this one by the number of the last word only. */
function singularForms(path: string, known: ReadonlyMap<string, unknown>): string[] {
  const cut = path.replace(/\/$/, '').lastIndexOf('/');
  const before = path.slice(0, cut + 1);
  const last = path.slice(cut + 1).replace(/\/$/, '');
  const forms = [
    last.replace(/s(\.\w+)?$/i, '$1'),
    last.replace(/ies(\.\w+)?$/i, 'y$1'),
    last.replace(/es(\.\w+)?$/i, '$1'),
    last.replace(/people$/i, 'person'),
  ];
  const wanted = new Set(forms.filter((form) => form !== last).map((form) => before + form));
  return [...wanted].flatMap((form) => [form, form.toLowerCase()]).filter((form) => known.has(form));
}

const BATCH = /^(batch|bulk|batch[-_]?create|bulk[-_]?create|create[-_]?batch|batch[-_]?update|bulk[-_]?update)$/i;

function batchesOf(path: string, paths: Map<string, Operation[]>): Resource['batch'] {
  const base = path.replace(/\/$/, '');
  const batch: Resource['batch'] = {};
  for (const word of ['batch', 'bulk', 'batch/create', 'bulk/create', 'batch/update', 'bulk/update', 'batch_update']) {
    for (const operation of paths.get(`${base}/${word}`) ?? []) {
      const last = word.split('/').at(-1) ?? '';
      if (!BATCH.test(word.split('/')[0] ?? '')) continue;
      const updates = operation.method === 'patch' || operation.method === 'put' || last.endsWith('update');
      if (updates && operation.method !== 'get') batch.update ??= operation;
      else if (operation.method === 'post') batch.create ??= operation;
    }
  }
  return batch;
}

/** A nested list belongs to the resource whose item path is the longest beginning of its own. */
function findParents(resources: readonly Resource[]): void {
  const byCollection = new Map<string, Resource>();
  for (const resource of resources) {
    const key = skeleton(resource.collection.path);
    if (!byCollection.has(key)) byCollection.set(key, resource);
  }
  for (const resource of resources) {
    const { segments, parameters } = resource.collection;
    const at = segments.findLastIndex((segment) => segment.includes('{'));
    const parameter = parameters.at(-1);
    if (at < 0 || parameter === undefined) continue;
    const prefix = `/${segments.slice(0, at).join('/')}`;
    const parent = byCollection.get(skeleton(prefix)) ?? byPlural(prefix, byCollection);
    const whole = /^\{[^{}]+\}$/.test(segments[at] ?? '');
    if (parent && parent !== resource && whole) resource.parent = { resource: parent, parameter };
  }
  for (const resource of resources) resource.loose = looseOf(resource);
}

/** A path without the names of its parameters, its file suffix and its last slash. */
const skeleton = (path: string): string =>
  path
    .replace(/\{[^{}]+\}/g, '{}')
    .replace(/\.(json|xml)$/i, '')
    .replace(/\/$/, '')
    .toLowerCase();

function byPlural(prefix: string, known: ReadonlyMap<string, Resource>): Resource | undefined {
  const plain = skeleton(prefix);
  return known.get(`${plain}s`) ?? known.get(`${plain}es`) ?? known.get(plain.replace(/y$/, 'ies'));
}

/** Parameters of the list path that neither the parent nor its parents stand for. */
function looseOf(resource: Resource): string[] {
  const known = new Set<string>();
  const seen = new Set<Resource>();
  for (let at: Resource | undefined = resource; at?.parent && !seen.has(at); at = at.parent.resource) {
    seen.add(at);
    known.add(at.parent.parameter);
  }
  return resource.collection.parameters.filter((name) => !known.has(name));
}

/** Named by the last word of their path; those that clash by the words before it too. */
function nameAll(resources: readonly Resource[]): void {
  const taken = new Set<string>();
  const words = (resource: Resource) =>
    resource.collection.segments
      .filter((segment) => !/\{/.test(segment) || /\(/.test(segment))
      .map((segment) => cleanWord(segment.replace(/\.(json|xml)$/i, '').replace(/\(.*\)$/, '')))
      .filter((word) => word !== '');
  const order = [...resources].sort(
    (a, b) =>
      a.collection.parameters.length - b.collection.parameters.length ||
      abilities(b) - abilities(a) ||
      a.collection.segments.length - b.collection.segments.length ||
      compare(a.collection.path, b.collection.path),
  );
  for (const resource of order) {
    const all = words(resource);
    const noun = cleanWord(nounOf(resource.collection)) || 'records';
    let name = noun;
    for (let take = 2; taken.has(name) && take <= all.length; take++) name = all.slice(-take).join('_');
    for (let count = 2; taken.has(name); count++) name = `${noun}_${count}`;
    taken.add(name);
    resource.name = name;
  }
}

export const abilities = (one: Resource): number =>
  [one.get, one.create, one.update, one.remove].filter((operation) => operation !== null).length;

/** `Foo.bar-baz` → `Foo_bar-baz`: a name that needs no quotes in YAML, and that no object of JavaScript has. */
function cleanWord(word: string): string {
  const clean = word
    .replace(/^:+/, '')
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return clean in Object.prototype ? `${clean}_` : clean;
}

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether a word names the things of a resource: `company` and `companies`. */
export const namesResource = (word: string, resource: Resource): boolean =>
  sameWord(word, nounOf(resource.collection)) || squeezed(word) === squeezed(resource.name);
