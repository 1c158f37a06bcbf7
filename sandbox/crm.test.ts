import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Crm, type CrmOptions, createCrm } from './crm/crm.ts';
import type { CrmRecord } from './crm/objects.ts';
import type { FieldError } from './crm/validation.ts';

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);
const TOKEN_FORM = 'grant_type=client_credentials&client_id=sandbox-crm-client&client_secret=sandbox-crm-secret';

interface Answer {
  status: number;
  headers: Record<string, string>;
  json: Body;
}

/** Every field that some answer has. */
interface Body {
  id: string;
  archived: boolean;
  custom_fields: object;
  data: CrmRecord[];
  total: number;
  next_cursor: string | null;
  errors: FieldError[];
  results: { status: number; record?: CrmRecord; error?: string }[];
  access_token: string;
  refresh_token: string;
  expires_in: number;
  secret: string;
}

function anonymous(crm: Crm, method: string, path: string, body = '', headers = {}, now = NOW): Answer {
  const response = crm.handle({ method, path, headers, body }, now);
  return { ...response, json: response.body === '' ? null : JSON.parse(response.body) };
}

/** A CRM with a token that lives as long as the tests need it. */
function world(options: CrmOptions = {}) {
  const crm = createCrm({
    sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 },
    limit: null,
    ...options,
  });
  let token = '';
  let until = 0;
  const call = (method: string, path: string, body?: unknown, now = NOW, headers = {}): Answer => {
    if (now >= until) {
      token = anonymous(crm, 'POST', '/oauth/token', TOKEN_FORM, {}, now).json.access_token;
      until = now + 600_000;
    }
    const text = body === undefined ? '' : JSON.stringify(body);
    return anonymous(crm, method, path, text, { authorization: `Bearer ${token}`, ...headers }, now);
  };
  return { crm, call };
}

const ids = (answer: Answer): string[] => answer.json.data.map((record) => record.id);
const statuses = (answer: Answer): number[] => answer.json.results.map((result) => result.status);

describe('objects and ids', () => {
  test.each(['companies', 'contacts', 'deals', 'products', 'users'])('%s are listed, ids are texts', (object) => {
    const { call } = world({ size: 100, sizes: {} });
    const page = call('GET', `/${object}?limit=2`);
    expect(page.status).toBe(200);
    expect(ids(page)).toEqual([
      expect.stringMatching(/^[a-z]{2}_1000000$/),
      expect.stringMatching(/^[a-z]{2}_1000001$/),
    ]);
  });

  test('the server assigns the id and the stamps', () => {
    const { call } = world();
    const created = call('POST', '/companies', { name: ' Müller GmbH ' });
    expect(created.status).toBe(201);
    expect(created.headers.etag).toBe('"1"');
    expect(created.json).toMatchObject({
      id: 'co_1000000',
      name: 'Müller GmbH',
      created_at: '2026-06-01T12:00:00.000Z',
      version: 1,
      archived: false,
      external_id: null,
    });
    expect(call('POST', '/companies', { name: 'x', id: 'co_1' }).json.errors).toEqual([
      { field: 'id', code: 'read_only', message: 'is set by the server' },
    ]);
    expect(call('GET', '/companies/co_9').status).toBe(404);
  });
});

