import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Crm, type CrmOptions, createCrm } from '../../sandbox/crm/crm.ts';
import { type RunningSystem, serve } from '../../sandbox/http.ts';
import { connectorConformance } from '../../src/connector/conformance/conformance.ts';
import type { CreateItem } from '../../src/connector/port.ts';
import { jumpingClock, type KeptTokens, type Opened, open, readAll } from './world.ts';

const VARIABLES = { client_id: 'sandbox-crm-client', client_secret: 'sandbox-crm-secret' };

let crm: Crm;
let running: RunningSystem;
let opened: Opened;
let clock: ReturnType<typeof jumpingClock>;

async function start(options: CrmOptions, yaml?: (text: string) => string, tokens?: KeptTokens): Promise<void> {
  clock = jumpingClock(Date.now());
  crm = createCrm({ limit: null, ...options });
  running = await serve(crm, { clock });
  const more = { ...(yaml ? { yaml } : {}), ...(tokens ? { tokens } : {}) };
  opened = open('sandbox-crm', { ...VARIABLES, base_url: running.url }, clock, more);
}

beforeEach(() => start({ size: 250 }));
afterEach(async () => {
  await opened.close();
  await running.close();
});

async function restart(options: CrmOptions, yaml?: (text: string) => string): Promise<void> {
  await opened.close();
  await running.close();
  await start(options, yaml);
}

const company = (name: string): CreateItem => ({ wire: { name }, idempotencyKey: `key-${name}` });
const requestsOf = (kind: string) =>
  opened.requests.filter((request) => `${request.method} ${request.url}`.includes(kind));

