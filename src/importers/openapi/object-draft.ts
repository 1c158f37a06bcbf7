import { idProperty } from './calls.ts';
import type { Operation } from './description.ts';
import { type FieldDraft, fieldsOf } from './fields.ts';
import { archivedQueryOf, equalsOf, idsOf, sinceOf, sortOf } from './filters.ts';
import { assumed, declared, type Finding, inferred } from './finding.ts';
import { type Identity, identityOf, parameterType } from './identity.ts';
import { paginationOf } from './pagination.ts';
import { isSize } from './parameter-names.ts';
import { nounOf, sameWord, singular, squeezed } from './path-parts.ts';
import { likeRecord, recordPlace } from './record-place.ts';
import { parentParameter, pathOf, requiredQuery, type Variables } from './request-paths.ts';
import type { Resource } from './resources.ts';
import type { Shape, Shapes } from './shape.ts';
import { archivedOf, modifiedOf } from './stamps.ts';
import { batchOf, type WritePart, writeOf } from './writes.ts';

/** What is found out about one object: as it stands in the file, and what each part rests on, by its path in there. */
export interface ObjectPart {
  draft: Record<string, unknown>;
  findings: Map<string, Finding<unknown>>;
}

export interface ObjectContext {
  shapes: Shapes;
  /** All objects of the connector. */
  objects: readonly Resource[];
  /** Query parameters that every request carries. */
  sentAlways: ReadonlySet<string>;
  variables: Variables;
}

/** A record as lists hold it. */
interface Record_ {
  /** Where it stands in an item of the list. */
  item: string;
  outer: Shape;
  /** The shape that holds the fields, below `prefix`. */
  inner: Shape;
  prefix: string;
}

export function objectOf(resource: Resource, context: ObjectContext): ObjectPart {
  const { shapes } = context;
  const findings: ObjectPart['findings'] = new Map();
  const record = recordOf(resource, shapes);
  const identity = usableIdentity(resource, identityOf(resource, record.outer, shapes), shapes);
  findings.set('id', identity);
  const knows = likeRecord(record.outer, identity.value.path ?? '');
  const known = { resource, knows, shapes };
  const create = resource.create && writeOf(resource.create, 'create', known);
  const update = resource.update && writeOf(resource.update, 'update', known);
  const fieldPart = fieldsOf(
    {
      resource,
      record: withGet(record, resource, knows, shapes),
      created: create && innerOf(create.takes, record.prefix, shapes),
      updated: update && innerOf(update.takes, record.prefix, shapes),
      prefix: record.prefix,
      id: identity.value.path ?? '',
      objects: context.objects,
    },
    shapes,
  );
  findings.set('fields', fieldsGround(record.inner, create, update));
  for (const [name, finding] of fieldPart.findings) findings.set(`fields.${name}`, finding);
  const modified = modifiedOf(record.inner, shapes);
  const archived = archivedOf(record.inner, shapes);
  if (modified !== null) findings.set('modified', inferred(modified, 'its name'));
  if (archived) findings.set('archived', inferred(archived, 'its name'));
  const list = listPart(resource, record, modified, Object.keys(fieldPart.fields), context, findings);
  const writes = writesPart(resource, { create, update }, identity.value, knows, context, findings);
  const link = linkField(Object.keys(fieldPart.fields), list.equals);
  if (link !== null) findings.set('link_field', inferred(link, 'its name; lists can be searched by it'));
  if (resource.parent)
    findings.set('parent', inferred(resource.parent.resource.name, 'its path stands under the other'));
  const parent = parentPart(resource, fieldPart.fields);
  const draft = {
    ...labelOf(resource),
    id: identity.value,
    ...parent,
    ...(modified !== null && Object.hasOwn(fieldPart.fields, modified) ? { modified } : {}),
    ...(archived
      ? { archived: record.prefix === '' ? archived : { ...archived, path: `${record.prefix}.${archived.path}` } }
      : {}),
    ...(link === null ? {} : { link_field: link }),
    list: list.draft,
    ...getPart(resource, knows, context, findings),
    ...writes,
    fields: fieldPart.fields,
  };
  return { draft, findings };
}

