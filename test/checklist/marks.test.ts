import { afterAll, beforeAll, expect, test } from 'vitest';
import { clearMarked, openMarks } from '../../src/checklist/marks/marks.ts';
import type { Connection } from '../../src/connector/port.ts';
import type { Side } from '../../src/record/side.ts';
import type { MarkedRecord } from '../../src/store/marked.ts';
import { openConnection, openWorld, type World } from '../engine/world.ts';

/** Nothing but what bears its mark is changed or removed, whatever was noted and whatever a run wants. */

let world: World;
let connections: Record<Side, Connection>;
beforeAll(async () => {
  world = await openWorld({ crm: { size: 20 }, erp: { size: 20 } });
  const { integration, platform, store } = world;
  connections = {
    a: openConnection(integration, 'a', platform, store),
    b: openConnection(integration, 'b', platform, store),
  };
});
afterAll(() => world.close());

const note = (id: string | null): MarkedRecord => ({
  integration: 'crm-erp',
  side: 'a',
  object: 'companies',
  mark: 'Dovetail test zzzzzzzz',
  field: 'external_id',
  purpose: 'check',
  id,
  at: Date.now() - 60_000,
});

const firstCompany = (): string => [...world.crm.records('companies')].find(({ archived }) => !archived)?.id ?? '';

test('a record that does not bear the mark that was noted is left alone, and said to be', async () => {
  const before = world.crm.digest();
  const cleared = await clearMarked(
    { connections, platform: world.platform },
    [note(firstCompany())],
    async () => undefined,
  );
  expect(cleared).toMatchObject({ removed: 0, archived: 0, left: [{ why: { code: 'mark-missing' } }] });
  expect(world.crm.digest()).toBe(before);
});

test('a record that was never made is forgotten, by its mark', async () => {
  const cleared = await clearMarked({ connections, platform: world.platform }, [note(null)], async () => undefined);
  expect(cleared).toMatchObject({ absent: 1, left: [] });
});

test('a run on marked records can neither change, remove nor make another one', async () => {
  const { integration, platform, store } = world;
  const marks = openMarks({ integration, platform, connections, log: store.marked, purpose: 'check' });
  const fence = marks.fenced('a');
  const id = firstCompany();
  const before = world.crm.digest();
  const outcomes = [
    await fence.update('companies', [{ id, wire: { name: 'x' }, version: null }]),
    await fence.remove('companies', [{ id, version: null }], true),
    await fence.create('companies', [{ wire: { name: 'x' }, idempotencyKey: 'k' }]),
  ].flat();
  for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'failed', class: 'fatal' });
  expect(await fence.createOption('statuses', { key: 'x', label: 'x' })).toMatchObject({ ok: false });
  expect(world.crm.digest()).toBe(before);
});

test('no marked records are opened in production', () => {
  const { platform, store } = world;
  const integration = { ...world.integration, environment: 'production' };
  expect(() => openMarks({ integration, platform, connections, log: store.marked, purpose: 'check' })).toThrow(
    'it counts as production',
  );
});

test('a record is noted before it is sent, bears its mark, and is gone after it was cleared', async () => {
  const { integration, platform, store } = world;
  const marks = openMarks({ integration, platform, connections, log: store.marked, purpose: 'check' });
  const made = await marks.make('b', 'customers', { city: 'Dresden' });
  if (!made.ok) throw new Error(made.error.summary);
  expect(await store.marked.list('crm-erp')).toEqual([made.value]);
  const stored = [...world.erp.records('customers')].find(({ id }) => String(id) === made.value.id);
  expect(stored).toMatchObject({ external_id: made.value.mark, name_1: made.value.mark, city: 'Dresden' });
  expect(await marks.clear()).toEqual({ removed: 1, archived: 0, absent: 0, left: [] });
  expect(await store.marked.list('crm-erp')).toEqual([]);
});
