import type { z } from 'zod';
import type { fieldSchema } from '../../connector/field.ts';
import type { Context } from './context.ts';
import type { Meaning } from './meaning.ts';
import { dotted, isNode, listAt, type Node, nodeAt, nodesAt, textAt, textsAt, typeOf } from './node.ts';
import { Refusal } from './request.ts';
import { timeText } from './strftime.ts';

export type FieldInput = z.input<typeof fieldSchema>;

/** What the transformations of a stream come to for the fields. */
export interface Changes {
  /** Field → wire path, for fields that Airbyte copies from elsewhere in the record. */
  copied: Map<string, string>;
  /** Field → name of the parent's value. */
  fromParent: Map<string, string>;
  /** Fields that are computed; they are not on the wire. */
  computed: Set<string>;
  removed: Set<string>;
  /** What stands at this path is lifted to the top. */
  lifted: string | null;
}

export function readTransformations(stream: Node, context: Context): Changes {
  const changes: Changes = {
    copied: new Map(),
    fromParent: new Map(),
    computed: new Set(),
    removed: new Set(),
    lifted: null,
  };
  for (const transformation of nodesAt(stream, 'transformations')) readTransformation(transformation, context, changes);
  return changes;
}

function readTransformation(transformation: Node, context: Context, changes: Changes): void {
  const type = typeOf(transformation);
  switch (type) {
    case 'AddFields':
      if (transformation.condition) context.lose('the condition of added fields');
      for (const field of nodesAt(transformation, 'fields')) addField(field, context, changes);
      return;
    case 'RemoveFields':
      for (const pointer of listAt(transformation, 'field_pointers')) {
        const steps = Array.isArray(pointer) ? pointer : [pointer];
        if (steps.length === 1 && !String(steps[0]).includes('*')) changes.removed.add(String(steps[0]));
        else context.lose('a removed part of a field: the field holds it');
      }
      return;
    case 'DpathFlattenFields':
      changes.lifted = textsAt(transformation, 'field_path').join('.') || null;
      return;
    case 'KeysToLower':
    case 'KeysToSnakeCase':
    case 'KeysReplace':
    case 'FlattenFields':
      context.lose(`${type}: fields are named as in the manifest's schema, which may differ from the wire`);
      return;
    default:
      if (type.startsWith('Custom')) throw new Refusal(type);
      context.lose(type || 'a transformation');
  }
}

function addField(field: Node, context: Context, changes: Changes): void {
  const path = textsAt(field, 'path');
  const [name = ''] = path;
  const meaning: Meaning | null = context.meaning(textAt(field, 'value') ?? '');
  if (path.length !== 1) {
    context.lose(`field ${path.join('.')}, which Airbyte computes`);
    return;
  }
  if (meaning?.is === 'slot' && meaning.of === 'record' && meaning.pattern === undefined && meaning.path.length > 0) {
    changes.copied.set(name, dotted(meaning.path));
    return;
  }
  if (meaning?.is === 'slot' && meaning.of === 'partition') {
    const partition = context.partitionName(meaning.path);
    if (partition !== undefined) {
      changes.fromParent.set(name, partition);
      return;
    }
  }
  changes.computed.add(name);
}

/** The fields that the stream's schema declares. */
export function readFields(stream: Node, changes: Changes, context: Context): Record<string, FieldInput> {
  const schema = schemaOf(stream, context);
  const fields: Record<string, FieldInput> = {};
  for (const [name, raw] of Object.entries(nodeAt(schema, 'properties') ?? {})) {
    if (changes.removed.has(name)) continue;
    if (name in Object.prototype || name === '') {
      context.lose(`field ${name}, whose name every object has`);
      continue;
    }
    if (changes.computed.has(name)) {
      context.lose(`field ${name}, which Airbyte computes`);
      continue;
    }
    const path = changes.copied.get(name) ?? (name.includes('.') ? dotted([name]) : undefined);
    fields[name.replaceAll('.', '_')] = { ...fieldOf(isNode(raw) ? raw : {}), ...(path === undefined ? {} : { path }) };
  }
  for (const [name, path] of changes.copied) fields[name] ??= { type: 'string', path };
  return fields;
}

function schemaOf(stream: Node, context: Context): Node {
  for (const loader of nodesAt(stream, 'schema_loader')) {
    const type = typeOf(loader);
    if (type === 'InlineSchemaLoader') return nodeAt(loader, 'schema') ?? {};
    context.lose(`${type}: the fields are not declared`);
  }
  return {};
}

function fieldOf(schema: Node): FieldInput {
  const label = textAt(schema, 'title');
  return { ...typeFields(schema), ...(label ? { label: label.slice(0, 120) } : {}) };
}

function typeFields(schema: Node): FieldInput {
  const types = typesOf(schema);
  if (types.has('object')) return { type: 'object' };
  if (types.has('array')) return { type: 'list' };
  if (types.has('string')) return stringField(schema, types);
  if (types.has('number')) return { type: 'decimal' };
  if (types.has('integer')) return { type: 'integer' };
  if (types.has('boolean')) return { type: 'boolean' };
  return { type: 'object' };
}

function stringField(schema: Node, types: ReadonlySet<string>): FieldInput {
  if (types.size > 1) return { type: 'string' };
  const format = textAt(schema, 'format');
  if (format === 'date') return { type: 'date' };
  if (format === 'email') return { type: 'email' };
  if (format === 'uri') return { type: 'url' };
  if (format === 'duration') return { type: 'duration' };
  if (format === 'time' && textAt(schema, 'airbyte_type') === 'time_without_timezone') return { type: 'time' };
  const local = textAt(schema, 'airbyte_type') === 'timestamp_without_timezone';
  return { type: format === 'date-time' && !local ? 'timestamp' : 'string' };
}

/** All types that a value may have, null left out. */
export function typesOf(schema: Node): Set<string> {
  const types = new Set(textsAt(schema, 'type').filter((type) => type !== 'null'));
  for (const key of ['oneOf', 'anyOf', 'allOf']) {
    for (const each of nodesAt(schema, key)) for (const type of typesOf(each)) types.add(type);
  }
  if (types.size === 0 && schema.properties !== undefined) types.add('object');
  return types;
}

/** The form of the field that the cursor goes by. */
export function stampField(formats: readonly string[]): FieldInput {
  const isIso = formats.some((format) => /^%Y-%m-%dT%H:%M:%S/.test(format) && /(Z|%z|[+-]\d\d:?\d\d)$/.test(format));
  if (isIso) return { type: 'timestamp' };
  for (const format of formats) {
    const told = timeText(format);
    if (told && told.template === '{value}') return { type: 'timestamp', time: told.time };
  }
  return { type: 'timestamp' };
}