function fieldsGround(record: Shape, create: WritePart | null, update: WritePart | null): Finding<string> {
  const taken = create?.takes ?? update?.takes;
  if (record.properties.size === 0) {
    return taken
      ? inferred('fields', 'what a write takes; records have no schema')
      : assumed('fields', 'nothing is described');
  }
  return declared(
    'fields',
    taken ? 'the schema of a record; read-only is what no write takes' : 'the schema of a record',
  );
}

type IdDraft = Partial<Identity> & { digest?: true };

/** Lists of things without an id stay readable: a digest stands for it, unless their paths need one. */
function usableIdentity(resource: Resource, found: Finding<Identity | null>, shapes: Shapes): Finding<IdDraft> {
  if (found.value) {
    const { path, type } = found.value;
    return { ...found, value: { path, ...(type === 'string' ? {} : { type }) } };
  }
  if (resource.idParameter !== null) {
    const typed = parameterType(resource, shapes) === 'integer' ? { type: 'integer' as const } : {};
    return assumed(
      { path: resource.idParameter.replaceAll('.', '_'), ...typed },
      `${found.because}; called as the parameter of the item path`,
    );
  }
  return assumed({ digest: true as const }, `${found.because}; a digest of the record stands for it`);
}

function recordOf(resource: Resource, shapes: Shapes): Record_ {
  const shape = shapes.of(resource.list.item);
  const [outer, item] = unwrapped(shape, nounOf(resource.collection), shapes);
  const attributes = outer.properties.get('attributes');
  const inner = attributes ? shapes.of(attributes.schema) : null;
  const isJsonApi =
    inner !== null && inner.properties.size > 0 && (outer.properties.has('id') || outer.properties.has('type'));
  return isJsonApi ? { item, outer, inner, prefix: 'attributes' } : { item, outer, inner: outer, prefix: '' };
}

/** An item that holds nothing but the record under its name. */
function unwrapped(shape: Shape, noun: string, shapes: Shapes): [Shape, string] {
  if (shape.properties.size === 0 || shape.properties.size > 2) return [shape, ''];
  for (const [name, property] of shape.properties) {
    const inner = shapes.of(property.schema);
    const named = sameWord(name, noun) || /^(data|node|item|entity|record|resource)$/i.test(name);
    if (named && inner.kind === 'object' && inner.properties.size > 1 && !name.includes('.')) return [inner, name];
  }
  return [shape, ''];
}

/** What a read of one record tells beyond the list. */
function withGet(
  record: Record_,
  { get, ...resource }: Resource,
  knows: (shape: Shape) => boolean,
  shapes: Shapes,
): Shape {
  const body = get?.success?.body;
  if (!body) return record.inner;
  let shape = shapes.of(body.schema);
  const place = recordPlace(shape, { get, ...resource }, knows, shapes);
  if (place === null) return record.inner;
  for (const step of place === '' ? [] : place.split('.')) {
    shape = /^\d+$/.test(step) ? shapes.of(shape.items) : shapes.of(shape.properties.get(step)?.schema);
  }
  const full = innerOf(shape, record.prefix, shapes) ?? shape;
  const properties = new Map(record.inner.properties);
  for (const [name, property] of full.properties) if (!properties.has(name)) properties.set(name, property);
  return { ...record.inner, properties };
}

function innerOf(shape: Shape | null, prefix: string, shapes: Shapes): Shape | null {
  if (!shape || prefix === '') return shape;
  const inner = shape.properties.get(prefix);
  return inner ? shapes.of(inner.schema) : shape;
}

function labelOf(resource: Resource): { label?: string } {
  const words = singular(resource.name)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim();
  return words === '' ? {} : { label: words[0]?.toUpperCase() + words.slice(1).toLowerCase() };
}

