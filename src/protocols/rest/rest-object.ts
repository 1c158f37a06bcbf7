import { createHash } from 'node:crypto';
import { compileReader, compileWriter } from '../../connector/codec/path.ts';
import { compileTime } from '../../connector/codec/time.ts';
import { joinId } from '../../connector/composite-id.ts';
import type {
  BatchDefinition,
  ConnectorDefinition,
  ObjectDefinition,
  WriteDefinition,
} from '../../connector/definition.ts';
import type { Wire, WireRecord } from '../../connector/port.ts';
import type { Names, Variables } from '../../connector/template.ts';
import { isWire, wireReader, without } from '../../connector/wire-path.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { readyObject } from './object-definition.ts';
import { createIdScheme, type IdScheme } from './record-id.ts';
import { createRemembered, type RememberedAnswers } from './remembered-answers.ts';
import { compileWriteRequest, type WriteRequest } from './write-request.ts';

/** One object of a connector, compiled: how to recognise its records in what the system sends, and how to name them. */
export interface RestObject {
  name: string;
  definition: ObjectDefinition;
  parent: RestParent | null;
  ids: IdScheme;
  /** The record in a wire value, below the parent where the object has one; null where it has no usable id. */
  view(wire: unknown, parentId?: string): WireRecord | null;
  /** The record's own id in a wire value; null where there is none. */
  idIn(wire: unknown): string | null;
  /** What stands for a record in paths. */
  names(id: string): Result<Names>;
  /** How a write of the object's definition is sent. */
  request(write: WriteDefinition): WriteRequest;
  /** Answers kept to be asked for only when they have changed. */
  remembered: RememberedAnswers;
}

export interface RestParent {
  object: RestObject;
  declared: NonNullable<ObjectDefinition['parent']>;
  /** What stands for the parent in paths of the records below it. */
  names(parentId: string): Result<Names>;
  /** Puts the id of the parent where a record lacks it. */
  put(wire: Wire, parentId: string): void;
  /** The id of the parent that a record to be written names, and the record without it, since the path says it. */
  take(wire: Wire): { parentId: string; wire: Wire } | null;
}

/** Compiles all objects of a connector; fails where a variable or a parent is missing. */
export function compileObjects(connector: ConnectorDefinition, variables: Variables): Result<Map<string, RestObject>> {
  const objects = new Map<string, RestObject>();
  const compile = (name: string, below: readonly string[]): Result<RestObject> => {
    const done = objects.get(name);
    if (done) return ok(done);
    const declared = Object.hasOwn(connector.objects, name) ? connector.objects[name] : undefined;
    if (!declared || below.includes(name)) return fail(parentUnusable(below.at(-1) ?? name));
    const ready = readyObject(name, declared, variables);
    if (!ready.ok) return ready;
    const parent = declared.parent ? compile(declared.parent.object, [...below, name]) : null;
    if (parent && !parent.ok) return parent;
    const object = compileObject(name, ready.value, parent?.value ?? null);
    objects.set(name, object);
    return ok(object);
  };
  for (const name of Object.keys(connector.objects)) {
    const compiled = compile(name, []);
    if (!compiled.ok) return compiled;
  }
  return ok(objects);
}

const parentUnusable = (name: string) =>
  problem('parent-unknown', `The parent of ${name} is no object of the connector, or below ${name} itself`, {
    next: `Check objects.${name}.parent in the connector`,
  });

function compileObject(name: string, definition: ObjectDefinition, parentObject: RestObject | null): RestObject {
  const idIn = compileId(definition);
  const parent = definition.parent && parentObject ? compileParent(definition, definition.parent, parentObject) : null;
  const ids = createIdScheme(definition.id.paths?.length ?? 1, parentObject?.ids ?? null);
  const view = compileView(definition, idIn);
  const viewBelow = (wire: unknown, parentId?: string) => {
    const record = view(wire);
    if (!record || parentId === undefined) return record;
    parent?.put(record.wire, parentId);
    record.id = ids.below(parentId, record.id);
    return record;
  };
  return {
    name,
    definition,
    parent,
    ids,
    idIn,
    view: parent ? viewBelow : view,
    names: (id) => (ids.count === 1 ? ok({ id }) : namesOf(definition, parent, ids, id)),
    request: compiledOnce(compileWriteRequest),
    remembered: createRemembered(),
  };
}

function compiledOnce<K extends object, V>(compile: (key: K) => V): (key: K) => V {
  const done = new WeakMap<K, V>();
  return (key) => {
    const known = done.get(key);
    if (known !== undefined) return known;
    const compiled = compile(key);
    done.set(key, compiled);
    return compiled;
  };
}

function namesOf(
  { id: { paths = [] } }: ObjectDefinition,
  parent: RestParent | null,
  ids: IdScheme,
  id: string,
): Result<Names> {
  const parts = ids.split(id);
  if (!parts) return fail(problem('id-unusable', 'The id is none of this object'));
  const { own, parentId } = parts;
  const above = parent && parentId !== undefined ? parent.names(parentId) : ok({});
  if (!above.ok) return above;
  const composite = Object.fromEntries(paths.map((path, place) => [path, own[place] ?? '']));
  return ok({ ...above.value, id: own.length === 1 ? (own[0] ?? '') : joinId(own), ...composite });
}