describe('auth', () => {
  test('client credentials; a token lives ten minutes, then is refused with status 200', () => {
    const crm = createCrm({ size: 1 });
    const { json } = anonymous(crm, 'POST', '/oauth/token', TOKEN_FORM);
    expect(json.expires_in).toBe(600);
    const headers = { authorization: `Bearer ${json.access_token}` };
    expect(anonymous(crm, 'GET', '/companies', '', headers, NOW + 599_999).json.data).toHaveLength(1);
    const late = anonymous(crm, 'GET', '/companies', '', headers, NOW + 600_000);
    expect([late.status, late.json]).toEqual([200, { error: 'token_expired' }]);
    expect(anonymous(crm, 'GET', '/companies').status).toBe(401);
    expect(anonymous(crm, 'GET', '/companies', '', { authorization: 'Bearer wrong' }).status).toBe(401);
    expect(anonymous(crm, 'POST', '/oauth/token', 'grant_type=client_credentials&client_id=x').status).toBe(401);
  });

  test('a refresh token works once', () => {
    const crm = createCrm({ size: 1 });
    const { refresh_token: refresh } = anonymous(crm, 'POST', '/oauth/token', TOKEN_FORM).json;
    const form = `${TOKEN_FORM.replace('client_credentials', 'refresh_token')}&refresh_token=${refresh}`;
    expect(anonymous(crm, 'POST', '/oauth/token', form).status).toBe(200);
    const again = anonymous(crm, 'POST', '/oauth/token', form);
    expect([again.status, again.json]).toEqual([400, { error: 'invalid_grant' }]);
  });

  test('tokens expire on command', () => {
    const { crm, call } = world();
    call('GET', '/companies');
    crm.expireTokens();
    expect(call('GET', '/companies').json).toEqual({ error: 'token_expired' });
  });
});