describe('reading the CRM', () => {
  test('reads every page of a list, once', async () => {
    const { records, pages, end } = await readAll(opened.connection.read({ object: 'companies', since: null }));
    expect(end.complete).toBe(true);
    expect(new Set(records.map((record) => record.id)).size).toBe(records.length);
    expect([records.length, pages]).toEqual([[...crm.records('companies')].length, 3]);
    expect(opened.connection.calls()).toEqual({ reads: 3, writes: 0, auth: 1, throttled: 0 });
  });

  test('tells id, version, modification, archived and merged of a record', async () => {
    const [first, second] = crm.records('companies');
    crm.merge('companies', first!.id, second!.id, clock.now());
    const [outcome] = await opened.connection.get('companies', [second!.id]);
    expect(outcome).toMatchObject({
      kind: 'present',
      record: { id: second!.id, version: '2', modified: clock.now(), archived: true, mergedInto: first!.id },
    });
  });

  test('reads changes since an instant, archived ones included', async () => {
    const [first, second] = crm.records('companies');
    const since = clock.now();
    crm.userUpdate('companies', first!.id, { city: 'Aachen' }, clock.now());
    crm.userDelete('companies', second!.id, clock.now());
    clock.jump(3000);
    const { records } = await readAll(opened.connection.read({ object: 'companies', since }));
    expect(records.map(({ id, archived }) => [id, archived])).toEqual([
      [first!.id, false],
      [second!.id, true],
    ]);
    expect(opened.connection.calls().reads).toBe(1);
  });

  test('declares the lag of the index', () => {
    const { lagMs, deletesInChanges, createBatch, idempotencyMs } = opened.connection.capabilities('companies');
    expect([lagMs, deletesInChanges, createBatch, idempotencyMs]).toEqual([3001, true, 100, 86_400_000]);
  });

  test('reads past the cap of a query in windows by modification stamp', async () => {
    await restart({ size: 10_450, sizes: { companies: 10_450 } });
    const { records, end } = await readAll(opened.connection.read({ object: 'companies', since: null }));
    expect(end).toMatchObject({ complete: true });
    expect(new Set(records.map((record) => record.id)).size).toBe(10_450);
    expect(records.length).toBe(10_450);
    // The first answer says that there are too many; then 100 pages, and a window for the rest.
    expect(opened.connection.calls().reads).toBe(1 + 100 + 5);
  });

  test('finds the edits made while it reads in its windows or at the end of the list', async () => {
    await restart({ size: 10_450 });
    const ids = [...crm.records('companies')].slice(0, 40).map((record) => record.id);
    const { records, end } = await readAll(opened.connection.read({ object: 'companies', since: null }), () => {
      const id = ids.pop();
      if (id) crm.userUpdate('companies', id, { city: 'Aachen' }, clock.now());
      clock.jump(100);
    });
    expect(end.complete).toBe(true);
    expect(new Set(records.map((record) => record.id)).size).toBe(10_450);
  });

  test('reads many by id in one call, and asks again for what is not in the answer', async () => {
    const ids = [...crm.records('companies')].slice(0, 100).map((record) => record.id);
    const outcomes = await opened.connection.get('companies', [...ids.slice(0, 99), 'co_fffffff', ids[99]!]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual([...Array(99).fill('present'), 'gone', 'present']);
    expect(opened.connection.calls().reads).toBe(3);
  });

  test('an id can not leave its place in the path', async () => {
    const outcomes = await opened.connection.get('companies', ['../users']);
    expect(outcomes).toEqual([{ kind: 'gone' }]);
    expect(requestsOf('GET')[0]?.url).toMatch(/\/companies\/\.\.%2Fusers$/);
    expect(await opened.connection.get('companies', ['..'])).toMatchObject([{ kind: 'unknown' }]);
  });

  test('finds by an equal field', async () => {
    const record = [...crm.records('companies')].find((each) => typeof each.vat_id === 'string')!;
    const found = await opened.connection.find('companies', 'vat_id', record.vat_id);
    expect(found.ok && found.value.map((each) => each.id)).toContain(record.id);
    expect(await opened.connection.find('companies', 'vat_id', 'DE000')).toEqual({ ok: true, value: [] });
  });

  test('conforms to its connector', async () => {
    for (const object of ['companies', 'contacts', 'deals', 'products', 'users']) {
      expect(await connectorConformance(opened.connection, object)).toEqual([]);
    }
  });

  test('loads the options that admins may add', async () => {
    crm.addOption('contacts', 'salutation', 'dr', 'Dr.');
    expect(await opened.connection.loadOptions('contacts')).toEqual({ ok: true, value: undefined });
    expect(opened.connection.options('salutations')).toContainEqual({ value: 'dr', key: 'dr', label: 'Dr.' });
  });
});

describe('writing to the CRM', () => {
  test('creates in batches, with an outcome for each item', async () => {
    const items = Array.from({ length: 120 }, (_, i) => company(`Batch ${i}`));
    items[7] = { wire: { name: '', email: 'not an address' }, idempotencyKey: 'bad' };
    const outcomes = await opened.connection.create('companies', items);
    expect(outcomes.filter((outcome) => outcome.kind === 'done')).toHaveLength(119);
    expect(outcomes[7]).toMatchObject({
      kind: 'failed',
      class: 'invalid',
      diagnostic: { code: 'refused', detail: 'HTTP 422. name: required; email: invalid_email.' },
    });
    expect(outcomes[8]).toMatchObject({ kind: 'done', record: { wire: { name: 'Batch 8' }, version: '1' } });
    expect(opened.connection.calls().writes).toBe(2);
  });

  test.each(['drop-after', 'error-after', 'drop-before', 'error-before'] as const)(
    'a batch hit by %s is sent again with the same keys, and creates each record once',
    async (kind) => {
      const before = crm.count('companies');
      crm.setFaults({ rules: [{ kind, path: '/batch', next: 2 }] });
      const outcomes = await opened.connection.create('companies', [company('One'), company('Two')]);
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['done', 'done']);
      expect(crm.count('companies')).toBe(before + 2);
    },
  );

  test('a conditional update whose first attempt took effect unseen is settled by reading', async () => {
    const [record] = crm.records('companies');
    crm.setFaults({ rules: [{ kind: 'drop-after', method: 'PATCH', next: 1 }] });
    const item = { id: record!.id, wire: { city: 'Jena' }, version: String(record!.version) };
    const [outcome] = await opened.connection.update('companies', [item]);
    expect(outcome).toMatchObject({ kind: 'done', record: { wire: { city: 'Jena' }, version: '2' } });
  });

  test('a conditional update of a record that someone changed is a conflict', async () => {
    const [record] = crm.records('companies');
    crm.userUpdate('companies', record!.id, { city: 'Aachen' }, clock.now());
    const item = { id: record!.id, wire: { city: 'Jena' }, version: String(record!.version) };
    expect(await opened.connection.update('companies', [item])).toMatchObject([{ kind: 'failed', class: 'conflict' }]);
    expect(crm.get('companies', record!.id)!.city).toBe('Aachen');
  });

  test('single writes carry the version and the key where there is no batch', async () => {
    await restart({ size: 20 }, (text) => text.replaceAll(/^ {4}batch: \*batch\n/gm, ''));
    const [created] = await opened.connection.create('deals', [{ wire: { title: 'Deal' }, idempotencyKey: 'k1' }]);
    const id = created?.kind === 'done' ? created.id : '';
    const updated = await opened.connection.update('deals', [{ id, wire: { title: 'Better' }, version: '1' }]);
    const stale = await opened.connection.update('deals', [{ id, wire: { title: 'Stale' }, version: '1' }]);
    expect([updated[0]?.kind, stale[0]]).toMatchObject(['done', { kind: 'failed', class: 'conflict' }]);
    expect(await opened.connection.remove('deals', [{ id, version: '2' }], true)).toMatchObject([{ kind: 'done' }]);
    expect(
      requestsOf('/deals').map(({ method, headers }) => [method, headers['if-match'] ?? headers['idempotency-key']]),
    ).toEqual([
      ['POST', 'k1'],
      ['PATCH', '"1"'],
      ['PATCH', '"1"'],
      ['DELETE', '"2"'],
    ]);
  });

  test('archives, also what is archived or missing already', async () => {
    const [first] = crm.records('companies');
    const items = [
      { id: first!.id, version: null },
      { id: 'co_fffffff', version: null },
    ];
    expect(await opened.connection.remove('companies', items, true)).toMatchObject([
      { kind: 'done' },
      { kind: 'done' },
    ]);
    expect(crm.get('companies', first!.id)!.archived).toBe(true);
  });
});

