import { hashText, mix } from '../draw.ts';
import { type Json, jsonResponse, type SandboxResponse } from '../system.ts';
import type { Entry } from '../table.ts';
import { CRM, type CrmObject, type CrmRecord, isCrmObject } from './objects.ts';
import type { CrmState } from './state.ts';

export const MAX_PAGE = 100;
/** Rows that one query gives over all its pages. */
export const MAX_ROWS = 10_000;
const DEFAULT_PAGE = 50;

type Sort = 'id' | 'updated_at' | '-updated_at';

interface ListQuery {
  limit: number;
  since: number;
  sort: Sort;
  withArchived: boolean;
  filters: [string, string][];
}

/** Where the last page ended. */
interface Position {
  at: number;
  n: number;
  rows: number;
}

const invalid = (parameter: string) => jsonResponse(400, { error: 'invalid_parameter', parameter });
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** `GET /{object}`. `asOf` is the time up to which the search index is shown. */
export function list(state: CrmState, object: CrmObject, query: URLSearchParams, asOf: number): SandboxResponse {
  const ids = query.get('ids');
  if (ids !== null)
    return byIds(
      state,
      object,
      ids.split(',').filter((id) => id !== ''),
    );
  const parsed = parseQuery(object, query);
  if ('status' in parsed) return parsed;
  const cursor = query.get('cursor');
  const position = cursor === null ? null : readCursor(cursor, parsed);
  if (position === undefined) return jsonResponse(400, { error: 'invalid_cursor' });
  const rows = position?.rows ?? 0;
  if (rows >= MAX_ROWS) return jsonResponse(400, { error: 'query_limit' });
  const limit = Math.min(parsed.limit, MAX_ROWS - rows);
  const { entries, total } = rowsAfter(state, object, parsed, position, limit + 1, asOf);
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  const more = entries.length > limit && last !== undefined;
  return jsonResponse(200, {
    data: page.map((entry) => entry.record),
    next_cursor: more ? writeCursor({ at: last.at, n: last.n, rows: rows + page.length }, parsed) : null,
    total,
  });
}

/** Current records, archived ones too, without the lag of the index; unknown ids are left out. */
function byIds(state: CrmState, object: CrmObject, ids: string[]): SandboxResponse {
  if (ids.length > MAX_PAGE) return invalid('ids');
  const data: CrmRecord[] = [];
  for (const id of ids) {
    const record = state.get(object, id);
    if (record !== null) data.push(record);
  }
  return jsonResponse(200, { data, next_cursor: null, total: data.length });
}

function parseQuery(object: CrmObject, query: URLSearchParams): ListQuery | SandboxResponse {
  const parsed: ListQuery = {
    limit: DEFAULT_PAGE,
    since: Number.NEGATIVE_INFINITY,
    sort: query.has('updated_since') ? 'updated_at' : 'id',
    withArchived: false,
    filters: [],
  };
  for (const [name, value] of query) {
    switch (name) {
      case 'cursor':
        break;
      case 'limit':
        parsed.limit = Number(value);
        if (!Number.isInteger(parsed.limit) || parsed.limit < 1 || parsed.limit > MAX_PAGE) return invalid(name);
        break;
      case 'updated_since':
        parsed.since = ISO.test(value) ? Date.parse(value) : Number.NaN;
        if (Number.isNaN(parsed.since)) return invalid(name);
        break;
      case 'sort':
        if (value !== 'id' && value !== 'updated_at' && value !== '-updated_at') return invalid(name);
        parsed.sort = value;
        break;
      case 'include_archived':
        parsed.withArchived = value === 'true';
        break;
      default: {
        const spec = Object.hasOwn(CRM[object].fields, name) ? CRM[object].fields[name] : undefined;
        if (!spec?.filter) return invalid(name);
        parsed.filters.push([name, spec.type === 'email' || spec.type === 'domain' ? value.toLowerCase() : value]);
      }
    }
  }
  return parsed;
}

type Rows = { entries: Entry<CrmRecord>[]; total: number };

