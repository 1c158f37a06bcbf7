import type { Json } from '../../sandbox/system.ts';
import type { Bend } from '../check-world.ts';

/** Ways in which the sandbox systems treat what is written to them otherwise than they would. */

type Fields = Record<string, Json | undefined>;
type Kind = 'create' | 'update' | 'delete';

/** What a request writes to which object; null for one that only asks. CRM: batches; ERP: one record each. */
function writeOf({ method, path, body }: Parameters<Bend>[0]): { kind: Kind; object: string; items: Fields[] } | null {
  const [, first = '', second = '', third = ''] = (path.split('?')[0] ?? '').split('/');
  const isErp = first === 'api';
  const object = isErp ? second : first;
  if (method === 'GET' || object === 'oauth') return null;
  if (method === 'DELETE' || third === 'archive') return { kind: 'delete', object, items: itemsOf(body) };
  return { kind: method === 'POST' ? 'create' : 'update', object, items: itemsOf(body) };
}

function itemsOf(body: string): Fields[] {
  if (body === '') return [];
  const parsed: Fields & { items?: Fields[] } = JSON.parse(body);
  return parsed.items ?? [parsed];
}

/** Stores other fields than it gets. */
export const stores =
  (object: string, change: (fields: Fields) => Fields): Bend =>
  (request, answer) => {
    const write = writeOf(request);
    if (!write || write.object !== object || write.kind === 'delete') return answer(request);
    const items = write.items.map(change);
    const isBatch = request.path.endsWith('/batch');
    return answer({ ...request, body: JSON.stringify(isBatch ? { items } : items[0]) });
  };

/** Stores another value in one field wherever it is written; `undefined` leaves it out. */
export const storesIn = (object: string, field: string, change: (value: Json) => Json | undefined): Bend =>
  stores(object, (fields) =>
    fields[field] === undefined || fields[field] === null ? fields : { ...fields, [field]: change(fields[field]) },
  );

/** For changes of texts only. */
export const text =
  (change: (value: string) => Json | undefined) =>
  (value: Json): Json | undefined =>
    typeof value === 'string' ? change(value) : value;

/** Refuses writes of a kind with this status. */
export const refuses =
  (object: string, kind: Kind, status: number): Bend =>
  (request, answer) => {
    const write = writeOf(request);
    if (write?.object !== object || write.kind !== kind) return answer(request);
    const body = JSON.stringify({ errors: [{ field: 'name', code: 'not_allowed', message: 'no' }] });
    return { status, headers: { 'content-type': 'application/json' }, body };
  };

/** Says that a write of this kind is done, and does nothing. */
export const pretends =
  (object: string, kind: Kind): Bend =>
  (request, answer) => {
    const write = writeOf(request);
    if (write?.object !== object || write.kind !== kind) return answer(request);
    const headers = { 'content-type': 'application/json' };
    const isBatch = request.path.includes('/batch');
    const status = { create: 201, update: 200, delete: 204 }[kind];
    const results = write.items.map((item, at) => ({
      status,
      ...(kind === 'delete' ? {} : { record: { id: `co_99900${at}`, version: 1, row_version: 1, ...item } }),
    }));
    if (isBatch) return { status: 200, headers, body: JSON.stringify({ results }) };
    if (kind === 'delete') return { status, headers: {}, body: '' };
    const id = Number(request.path.split('/').at(-1));
    return {
      status,
      headers,
      body: JSON.stringify({ row_version: 1, ...write.items[0], id: Number.isNaN(id) ? 999_999 : id }),
    };
  };

/** Does it the first so many times. */
export const after =
  (count: number, bend: Bend): Bend =>
  (request, answer) =>
    writeOf(request) !== null && count-- > 0 ? answer(request) : bend(request, answer);
