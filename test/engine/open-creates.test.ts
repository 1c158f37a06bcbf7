import { afterEach, describe, expect, it } from 'vitest';
import { fail, problem } from '../../src/record/diagnostic.ts';
import type { Store } from '../../src/store/port.ts';
import { type Asked, type Hostile, names, openHostile, stubConnector } from '../hostile/world.ts';
import { approve, instead, openWorld } from './world.ts';

let world: Hostile;
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const both = { create: 'create', update: 'update', delete: 'delete' };
const list = { path: '/things', records: 'items', pagination: { style: 'none' }, equals: { token: 'token' } };
const idempotent = {
  create: { method: 'POST', path: '/things', idempotency: { header: 'Idempotency-Key', lives: '24h' } },
};

/** The right system takes a link token with each create. */
async function open(mapping = {}, object = {}): Promise<void> {
  const right = stubConnector('right', {}, { link_field: 'token', list, ...object }, { token: { type: 'string' } });
  world = await openHostile({ right, mapping });
  opened.push(world);
}

const isCreate = ({ method }: Asked): boolean => method === 'POST';
const isSearch = ({ query }: Asked): boolean => query.has('token');

/** The right system does what it is asked to, and the answer is lost. */
function loseAnswers(which: (asked: Asked) => boolean): void {
  world.right.answer = (asked) => {
    if (!which(asked)) return undefined;
    world.right.right(asked);
    return { drop: true };
  };
}

function refuse(which: (asked: Asked) => boolean): void {
  world.right.answer = (asked) => (which(asked) ? { status: 403, json: {} } : undefined);
}

async function nextSync(): Promise<void> {
  world.skip(3_600_000);
  await world.sync();
}

/** A process that dies once it has asked for a create: nothing is recorded after that. */
const dying = (): Store =>
  instead(world.store, {
    commit: async (...given) =>
      world.right.asked.some(isCreate) ? fail(problem('lease-lost', 'dead')) : world.store.commit(...given),
  });

/** A store that is out of reach from the commit on that follows the first intent. */
function failingAfterIntent(store: Store): Store {
  let isOver = false;
  return instead(store, {
    commit: async (...given) => {
      if (isOver) throw new Error('The process has died');
      isOver = (given[1].intents ?? []).length > 0;
      return store.commit(...given);
    },
  });
}

const partnerOf = async (id: string): Promise<string | undefined> =>
  (await world.store.links('left-right/things', 'a', [id])).get(id)?.b;

describe('a create whose outcome is unknown', () => {
  // Simulation seeds 1382, 3360 and 9703.
  it('is not sent again because it was approved before it was sent', async () => {
    await open({ match: [], propagate: { left: { ...both, create: 'hold' }, right: both } });
    world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
    await world.sync();
    await approve(world.store, 'left-right');
    loseAnswers(isCreate);
    await world.sync();
    expect((await world.parked()).map((one) => one.reason)).toEqual(['uncertain']);
    world.right.answer = () => undefined;
    await nextSync();
    expect(names(world.right)).toEqual(['Nord']);
    expect([await world.parked(), await partnerOf('p1')]).toEqual([[], 'R1']);
  });

  // Simulation seed 3075.
  it('is shown to a person as such, whatever its source was parked for before', async () => {
    await open({ match: [], propagate: { left: { ...both, create: 'hold' }, right: both } });
    world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
    await world.sync();
    await approve(world.store, 'left-right');
    loseAnswers(isCreate);
    await world.sync({ store: dying() });
    refuse(isSearch);
    await nextSync();
    expect((await world.parked()).map(({ id, reason }) => [id, reason])).toEqual([['p1', 'uncertain']]);
  });

  // Simulation seeds 13495, 16581 and 17286.
  it('is not sent again where someone has entered the same thing since', async () => {
    await open({}, idempotent);
    world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
    world.right.answer = (asked) => (isCreate(asked) ? { drop: true } : undefined);
    await world.sync();
    world.right.answer = () => undefined;
    world.right.put('r1', { name: 'Nord', email: 'nord@x.example' });
    await nextSync();
    expect([...world.right.records.keys()]).toEqual(['r1']);
    expect([await world.parked(), await partnerOf('p1')]).toEqual([[], 'r1']);
  });

  const ends: [string, () => Promise<unknown>][] = [
    ['the answer was lost', () => world.sync()],
    ['the process died', () => world.sync({ store: dying() })],
  ];
  // Simulation seed 7382.
  it.each(ends)('keeps its record from a double of its source until it is settled: %s', async (_, first) => {
    await open();
    world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
    world.left.put('p2', { name: 'Nord AG', email: 'nord@x.example' });
    loseAnswers(isCreate);
    await first();
    refuse(isSearch);
    await nextSync();
    expect(names(world.right)).toEqual(['Nord']);
    expect(await partnerOf('p2')).toBeUndefined();
    world.right.answer = () => undefined;
    await nextSync();
    expect([names(world.right), await partnerOf('p1')]).toEqual([['Nord'], 'R1']);
    expect((await world.parked()).map((one) => one.id)).toEqual(['p2']);
  });

  // Simulation seed 10514.
  it('keeps a record that matches its source from being linked to the double of that', async () => {
    const left = stubConnector('left', {}, { link_field: 'token', list }, { token: { type: 'string' } });
    world = await openHostile({ left });
    opened.push(world);
    world.right.put('r1', { name: 'Nord', email: 'nord@x.example' });
    world.left.answer = (asked) => (isCreate(asked) ? { drop: true } : isSearch(asked) ? { status: 403 } : undefined);
    await world.sync();
    world.right.put('r2', { name: 'Nord KG', email: 'nord@x.example' });
    world.left.put('p1', { name: 'Nord AG', email: 'nord@x.example' });
    await nextSync();
    expect(await partnerOf('p1')).toBeUndefined();
    world.left.answer = () => undefined;
    await nextSync();
    expect(await partnerOf('p1')).toBeUndefined();
    expect((await world.parked()).map((one) => one.id).sort()).toEqual(['p1', 'r1', 'r2']);
  });

  // Simulation seeds 410596, 31175.
  it.each([
    ['as that was sent', {}],
    ['as that has been edited since', { vat_id: null }],
  ])('keeps a record that matches its source, %s, from being created', async (_, sent) => {
    const companies = await openWorld({
      crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
      erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
    });
    opened.push(companies);
    const { crm, erp, store } = companies;
    const company = { name: 'Nord', country: 'DE', status: 'lead', vat_id: 'DE136695976' };
    crm.userCreate('companies', { ...company, ...sent }, Date.now());
    erp.setFaults({ rules: [{ kind: 'drop-before', method: 'POST' }] });
    await companies.sync({ store: failingAfterIntent(store) }).catch(() => undefined);
    erp.setFaults({ rules: [] });
    const lease = await store.acquire('crm-erp', 'test', 1, Date.now() + 100_000);
    if (lease.ok) await store.release(lease.value);
    expect(await store.intents('crm-erp/companies')).toHaveLength(1);
    const [source] = crm.records('companies');
    crm.userUpdate('companies', source?.id ?? '', company, Date.now());
    erp.userCreate('customers', { name_1: 'Nord GmbH', vat_no: 'DE136695976', country: 'DE' }, Date.now());
    await companies.sync();
    expect([...crm.records('companies')]).toHaveLength(1);
    const parked = await store.parked({ side: 'b' });
    expect(parked.map((one) => one.reason)).toEqual(['match-linked']);
  });
});
