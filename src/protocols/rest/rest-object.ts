import { compileTime } from '../../connector/codec/time.ts';
import type { BatchDefinition, ObjectDefinition, WriteDefinition } from '../../connector/definition.ts';
import type { Wire, WireRecord } from '../../connector/port.ts';
import { isWire, wireReader } from '../../connector/wire-path.ts';

/** One object of a connector, compiled: how to recognise its records in what the system sends. */
export interface RestObject {
  name: string;
  definition: ObjectDefinition;
  /** The record in a wire value; null where it has no usable id. */
  view(wire: unknown): WireRecord | null;
  /** The id in a wire value; null where there is none. */
  idIn(wire: unknown): string | null;
}

export function compileObject(name: string, declared: ObjectDefinition): RestObject {
  const definition = withObjectName(name, declared);
  const idIn = compileId(definition);
  const version = definition.version === undefined ? null : wireReader(definition.version);
  const merged = definition.merged_into === undefined ? null : wireReader(definition.merged_into);
  const archived = definition.archived ? wireReader(definition.archived.path) : null;
  const archivedValue = definition.archived?.equals;
  const modified = compileModified(definition);
  return {
    name,
    definition,
    idIn,
    view(wire) {
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
    },
  };
}

/** The definition with `{object}` in its paths filled in. */
function withObjectName(name: string, declared: ObjectDefinition): ObjectDefinition {
  const filled = <T extends { path: string }>(part: T): T => ({
    ...part,
    path: part.path.replaceAll('{object}', encodeURIComponent(name)),
  });
  const { list, get, create, update, delete: remove, archive, batch } = declared;
  return {
    ...declared,
    ...(list && { list: filled(list) }),
    ...(get && { get: filled(get) }),
    ...(create && { create: filled(create) }),
    ...(update && { update: filled(update) }),
    ...(remove && { delete: filled(remove) }),
    ...(archive && { archive: filled(archive) }),
    batch: {
      ...(batch.create && { create: filled(batch.create) }),
      ...(batch.update && { update: filled(batch.update) }),
      ...(batch.archive && { archive: filled(batch.archive) }),
    },
  };
}

function compileId({ id }: ObjectDefinition): (wire: unknown) => string | null {
  const at = wireReader(id.path);
  return (wire) => {
    const text = textOf(at(wire));
    // A text that is no Unicode would come back from the store as another one.
    if (text === null || !text.isWellFormed()) return null;
    return id.type === 'integer' && !/^-?\d+$/.test(text) ? null : text;
  };
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
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

/** The id as it stands on the wire. */
export function wireId(object: RestObject, id: string): string | number {
  return object.definition.id.type === 'integer' ? Number(id) : id;
}

/** Reads what a write or a batch item returned: the record, or only its id. */
export function compileReturned(
  object: RestObject,
  write: Pick<WriteDefinition | BatchDefinition, 'record' | 'returns'>,
) {
  const at = wireReader(write.record);
  return (data: unknown): { id: string | null; record: WireRecord | null } => {
    if (write.returns === 'nothing') return { id: null, record: null };
    const found = at(data);
    const record = write.returns === 'record' ? object.view(found) : null;
    return { id: record?.id ?? object.idIn(found), record };
  };
}
