import type { z } from 'zod';
import type { connectorSchema } from '../../connector/definition.ts';
import { type AuthPart, readAuth } from './auth.ts';
import { Context } from './context.ts';
import { type CursorPart, nameWindow, readCursor, windowFormat } from './cursor.ts';
import { type Changes, type FieldInput, readFields, readTransformations, stampField, typesOf } from './fields.ts';
import { dotted, isNode, type Node, nodeAt, nodesAt, textAt, textsAt, typeOf } from './node.ts';
import { type ListInput, readPaginator } from './paginator.ts';
import { Refusal, type RequestPart, readRequest } from './request.ts';
import { type ResponsePart, readResponses } from './responses.ts';
import { addRouters, type ParentPart, readRouters } from './router.ts';
import type { Variables } from './variables.ts';

export type ObjectInput = z.input<typeof connectorSchema>['objects'][string];

/** A stream in our words; what it shares with the others of its connector is sorted out later. */
export interface StreamPart {
  name: string;
  request: RequestPart;
  auth: AuthPart;
  responses: ResponsePart;
  parent: ParentPart | null;
  /** The field that gets the parent's value, where the stream has one. */
  parentField: string | undefined;
  object: Omit<ObjectInput, 'list' | 'parent'>;
  list: Omit<ListInput, 'path' | 'query' | 'body' | 'headers' | 'method'>;
  losses: string[];
  assumptions: { at: string; because: string }[];
}

/** A parent above the parent: the path under which texts reach its value, the name that stands for it. */
export interface Above {
  path: string;
  name: string;
  stream: string;
  key: string;
}

export interface StreamParts {
  variables: Variables;
  now: number;
  /** Names that stand for the parents above, by the path under which the stream's texts reach them. */
  above(parent: Node): Above[];
  /** The name under which a stream is read. */
  nameOf(stream: Node): string;
}

/** Reads a stream; throws a `Refusal` that names what it can't be had without. */
export function readStream(stream: Node, parts: StreamParts): StreamPart {
  const retriever = nodeAt(stream, 'retriever');
  if (retriever === undefined || typeOf(retriever) !== 'SimpleRetriever') {
    throw new Refusal(
      typeOf(retriever) === 'AsyncRetriever'
        ? 'AsyncRetriever (a job that prepares a file)'
        : typeOf(retriever) || 'no retriever',
    );
  }
  const requester = nodeAt(retriever, 'requester') ?? {};
  const context = new Context(parts.variables, stream.$parameters ?? {}, parts.now);
  const routers = readRouters(retriever, context);
  const parent = nameParents(routers.parents, parts, context);
  const cursorNode = nodeAt(stream, 'incremental_sync');
  nameWindow(cursorNode, context);
  const request = readRequest(requester, context, windowFormat(cursorNode));
  const changes = readTransformations(stream, context);
  const fields = readFields(stream, changes, context);
  const each = addRouters(routers, request, context);
  const assumptions: StreamPart['assumptions'] = [];
  const id = idOf(stream, fields, changes, context, assumptions);
  const pagination = readPaginator(nodeAt(retriever, 'paginator'), context, request, id?.path ?? 'id');
  const selected = selectionOf(retriever, context);
  const cursor = readCursor(cursorNode, context, request);
  const modified = cursor === null ? undefined : stampOf(cursor, fields, changes, assumptions);
  const auth = readAuth(nodeAt(requester, 'authenticator'), context);
  if (auth === null) throw new Refusal(typeOf(nodeAt(requester, 'authenticator')) || 'authentication that is not said');
  const responses = readResponses(nodeAt(requester, 'error_handler'));
  const parentField = parent ? fieldOfParent(parent, fields, changes) : undefined;
  return {
    name: textAt(stream, 'name') ?? 'stream',
    request,
    auth,
    responses,
    parent,
    parentField,
    object: { id, ...(modified === undefined ? {} : { modified }), fields },
    list: {
      ...(each === undefined ? {} : { each }),
      ...formatOf(retriever),
      records: selected,
      one_or_many: true,
      pagination,
      ...(cursor?.since ? { since: cursor.since } : {}),
    },
    losses: [...new Set([...context.losses, ...responses.losses])],
    assumptions,
  };
}

/**
 * The one parent that a stream is read below. Of several, one must stand below all others: what the others stand for is
 * known by then. Parents are told apart by name, also where a manifest calls two of them the same.
 */
function nameParents(parents: readonly ParentPart[], parts: StreamParts, context: Context): ParentPart | null {
  const chains = parents.map((parent) => ({ parent, above: parts.above(parent.stream) }));
  const lowest = chains.find((each) =>
    chains.every((other) => other === each || standsFor(other.parent, each, parts) !== undefined),
  );
  if (parents.length === 0) return null;
  if (!lowest) throw new Refusal('two parents at once, none of them below the other');
  const { parent, above } = lowest;
  const wanted = parent.param;
  const param = freeName(wanted, above);
  for (const other of parents) {
    const name = other === parent ? undefined : standsFor(other, lowest, parts);
    if (name !== undefined) context.partitions.set(other.param, name);
  }
  context.partitions.set(wanted, param);
  for (const { path, name } of above) context.partitions.set(`parent_slice.${path}`, name);
  return { ...parent, param };
}

/**
 * What stands for another parent where a stream is read below the lowest: the parent is one of those above it, or the
 * lowest stream itself with a field that repeats, by its name, what stands above.
 */