describe('pagination', () => {
  test('cursors lead through all records, at most 100 per page', () => {
    const { call } = world({ sizes: { companies: 250 } });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = call('GET', `/companies?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(page.json.total).toBe(250);
      seen.push(...ids(page));
      cursor = page.json.next_cursor ?? '';
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(250);
    expect(call('GET', '/companies?limit=101').status).toBe(400);
  });

  test('a query gives 10,000 rows and no more', () => {
    const { call } = world({ sizes: { companies: 10_050 } });
    let cursor = '';
    let rows = 0;
    for (;;) {
      const page = call('GET', `/companies?limit=99&sort=updated_at${cursor === '' ? '' : `&cursor=${cursor}`}`);
      if (page.status !== 200) {
        expect([page.status, page.json]).toEqual([400, { error: 'query_limit' }]);
        break;
      }
      rows += page.json.data.length;
      cursor = page.json.next_cursor ?? '';
    }
    expect(rows).toBe(10_000);
  });

  test('a cursor belongs to its query', () => {
    const { call } = world({ sizes: { companies: 5 } });
    const { next_cursor: cursor } = call('GET', '/companies?limit=2').json;
    expect(call('GET', `/companies?limit=2&sort=-updated_at&cursor=${cursor}`).json).toEqual({
      error: 'invalid_cursor',
    });
  });
});

describe('filter and sort', () => {
  test('updated_since is inclusive; the sort is honoured', () => {
    const { crm, call } = world({ indexLagMs: 0 });
    for (let i = 0; i < 4; i += 1) crm.userCreate('companies', { name: `C${i}` }, NOW + i * 1000);
    crm.userUpdate('companies', 'co_1000001', { name: 'C1b' }, NOW + 9000);
    const since = new Date(NOW + 2000).toISOString();
    const later = NOW + 10_000;
    expect(ids(call('GET', `/companies?updated_since=${since}`, undefined, later))).toEqual([
      'co_1000002',
      'co_1000003',
      'co_1000001',
    ]);
    expect(ids(call('GET', '/companies?sort=-updated_at&limit=2', undefined, later))).toEqual([
      'co_1000001',
      'co_1000003',
    ]);
    expect(ids(call('GET', `/companies?updated_since=${since}&sort=id`, undefined, later))).toEqual([
      'co_1000001',
      'co_1000002',
      'co_1000003',
    ]);
  });

  test('lists lag by up to three seconds; reads by id do not', () => {
    const { crm, call } = world();
    for (let i = 0; i < 50; i += 1) crm.userCreate('companies', { name: `C${i}` }, NOW);
    const seen = [0, 1000, 2000, 3000].map((ms) => call('GET', '/companies?limit=100', undefined, NOW + ms).json.total);
    expect(seen[0]).toBeLessThan(10);
    expect(seen[1]).toBeGreaterThan(0);
    expect(seen[2]).toBeGreaterThan(seen[1] ?? 0);
    expect(seen[3]).toBe(50);
    expect(call('GET', '/companies/co_1000000').status).toBe(200);
    expect(ids(call('GET', '/companies?ids=co_1000000,co_1000031,co_9'))).toEqual(['co_1000000', 'co_1000031']);
  });

  test.each([
    ['vat_id', 'DE123456788', 'DE123456788'],
    ['email', 'Info@Mueller.Example', 'info@mueller.example'],
    ['external_id', '10001', '10001'],
  ])('filter by %s', (field, stored, asked) => {
    const { crm, call } = world({ sizes: { companies: 30 }, indexLagMs: 0 });
    crm.userUpdate('companies', 'co_1000007', { [field]: stored }, NOW);
    expect(ids(call('GET', `/companies?${field}=${asked}`))).toEqual(['co_1000007']);
  });

  test('filters find seeded records, and no longer what has changed', () => {
    const { crm, call } = world({ sizes: { companies: 500, contacts: 1000 }, indexLagMs: 0 });
    const company = [...crm.records('companies')].find((record) => record.vat_id !== null);
    const path = `/companies?vat_id=${company?.vat_id}`;
    expect(ids(call('GET', path))).toEqual([company?.id]);
    crm.userUpdate('companies', company?.id ?? '', { vat_id: null }, NOW);
    expect(ids(call('GET', path))).toEqual([]);
    expect(ids(call('GET', '/contacts?company_id=co_1000003'))).toEqual(['ct_1000006', 'ct_1000007']);
    expect(call('GET', '/companies?colour=red').status).toBe(400);
  });
});

describe('values', () => {
  test('timestamps are UTC with milliseconds, money is a decimal text with its currency', () => {
    const { call } = world({ sizes: { companies: 1 } });
    const deal = call('POST', '/deals', {
      title: 'T',
      company_id: 'co_1000000',
      amount: { amount: '1234.5', currency: 'EUR' },
      closed_at: '2026-06-01T14:00:00+02:00',
    });
    expect(deal.json).toMatchObject({
      amount: { amount: '1234.50', currency: 'EUR' },
      closed_at: '2026-06-01T12:00:00.000Z',
    });
  });

  test('options come from an endpoint, and admins add to them', () => {
    const { call } = world();
    expect(call('GET', '/options/companies/status').json.data).toContainEqual({ value: 'lead', label: 'Lead' });
    expect(call('POST', '/companies', { name: 'x', status: 'vip' }).json.errors[0]?.code).toBe('invalid_option');
    expect(call('POST', '/options/companies/status', { value: 'vip', label: 'VIP' }).status).toBe(201);
    expect(call('POST', '/companies', { name: 'x', status: 'vip' }).status).toBe(201);
  });

  test('custom fields can be added at any time', () => {
    const { call } = world();
    expect(call('POST', '/companies', { name: 'x', custom_fields: { tier: 'gold' } }).json.errors[0]?.field).toBe(
      'custom_fields.tier',
    );
    expect(call('POST', '/custom_fields/companies', { key: 'tier', type: 'text', max_length: 10 }).status).toBe(201);
    const created = call('POST', '/companies', { name: 'x', custom_fields: { tier: 'gold' } });
    expect(created.json.custom_fields).toEqual({ tier: 'gold' });
    const patched = call('PATCH', `/companies/${created.json.id}`, { custom_fields: { region: 'Süd' } });
    expect(patched.json.custom_fields).toEqual({ tier: 'gold', region: 'Süd' });
    expect(call('GET', '/custom_fields/companies').json.data).toHaveLength(2);
  });
});

test.each([
  [{}, 'name', 'required'],
  [{ name: '  ' }, 'name', 'required'],
  [{ name: 'x'.repeat(81) }, 'name', 'too_long'],
  [{ name: 'x', email: 'nobody' }, 'email', 'invalid_email'],
  [{ name: 'x', domain: 'no domain' }, 'domain', 'invalid_domain'],
  [{ name: 'x', country: 'Germany' }, 'country', 'invalid_country'],
  [{ name: 'x', colour: 'red' }, 'colour', 'unknown_field'],
  [{ name: 'x', employees: '12' }, 'employees', 'invalid_type'],
  [{ name: 'x', annual_revenue: { amount: '1.234', currency: 'EUR' } }, 'annual_revenue', 'invalid_amount'],
  [{ name: 'x', owner_id: 'us_1000009' }, 'owner_id', 'invalid_reference'],
])('validation: %j is refused with 422', (fields, field, code) => {
  const { call } = world();
  const answer = call('POST', '/companies', fields);
  expect(answer.status).toBe(422);
  expect(answer.json.errors).toEqual([expect.objectContaining({ field, code })]);
});

test('external ids and SKUs are unique', () => {
  const { call } = world();
  call('POST', '/products', { name: 'x', sku: 'S1' });
  expect(call('POST', '/products', { name: 'y', sku: 'S1' }).json.errors[0]).toMatchObject({
    code: 'not_unique',
    existing_id: 'pr_1000000',
  });
  expect(call('PATCH', '/products/pr_1000000', { sku: 'S1' }).status).toBe(200);
});

describe('writes', () => {
  test('an idempotency key is honoured for 24 hours, with the first answer', () => {
    const { crm, call } = world();
    const key = { 'idempotency-key': 'k1' };
    const first = call('POST', '/companies', { name: 'A' }, NOW, key);
    crm.userUpdate('companies', first.json.id, { name: 'B' }, NOW + 1);
    const replay = call('POST', '/companies', { name: 'A' }, NOW + 86_399_999, key);
    expect([replay.status, replay.json]).toEqual([201, first.json]);
    expect(call('POST', '/companies', { name: 'C' }, NOW + 2, key).json).toEqual({ error: 'idempotency_mismatch' });
    expect(crm.count('companies')).toBe(1);
    expect(call('POST', '/companies', { name: 'A' }, NOW + 86_400_000, key).json.id).not.toBe(first.json.id);
  });

  test('batches of up to 100 with one result per item', () => {
    const { call, crm } = world();
    const created = call('POST', '/companies/batch', { items: [{ name: 'A' }, { name: '' }, { name: 'B' }] });
    expect(statuses(created)).toEqual([201, 422, 201]);
    const [a, , b] = created.json.results.map((result) => result.record?.id ?? '');
    const patched = call('PATCH', '/companies/batch', {
      items: [
        { id: a, city: 'Köln' },
        { id: b, if_match: 7, city: 'Bonn' },
        { id: 'co_1ffffff', city: 'x' },
      ],
    });
    expect(statuses(patched)).toEqual([200, 412, 404]);
    expect(crm.get('companies', a ?? '')?.city).toBe('Köln');
    expect(call('POST', '/companies/batch', { items: Array(101).fill({ name: 'x' }) }).status).toBe(413);
    const archived = call('POST', '/companies/batch/archive', { items: [{ id: a, if_match: 1 }, { id: b }] });
    expect(statuses(archived)).toEqual([412, 200]);
  });

  test('batch creates honour one key for the request and one per item', () => {
    const { call, crm } = world();
    const items = [
      { name: 'A', idempotency_key: 'a' },
      { name: 'B', idempotency_key: 'b' },
    ];
    const first = call('POST', '/companies/batch', { items }, NOW, { 'idempotency-key': 'whole' });
    expect(call('POST', '/companies/batch', { items }, NOW, { 'idempotency-key': 'whole' }).json).toEqual(first.json);
    const second = call('POST', '/companies/batch', { items: [items[1], { name: 'C', idempotency_key: 'a' }] });
    expect(second.json.results).toEqual([first.json.results[1], { status: 422, error: 'idempotency_mismatch' }]);
    expect(crm.count('companies')).toBe(2);
  });

  test('PATCH changes what it names; If-Match guards it', () => {
    const { call } = world();
    const { id } = call('POST', '/companies', { name: 'A', city: 'Köln' }).json;
    const changed = call('PATCH', `/companies/${id}`, { city: 'Bonn' }, NOW + 5, { 'if-match': '"1"' });
    expect(changed.json).toMatchObject({ name: 'A', city: 'Bonn', version: 2, updated_at: '2026-06-01T12:00:00.005Z' });
    expect(call('PATCH', `/companies/${id}`, { city: 'Ulm' }, NOW + 6, { 'if-match': '"1"' }).status).toBe(412);
  });
});

test('100 requests in 10 seconds, then 429 with Retry-After', () => {
  const { call } = world({ limit: { requests: 100, windowMs: 10_000 } });
  let last = call('GET', '/companies');
  expect(last.headers).toMatchObject({ 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '99' });
  for (let i = 1; i < 100; i += 1) last = call('GET', '/companies', undefined, NOW + i);
  expect([last.status, last.headers['x-ratelimit-remaining']]).toEqual([200, '0']);
  const refused = call('GET', '/companies', undefined, NOW + 2500);
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '8']);
  expect(refused.headers['x-ratelimit-reset']).toBe(String((NOW + 10_000) / 1000));
  expect(call('GET', '/companies', undefined, NOW + 10_000).status).toBe(200);
});

describe('deletes and merges', () => {
  test('a delete archives: hidden in lists, readable by id, listed as a tombstone', () => {
    const { call } = world({ indexLagMs: 0 });
    const { id } = call('POST', '/companies', { name: 'A' }).json;
    expect(call('DELETE', `/companies/${id}`, undefined, NOW + 1).status).toBe(204);
    expect(call('GET', '/companies', undefined, NOW + 2).json).toMatchObject({ data: [], total: 0 });
    expect(call('GET', '/companies?include_archived=true', undefined, NOW + 2).json.data[0]).toMatchObject({
      id,
      archived: true,
    });
    expect(call('GET', `/companies/${id}`).json.archived).toBe(true);
    expect(call('PATCH', `/companies/${id}`, { name: 'B' }).status).toBe(409);
    const stones = call('GET', '/tombstones?object=companies&since=2026-06-01T12:00:00.001Z');
    expect(stones.json).toEqual({
      data: [{ object: 'companies', id, deleted_at: '2026-06-01T12:00:00.001Z' }],
      next_cursor: null,
    });
    expect(call('GET', '/tombstones?since=2026-06-01T12:00:00.002Z').json.data).toEqual([]);
  });

  test('a restored record has no tombstone; a purged one is gone for good', () => {
    const { crm, call } = world();
    const { id } = call('POST', '/companies', { name: 'A' }).json;
    crm.userDelete('companies', id, NOW + 1);
    crm.userRestore('companies', id, NOW + 2);
    expect(call('GET', '/tombstones').json.data).toEqual([]);
    crm.purge('companies', id, NOW + 3);
    expect(call('GET', `/companies/${id}`).status).toBe(404);
    expect(call('GET', '/tombstones').json.data).toHaveLength(1);
  });

  test('a merge archives one contact and fills the other', () => {
    const { call } = world();
    const a = call('POST', '/contacts', { last_name: 'Müller' }).json.id;
    const b = call('POST', '/contacts', { last_name: 'Mueller', email: 'm@x.example' }).json.id;
    expect(call('POST', '/contacts/merge', { survivor: a, merged: b }).json).toMatchObject({
      id: a,
      last_name: 'Müller',
      email: 'm@x.example',
    });
    expect(call('GET', `/contacts/${b}`).json).toMatchObject({ archived: true, merged_into: a });
    expect(call('GET', '/tombstones').json.data).toEqual([expect.objectContaining({ id: b, merged_into: a })]);
  });

  test('a merge of companies takes their contacts and deals along', () => {
    const { crm, call } = world({ sizes: { companies: 4, contacts: 8, deals: 0 }, indexLagMs: 0 });
    crm.merge('companies', 'co_1000000', 'co_1000001', NOW);
    expect(ids(call('GET', '/contacts?company_id=co_1000000'))).toHaveLength(4);
    expect(ids(call('GET', '/contacts?company_id=co_1000001'))).toEqual([]);
  });
});

describe('webhooks', () => {
  function subscribed(faults: CrmOptions['faults'] = {}) {
    const { crm, call } = world({ faults });
    const events = ['company.created', 'company.updated', 'company.archived'];
    const { secret } = call('POST', '/webhooks', { url: 'http://127.0.0.1:1/hook', events }).json;
    return { crm, call, secret };
  }

  test('signed by the Standard Webhooks rules', () => {
    const { crm, secret } = subscribed();
    crm.userCreate('companies', { name: 'A' }, NOW);
    const [delivery, ...more] = crm.dueWebhooks(NOW + 1000);
    expect(more).toEqual([]);
    expect(JSON.parse(delivery?.body ?? '')).toEqual({
      type: 'company.created',
      timestamp: '2026-06-01T12:00:00.000Z',
      data: { object: 'companies', id: 'co_1000000', version: 1 },
    });
    const {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    } = delivery?.headers ?? {};
    const key = Buffer.from(secret.slice(6), 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${delivery?.body}`).digest('base64');
    expect(signature).toBe(`v1,${expected}`);
    expect(timestamp).toBe(String((NOW + 1000) / 1000));
  });

  test('at least once: failed deliveries come again, duplicates happen on command', () => {
    const { crm } = subscribed({ webhooks: { duplicate: 1, delayMs: 0, late: 0 } });
    crm.userCreate('companies', { name: 'A' }, NOW);
    const [one, two] = crm.dueWebhooks(NOW);
    expect(one?.headers['webhook-id']).toBe(two?.headers['webhook-id']);
    crm.webhookFailed(one!, NOW);
    expect(crm.dueWebhooks(NOW + 4999)).toEqual([]);
    expect(crm.dueWebhooks(NOW + 5000)).toEqual([expect.objectContaining({ body: one?.body, attempt: 2 })]);
  });

  test('unordered', () => {
    const { crm } = subscribed({ webhooks: { duplicate: 0, delayMs: 1000, late: 0 } });
    for (let i = 0; i < 20; i += 1) crm.userCreate('companies', { name: `C${i}` }, NOW);
    const order = crm.dueWebhooks(NOW + 1000).map((delivery) => JSON.parse(delivery.body).data.id);
    expect(order).toHaveLength(20);
    expect(order).not.toEqual([...order].sort());
  });
});

test('stale reads show the state of some time ago', () => {
  const { crm, call } = world({ indexLagMs: 0, faults: { stale: { ms: 5000, probability: 1 } } });
  crm.userCreate('companies', { name: 'A' }, NOW);
  crm.userUpdate('companies', 'co_1000000', { name: 'B' }, NOW + 1000);
  const names = [4999, 5000, 6000].map((ms) => call('GET', '/companies', undefined, NOW + ms).json.data[0]?.name);
  expect(names).toEqual([undefined, 'A', 'B']);
});

test('requests are counted', () => {
  const { crm, call } = world({ sizes: { companies: 1 } });
  call('GET', '/companies/co_1000000');
  call('GET', '/companies/co_1000009');
  call('POST', '/companies', { name: 'A' });
  expect(crm.stats()).toMatchObject({
    requests: 4,
    reads: 2,
    writes: 2,
    kinds: { 'GET /companies/{id}': 2, 'POST /companies': 1 },
    statuses: { 200: 2, 201: 1, 404: 1 },
  });
});
