import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/engine/mapping-run.ts';
import type { RunOptions } from '../../src/engine/run.ts';
import type { Run } from '../../src/store/port.ts';
import { type Hostile, openHostile, stubConnector } from '../hostile/world.ts';
import { openWorld } from './world.ts';

let world: { close(): Promise<void> };
afterEach(() => world.close());

type Start = (more?: Partial<RunOptions>) => Promise<Run>;

/** What a plan says that a sync right after it would write: `things b create p1`, by the id that is written or made from. */
async function planned(start: Start, more: Partial<RunOptions> = {}): Promise<string[]> {
  const found: string[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.type !== 'item') return;
    for (const [side, action] of Object.entries(event.item.actions)) {
      const source = side === 'a' ? event.item.b : event.item.a;
      found.push(`${event.mapping} ${side} ${action.kind} ${action.id ?? source}`);
    }
  };
  await start({ ...more, mode: 'plan', onEvent });
  return found.sort();
}

const total = (run: Run, kind: 'create' | 'update') =>
  Object.values(run.counts).reduce((sum, { wrote }) => sum + wrote.a[kind] + wrote.b[kind], 0);

describe('a plan foresees what the sync after it does', () => {
  it('where a match key was corrected that kept two records waiting for each other (seeds 2713, 11533)', async () => {
    const hostile = await open({ mapping: { conflict: 'hold' } });
    hostile.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
    hostile.right.put('r1', { name: 'Nord GmbH', email: 'nord@x.example' });
    await hostile.sync();
    expect((await hostile.parked()).map((one) => one.reason)).toEqual(['conflict']);
    hostile.skip(60_000);
    hostile.left.put('p1', { email: 'ost@x.example' });
    const foreseen = await planned(hostile.sync, { full: true });
    expect(foreseen).toEqual(['things a create r1', 'things b create p1']);
    expect(total(await hostile.sync({ full: true }), 'create')).toBe(2);
  });

  it('where a record comes again on a later page', async () => {
    const pagination = { style: 'page', param: 'page', size_param: 'size', size: 3 };
    const list = { path: '/things', records: 'items', pagination };
    const hostile = await open({ left: stubConnector('left', {}, { list }), mapping: { match: [] } });
    for (const id of ['p1', 'p2', 'p3', 'p4']) hostile.left.put(id, { name: id, email: `${id}@x.example` });
    hostile.left.answer = (asked) => {
      if (asked.path !== '/things' || asked.query.get('page') !== '2') return undefined;
      return { json: { items: ['p2', 'p4'].map((id) => hostile.left.records.get(id)) } };
    };
    const foreseen = await planned(hostile.sync);
    expect(foreseen).toEqual(['p1', 'p2', 'p3', 'p4'].map((id) => `things b create ${id}`));
  });

  it('where the parent of a new record turns out to be gone (seeds 3042, 4316)', async () => {
    const sandbox = await openWorld({
      crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
      erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
    });
    world = sandbox;
    const { integration } = sandbox;
    const mappings = integration.mappings.map((mapping) => {
      const { a, b } = mapping.propagate;
      return { ...mapping, propagate: { a, b: { ...b, delete: 'ignore' as const } } };
    });
    const more = { sweep: 'always' as const, integration: { ...integration, mappings } };
    const company = sandbox.crm.userCreate('companies', { name: 'Nord', country: 'DE', status: 'lead' }, Date.now());
    if (!('record' in company)) throw new Error(JSON.stringify(company));
    await sandbox.sync(more);
    for (const { id } of sandbox.erp.records('customers')) sandbox.erp.userDelete('customers', id, Date.now());
    const deal = { title: 'Auftrag 1', company_id: company.record.id, stage: 'open' };
    sandbox.crm.userCreate('deals', deal, Date.now());
    expect(await planned(sandbox.plan, more)).toEqual([]);
    expect(total(await sandbox.sync(more), 'create')).toBe(0);
    expect(await sandbox.store.countParked()).toEqual({ 'parent-missing': 1 });
  });
});

async function open(options: Parameters<typeof openHostile>[0]): Promise<Hostile> {
  const hostile = await openHostile(options);
  world = hostile;
  return hostile;
}