/** The parent, and the field that names it: that of the record, else one that the path stands for. */
function parentPart(resource: Resource, fields: Record<string, FieldDraft>): Record<string, unknown> {
  const { parent } = resource;
  if (!parent) return {};
  const param = parentParameter(resource);
  const wanted = new Set([
    squeezed(parent.parameter),
    squeezed(param),
    `${squeezed(singular(parent.resource.name))}id`,
  ]);
  const there = Object.keys(fields).find((name) => squeezed(name) !== 'id' && wanted.has(squeezed(name)));
  const field = there ?? (Object.hasOwn(fields, param) ? `${param}_of_parent` : param);
  const known = fields[field];
  fields[field] = known
    ? writable(known, resource)
    : {
        type: 'reference',
        reference: parent.resource.name,
        ...(resource.create ? { required: true } : { read_only: true }),
      };
  return { parent: { object: parent.resource.name, param, field } };
}

/** A create must be able to say where the record belongs, though its body does not. */
function writable(field: FieldDraft, { create }: Resource): FieldDraft {
  if (!create) return field;
  const { read_only: _, ...rest } = field;
  return { ...rest, required: true };
}

interface ListPart {
  draft: Record<string, unknown>;
  equals: Record<string, string>;
}

function listPart(
  resource: Resource,
  record: Record_,
  modified: string | null,
  fields: readonly string[],
  context: ObjectContext,
  findings: ObjectPart['findings'],
): ListPart {
  const { shapes, sentAlways, variables } = context;
  const { operation, records, ground, because } = resource.list;
  findings.set('list.records', { value: records, ground, because });
  const pagination = paginationOf(resource.list, shapes);
  findings.set('list.pagination', pagination);
  const since = sinceOf(operation, shapes);
  if (since) findings.set('list.since', since);
  const sort = sortOf(operation, modified, shapes);
  if (sort) findings.set('list.sort', sort);
  const ids = idsOf(operation, squeezed(singular(resource.name)), shapes);
  if (ids) findings.set('list.ids', ids);
  const equals = equalsOf(operation, fields, shapes);
  if (Object.keys(equals).length > 0) findings.set('list.equals', inferred(equals, 'parameters called as fields'));
  const archived = archivedQueryOf(operation, shapes);
  if (archived) findings.set('list.archived', inferred(archived, 'its name'));
  const sent = new Set([...sentAlways, ...sentByPages(pagination.value), since?.value.param ?? '']);
  const query = {
    ...requiredQuery(operation, shapes, sent, variables, resource.name),
    ...wholePage(operation, pagination),
  };
  const isCall = operation.method === 'post';
  const draft = {
    ...(isCall ? { method: 'POST' } : {}),
    path: pathOf(operation.path, resource, false, variables),
    ...(isCall && Object.keys(query).length > 0 ? { body: query } : {}),
    records,
    ...(record.item === '' ? {} : { item: record.item }),
    ...(resource.list.ground === 'assumed' && resource.list.item !== undefined ? { one_or_many: true } : {}),
    ...(!isCall && Object.keys(query).length > 0 ? { query } : {}),
    pagination: pagination.value,
    ...(since ? { since: since.value } : {}),
    ...(sort ? { sort: sort.value } : {}),
    ...(ids ? { ids: ids.value } : {}),
    ...(Object.keys(equals).length > 0 ? { equals } : {}),
    ...(archived ? { archived } : {}),
  };
  return { draft, equals };
}

const sentByPages = ({ param, size_param: size }: Record<string, unknown>): string[] =>
  [param, size].filter((name) => typeof name === 'string');

/** A list that is limited but has no further pages is asked for as much as it gives. */
function wholePage(operation: Operation, pagination: ReturnType<typeof paginationOf>): Record<string, string> {
  const size = operation.parameters.find((one) => one.in === 'query' && isSize(one.name));
  return pagination.value.style === 'none' && size && pagination.ground === 'assumed' ? { [size.name]: '100' } : {};
}

