import {
  isJsonObject,
  type Json,
  jsonResponse,
  parseObject,
  type SandboxRequest,
  type SandboxResponse,
  splitPath,
} from '../system.ts';
import { list, tombstones } from './listing.ts';
import { CRM, type CrmObject, isCrmObject } from './objects.ts';
import { type ItemResult, itemJson, type Replays } from './replays.ts';
import type { CrmState, Outcome } from './state.ts';
import type { CustomField } from './validation.ts';
import { CRM_EVENTS, type Webhooks } from './webhooks.ts';

export const MAX_BATCH = 100;

/** What the routes work on, for one request. */
export interface Call {
  state: CrmState;
  replays: Replays;
  webhooks: Webhooks;
  request: SandboxRequest;
  now: number;
  /** The time up to which lists show the search index. */
  asOf: number;
}

/** The answer, and the kind under which the request is counted: method and path with ids replaced. */
export interface Routed {
  kind: string;
  response: SandboxResponse;
}

const notFound = () => jsonResponse(404, { error: 'not_found' });
const invalidJson = () => jsonResponse(400, { error: 'invalid_json' });
const wrongMethod = () => jsonResponse(405, { error: 'method_not_allowed' });

/** Everything behind the token. */
export function route(call: Call): Routed {
  const { method } = call.request;
  const { segments, query } = splitPath(call.request.path);
  const [first, second, third, fourth] = segments;
  const routed = (path: string, response: SandboxResponse): Routed => ({ kind: `${method} ${path}`, response });
  if (isCrmObject(first)) {
    if (second === undefined) return routed(`/${first}`, collection(call, first, query));
    if (second === 'batch' && third === undefined) return routed(`/${first}/batch`, batch(call, first));
    if (second === 'batch' && third === 'archive' && fourth === undefined) {
      return routed(`/${first}/batch/archive`, batchArchive(call, first));
    }
    if (second === 'merge' && CRM[first].mergeable && third === undefined) {
      return routed(`/${first}/merge`, merge(call, first));
    }
    if (third === undefined) return routed(`/${first}/{id}`, single(call, first, second));
  } else if (first === 'tombstones' && second === undefined) {
    return routed('/tombstones', method === 'GET' ? tombstones(call.state, query) : wrongMethod());
  } else if (first === 'options' && isCrmObject(second) && third !== undefined && fourth === undefined) {
    return routed('/options/{object}/{field}', options(call, second, third));
  } else if (first === 'custom_fields' && isCrmObject(second) && third === undefined) {
    return routed('/custom_fields/{object}', customFields(call, second));
  } else if (first === 'webhooks' && third === undefined) {
    return routed(second === undefined ? '/webhooks' : '/webhooks/{id}', webhooks(call, second));
  }
  return routed('(unknown)', notFound());
}

function collection(call: Call, object: CrmObject, query: URLSearchParams): SandboxResponse {
  const { state, request, now } = call;
  if (request.method === 'GET') {
    state.table(object).settle(now);
    return list(state, object, query, call.asOf);
  }
  if (request.method !== 'POST') return wrongMethod();
  const fields = parseObject(request.body);
  if (fields === undefined) return invalidJson();
  const [results, replayed] = onceOnly(call, () => [asItem(state.create(object, fields, now))]);
  if (results === 'mismatch') return mismatch();
  const [result] = results;
  if (result === undefined) return notFound();
  const response = fromItem(result);
  return replayed ? { ...response, headers: { ...response.headers, 'idempotent-replayed': 'true' } } : response;
}

const mismatch = () => jsonResponse(422, { error: 'idempotency_mismatch' });

/** Runs the creates unless the request's idempotency key was used before. Only what created something is kept. */
function onceOnly(call: Call, create: () => ItemResult[]): [readonly ItemResult[] | 'mismatch', boolean] {
  const key = call.request.headers['idempotency-key'];
  if (key === undefined) return [create(), false];
  const scope = `${call.request.method} ${splitPath(call.request.path).segments.join('/')} ${key}`;
  const found = call.replays.find(scope, call.request.body, call.now);
  if (found !== 'none') return [found, found !== 'mismatch'];
  const results = create();
  if (results.some((result) => result.status === 201)) call.replays.keep(scope, call.request.body, results, call.now);
  return [results, false];
}

