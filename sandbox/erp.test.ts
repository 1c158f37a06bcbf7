import { describe, expect, test } from 'vitest';
import { createErp, ERP_CONCURRENCY, ERP_KEY, ERP_READONLY_KEY, type Erp, type ErpOptions } from './erp/erp.ts';

/** 14:00 in Berlin. */
const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  json: Body;
}

/** Every field of an answer that some test reads. */
interface Body {
  id: number;
  created: string;
  changed: string;
  name_1: string;
  group: number;
  credit_limit: string;
  memo: string;
  user_5: string;
  items: (Partial<Body> & { id: number })[];
  total: number;
}

function request(erp: Erp, method: string, path: string, body?: unknown, now = NOW, key = ERP_KEY): Answer {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const response = erp.handle({ method, path, headers: { 'x-api-key': key }, body: text }, now);
  const isJson = response.headers['content-type'] === 'application/json';
  return { ...response, json: JSON.parse(isJson ? response.body : 'null') };
}

function world(options: ErpOptions = {}) {
  const erp = createErp({ size: 0, ...options });
  const call = (method: string, path: string, body?: unknown, now = NOW) => request(erp, method, path, body, now);
  return { erp, call };
}

const ids = (answer: Answer): number[] => answer.json.items.map((item) => item.id);

test('company and main contact are one record; ids are numbers in ranges', () => {
  const { call } = world({ size: 100 });
  expect(call('GET', '/api/customers').json.items[0]).toMatchObject({
    id: 10_000,
    name_1: expect.any(String),
    contact_last_name: expect.any(String),
  });
  expect(call('GET', '/api/articles').json.items[0]?.id).toBe(20_000);
  expect(call('GET', '/api/orders').json.items[0]).toMatchObject({
    id: 500_000,
    lines: expect.arrayContaining([expect.objectContaining({ position: 1, article_no: expect.stringMatching(/^A-/) })]),
  });
  expect(call('GET', '/api/price_lists').json.total).toBe(3);
  expect(call('POST', '/api/customers', { id: 1, name_1: 'x' }).json.id).toBe(10_100);
});

test('a key for reading and writing, and one for reading only', () => {
  const { erp } = world({ size: 1 });
  expect(request(erp, 'GET', '/api/customers', undefined, NOW, 'wrong').status).toBe(401);
  expect(request(erp, 'GET', '/api/customers', undefined, NOW, ERP_READONLY_KEY).status).toBe(200);
  const refused = request(erp, 'POST', '/api/customers', {}, NOW, ERP_READONLY_KEY);
  expect([refused.status, refused.json]).toEqual([403, { message: expect.any(String) }]);
});

describe('pagination', () => {
  test('the size is clamped to 50 without a word', () => {
    const { call } = world({ sizes: { customers: 120 } });
    const page = call('GET', '/api/customers?page=3&size=500');
    expect(page.json).toMatchObject({ page: 3, size: 50, pages: 3, total: 120 });
    expect(ids(page)).toEqual(Array.from({ length: 20 }, (_, i) => 10_100 + i));
    expect(ids(call('GET', '/api/customers?offset=7&size=2'))).toEqual([10_007, 10_008]);
    expect(ids(call('GET', '/api/customers?page=9'))).toEqual([]);
  });

  test('pages shift when records go', () => {
    const { erp, call } = world({ sizes: { customers: 10 } });
    expect(ids(call('GET', '/api/customers?page=1&size=4'))).toEqual([10_000, 10_001, 10_002, 10_003]);
    erp.userDelete('customers', 10_001, NOW);
    expect(ids(call('GET', '/api/customers?page=2&size=4'))).toEqual([10_005, 10_006, 10_007, 10_008]);
  });
});

