import type { Body, Operation } from './description.ts';
import { assumed, declared, type Finding, inferred } from './finding.ts';
import { nounOf, sameWord, squeezed } from './path-parts.ts';
import { recordPlace } from './record-place.ts';
import { type Resource, takesPatches } from './resources.ts';
import type { Shape, Shapes } from './shape.ts';

/** A write as it stands in the file; its path is put in by the caller. */
export interface WriteDraft {
  method: string;
  query?: Record<string, string>;
  body?: 'form' | 'xml' | 'json_patch';
  content_type?: string;
  wrap?: string;
  constant?: Record<string, unknown>;
  returns?: 'id' | 'nothing';
  record?: string;
  whole?: true;
  idempotency?: { header: string; lives: string };
}

/** What a write takes, once what is around the record is off. */
export interface WritePart {
  draft: WriteDraft;
  /** Schema of the record in the body; null where none is described. */
  takes: Shape | null;
  /** The body is a list of records. */
  many: { items: string } | null;
  finding: Finding<string>;
}

interface Known {
  resource: Resource;
  knows: (shape: Shape) => boolean;
  shapes: Shapes;
}

/** A create or an update: how its body is wrapped, and what its answer holds. */
export function writeOf(operation: Operation, kind: 'create' | 'update', known: Known): WritePart {
  const patches = kind === 'update' && takesPatches(operation, known.shapes);
  const body: BodyPart = patches
    ? { draft: { body: 'json_patch' }, takes: null, many: null, because: 'the body is a list of steps (JSON Patch)' }
    : bodyOf(operation.body, known);
  const draft: WriteDraft = {
    method: operation.method.toUpperCase(),
    ...body.draft,
    ...answerOf(operation, kind, known),
  };
  if (kind === 'update' && operation.method === 'put' && known.resource.get) draft.whole = true;
  const key = operation.parameters.find(
    (one) => one.in === 'header' && /^(x-)?idempotency-?key$|^idempotence-key$/i.test(one.name),
  );
  if (kind === 'create' && key) draft.idempotency = { header: key.name, lives: '24h' };
  const finding = draft.whole
    ? assumed('update by PUT', 'a PUT replaces the whole record')
    : declared(`${kind} by ${draft.method}`, operation.name);
  return {
    draft,
    takes: body.takes,
    many: body.many,
    finding: body.because ? inferred(finding.value, body.because) : finding,
  };
}

interface BodyPart {
  draft: Pick<WriteDraft, 'body' | 'content_type' | 'wrap' | 'constant'>;
  takes: Shape | null;
  many: { items: string } | null;
  because?: string;
}

function bodyOf(body: Body | null, known: Known): BodyPart {
  if (!body) return { draft: {}, takes: null, many: null };
  const { shapes } = known;
  const media = /json|\*\/\*/i.test(body.media) ? jsonOf(body.media) : mediaOf(body.media);
  const shape = shapes.of(body.schema);
  if (shape.kind === 'array') return { draft: media, takes: shapes.of(shape.items), many: { items: '' } };
  const wrapper = wrapperIn(shape, known);
  if (!wrapper) return { draft: media, takes: shape.properties.size > 0 ? shape : null, many: null };
  const { name, inner, list } = wrapper;
  const because = `the body has ${list ? 'a list' : 'one property'}, ${name}`;
  if (list) return { draft: media, takes: inner, many: { items: name }, because };
  const constant = typeOf(inner, shapes);
  return {
    draft: { ...media, wrap: name, ...(constant ? { constant: nested(name, constant) } : {}) },
    takes: inner,
    many: null,
    because,
  };
}

/** JSON under a name of its own, such as application/vnd.api+json, is called by it. */
const jsonOf = (media: string): { content_type?: string } =>
  /^application\/[\w.-]+\+json$/i.test(media) ? { content_type: media.toLowerCase() } : {};

const mediaOf = (media: string): { body?: 'form' | 'xml' } => {
  if (/form/i.test(media)) return { body: 'form' };
  return /xml/i.test(media) ? { body: 'xml' } : {};
};