function single(call: Call, object: CrmObject, id: string): SandboxResponse {
  const { state, request, now } = call;
  if (request.method === 'GET') {
    const record = state.get(object, id);
    return record === null ? notFound() : fromItem({ status: 200, record });
  }
  const ifMatch = request.headers['if-match'];
  const version =
    ifMatch === undefined || ifMatch === '*' ? null : Number(ifMatch.replace(/^W\//, '').replaceAll('"', ''));
  if (request.method === 'DELETE') {
    const outcome = state.archive(object, id, version, now);
    return outcome.status === 200 ? { status: 204, headers: {}, body: '' } : fromItem(asItem(outcome));
  }
  if (request.method !== 'PATCH') return wrongMethod();
  const fields = parseObject(request.body);
  if (fields === undefined) return invalidJson();
  return fromItem(asItem(state.update(object, id, fields, version, now)));
}

function asItem(outcome: Outcome): ItemResult {
  switch (outcome.status) {
    case 404:
      return { status: 404, error: 'not_found' };
    case 412:
      return { status: 412, error: 'version_mismatch' };
    default:
      return outcome;
  }
}

function fromItem(result: ItemResult): SandboxResponse {
  const { status, record, error, errors } = result;
  if (record !== undefined) return jsonResponse(status, record, { etag: `"${record.version}"` });
  if (errors !== undefined) return jsonResponse(status, { errors: errors.map((one) => ({ ...one })) });
  return jsonResponse(status, { error: error ?? 'unknown' });
}

function batch(call: Call, object: CrmObject): SandboxResponse {
  const { request, state, now } = call;
  const items = batchItems(request.body);
  if (!Array.isArray(items)) return items;
  if (request.method === 'POST') {
    const [results] = onceOnly(call, () => items.map((item) => createItem(call, object, item)));
    return results === 'mismatch' ? mismatch() : batchResponse(results);
  }
  if (request.method !== 'PATCH') return wrongMethod();
  return batchResponse(
    items.map((item) => {
      const { id, if_match: ifMatch, ...fields } = item;
      const version = typeof ifMatch === 'number' ? ifMatch : null;
      return asItem(state.update(object, String(id ?? ''), fields, version, now));
    }),
  );
}

function createItem(call: Call, object: CrmObject, item: Record<string, Json>): ItemResult {
  const { state, replays, now } = call;
  const { idempotency_key: key, ...fields } = item;
  if (typeof key !== 'string') return asItem(state.create(object, fields, now));
  const scope = `item ${object} ${key}`;
  const body = JSON.stringify(fields);
  const found = replays.find(scope, body, now);
  if (found === 'mismatch') return { status: 422, error: 'idempotency_mismatch' };
  const [replayed] = found === 'none' ? [] : found;
  if (replayed !== undefined) return replayed;
  const result = asItem(state.create(object, fields, now));
  if (result.status === 201) replays.keep(scope, body, [result], now);
  return result;
}

function batchArchive(call: Call, object: CrmObject): SandboxResponse {
  if (call.request.method !== 'POST') return wrongMethod();
  const items = batchItems(call.request.body);
  if (!Array.isArray(items)) return items;
  return batchResponse(
    items.map((item) => {
      const version = typeof item.if_match === 'number' ? item.if_match : null;
      return asItem(call.state.archive(object, String(item.id ?? ''), version, call.now));
    }),
  );
}

function batchItems(body: string): Record<string, Json>[] | SandboxResponse {
  const items = parseObject(body)?.items;
  if (!Array.isArray(items)) return invalidJson();
  if (items.length > MAX_BATCH) return jsonResponse(413, { error: 'batch_too_large', max: MAX_BATCH });
  return items.map((item: Json) => (isJsonObject(item) ? item : {}));
}

const batchResponse = (results: readonly ItemResult[]) => jsonResponse(200, { results: results.map(itemJson) });

function merge(call: Call, object: CrmObject): SandboxResponse {
  if (call.request.method !== 'POST') return wrongMethod();
  const { survivor, merged } = parseObject(call.request.body) ?? {};
  if (typeof survivor !== 'string' || typeof merged !== 'string') return invalidJson();
  return fromItem(asItem(call.state.merge(object, survivor, merged, call.now)));
}

function options(call: Call, object: CrmObject, field: string): SandboxResponse {
  const { state, request } = call;
  const spec = Object.hasOwn(CRM[object].fields, field) ? CRM[object].fields[field] : undefined;
  if (spec?.type !== 'option') return notFound();
  if (request.method === 'GET')
    return jsonResponse(200, { data: state.options(object, field).map((one) => ({ ...one })) });
  if (request.method !== 'POST') return wrongMethod();
  const { value, label } = parseObject(request.body) ?? {};
  if (typeof value !== 'string' || value === '') return invalidJson();
  const option = { value, label: typeof label === 'string' ? label : value };
  return state.addOption(object, field, option) ? jsonResponse(201, option) : jsonResponse(409, { error: 'exists' });
}

function customFields(call: Call, object: CrmObject): SandboxResponse {
  const { state, request } = call;
  if (request.method === 'GET')
    return jsonResponse(200, { data: state.customFields(object).map((one) => ({ ...one })) });
  if (request.method !== 'POST') return wrongMethod();
  const field = customField(parseObject(request.body));
  if (field === undefined)
    return jsonResponse(422, { errors: [{ field: 'key', code: 'invalid', message: 'is invalid' }] });
  return state.addCustomField(object, field) ? jsonResponse(201, { ...field }) : jsonResponse(409, { error: 'exists' });
}

function customField(body: Record<string, Json> | undefined): CustomField | undefined {
  const { key, label, type = 'text', max_length: max = 200 } = body ?? {};
  if (typeof key !== 'string' || !/^[a-z][a-z0-9_]{0,39}$/.test(key) || typeof max !== 'number') return undefined;
  if (type !== 'text' && type !== 'number' && type !== 'boolean' && type !== 'date') return undefined;
  return { key, label: typeof label === 'string' ? label : key, type, max_length: max };
}

function webhooks(call: Call, id: string | undefined): SandboxResponse {
  const { webhooks: hooks, request } = call;
  if (id !== undefined) {
    if (request.method !== 'DELETE') return wrongMethod();
    return hooks.unsubscribe(id) ? { status: 204, headers: {}, body: '' } : notFound();
  }
  if (request.method === 'GET') {
    return jsonResponse(200, { data: hooks.subscriptions.map(({ secret: _, ...rest }) => ({ ...rest })) });
  }
  if (request.method !== 'POST') return wrongMethod();
  const { url, events } = parseObject(request.body) ?? {};
  if (typeof url !== 'string' || !URL.canParse(url)) return fieldError('url', 'invalid_url');
  const names = Array.isArray(events) ? events.map((event: Json) => String(event)) : [];
  if (names.length === 0 || names.some((name) => !CRM_EVENTS.includes(name)))
    return fieldError('events', 'invalid_event');
  return jsonResponse(201, { ...hooks.subscribe(url, names) });
}

const fieldError = (field: string, code: string) =>
  jsonResponse(422, { errors: [{ field, code, message: 'is invalid' }] });