describe('filter and sort', () => {
  test('filters it does not know are ignored, and so is the sort', () => {
    const { call } = world({ sizes: { customers: 60 } });
    const page = call('GET', '/api/customers?city=Atlantis&sort=-changed&size=2');
    expect([page.json.total, ids(page)]).toEqual([60, [10_000, 10_001]]);
  });

  test('changed_since: local minutes, inclusive, sorted by id', () => {
    const { erp, call } = world({ sizes: { customers: 5 } });
    const later = NOW + 100_000;
    erp.userUpdate('customers', 10_003, { city: 'Köln' }, NOW + 59_999);
    erp.userUpdate('customers', 10_001, { city: 'Köln' }, NOW + 60_000);
    erp.userCreate('customers', { name_1: 'Neu' }, NOW + 70_000);
    expect(ids(call('GET', '/api/customers?changed_since=01.06.2026%2014:00', undefined, later))).toEqual([
      10_001, 10_003, 10_005,
    ]);
    expect(ids(call('GET', '/api/customers?changed_since=01.06.2026+14:01&fields=id', undefined, later))).toEqual([
      10_001, 10_005,
    ]);
    expect(call('GET', '/api/customers?changed_since=yesterday').status).toBe(400);
  });

  test.each([
    ['customers', 'external_id', 'dt-1', { external_id: 'dt-1' }],
    ['customers', 'vat_no', 'DE1', { vat_no: 'DE1' }],
    ['articles', 'article_no', 'Z-1', { article_no: 'Z-1' }],
    ['orders', 'external_id', 'dt-2', { external_id: 'dt-2', customer_no: 10_000 }],
  ])('%s are found by %s', (object, field, value, fields) => {
    const { call } = world({ sizes: { customers: 20, articles: 20, orders: 20 } });
    const { id } = call('POST', `/api/${object}`, fields).json;
    expect(ids(call('GET', `/api/${object}?${field}=${value}`))).toEqual([id]);
    expect(ids(call('GET', `/api/${object}?${field}=nothing`))).toEqual([]);
  });

  test('only the ids on request', () => {
    const { call } = world({ sizes: { customers: 2 } });
    expect(call('GET', '/api/customers?fields=id').json.items).toEqual([{ id: 10_000 }, { id: 10_001 }]);
  });
});

describe('values', () => {
  test.each([
    ['2026-06-01T12:00:59.999Z', '01.06.2026 14:00'],
    ['2026-12-31T13:05:00Z', '31.12.2026 14:05'],
    ['2026-10-25T00:30:00Z', '25.10.2026 02:30'],
    ['2026-10-25T01:30:00Z', '25.10.2026 02:30'],
    ['2026-03-29T01:00:00Z', '29.03.2026 03:00'],
  ])('%s is %s in Berlin', (instant, local) => {
    const { call } = world();
    const { json } = call('POST', '/api/customers', { name_1: 'x' }, Date.parse(instant));
    expect([json.created, json.changed]).toEqual([local, local]);
  });

  test.each([
    ['1234,5 €', '1.234,50 €'],
    ['1.234.567,89 $', '1.234.567,89 $'],
    ['0,995', '1,00 €'],
    ['-12,00 CHF', '-12,00 CHF'],
    ['', ''],
  ])('money %j is stored as %j', (sent, stored) => {
    const { call } = world();
    expect(call('POST', '/api/customers', { credit_limit: sent }).json.credit_limit).toBe(stored);
  });

  test('options are codes from a table', () => {
    const { call } = world();
    expect(call('GET', '/api/tables/customer_group').json.items).toContainEqual({ code: 3, name: 'customer' });
    expect(call('GET', '/api/tables/order_status').json.items).toContainEqual({ code: 15, name: 'quoted' });
    expect(call('POST', '/api/customers', { group: 3 }).json.group).toBe(3);
    expect(call('POST', '/api/customers', { group: 99 }).status).toBe(400);
  });

  test('five free fields of 40 characters, no custom fields', () => {
    const { call } = world();
    const { json } = call('POST', '/api/customers', { user_5: 'x'.repeat(50), custom_fields: { a: 1 }, colour: 'red' });
    expect(json.user_5).toBe('x'.repeat(40));
    expect(json).not.toHaveProperty('custom_fields');
    expect(json).not.toHaveProperty('colour');
  });

  test.each([
    ['x'.repeat(41), 'x'.repeat(40)],
    ['Łódź – „Köln“ 5 €', '?ód? ? ?Köln? 5 ?'],
    ['rocket 🚀', 'rocket ?'],
    ['blanks   ', 'blanks'],
    [`${'x'.repeat(39)} y`, 'x'.repeat(39)],
  ])('text %j is stored as %j', (sent, stored) => {
    const { call } = world();
    expect(call('POST', '/api/customers', { name_1: sent }).json.name_1).toBe(stored);
    expect(call('POST', '/api/customers', { memo: 'm'.repeat(300) }).json.memo).toHaveLength(250);
  });
});

