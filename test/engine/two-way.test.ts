import { afterEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/store/port.ts';
import { openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

/** No VAT id, an e-mail address that fits the ERP: nothing is parked for reasons of the seed. */
async function openSmall(): Promise<World> {
  world = await openWorld({
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  });
  return world;
}

const now = () => Date.now();
const company = (name: string, more: Record<string, string> = {}) => ({ name, country: 'DE', status: 'lead', ...more });

function createCompany(fields: Record<string, string>): string {
  const made = world.crm.userCreate('companies', fields, now());
  if (!('record' in made)) throw new Error(JSON.stringify(made));
  return made.record.id;
}

function customers() {
  return [...world.erp.records('customers')];
}

const wrote = (run: Run) =>
  Object.values(run.counts)
    .map(({ wrote: { a, b } }) =>
      Object.values(a)
        .concat(Object.values(b))
        .reduce((sum, n) => sum + n, 0),
    )
    .reduce((sum, n) => sum + n, 0);

describe('two-way sync', () => {
  it('creates, then is quiet: a run without changes writes nothing and costs one call per object and side and list of options', async () => {
    await openSmall();
    createCompany(company('Äpfel & Söhne', { vat_id: 'DE136695976' }));
    const first = await world.sync();
    expect(first.outcome).toBe('done');
    expect(first.counts.companies?.wrote.b.create).toBe(1);
    expect(customers().map((one) => one.name_1)).toEqual(['Äpfel & Söhne']);
    const second = await world.sync();
    expect(wrote(second)).toBe(0);
    expect(second.calls.a).toMatchObject({ reads: 4, writes: 0 });
    expect(second.calls.b).toMatchObject({ reads: 3, writes: 0 });
  });

  it('moves exactly the fields that changed, each its way', async () => {
    await openSmall();
    const id = createCompany(company('Nord', { city: 'Kiel', street: 'Hafen 1' }));
    await world.sync();
    const [customer] = customers();
    world.crm.userUpdate('companies', id, { street: 'Hafen 2' }, now());
    world.erp.userUpdate('customers', customer?.id ?? 0, { city: 'Flensburg' }, now());
    const run = await world.sync();
    expect(run.counts.companies?.wrote).toMatchObject({ a: { update: 1 }, b: { update: 1 } });
    expect(world.crm.get('companies', id)).toMatchObject({ street: 'Hafen 2', city: 'Flensburg' });
    expect(customers()[0]).toMatchObject({ street: 'Hafen 2', city: 'Flensburg' });
    expect(wrote(await world.sync())).toBe(0);
  });

  it('never writes a truncation back', async () => {
    await openSmall();
    const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk GmbH';
    const id = createCompany(company(long, { vat_id: 'DE136695976' }));
    await world.sync();
    expect(String(customers()[0]?.name_1)).toBe(long.slice(0, 40).trimEnd());
    world.erp.userUpdate('customers', customers()[0]?.id ?? 0, { city: 'Wien' }, now());
    await world.sync();
    expect(world.crm.get('companies', id)).toMatchObject({ name: long, city: 'Wien' });
  });

  it('links records that are the same on both sides instead of doubling them', async () => {
    await openSmall();
    createCompany(company('Nord', { vat_id: 'DE 136 695 976' }));
    world.erp.userCreate('customers', { name_1: 'Nord GmbH', vat_no: 'DE136695976', group: 1, country: 'DE' }, now());
    const run = await world.sync();
    expect(run.counts.companies?.linked).toBe(1);
    expect(customers()).toHaveLength(1);
    expect([...world.crm.records('companies')]).toHaveLength(1);
    expect([...world.crm.records('companies')][0]?.name).toBe('Nord GmbH');
  });

  it('parks what is ambiguous, with its candidates', async () => {
    await openSmall();
    createCompany(company('Nord', { vat_id: 'DE136695976' }));
    for (const name of ['Nord 1', 'Nord 2'])
      world.erp.userCreate('customers', { name_1: name, vat_no: 'DE136695976', group: 1, country: 'DE' }, now());
    const run = await world.sync();
    expect(run.outcome).toBe('partial');
    const parked = await world.store.parked({ side: 'a' });
    expect(parked.map((one) => one.reason)).toEqual(['ambiguous-match']);
    expect(customers()).toHaveLength(2);
  });

  it('holds a delete for approval, and does it once approved', async () => {
    await openSmall();
    const id = createCompany(company('Nord'));
    await world.sync();
    world.crm.userDelete('companies', id, now());
    expect((await world.sync()).outcome).toBe('partial');
    expect(customers()).toHaveLength(1);
    const [held] = await world.store.parked({ reason: 'held-delete' });
    if (!held) throw new Error('nothing is held');
    const fence = await world.store.acquire('crm-erp', 'test', 1000, now());
    if (!fence.ok) throw new Error('no lease');
    await world.store.commit(fence.value, { parked: [{ ...held, approved: held.reason }] });
    await world.store.release(fence.value);
    await world.sync();
    expect(customers()).toHaveLength(0);
    expect(await world.store.parked({})).toEqual([]);
  });

  // Simulation seed 240561.
  it('archives once a held delete is approved, where the system offers no delete', async () => {
    await openSmall();
    const id = createCompany(company('Nord'));
    const mappings = world.integration.mappings.map((one) => {
      const { a, b } = one.propagate;
      return { ...one, propagate: { a, b: { ...b, delete: 'hold' as const } } };
    });
    const more = { sweep: 'always' as const, integration: { ...world.integration, mappings } };
    await world.sync(more);
    for (const one of customers()) world.erp.userDelete('customers', one.id, now());
    await world.sync(more);
    const [held] = await world.store.parked({ reason: 'held-delete' });
    if (!held) throw new Error('nothing is held');
    const fence = await world.store.acquire('crm-erp', 'test', 1000, now());
    if (!fence.ok) throw new Error('no lease');
    await world.store.commit(fence.value, { parked: [{ ...held, approved: held.reason }] });
    await world.store.release(fence.value);
    await world.sync(more);
    expect(world.crm.get('companies', id)?.archived).toBe(true);
    expect(await world.store.parked({})).toEqual([]);
  });

  it('finds a delete without a trace by a sweep, and archives its partner', async () => {
    await openSmall();
    const kept = createCompany(company('Bleibt'));
    const id = createCompany(company('Geht'));
    await world.sync();
    const gone = customers().find((one) => one.name_1 === 'Geht');
    world.erp.userDelete('customers', gone?.id ?? 0, now());
    const integration = {
      ...world.integration,
      mappings: world.integration.mappings.map((one) => ({ ...one, deleteGuard: { share: 1, records: 10 } })),
    };
    const run = await world.sync({ sweep: 'always', integration });
    expect(run.counts.companies?.wrote.a.archive).toBe(1);
    expect(world.crm.get('companies', id)?.archived).toBe(true);
    expect(world.crm.get('companies', kept)?.archived).toBe(false);
    expect(wrote(await world.sync({ sweep: 'always' }))).toBe(0);
  });

  it('holds deletes above the guard', async () => {
    await openSmall();
    for (let n = 0; n < 5; n += 1) createCompany(company(`Firma ${n}`));
    await world.sync();
    for (const one of customers().slice(0, 3)) world.erp.userDelete('customers', one.id, now());
    const run = await world.sync({ sweep: 'always' });
    expect(run.counts.companies?.wrote.a.archive).toBe(0);
    expect(await world.store.countParked()).toEqual({ 'delete-guard': 3 });
  });

  it('holds a conflict where the policy says so, and lets it go once both agree', async () => {
    await openSmall();
    const id = createCompany(company('Nord'));
    await world.sync();
    const customer = customers()[0]?.id ?? 0;
    world.crm.userUpdate('companies', id, { newsletter: true }, now());
    world.erp.userUpdate('customers', customer, { newsletter: 'N' }, now());
    world.crm.userUpdate('companies', id, { city: 'Kiel' }, now());
    await world.sync();
    world.erp.userUpdate('customers', customer, { newsletter: 'J' }, now());
    const run = await world.sync();
    expect(world.crm.get('companies', id)).toMatchObject({ newsletter: true, city: 'Kiel' });
    expect(customers()[0]).toMatchObject({ newsletter: 'J', city: 'Kiel' });
    expect(run.outcome).toBe('done');
  });

  it('waits for a missing parent and goes on by itself', async () => {
    await openSmall();
    const id = createCompany(company('Nord', { email: `${'x'.repeat(50)}@nord.example` }));
    const deal = world.crm.userCreate('deals', { title: 'Auftrag 1', company_id: id, stage: 'open' }, now());
    if (!('record' in deal)) throw new Error(JSON.stringify(deal));
    await world.sync();
    expect(await world.store.countParked()).toEqual({ invalid: 1, 'parent-missing': 1 });
    world.crm.userUpdate('companies', id, { email: 'info@nord.example' }, now());
    const run = await world.sync();
    expect(run.outcome).toBe('done');
    expect([...world.erp.records('orders')].map((one) => one.customer_no)).toEqual([customers()[0]?.id]);
  });

  it('stops between two records when a person says so, and goes on where it stopped', async () => {
    await openSmall();
    for (let n = 0; n < 40; n += 1) createCompany(company(`Firma ${n}`));
    const stop = new AbortController();
    world.erp.setFaults({ rules: [{ kind: 'latency', method: 'POST', latencyMs: 20 }] });
    const posted = setInterval(() => customers().length > 0 && stop.abort(), 5);
    const stopped = await world.sync({ signal: stop.signal });
    clearInterval(posted);
    expect(stopped.outcome).toBe('interrupted');
    expect(customers().length).toBeGreaterThan(0);
    expect(customers().length).toBeLessThan(40);
    expect(await world.store.parked({})).toEqual([]);
    expect(stopped.counts.companies?.wrote.b.create).toBe(customers().length);
    world.erp.setFaults({ rules: [] });
    expect((await world.sync()).outcome).toBe('done');
    expect(customers()).toHaveLength(40);
  });
});
