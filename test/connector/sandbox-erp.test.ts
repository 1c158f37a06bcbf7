import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createErp, type Erp } from '../../sandbox/erp/erp.ts';
import { type RunningSystem, serve } from '../../sandbox/http.ts';
import { connectorConformance } from '../../src/connector/conformance/conformance.ts';
import { jumpingClock, type Opened, open, readAll } from './world.ts';

let erp: Erp;
let running: RunningSystem;
let opened: Opened;
let clock: ReturnType<typeof jumpingClock>;

async function start(yaml: (text: string) => string = (text) => text, key = 'sandbox-erp-key'): Promise<void> {
  clock = jumpingClock(Date.now());
  erp = createErp({ size: 230 });
  running = await serve(erp, { clock });
  opened = open('sandbox-erp', { api_key: key, base_url: running.url }, clock, { yaml });
}

async function stop(): Promise<void> {
  await opened.close();
  await running.close();
}

beforeEach(() => start());
afterEach(stop);

const idsOf = (object: 'customers') => [...erp.records(object)].map((record) => String(record.id));

describe('reading the ERP', () => {
  test('reads every page with an overlap of one record, each record once', async () => {
    const { records, end } = await readAll(opened.connection.read({ object: 'customers', since: null }));
    expect(end.complete).toBe(true);
    expect(records.map((record) => record.id)).toEqual(idsOf('customers'));
    expect(opened.connection.calls().reads).toBe(5);
  });

  test('notices that the size is clamped', async () => {
    await stop();
    await start((text) => text.replace('size: 50', 'size: 100'));
    const { records, end } = await readAll(opened.connection.read({ object: 'customers', since: null }));
    expect([end.complete, records.length]).toEqual([true, 230]);
  });

  test.each(['offset', 'page'])('misses nothing while records are deleted and added (%s)', async (style) => {
    await stop();
    await start((text) =>
      style === 'offset' ? text : text.replace('style: offset, param: offset', 'style: page, param: page'),
    );
    const doomed = idsOf('customers').filter((_, place) => place % 9 === 3);
    const kept = idsOf('customers').filter((_, place) => place % 9 !== 3);
    const { records, end } = await readAll(opened.connection.read({ object: 'customers', since: null }), () => {
      for (const id of doomed.splice(0, 4)) erp.userDelete('customers', Number(id), clock.now());
      erp.userCreate('customers', { name_1: 'New' }, clock.now());
    });
    const seen = new Set(records.map((record) => record.id));
    expect(end.complete).toBe(true);
    expect(kept.filter((id) => !seen.has(id))).toEqual([]);
  });

  test('reads changes since a minute of Berlin time', async () => {
    const [id] = idsOf('customers');
    const since = clock.now();
    clock.jump(60_000);
    erp.userUpdate('customers', Number(id), { city: 'Jena' }, clock.now());
    const { records } = await readAll(opened.connection.read({ object: 'customers', since: since + 60_000 }));
    expect(records.map((record) => record.id)).toEqual([id]);
    expect(records[0]!.modified).toBe(Math.floor(clock.now() / 60_000) * 60_000);
    expect(opened.connection.capabilities('customers').lagMs).toBe(60_000);
  });

  test('sweeps the ids only', async () => {
    const { records, end } = await readAll(opened.connection.sweep('customers'));
    expect([end.complete, records.length]).toEqual([true, 230]);
    expect(records[0]!.wire).toEqual({ id: 10_000 });
  });

  test('a missing id is told by null', async () => {
    expect(await opened.connection.get('customers', ['99999'])).toEqual([{ kind: 'gone' }]);
  });

  test('finds by a filter that it knows, and does not believe one that it ignores', async () => {
    erp.userUpdate('customers', 10_003, { external_id: 'Token-1' }, clock.now());
    const found = await opened.connection.find('customers', 'external_id', 'Token-1');
    expect(found.ok && found.value.map((record) => record.id)).toEqual(['10003']);
    expect(await opened.connection.find('customers', 'external_id', 'Token-2')).toEqual({ ok: true, value: [] });
    await stop();
    await start((text) => text.replace('external_id: external_id, match_code', 'external_id: externalId, match_code'));
    erp.userUpdate('customers', 10_003, { external_id: 'Token-1' }, clock.now());
    const looked = await opened.connection.find('customers', 'external_id', 'Token-1');
    expect(looked.ok && looked.value.map((record) => record.id)).toEqual(['10003']);
  });

  test('an HTML error page is a failure without its text', async () => {
    erp.setFaults({ rules: [{ kind: 'error-before' }] });
    const { end } = await readAll(opened.connection.read({ object: 'customers', since: null }));
    expect(end).toMatchObject({ complete: false, diagnostic: { code: 'server-error', detail: 'HTTP 500.' } });
    expect(opened.connection.calls().reads).toBe(5);
  });

  test('conforms to its connector', async () => {
    for (const object of ['customers', 'articles', 'orders', 'price_lists']) {
      expect(await connectorConformance(opened.connection, object)).toEqual([]);
    }
  });
});