test('rules that only the user interface knows', () => {
  const { erp, call } = world();
  const fields = { name_1: 'Müller', vat_no: 'DE123456789' };
  expect(erp.userCreate('customers', fields, NOW)).toMatchObject({ status: 400 });
  expect(erp.userCreate('customers', { ...fields, vat_no: 'DE123456788' }, NOW)).toMatchObject({ status: 201 });
  expect(call('POST', '/api/customers', fields).status).toBe(201);
  expect(erp.userUpdate('customers', 10_000, { name_1: '' }, NOW)).toMatchObject({ status: 400 });
});

describe('writes', () => {
  test('a create sent twice is two records', () => {
    const { call, erp } = world();
    for (let i = 0; i < 2; i += 1) expect(call('POST', '/api/customers', { name_1: 'x' }).status).toBe(201);
    expect(erp.count('customers')).toBe(2);
  });

  test('PUT replaces the whole record and looks at no version', () => {
    const { call } = world();
    const { id } = call('POST', '/api/customers', { name_1: 'A', city: 'Köln', newsletter: 'J' }).json;
    const put = call('PUT', `/api/customers/${id}`, { name_1: 'B', row_version: 99 }, NOW + 60_000);
    expect([put.status, put.json]).toEqual([
      200,
      expect.objectContaining({ name_1: 'B', city: '', newsletter: 'N', row_version: 2, changed: '01.06.2026 14:01' }),
    ]);
    expect(call('PUT', '/api/customers/99999', {}).status).toBe(404);
    expect(call('POST', '/api/orders', { customer_no: 99_999 }).status).toBe(400);
  });

  test('a person in the user interface changes single fields', () => {
    const { erp } = world();
    erp.userCreate('customers', { name_1: 'A', city: 'Köln', phone: '1' }, NOW);
    erp.userUpdate('customers', 10_000, { city: 'Bonn', phone: null }, NOW);
    expect(erp.get('customers', 10_000)).toMatchObject({ name_1: 'A', city: 'Bonn', phone: '', row_version: 2 });
  });
});

test('deletes leave no trace; a missing id answers 200 with null', () => {
  const { call } = world({ sizes: { customers: 3 } });
  expect(call('DELETE', '/api/customers/10001').status).toBe(204);
  const gone = call('GET', '/api/customers/10001');
  expect([gone.status, gone.body]).toEqual([200, 'null']);
  expect(ids(call('GET', '/api/customers'))).toEqual([10_000, 10_002]);
  expect(call('DELETE', '/api/customers/10001').status).toBe(404);
  expect(call('POST', '/api/customers', { name_1: 'x' }).json.id).toBe(10_003);
});

test('errors within are an HTML page', () => {
  const { erp, call } = world();
  const broken = call('POST', '/api/customers', '{"name_1":');
  expect([broken.status, broken.headers['content-type']]).toEqual([500, 'text/html; charset=utf-8']);
  expect(erp.faultResponse('error-before').body).toContain('<html>');
});

test('ten at once; more get 503 as plain text without Retry-After', () => {
  const { erp } = world();
  expect([erp.concurrency, ERP_CONCURRENCY]).toEqual([10, 10]);
  expect(erp.busy()).toEqual({ status: 503, headers: { 'content-type': 'text/plain' }, body: 'Service Unavailable' });
});

test('it has no webhooks', () => {
  const { erp } = world();
  erp.userCreate('customers', { name_1: 'A' }, NOW);
  expect(erp.dueWebhooks(NOW + 100_000)).toEqual([]);
});

test('stale lists show deleted records and hide new ones', () => {
  const { erp, call } = world({ sizes: { customers: 3 }, faults: { stale: { ms: 5000, probability: 1 } } });
  erp.userDelete('customers', 10_001, NOW);
  erp.userCreate('customers', { name_1: 'x' }, NOW);
  const at = (ms: number) => ids(call('GET', '/api/customers', undefined, NOW + ms));
  expect([at(4999), at(5000)]).toEqual([
    [10_000, 10_001, 10_002],
    [10_000, 10_002, 10_003],
  ]);
});
