import { compileCustom } from '../../connector/codec/custom-field.ts';
import { compileReader } from '../../connector/codec/path.ts';
import type { ListDefinition } from '../../connector/definition.ts';
import type { Parameters } from '../../connector/page-walk.ts';
import type { GetOutcome, WireRecord } from '../../connector/port.ts';
import { fillFilter } from '../../connector/query-template.ts';
import { NO_NAMES } from '../../connector/template.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { PARSERS } from './formats.ts';
import { getRecord, notOffered, unreadable } from './get-record.ts';
import { inChunks, inParallel } from './in-parallel.ts';
import { readList } from './list.ts';
import { compileItems } from './list-records.ts';
import { compileListRequest } from './list-request.ts';
import { type RestObject, wireId } from './rest-object.ts';
import type { Sender } from './sender.ts';

/** More records than this are not read to find those that equal a value. */
const MOST_LOOKED_THROUGH = 2000;

/** Direct reads: many at once where the list takes ids; what is not in its answer is read one by one before it is gone. */
export async function getRecords(
  sender: Sender,
  object: RestObject,
  ids: readonly string[],
  concurrency: number,
): Promise<GetOutcome[]> {
  const { list } = object.definition;
  // A list of several values would have to be asked for each of them.
  const bulk = list?.each ? undefined : list?.ids;
  const canOne = object.definition.get !== undefined;
  if (!list || !bulk || (canOne && ids.length === 1)) {
    return inParallel(ids, concurrency, (id) => getRecord(sender, object, id));
  }
  const chunks = [...byParent(object, ids)].flatMap(([parentId, group]) =>
    inChunks(group, bulk.max).map((chunk) => ({ parentId, chunk })),
  );
  const found = new Map<string, GetOutcome>();
  await inParallel(chunks, concurrency, async ({ parentId, chunk }) => {
    const outcomes = await getChunk(sender, object, list, bulk, parentId, chunk);
    for (const [place, id] of chunk.entries()) {
      const outcome = outcomes[place];
      if (outcome) found.set(id, outcome);
    }
  });
  const outcomes = ids.map((id): GetOutcome => found.get(id) ?? { kind: 'unknown', diagnostic: unusable() });
  if (!canOne) return outcomes;
  return inParallel(
    outcomes.map((outcome, place) => ({ outcome, id: ids[place] ?? '' })),
    concurrency,
    async ({ outcome, id }) => (outcome.kind === 'gone' ? getRecord(sender, object, id) : outcome),
  );
}

/** The ids by the parent that they stand below; those that can't be ids of the object are left out. */
function byParent(object: RestObject, ids: readonly string[]): Map<string | undefined, string[]> {
  if (!object.parent) return new Map([[undefined, [...ids]]]);
  return Map.groupBy(
    ids.filter((id) => object.ids.split(id) !== null),
    (id) => object.ids.split(id)?.parentId,
  );
}

async function getChunk(
  sender: Sender,
  object: RestObject,
  declared: ListDefinition,
  bulk: NonNullable<ListDefinition['ids']>,
  parentId: string | undefined,
  ids: readonly string[],
): Promise<GetOutcome[]> {
  const unknown = (diagnostic: Diagnostic): GetOutcome[] => ids.map(() => ({ kind: 'unknown', diagnostic }));
  const list = bulkList(declared, bulk);
  const own = ids.map((id) => wireId(object, id));
  const inQuery = list.method === 'GET';
  if (inQuery && own.some((id) => String(id).includes(bulk.separator))) return unknown(unusable());
  const names = parentId === undefined ? ok(NO_NAMES) : (object.parent?.names(parentId) ?? ok(NO_NAMES));
  if (!names.ok) return unknown(names.error);
  const inBody = own.map((id) => (bulk.item === undefined ? id : { [bulk.item]: id }));
  const request = compileListRequest(
    list,
    sender.baseUrl,
  )({
    names: names.value,
    query: { ...list.archived, [bulk.param]: inQuery ? own.join(bulk.separator) : inBody },
    headers: {},
    page: { query: sizeOf(list), start: 0, size: ids.length },
  });
  if (!request.ok) return unknown(request.error);
  const parse = PARSERS[list.format];
  const sent = await sender.send({ kind: 'reads', ...request.value, repeatable: true, parse });
  if (!sent.ok && sent.action !== 'empty') return unknown(sent.diagnostic);
  const items = sent.ok ? compileItems(list)(sent.data) : [];
  if (!items) return unknown(unreadable());
  const byId = new Map<string, WireRecord>();
  for (const item of items) {
    const record = object.view(item, parentId);
    if (record) byId.set(record.id, record);
  }
  return ids.map((id) => {
    const record = byId.get(id);
    return record ? { kind: 'present', record } : { kind: 'gone' };
  });
}