function compileParent(
  { fields }: ObjectDefinition,
  declared: NonNullable<ObjectDefinition['parent']>,
  object: RestObject,
): RestParent {
  const { field, key, param } = declared;
  const { id } = object.definition;
  const path = field === undefined ? null : (fields[field]?.path ?? field);
  const read = path === null ? () => undefined : compileReader(path);
  const write = path === null ? () => {} : compileWriter(path);
  const isNumber = object.ids.count === 1 && id.type === 'integer';
  return {
    object,
    declared,
    names(parentId) {
      if (key !== undefined && key !== id.path) return fail(parentByKey(object.name));
      const names = object.names(parentId);
      if (!names.ok) return names;
      const { id: own = '', ...others } = names.value;
      return ok({ ...others, [param]: own });
    },
    put(wire, parentId) {
      if (read(wire) === undefined) write(wire, isNumber ? Number(parentId) : parentId);
    },
    take(wire) {
      const parentId = textOf(read(wire));
      return path === null || parentId === null ? null : { parentId, wire: without(wire, path) };
    },
  };
}

const parentByKey = (name: string) =>
  problem('not-offered', `A record can not be reached by the id of its parent, since paths name ${name} otherwise`);

/** The record in a wire value, by its own id. */
function compileView(definition: ObjectDefinition, idIn: RestObject['idIn']): (wire: unknown) => WireRecord | null {
  const version = definition.version === undefined ? null : wireReader(definition.version);
  const merged = definition.merged_into === undefined ? null : wireReader(definition.merged_into);
  const archived = definition.archived ? wireReader(definition.archived.path) : null;
  const archivedValue = definition.archived?.equals;
  const modified = compileModified(definition);
  return (wire) => {
    const id = idIn(wire);
    if (id === null || !isRecord(wire)) return null;
    return {
      id,
      version: version === null ? null : textOf(version(wire)),
      modified: modified(wire),
      archived: archived !== null && archived(wire) === archivedValue,
      mergedInto: merged === null ? null : textOf(merged(wire)),
      wire,
    };
  };
}

function compileId({ id }: ObjectDefinition): (wire: unknown) => string | null {
  const usable = (text: string | null) => {
    // A text that is no Unicode would come back from the store as another one.
    if (text === null || !text.isWellFormed()) return null;
    return id.type === 'integer' && !/^-?\d+$/.test(text) ? null : text;
  };
  if (id.paths) {
    const readers = id.paths.map(wireReader);
    return (wire) => {
      const parts = readers.map((at) => textOf(at(wire))).filter((part) => part?.isWellFormed());
      return parts.length === readers.length ? joinId(parts.filter((part) => part !== null)) : null;
    };
  }
  if (id.digest) return digestOf;
  const at = wireReader(id.path);
  return (wire) => usable(textOf(at(wire)));
}

/** What stands for the id of a record that has none: the same for the same content, whatever the order of its keys. */
function digestOf(wire: unknown): string | null {
  if (!isRecord(wire)) return null;
  const sorted = (_: string, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  return createHash('sha256').update(JSON.stringify(wire, sorted)).digest('hex').slice(0, 32);
}

function compileModified(definition: ObjectDefinition): (wire: Wire) => number | null {
  const name = definition.modified;
  const field = name === undefined ? undefined : definition.fields[name];
  if (name === undefined || !field) return () => null;
  const at = wireReader(field.path ?? name);
  const time = compileTime(field.time);
  return (wire) => time.readMs(at(wire)) ?? null;
}

const isRecord = (wire: unknown): wire is Wire => isWire(wire) && !Array.isArray(wire);

/** Ids and versions are texts; a number that JSON can't hold exactly is none. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

/** A record's own id as it stands on the wire. */
export function wireId(object: RestObject, id: string): string | number {
  const own = object.ids.split(id)?.own ?? [id];
  const text = own.length === 1 ? (own[0] ?? '') : joinId(own);
  return object.definition.id.type === 'integer' && own.length === 1 ? Number(text) : text;
}

/** Reads what a write or a batch item returned: the record, or only its id. */
export function compileReturned(
  object: RestObject,
  write: Pick<WriteDefinition | BatchDefinition, 'record' | 'returns'>,
) {
  const at = wireReader(write.record);
  return (data: unknown, parentId?: string): { id: string | null; record: WireRecord | null } => {
    if (write.returns === 'nothing') return { id: null, record: null };
    const found = at(data);
    const record = write.returns === 'record' ? object.view(found, parentId) : null;
    if (record) return { id: record.id, record };
    const own = object.idIn(found) ?? (write.returns === 'id' ? textOf(found) : null);
    return { id: own === null ? null : object.ids.below(parentId, own), record };
  };
}