function standsFor(
  other: ParentPart,
  lowest: { parent: ParentPart; above: readonly Above[] },
  parts: StreamParts,
): string | undefined {
  const stream = parts.nameOf(other.stream);
  const isRepeated = stream === parts.nameOf(lowest.parent.stream) && other.key === other.partition;
  return lowest.above.find((each) =>
    isRepeated ? each.name === other.partition : each.stream === stream && each.key === other.key,
  )?.name;
}

function freeName(wanted: string, above: readonly Above[]): string {
  let name = wanted;
  for (let next = 2; above.some((each) => each.name === name); next++) name = `${wanted}_${next}`;
  return name;
}

/** The field that Airbyte adds with the parent's value. */
function fieldOfParent(parent: ParentPart, fields: Record<string, FieldInput>, changes: Changes): string | undefined {
  for (const [field, name] of changes.fromParent) {
    if (name !== parent.param) continue;
    fields[field] ??= { type: 'string' };
    return field;
  }
  return undefined;
}

function idOf(
  stream: Node,
  fields: Record<string, FieldInput>,
  changes: Changes,
  context: Context,
  assumptions: StreamPart['assumptions'],
): ObjectInput['id'] {
  const schema = schemaProperties(stream);
  const keys = keysOf(stream.primary_key, context);
  const own = keys.filter((key) => !changes.fromParent.has(key));
  const known = own.filter((key) => !changes.computed.has(key));
  if (known.length < own.length) context.lose('a part of the id, which Airbyte computes');
  const paths = known.map((key) => changes.copied.get(key) ?? key);
  const [first] = paths;
  if (first !== undefined && paths.length > 1) return { paths };
  if (first !== undefined) return { path: first, ...integerId(known[0] ?? first, schema) };
  if (keys.length === 0 && fields.id !== undefined) {
    assumptions.push({ at: 'id', because: 'The manifest names no primary key; there is a field id' });
    return { path: 'id', ...integerId('id', schema) };
  }
  assumptions.push({ at: 'id', because: 'The manifest names no primary key' });
  return { digest: true };
}

function keysOf(key: unknown, context: Context): string[] {
  if (typeof key === 'string') {
    const text = context.render(key, 'primary_key');
    return 'open' in text || text.text === '' ? [] : [text.text];
  }
  if (!Array.isArray(key)) return [];
  return key.flatMap((each) => (Array.isArray(each) ? [dotted(each.map(String))] : keysOf(String(each), context)));
}

function schemaProperties(stream: Node): Node {
  const [loader] = nodesAt(stream, 'schema_loader');
  return nodeAt(nodeAt(loader ?? {}, 'schema') ?? {}, 'properties') ?? {};
}

function integerId(name: string, schema: Node): { type?: 'integer' } {
  const property = schema[name];
  const types = isNode(property) ? typesOf(property) : new Set();
  return types.size === 1 && types.has('integer') ? { type: 'integer' } : {};
}

/** Where the records stand in the answer. */
function selectionOf(retriever: Node, context: Context): string {
  const selector = nodeAt(retriever, 'record_selector');
  if (typeOf(selector) !== 'RecordSelector' || selector === undefined)
    throw new Refusal(typeOf(selector) || 'no record selector');
  const extractor = nodeAt(selector, 'extractor');
  if (extractor === undefined || typeOf(extractor) !== 'DpathExtractor')
    throw new Refusal(typeOf(extractor) || 'no extractor');
  const filter = nodeAt(selector, 'record_filter');
  if (filter) {
    if (typeOf(filter) !== 'RecordFilter') throw new Refusal(typeOf(filter));
    context.lose('record_filter: what it leaves out is read');
  }
  const normalization = selector.schema_normalization;
  if (isNode(normalization)) context.lose('schema_normalization by a class');
  if (nodeAt(extractor, 'record_expander')) context.lose('record_expander: records that stand within records');
  const steps = textsAt(extractor, 'field_path').map((step) => {
    const text = context.render(step, 'records');
    if ('open' in text) throw new Refusal(`a place of the records that reads ${text.open}`);
    return text.text.replace(/^['"]|['"]$/g, '');
  });
  return dotted(steps.filter((step) => step !== ''));
}

function formatOf(retriever: Node): { format?: 'jsonl' | 'csv' | 'xml' } {
  const decoder = nodeAt(retriever, 'decoder');
  switch (typeOf(decoder)) {
    case '':
    case 'JsonDecoder':
      return {};
    case 'JsonlDecoder':
      return { format: 'jsonl' };
    case 'CsvDecoder':
      return { format: 'csv' };
    case 'XmlDecoder':
      return { format: 'xml' };
    default:
      throw new Refusal(typeOf(decoder));
  }
}

/** The name of the field that the cursor goes by. */
function stampOf(
  cursor: CursorPart,
  fields: Record<string, FieldInput>,
  changes: Changes,
  assumptions: StreamPart['assumptions'],
): string | undefined {
  const path = changes.copied.get(cursor.field) ?? cursor.field;
  if (changes.computed.has(cursor.field)) return undefined;
  const name = fields[cursor.field] ? cursor.field : cursor.field.replaceAll('.', '_');
  const declared = fields[name];
  fields[name] = {
    ...(declared?.label ? { label: declared.label } : {}),
    ...stampField(cursor.formats),
    ...(path === name ? {} : { path }),
  };
  if (/creat|added|submitted|insert/i.test(name)) {
    const because = `The manifest reads by ${name}, which looks like the time of creation: later changes would not be seen`;
    assumptions.push({ at: 'modified', because });
  }
  return name;
}