/** The one property of a body that holds the record: `{ "contact": { … } }`, `{ "data": { … } }`, `{ "Contacts": [ … ] }`. */
function wrapperIn(
  shape: Shape,
  { resource, shapes, knows }: Known,
): { name: string; inner: Shape; list: boolean } | null {
  if (shape.properties.size === 0 || shape.properties.size > 4) return null;
  const noun = nounOf(resource.collection);
  const sure = shape.properties.size === 1;
  for (const [name, property] of shape.properties) {
    if (name.includes('.')) continue;
    const value = shapes.of(property.schema);
    const named = sameWord(name, noun) || sameWord(name, resource.name);
    const usual = /^(data|item|record|entity|resource|object|attributes)$/.test(squeezed(name));
    if (value.kind === 'object' && value.properties.size > 0 && (named || (usual && sure) || (sure && knows(value)))) {
      return { name, inner: value, list: false };
    }
    if (value.kind !== 'array' || !(named || (sure && usual))) continue;
    const item = shapes.of(value.items);
    if (item.properties.size > 0) return { name, inner: item, list: true };
  }
  return null;
}

/** JSON:API: the type of a record is one fixed text. */
function typeOf(inner: Shape, shapes: Shapes): Record<string, unknown> | null {
  if (!inner.properties.has('attributes')) return null;
  const [only, more] = shapes.of(inner.properties.get('type')?.schema).options ?? [];
  return only !== undefined && more === undefined ? { type: only } : null;
}

const nested = (path: string, value: unknown): Record<string, unknown> => ({ [path]: value });

/** What the answer to a write holds: the record, its id, or nothing. */
function answerOf(
  operation: Operation,
  kind: 'create' | 'update',
  known: Known,
): Pick<WriteDraft, 'returns' | 'record'> {
  const schema = operation.success?.body?.schema;
  if (schema === undefined) return { returns: kind === 'create' ? 'id' : 'nothing' };
  const shape = known.shapes.of(schema);
  const place = recordPlace(shape, known.resource, known.knows, known.shapes);
  if (place !== null) return place === '' ? {} : { record: place };
  if (kind === 'update') return { returns: 'nothing' };
  const id = idPlace(shape, known.shapes, '');
  return { returns: 'id', ...(id === null || id === '' ? {} : { record: id }) };
}

/** Where an answer that is no record tells the id: itself, `id`, `data.id`. */
function idPlace(shape: Shape, shapes: Shapes, at: string): string | null {
  if (at === '' && ['string', 'integer', 'number'].includes(shape.kind)) return '';
  for (const [name, property] of shape.properties) {
    if (name.includes('.')) continue;
    const inner = shapes.of(property.schema);
    const scalar = ['string', 'integer', 'number', 'unknown'].includes(inner.kind);
    if (scalar && /(^|_)(id|guid|uuid)$|[a-z](Id|ID|Guid)$/.test(name)) return at === '' ? name : `${at}.${name}`;
  }
  if (at !== '') return null;
  for (const [name, property] of shape.properties) {
    const inner = shapes.of(property.schema);
    const found = inner.kind === 'object' && !name.includes('.') ? idPlace(inner, shapes, name) : null;
    if (found !== null) return found;
  }
  return null;
}

export interface BatchDraft {
  method: string;
  max: number;
  items?: string;
  results: string;
  record?: string;
  id?: string;
  returns?: 'id' | 'nothing';
}

/** A write of many: where its items and their results stand; null where the answer does not tell record by record. */
export function batchOf(operation: Operation, known: Known, idName: string): Finding<BatchDraft> | null {
  const { shapes } = known;
  const method = operation.method.toUpperCase();
  if (!operation.body || !['POST', 'PUT', 'PATCH'].includes(method)) return null;
  const body = bodyOf(operation.body, known);
  const items = body.many?.items ?? onlyList(shapes.of(operation.body.schema), shapes);
  if (items === null) return null;
  const answer = operation.success?.body ? shapes.of(operation.success.body.schema) : null;
  const results = answer ? resultsIn(answer, known) : null;
  if (results === null) return null;
  const draft: BatchDraft = { method, max: 50, ...(items === '' ? {} : { items }), results };
  if (idName !== 'id' && !idName.includes('.')) draft.id = idName;
  return assumed(
    draft,
    'many in one request; how many, and that results come in the order of the items, is not described',
  );
}

function onlyList(shape: Shape, shapes: Shapes): string | null {
  const lists = [...shape.properties].filter(([, property]) => {
    const value = shapes.of(property.schema);
    return value.kind === 'array' && shapes.of(value.items).properties.size > 0;
  });
  return lists.length === 1 ? (lists[0]?.[0] ?? null) : null;
}

function resultsIn(answer: Shape, { knows, shapes }: Known): string | null {
  if (answer.kind === 'array') return knows(shapes.of(answer.items)) ? '' : null;
  for (const [name, property] of answer.properties) {
    const value = shapes.of(property.schema);
    if (!name.includes('.') && value.kind === 'array' && knows(shapes.of(value.items))) return name;
  }
  return null;
}
