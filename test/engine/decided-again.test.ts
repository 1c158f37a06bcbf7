import { afterEach, describe, expect, it } from 'vitest';
import { SIDES } from '../../src/record/side.ts';
import type { ParkedRecord, StateChange } from '../../src/store/port.ts';
import { instead, openConnection, openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

async function openEmpty(): Promise<void> {
  world = await openWorld({
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  });
}

const now = () => Date.now();

function createCompany(fields: Record<string, string>): string {
  const made = world.crm.userCreate('companies', { country: 'DE', status: 'lead', ...fields }, now());
  if (!('record' in made)) throw new Error(JSON.stringify(made));
  return made.record.id;
}

const customers = () => [...world.erp.records('customers')];

/** A run in which someone edits the company in the CRM right before the run writes to it. */
async function syncWhile(edit: () => void): Promise<void> {
  const { integration, platform, store } = world;
  const crm = openConnection(integration, 'a', platform, store);
  let isFirst = true;
  const update: typeof crm.update = async (...given) => {
    if (isFirst) edit();
    isFirst = false;
    return crm.update(...given);
  };
  await world.sync({
    connections: { a: instead(crm, { update }), b: openConnection(integration, 'b', platform, store) },
  });
}

describe('a pair of which one side was written and the other one changed meanwhile', () => {
  it('takes what it wrote itself for no edit of that side', async () => {
    await openEmpty();
    const id = createCompany({ name: 'Nord', street: 'Hafen 1' });
    await world.sync();
    world.crm.userUpdate('companies', id, { street: 'Hafen 2' }, now());
    world.erp.userUpdate('customers', customers()[0]?.id ?? 0, { city: 'Flensburg' }, now());
    await syncWhile(() => world.crm.userUpdate('companies', id, { street: 'Hafen 3' }, now()));
    expect(await world.store.parked({})).toEqual([]);
    expect(world.crm.get('companies', id)).toMatchObject({ street: 'Hafen 3', city: 'Flensburg' });
    expect(customers()).toMatchObject([{ street: 'Hafen 3', city: 'Flensburg' }]);
  });

  // Simulation seed 14844.
  it('loses no edit to its own first contact', async () => {
    await openEmpty();
    const id = createCompany({ name: 'Nord', vat_id: 'DE136695976', street: 'Hafen 1' });
    const theirs = { name_1: 'Nord GmbH', vat_no: 'DE136695976', group: 1, country: 'DE', city: 'Flensburg' };
    world.erp.userCreate('customers', theirs, now());
    await syncWhile(() => world.crm.userUpdate('companies', id, { street: null }, now()));
    expect(world.crm.get('companies', id)).toMatchObject({ name: 'Nord GmbH', street: null, city: 'Flensburg' });
    expect(customers()).toMatchObject([{ name_1: 'Nord GmbH', street: '', city: 'Flensburg' }]);
  });
});

// Simulation seed 6406.
it('what two records agreed in when they met stays agreed though one of them could not be written', async () => {
  await openEmpty();
  const ours = { name: 'Nord', vat_id: 'DE136695976', street: 'Hafen 1', city: 'Kiel' };
  const id = createCompany(ours);
  const theirs = { name_1: 'Nord GmbH', vat_no: 'DE136695976', group: 1, country: 'DE', city: 'Kiel' };
  world.erp.userCreate('customers', theirs, now());
  const { handle } = world.crm;
  world.crm.handle = (request, at) =>
    request.method === 'PATCH' ? { status: 403, headers: {}, body: '{}' } : handle.call(world.crm, request, at);
  await world.sync();
  expect([world.crm.get('companies', id), customers()]).toMatchObject([ours, [{ street: 'Hafen 1' }]]);
  world.crm.handle = handle;
  world.erp.userUpdate('customers', customers()[0]?.id ?? 0, { city: '' }, now());
  await world.sync();
  expect(world.crm.get('companies', id)).toMatchObject({ name: 'Nord GmbH', street: 'Hafen 1', city: null });
  expect(customers()).toMatchObject([{ name_1: 'Nord GmbH', street: 'Hafen 1', city: '' }]);
});

// Simulation seed 102458.
it('two records that match are both deleted while they are written: nothing is created', async () => {
  await openEmpty();
  const id = createCompany({ name: 'Nord', vat_id: 'DE136695976' });
  const theirs = { name_1: 'Nord', vat_no: 'DE136695976', group: 1, country: 'DE', city: 'Flensburg' };
  world.erp.userCreate('customers', theirs, now());
  await syncWhile(() => {
    world.crm.userDelete('companies', id, now());
    world.erp.userDelete('customers', customers()[0]?.id ?? 0, now());
  });
  expect(customers()).toEqual([]);
  expect(await world.store.intents('crm-erp/companies')).toEqual([]);
  expect(await world.store.parked({})).toEqual([]);
});

async function commit(change: StateChange): Promise<void> {
  const lease = await world.store.acquire('crm-erp', 'person', 1000, now());
  if (!lease.ok) throw new Error(lease.error.summary);
  await world.store.commit(lease.value, change);
  await world.store.release(lease.value);
}

/** Its next attempt is now. */
const makeDue = (parked: ParkedRecord) => commit({ parked: [{ ...parked, next: now() }] });

/** What has changed so far is behind the cursors. */
async function moveOn(): Promise<void> {
  const cursors = await Promise.all(SIDES.map((side) => world.store.cursor('crm-erp/companies', side)));
  await commit({ cursors: cursors.flatMap((one) => (one ? [{ ...one, mark: now() + 3_600_000 }] : [])) });
}

// Simulation seed 15847.
it('a record that is about to be created takes no link over from one that was merged into it', async () => {
  await openEmpty();
  const merged = createCompany({ name: 'Nord' });
  const survivor = createCompany({ name: 'Süd', email: `${'x'.repeat(50)}@sued.example` });
  await world.sync();
  const [invalid] = await world.store.parked({});
  if (invalid?.id !== survivor) throw new Error('not parked');
  world.crm.userUpdate('companies', survivor, { email: 'info@sued.example' }, now());
  world.crm.merge('companies', survivor, merged, now());
  await makeDue(invalid);
  const run = await world.sync();
  expect(run.outcome).toBe('partial');
  expect((await world.store.parked({})).map((one) => one.reason)).toEqual(['merged-into-linked']);
  const link = (await world.store.links('crm-erp/companies', 'a', [survivor])).get(survivor);
  expect(customers().find((one) => String(one.id) === link?.b)).toMatchObject({ name_1: 'Süd' });
});

// Simulation seeds 2383, 2921 and 4959.
it('a record whose create was refused takes no link over in that run: what was merged into it waits', async () => {
  await openEmpty();
  const merged = createCompany({ name: 'Nord' });
  const survivor = createCompany({ name: 'Süd' });
  const { handle } = world.erp;
  world.erp.handle = (request, at) =>
    request.method === 'POST' && request.body.includes('Süd')
      ? { status: 400, headers: {}, body: '{"message":"Ungültig"}' }
      : handle.call(world.erp, request, at);
  await world.sync();
  const [refused] = await world.store.parked({});
  if (refused?.id !== survivor) throw new Error('not parked');
  world.crm.merge('companies', survivor, merged, now());
  await makeDue(refused);
  await world.sync();
  const waiting = await world.store.parked({});
  expect(waiting.map((one) => [one.id, one.diagnostic.code])).toEqual([
    [merged, 'merged-into-waiting'],
    [survivor, 'refused'],
  ]);
  expect(customers()).toMatchObject([{ name_1: 'Nord' }]);
  for (const one of waiting.slice(0, 1)) await makeDue(one);
  await world.sync();
  const link = (await world.store.links('crm-erp/companies', 'a', [survivor])).get(survivor);
  expect(link?.b).toBe(String(customers()[0]?.id));
});

// Simulation seed 4345.
it('what both systems changed of a record stays a conflict in the one that it is merged into, in a plan as well', async () => {
  await openEmpty();
  const integration = world.edited(['{ crm: city, erp: city, loss', '{ crm: city, erp: city, conflict: hold, loss']);
  const merged = createCompany({ name: 'Nord', city: 'Husum' });
  await world.sync({ integration });
  world.crm.userUpdate('companies', merged, { city: 'Kiel' }, now());
  world.erp.userUpdate('customers', customers()[0]?.id ?? 0, { city: 'Flensburg' }, now());
  await world.sync({ integration });
  const [held] = await world.store.parked({});
  if (held?.reason !== 'conflict') throw new Error('not held');
  const survivor = createCompany({ name: 'Nord', city: 'Kiel' });
  world.crm.merge('companies', survivor, merged, now());
  await moveOn();
  await makeDue(held);
  expect((await world.plan({ integration })).counts.companies?.a).toMatchObject({ applied: 0, parked: 1 });
  await world.sync({ integration });
  expect(customers()).toMatchObject([{ city: 'Flensburg' }]);
});

// Simulation seed 14034.
it('a double that waits takes over the link of what was merged into it, even in a run that looked at it just before', async () => {
  await openEmpty();
  const merged = createCompany({ name: 'Nord', vat_id: 'DE811569869' });
  createCompany({ name: 'Süd', vat_id: 'DE136695976' });
  const survivor = createCompany({ name: 'Süd KG', vat_id: 'DE136695976' });
  await world.sync();
  const [double] = await world.store.parked({});
  if (double?.id !== survivor || double.reason !== 'duplicate-source') throw new Error('not parked');
  world.crm.merge('companies', survivor, merged, now());
  await makeDue(double);
  await world.sync();
  expect(await world.store.parked({})).toEqual([]);
  expect(
    customers()
      .map((one) => one.name_1)
      .sort(),
  ).toEqual(['Süd', 'Süd KG']);
});

// Simulation seed 240479.
it('a record whose match is deleted while it is written waits for the double of that match, which the same page brought', async () => {
  await openEmpty();
  const company = { name: 'Nord', vat_id: 'DE136695976' };
  const first = createCompany(company);
  createCompany(company);
  const theirs = { name_1: 'Nord', vat_no: 'DE136695976', group: 1, country: 'DE', city: 'Flensburg' };
  world.erp.userCreate('customers', theirs, now());
  await syncWhile(() => world.crm.userDelete('companies', first, now()));
  const companies = [...world.crm.records('companies')].filter((one) => one.id !== first);
  expect([companies.length, customers().length]).toEqual([1, 1]);
  expect((await world.store.parked({})).map((one) => one.reason)).toEqual(['match-linked', 'match-linked']);
});

/** The same integration, but for what becomes of a customer's change: a person is asked. */
function holdingFromErp(held: { update: 'hold' } | { delete: 'hold' }): typeof world.integration {
  const { integration } = world;
  const mappings = integration.mappings.map((mapping) =>
    mapping.name === 'companies'
      ? { ...mapping, propagate: { ...mapping.propagate, b: { ...mapping.propagate.b, ...held } } }
      : mapping,
  );
  return { ...integration, mappings };
}

// Simulation seed 18560.
it('a record that waited together with one that is gone is matched with another one, not created beside it', async () => {
  await openEmpty();
  const holding = holdingFromErp({ update: 'hold' });
  const theirs = { name_1: 'Nord GmbH', vat_no: 'DE136695976', group: 1, country: 'DE' };
  const id = createCompany({ name: 'Nord', vat_id: 'DE136695976' });
  world.erp.userCreate('customers', theirs, now());
  await world.sync({ integration: holding });
  expect((await world.store.parked({})).map((one) => one.reason)).toEqual(['held-update']);
  world.crm.userUpdate('companies', id, { street: 'Hafen 1' }, now());
  world.erp.userDelete('customers', customers()[0]?.id ?? 0, now());
  world.erp.userCreate('customers', { ...theirs, name_1: 'Nord AG' }, now());
  await world.sync({ integration: holding });
  expect(customers().map((one) => one.name_1)).toEqual(['Nord AG']);
});

describe('a record of which nothing is left in the other system, as a person is asked', () => {
  interface Held {
    /** Of the company, whose customer is gone. */
    id: string;
    customer: number;
    sync: (sweep?: 'always' | 'due') => Promise<unknown>;
    waiting: () => Promise<string[]>;
  }

  async function openHeld(): Promise<Held> {
    await openEmpty();
    const integration = holdingFromErp({ delete: 'hold' });
    const sync: Held['sync'] = (sweep = 'due') => world.sync({ integration, sweep });
    const waiting = async () =>
      (await world.store.parked({})).map((one) => `${one.side} ${one.id} ${one.reason}`).sort();
    createCompany({ name: 'West' });
    const id = createCompany({ name: 'Nord' });
    await sync();
    const customer = customers().find((one) => one.name_1 === 'Nord')?.id ?? 0;
    world.erp.userDelete('customers', customer, now());
    await sync('always');
    expect(await waiting()).toEqual([`b ${customer} held-delete`]);
    return { id, customer, sync, waiting };
  }

  it('is deleted as well: nobody is asked any more', async () => {
    const { id, sync, waiting } = await openHeld();
    world.crm.userDelete('companies', id, now());
    await sync();
    expect(await waiting()).toEqual([]);
  });

  // Simulation seed 25617.
  it('is merged into one that waits itself: its link moves when that goes on', async () => {
    const { id, customer, sync, waiting } = await openHeld();
    const survivor = createCompany({ name: 'Süd', email: `${'x'.repeat(50)}@sued.example` });
    await sync();
    const invalid = (await world.store.parked({})).find((one) => one.id === survivor);
    if (!invalid) throw new Error('not parked');
    world.crm.merge('companies', survivor, id, now());
    await makeDue(invalid);
    await sync();
    expect(await waiting()).toEqual([`a ${id} merged-into-linked`, `a ${survivor} invalid`]);
    for (const behind of await world.store.parked({ reason: 'merged-into-linked' })) await makeDue(behind);
    await moveOn();
    await sync('always');
    expect(await waiting()).toEqual([`b ${customer} delete-update-conflict`]);
  });

  it('is merged into another one: a person is asked about that one, and the merged one waits for nothing', async () => {
    const { id, customer, sync, waiting } = await openHeld();
    world.crm.merge('companies', createCompany({ name: 'Süd' }), id, now());
    await sync();
    expect(await waiting()).toEqual([`b ${customer} delete-update-conflict`]);
  });
});