describe('limits and tokens of the CRM', () => {
  test('a quota is used to the last request and never exceeded', async () => {
    await restart({ size: 30, limit: { requests: 20, windowMs: 10_000 } });
    const ids = [...crm.records('companies')].map((record) => record.id);
    const outcomes = await Promise.all(
      Array.from({ length: 70 }, (_, i) => opened.connection.get('companies', [ids[i % 30]!])),
    );
    expect(outcomes.flat().every((outcome) => outcome.kind === 'present')).toBe(true);
    // Only the first window, of which nothing was known, may have been overrun.
    expect(opened.connection.calls().throttled).toBeLessThanOrEqual(8);
    expect(crm.stats().statuses[429] ?? 0).toBe(opened.connection.calls().throttled);
  });

  test('a storm of 429 and 503 is waited out', async () => {
    crm.setFaults({
      rules: [
        { kind: 'rate-limited', next: 10 },
        { kind: 'unavailable', probability: 0.3, next: 20 },
      ],
    });
    const { end } = await readAll(opened.connection.read({ object: 'companies', since: null }));
    expect(end.complete).toBe(true);
    expect(opened.connection.calls().throttled).toBeGreaterThan(0);
  });

  test('an expired token, told by a 200, is renewed once for all that wait', async () => {
    await opened.connection.get('companies', ['co_1000000']);
    crm.expireTokens();
    const ids = [...crm.records('companies')].slice(0, 6).map((record) => record.id);
    const outcomes = await Promise.all(ids.map((id) => opened.connection.get('companies', [id])));
    expect(outcomes.flat().map((outcome) => outcome.kind)).toEqual(Array(6).fill('present'));
    expect(opened.connection.calls().auth).toBe(2);
  });

  test('a refresh token is saved before it is used, used once, and survives the process', async () => {
    await opened.connection.get('companies', ['co_1000000']);
    const first = JSON.parse(opened.tokens.json!);
    clock.jump(11 * 60_000);
    await opened.connection.get('companies', ['co_1000000']);
    const second = JSON.parse(opened.tokens.json!);
    expect(second.refresh).not.toBe(first.refresh);
    const again = open('sandbox-crm', { ...VARIABLES, base_url: running.url }, clock, { tokens: opened.tokens });
    await again.connection.get('companies', ['co_1000000']);
    expect(again.connection.calls().auth).toBe(0);
    await again.close();
  });

  test('a refresh token that was used up unseen is replaced with the credentials', async () => {
    await opened.connection.get('companies', ['co_1000000']);
    clock.jump(11 * 60_000);
    crm.setFaults({ rules: [{ kind: 'drop-after', path: '/oauth/token', next: 1 }] });
    expect(await opened.connection.get('companies', [[...crm.records('companies')][0]!.id])).toMatchObject([
      { kind: 'present' },
    ]);
  });

  test('wrong credentials are an auth failure', async () => {
    const wrong = open('sandbox-crm', { ...VARIABLES, client_secret: 'wrong', base_url: running.url }, clock);
    const { end } = await readAll(wrong.connection.read({ object: 'companies', since: null }));
    expect(end).toMatchObject({ complete: false, diagnostic: { code: 'auth-failed' } });
    expect(await wrong.connection.create('companies', [company('One')])).toMatchObject([
      { kind: 'failed', class: 'auth' },
    ]);
    expect(JSON.stringify(end)).not.toContain('wrong');
    await wrong.close();
  });
});