/** The list as it is asked for ids. */
function bulkList(
  list: ListDefinition,
  { method, path, body, records }: NonNullable<ListDefinition['ids']>,
): ListDefinition {
  return {
    ...list,
    method: method ?? list.method,
    path: path ?? list.path,
    records: records ?? list.records,
    ...(body ? { body } : {}),
    ...(path === undefined ? {} : { query: {} }),
  };
}

/** Else the page may be a small one. */
function sizeOf({ pagination, ids }: ListDefinition): Parameters {
  if (pagination.style === 'none' || pagination.size_param === undefined || ids?.path !== undefined) return {};
  return { [pagination.size_param]: pagination.size };
}

/**
 * Records whose field equals a value. What comes back is compared, since some systems ignore a filter that they don't
 * know, or find more than what is equal; an answer too long to be looked through is a failure, never "not there".
 */
export async function findRecords(
  sender: Sender,
  object: RestObject,
  field: string,
  wire: unknown,
): Promise<Result<WireRecord[]>> {
  const { list, link_field: linkField } = object.definition;
  if (object.parent && field === object.parent.declared.field) return recordsBelow(sender, object, String(wire));
  const search = list && searchOf(object, list, field, wire);
  if (!list || !search) return fail(notOffered(`a search by ${field}`));
  const wanted = comparable(wire);
  const place = fieldPlace(object, field);
  const query = { ...search.query, ...(field === linkField ? list.archived : {}) };
  const found: WireRecord[] = [];
  let seen = 0;
  for await (const step of readList(sender, { object, list: search.list, query, since: null })) {
    if (step.kind === 'end') return step.complete ? ok(found) : fail(step.diagnostic ?? notLooked(field));
    for (const record of step.records) if (comparable(place.read(record.wire)) === wanted) found.push(record);
    seen += step.records.length;
    if (seen > MOST_LOOKED_THROUGH) break;
  }
  return fail(notLooked(field));
}

/** How records are searched for by equality; null where the list does not say. */
export function searchOf(
  object: RestObject,
  list: ListDefinition,
  field: string,
  wire: unknown,
): { list: ListDefinition; query: Record<string, unknown> } | null {
  const param = Object.hasOwn(list.equals, field) ? list.equals[field] : undefined;
  if (param === undefined) return null;
  const { path } = fieldPlace(object, field);
  const value = fillFilter(list.equals_template, path, String(wire), list.equals_escape);
  return { list: searchList(list), query: { [param]: value } };
}

/** The list as it is searched. */
function searchList({ search, ...list }: ListDefinition): ListDefinition {
  if (!search) return list;
  const { since: _, cap: __, ...rest } = list;
  return {
    ...rest,
    method: search.method ?? list.method,
    path: search.path ?? list.path,
    query: search.query ?? (search.path === undefined ? list.query : {}),
    records: search.records ?? list.records,
    item: search.item ?? list.item,
    pagination: search.pagination ?? list.pagination,
    ...(search.body ? { body: search.body } : {}),
  };
}

/** Records below one parent. */
async function recordsBelow(sender: Sender, object: RestObject, parentId: string): Promise<Result<WireRecord[]>> {
  const { list } = object.definition;
  if (!list) return fail(notOffered('a search by parent'));
  const found: WireRecord[] = [];
  for await (const step of readList(sender, { object, list, query: {}, since: null, parentId })) {
    if (step.kind === 'page') found.push(...step.records);
    else if (!step.complete) return fail(step.diagnostic ?? unreadable());
    if (found.length > MOST_LOOKED_THROUGH) break;
  }
  return found.length > MOST_LOOKED_THROUGH ? fail(notLooked(object.name)) : ok(found);
}

/** Where a field stands in a record, and what the system calls it. */
function fieldPlace({ definition }: RestObject, name: string) {
  const field = definition.fields[name];
  const path = field?.custom ?? field?.path ?? name;
  const custom = field?.custom !== undefined && definition.custom_fields;
  return { path, read: custom ? compileCustom(path, custom).read : compileReader(path) };
}

/** Systems find texts without regard to case and blanks around them. */
const comparable = (wire: unknown) => String(wire).trim().toLowerCase();

const unusable = () => problem('id-unusable', 'The id can not stand in a list of ids');

const notLooked = (field: string) =>
  problem('search-unbounded', `The search by ${field} found too many records to tell`, {
    detail: 'The system seems to ignore the filter.',
    next: 'Check list.equals of this object in the connector',
  });