function rowsAfter(
  state: CrmState,
  object: CrmObject,
  query: ListQuery,
  position: Position | null,
  limit: number,
  asOf: number,
): Rows {
  if (query.filters.length > 0) return filteredRows(state, object, query, position, asOf);
  const table = state.table(object);
  const entries: Entry<CrmRecord>[] = [];
  for (const entry of inOrder(state, object, query, position, asOf)) {
    if (!query.withArchived && entry.record.archived) continue;
    if (entry.at < query.since) continue;
    entries.push(entry);
    if (entries.length >= limit) break;
  }
  return { entries, total: table.count(query.since, query.withArchived, asOf) };
}

function inOrder(state: CrmState, object: CrmObject, query: ListQuery, position: Position | null, asOf: number) {
  const table = state.table(object);
  switch (query.sort) {
    case 'updated_at':
      return table.changedFrom(query.since, position, asOf);
    case '-updated_at':
      return table.changedDownFrom(query.since, position, asOf);
    case 'id': {
      const from = position === null ? 0 : position.n + 1;
      if (query.since === Number.NEGATIVE_INFINITY) return table.byNumber(from, asOf);
      return table.entries(table.changedNumbers(query.since, asOf), from, asOf);
    }
  }
}

function filteredRows(
  state: CrmState,
  object: CrmObject,
  query: ListQuery,
  position: Position | null,
  asOf: number,
): Rows {
  const table = state.table(object);
  const [first] = query.filters;
  const found: Entry<CrmRecord>[] = [];
  for (const entry of first === undefined ? [] : table.findVisible(first[0], first[1], asOf)) {
    if (entry.at < query.since || (entry.record.archived && !query.withArchived)) continue;
    if (query.filters.every(([field, value]) => entry.record[field] === value)) found.push(entry);
  }
  const compare = order(query.sort);
  found.sort(compare);
  return {
    entries: position === null ? found : found.filter((entry) => compare(entry, position) > 0),
    total: found.length,
  };
}

function order(sort: Sort): (a: { at: number; n: number }, b: { at: number; n: number }) => number {
  switch (sort) {
    case 'id':
      return (a, b) => a.n - b.n;
    case 'updated_at':
      return (a, b) => a.at - b.at || a.n - b.n;
    case '-updated_at':
      return (a, b) => b.at - a.at || b.n - a.n;
  }
}

/** A cursor fits only the query it came from. */
function queryMark(query: ListQuery): number {
  return mix(hashText(JSON.stringify([query.sort, query.since, query.withArchived, query.filters])));
}

function writeCursor(position: Position, query: ListQuery): string {
  const text = `${position.at}.${position.n}.${position.rows}.${queryMark(query)}`;
  return Buffer.from(text).toString('base64url');
}

function readCursor(cursor: string, query: ListQuery): Position | undefined {
  const parts = Buffer.from(cursor, 'base64url').toString('latin1').split('.').map(Number);
  const [at, n, rows, mark] = parts;
  if (at === undefined || n === undefined || rows === undefined || mark !== queryMark(query)) return undefined;
  return [at, n, rows].every(Number.isSafeInteger) ? { at, n, rows } : undefined;
}

/** `GET /tombstones`: what was archived, merged or purged and has not been restored, oldest first. */
export function tombstones(state: CrmState, query: URLSearchParams): SandboxResponse {
  const since = query.get('since');
  const from = since === null ? Number.NEGATIVE_INFINITY : ISO.test(since) ? Date.parse(since) : Number.NaN;
  if (Number.isNaN(from)) return invalid('since');
  const object = query.get('object');
  if (object !== null && !isCrmObject(object)) return invalid('object');
  const start = Number(query.get('cursor') ?? 0);
  if (!Number.isSafeInteger(start) || start < 0) return jsonResponse(400, { error: 'invalid_cursor' });
  const data: Json[] = [];
  let position = start;
  for (; position < state.tombstones.length && data.length < MAX_PAGE; position += 1) {
    const stone = state.tombstones[position];
    if (stone === undefined || stone.at < from || stone.restored || (object !== null && stone.object !== object))
      continue;
    data.push({
      object: stone.object,
      id: stone.id,
      deleted_at: new Date(stone.at).toISOString(),
      ...(stone.merged_into === null ? {} : { merged_into: stone.merged_into }),
    });
  }
  return jsonResponse(200, { data, next_cursor: position < state.tombstones.length ? String(position) : null });
}