function getPart(
  resource: Resource,
  knows: (shape: Shape) => boolean,
  context: ObjectContext,
  findings: ObjectPart['findings'],
): Record<string, unknown> {
  const { get } = resource;
  if (!get) return {};
  const { shapes } = context;
  const body = get.success?.body;
  const place = body ? recordPlace(shapes.of(body.schema), resource, knows, shapes) : null;
  findings.set(
    'get',
    place === null
      ? assumed('', body ? 'the answer does not look like a record of the list' : 'the answer is not described')
      : declared(place, get.name),
  );
  return { get: { path: withRequired(get, resource, context), ...(place ? { record: place } : {}) } };
}

/** An item path with the query parameters that it requires. */
function withRequired(
  operation: Operation,
  resource: Resource,
  { shapes, sentAlways, variables }: ObjectContext,
): string {
  const path = pathOf(operation.path, resource, true, variables);
  const query = Object.entries(requiredQuery(operation, shapes, sentAlways, variables, resource.name));
  if (query.length === 0) return path;
  return `${path}?${query.map(([name, value]) => `${encodeURIComponent(name)}=${value.startsWith('${') ? value : encodeURIComponent(value)}`).join('&')}`;
}

function writesPart(
  resource: Resource,
  writes: { create: WritePart | null; update: WritePart | null },
  id: IdDraft,
  knows: (shape: Shape) => boolean,
  context: ObjectContext,
  findings: ObjectPart['findings'],
): Record<string, unknown> {
  const { shapes, sentAlways, variables } = context;
  const part: Record<string, unknown> = {};
  const batch: Record<string, unknown> = {};
  const known = { resource, knows, shapes };
  const idName = id.path ?? 'id';
  for (const kind of ['create', 'update'] as const) {
    const operation = resource[kind];
    const write = writes[kind];
    const isItem = kind === 'update';
    if (operation && write) {
      const query = requiredQuery(operation, shapes, sentAlways, variables, resource.name);
      const { method, ...rest } = write.draft;
      const asked = Object.keys(query).length > 0 ? { query } : {};
      const meant = isItem ? namedInBody(operation, shapes) : {};
      part[kind] = { method, path: pathOf(operation.path, resource, isItem, variables), ...asked, ...rest, ...meant };
      findings.set(kind, write.finding);
    }
    const many = resource.batch[kind] ?? (kind === 'create' && write?.many ? operation : null);
    const found = many ? batchOf(many, known, idName) : null;
    if (many && found) {
      const { method, ...rest } = found.value;
      batch[kind] = { method, path: pathOf(many.path, resource, false, variables), ...rest };
      findings.set(`batch.${kind}`, found);
    }
  }
  if (resource.remove) {
    const query = requiredQuery(resource.remove, shapes, sentAlways, variables, resource.name);
    const asked = Object.keys(query).length > 0 ? { query } : {};
    part.delete = {
      method: resource.remove.method.toUpperCase(),
      path: pathOf(resource.remove.path, resource, true, variables),
      ...asked,
      ...namedInBody(resource.remove, shapes),
      returns: 'nothing',
    };
    findings.set('delete', declared('delete', resource.remove.name));
  }
  return Object.keys(batch).length > 0 ? { ...part, batch } : part;
}

/** A call without the record in its path names it in its body. */
function namedInBody(operation: Operation, shapes: Shapes): { constant?: Record<string, string> } {
  if (operation.method !== 'post' || operation.path.includes('{')) return {};
  const name = idProperty(operation, shapes);
  return name === null ? {} : { constant: { [name]: '{id}' } };
}

/** A field for the other system's id, where lists can be searched by it. */
function linkField(fields: readonly string[], equals: Record<string, string>): string | null {
  const wanted = /^(external|foreign|remote)_?(id|key|reference|ref|identifier)$/i;
  return fields.find((name) => wanted.test(name) && Object.hasOwn(equals, name)) ?? null;
}