describe('writing to the ERP', () => {
  const item = (name: string) => ({ wire: { name_1: name }, idempotencyKey: name });

  test('creates one by one, ten at once, and gives the record as it was stored', async () => {
    const items = Array.from({ length: 40 }, (_, i) => item(`Łódź ${i} ${'x'.repeat(50)}`));
    const outcomes = await opened.connection.create('customers', items);
    expect(outcomes.every((outcome) => outcome.kind === 'done')).toBe(true);
    expect(outcomes[3]).toMatchObject({ record: { wire: { name_1: `?ód? 3 ${'x'.repeat(33)}` } } });
    expect(opened.connection.calls()).toEqual({ reads: 0, writes: 40, auth: 0, throttled: 0 });
  });

  test.each(['drop-after', 'error-after', 'error-before', 'drop-before'] as const)(
    'a create hit by %s is uncertain and not sent again',
    async (kind) => {
      erp.setFaults({ rules: [{ kind, method: 'POST', next: 1 }] });
      expect(await opened.connection.create('customers', [item('One')])).toMatchObject([{ kind: 'uncertain' }]);
      expect(opened.connection.calls().writes).toBe(1);
    },
  );

  test('a create that was turned away with 503 is sent again', async () => {
    erp.setFaults({ rules: [{ kind: 'unavailable', method: 'POST', next: 3 }] });
    expect(await opened.connection.create('customers', [item('One')])).toMatchObject([{ kind: 'done' }]);
  });

  test('an update reads the record and writes all of it back', async () => {
    const before = erp.get('customers', 10_001)!;
    const version = String(before.row_version);
    const [outcome] = await opened.connection.update('customers', [{ id: '10001', wire: { city: 'Jena' }, version }]);
    expect(outcome).toMatchObject({ kind: 'done', record: { version: String(before.row_version + 1) } });
    const { row_version: _, changed: __, ...after } = erp.get('customers', 10_001)!;
    const { row_version: ___, changed: ____, ...was } = before;
    expect(after).toEqual({ ...was, city: 'Jena' });
    const calls = opened.connection.calls();
    await opened.connection.update('customers', [
      { id: '10001', wire: { city: 'Gera' }, version: null, current: { ...after } },
    ]);
    expect(opened.connection.calls()).toEqual({ ...calls, writes: calls.writes + 1 });
  });

  test('an update of a record that changed since is a conflict, of a missing one missing', async () => {
    const version = String(erp.get('customers', 10_001)!.row_version);
    erp.userUpdate('customers', 10_001, { city: 'Gera' }, clock.now());
    const outcomes = await opened.connection.update('customers', [
      { id: '10001', wire: { city: 'Jena' }, version },
      { id: '99999', wire: { city: 'Jena' }, version: null },
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'failed', class: 'conflict' },
      { kind: 'failed', class: 'missing' },
    ]);
  });

  test('an update dropped after its effect is sent again', async () => {
    erp.setFaults({ rules: [{ kind: 'drop-after', method: 'PUT', next: 1 }] });
    const outcomes = await opened.connection.update('customers', [
      { id: '10001', wire: { city: 'Jena' }, version: null },
    ]);
    expect(outcomes).toMatchObject([{ kind: 'done', record: { wire: { city: 'Jena' } } }]);
  });

  test('deletes, also when the answer to the first attempt was lost', async () => {
    erp.setFaults({ rules: [{ kind: 'drop-after', method: 'DELETE', next: 1 }] });
    const outcomes = await opened.connection.remove('customers', [{ id: '10001', version: null }], false);
    expect(outcomes).toEqual([{ kind: 'done', id: '10001', record: null }]);
    expect(erp.get('customers', 10_001)).toBeNull();
  });

  test('a key that may only read is told so', async () => {
    await stop();
    await start((text) => text, 'sandbox-erp-readonly');
    const [outcome] = await opened.connection.create('customers', [item('One')]);
    expect(outcome).toMatchObject({ kind: 'failed', class: 'invalid', diagnostic: { code: 'forbidden' } });
  });
});
