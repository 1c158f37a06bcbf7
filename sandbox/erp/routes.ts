import { parseBerlinMinute } from '../berlin.ts';
import {
  type Json,
  jsonResponse,
  parseObject,
  type SandboxRequest,
  type SandboxResponse,
  splitPath,
} from '../system.ts';
import type { Entry } from '../table.ts';
import { ERP, ERP_TABLES, type ErpObject, type ErpRecord, isErpObject, isErpTable } from './objects.ts';
import type { ErpOutcome, ErpState } from './state.ts';

export const PAGE_SIZE = 50;

/** What the routes work on, for one request. */
export interface ErpCall {
  state: ErpState;
  request: SandboxRequest;
  now: number;
  /** The time whose state lists show. */
  asOf: number;
}

const message = (status: number, text: string) => jsonResponse(status, { message: text });

/** The page that any error within the ERP ends in. */
export function htmlError(): SandboxResponse {
  return {
    status: 500,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!DOCTYPE html>\n<html><head><title>500</title></head><body><h1>Interner Serverfehler</h1><p>Bitte wenden Sie sich an Ihren Administrator.</p></body></html>\n',
  };
}

/** Everything behind the key. */
export function routeErp(call: ErpCall): { kind: string; response: SandboxResponse } {
  const { method } = call.request;
  const { segments, query } = splitPath(call.request.path);
  const [api, object, id, rest] = segments;
  const routed = (path: string, response: SandboxResponse) => ({ kind: `${method} ${path}`, response });
  if (api === 'api' && object === 'tables' && isErpTable(id) && method === 'GET' && rest === undefined) {
    const items = Object.entries(ERP_TABLES[id]).map(([code, name]) => ({ code: Number(code), name }));
    return routed('/api/tables/{name}', jsonResponse(200, { items }));
  }
  if (api !== 'api' || !isErpObject(object) || rest !== undefined)
    return routed('(unknown)', message(404, 'Unbekannter Pfad'));
  if (id === undefined) return routed(`/api/${object}`, collection(call, object, query));
  return routed(`/api/${object}/{id}`, single(call, object, Number(id)));
}

function collection(call: ErpCall, object: ErpObject, query: URLSearchParams): SandboxResponse {
  const { state, request, now } = call;
  if (request.method === 'GET') {
    state.table(object).settle(now);
    return list(call, object, query);
  }
  if (request.method !== 'POST') return message(405, 'Methode nicht erlaubt');
  const fields = parseObject(request.body);
  return fields === undefined ? htmlError() : answer(state.create(object, fields, now));
}

function single(call: ErpCall, object: ErpObject, id: number): SandboxResponse {
  const { state, request, now } = call;
  switch (request.method) {
    case 'GET':
      return jsonResponse(200, state.get(object, id));
    case 'PUT': {
      const fields = parseObject(request.body);
      return fields === undefined ? htmlError() : answer(state.replace(object, id, fields, now));
    }
    case 'DELETE':
      return answer(state.remove(object, id, now));
    default:
      return message(405, 'Methode nicht erlaubt');
  }
}

function answer(outcome: ErpOutcome): SandboxResponse {
  if ('record' in outcome) return jsonResponse(outcome.status, outcome.record);
  if ('message' in outcome) return message(outcome.status, outcome.message);
  return { status: 204, headers: {}, body: '' };
}

function list(call: ErpCall, object: ErpObject, query: URLSearchParams): SandboxResponse {
  const size = Math.min(positive(query.get('size')) ?? PAGE_SIZE, PAGE_SIZE);
  const offset = natural(query.get('offset')) ?? ((positive(query.get('page')) ?? 1) - 1) * size;
  const found = find(call, object, query, offset, size);
  if ('status' in found) return found;
  return jsonResponse(200, {
    items: found.entries.map((entry) => project(entry.record, query.get('fields'))),
    page: Math.floor(offset / size) + 1,
    size,
    pages: Math.ceil(found.total / size),
    total: found.total,
  });
}

type Found = { entries: Entry<ErpRecord>[]; total: number };

function find(
  call: ErpCall,
  object: ErpObject,
  query: URLSearchParams,
  offset: number,
  size: number,
): Found | SandboxResponse {
  const table = call.state.table(object);
  const changedSince = query.get('changed_since');
  const since = changedSince === null ? Number.NEGATIVE_INFINITY : parseBerlinMinute(changedSince);
  if (since === undefined) return message(400, 'Ungültiger Zeitpunkt in changed_since');
  const filters = [...query].filter(
    ([name]) => Object.hasOwn(ERP[object].fields, name) && ERP[object].fields[name]?.filter,
  );
  const [first] = filters;
  if (first !== undefined) {
    const found = table
      .findVisible(first[0], first[1], call.asOf)
      .filter(({ at, record }) => at >= since && filters.every(([field, value]) => String(record[field]) === value));
    return { entries: found.slice(offset, offset + size), total: found.length };
  }
  if (changedSince === null) {
    return { entries: table.slice(offset, size, call.asOf), total: table.count(since, true, call.asOf) };
  }
  const numbers = table.changedNumbers(since, call.asOf);
  const entries: Entry<ErpRecord>[] = [];
  for (const n of numbers.slice(offset, offset + size)) {
    const entry = table.visible(n, call.asOf);
    if (entry !== null) entries.push(entry);
  }
  return { entries, total: numbers.length };
}

/** Only the named fields; names it doesn't know are ignored. */
function project(record: ErpRecord, fields: string | null): Json {
  if (fields === null || fields === '') return record;
  const chosen: Record<string, Json> = {};
  for (const name of fields.split(',')) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (value !== undefined) chosen[name] = value;
  }
  return chosen;
}

function natural(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function positive(text: string | null): number | undefined {
  const value = natural(text);
  return value === 0 ? undefined : value;
}
