import { afterEach, describe, expect, it } from 'vitest';
import type { Connection, WriteOutcome } from '../../src/connector/port.ts';
import type { LoadedMapping } from '../../src/integration/loaded.ts';
import { problem } from '../../src/record/diagnostic.ts';
import { instead, openConnection, openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const openEmpty = () =>
  openWorld({
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  });

/** Searches find each record twice, as those over a join do. */
const findingTwice = (connection: Connection): Connection =>
  instead(connection, {
    find: async (...given) => {
      const found = await connection.find(...given);
      return found.ok ? { ...found, value: [...found.value, ...found.value] } : found;
    },
  });

const refused: WriteOutcome = { kind: 'failed', class: 'invalid', diagnostic: problem('refused', 'No') };

/** A list of pages with one record each. */
const oneByOne = (connection: Connection): Connection =>
  instead(connection, {
    read: async function* (request) {
      for await (const step of connection.read(request)) {
        if (step.kind === 'end') yield step;
        else for (const record of step.records) yield { ...step, records: [record] };
      }
    },
  });

/** Each page of a list comes twice, both read before anything is written. */
const pagesTwice = (connection: Connection): Connection =>
  instead(connection, {
    read: async function* (request) {
      for await (const step of connection.read(request)) {
        if (step.kind === 'page') yield step;
        yield step;
      }
    },
  });

describe('records that a system lists twice', () => {
  // Simulation seed 400389.
  it('what a page says that was read before the run wrote is no change', async () => {
    world = await openEmpty();
    const { crm, erp, integration, platform, store } = world;
    const made = crm.userCreate('companies', { name: 'Nord', country: 'DE', status: 'lead' }, Date.now());
    if (!('record' in made)) throw new Error('not made');
    await world.sync();
    const [customer] = erp.records('customers');
    crm.userUpdate('companies', made.record.id, { street: 'Hafen 2' }, Date.now());
    erp.userUpdate('customers', customer?.id ?? 0, { city: 'Flensburg' }, Date.now());
    await world.sync({
      connections: {
        a: pagesTwice(openConnection(integration, 'a', platform, store)),
        b: openConnection(integration, 'b', platform, store),
      },
    });
    expect(crm.get('companies', made.record.id)).toMatchObject({ street: 'Hafen 2', city: 'Flensburg' });
    expect(erp.get('customers', customer?.id ?? 0)).toMatchObject({ street: 'Hafen 2', city: 'Flensburg' });
  });

  // Simulation seed 175.
  it('a deleted record that is listed twice is counted twice, as it was read', async () => {
    world = await openEmpty();
    const { crm, erp, integration, platform, store } = world;
    const made = crm.userCreate('companies', { name: 'Nord', country: 'DE', status: 'lead' }, Date.now());
    if (!('record' in made)) throw new Error('not made');
    crm.userCreate('companies', { name: 'Süd', country: 'DE', status: 'lead' }, Date.now());
    await world.sync();
    crm.userDelete('companies', made.record.id, Date.now());
    const deletes = (mapping: LoadedMapping): LoadedMapping => ({
      ...mapping,
      propagate: { ...mapping.propagate, a: { ...mapping.propagate.a, delete: 'delete' } },
      deleteGuard: { share: 1, records: 100 },
    });
    const run = await world.sync({
      full: true,
      integration: { ...integration, mappings: integration.mappings.map(deletes) },
      connections: {
        a: pagesTwice(openConnection(integration, 'a', platform, store)),
        b: openConnection(integration, 'b', platform, store),
      },
    });
    expect(run.outcome).toBe('done');
    expect(run.counts.companies?.a).toMatchObject({ read: 4, unchanged: 2, applied: 2 });
    expect([...erp.records('customers')].map((one) => one.name_1)).toEqual(['Süd']);
  });

  // Simulation seed 300138.
  it('a create whose answer was lost is settled although the search for it finds its record twice', async () => {
    world = await openEmpty();
    const { crm, erp, integration, platform, store } = world;
    crm.userCreate('companies', { name: 'Nord', country: 'DE', status: 'lead' }, Date.now());
    erp.setFaults({ rules: [{ kind: 'error-after', method: 'POST', next: 1 }] });
    await world.sync();
    expect((await store.parked({})).map((one) => one.reason)).toEqual(['uncertain']);
    await world.sync({
      connections: {
        a: openConnection(integration, 'a', platform, store),
        b: findingTwice(openConnection(integration, 'b', platform, store)),
      },
    });
    expect(await store.parked({})).toEqual([]);
    expect(await store.intents('crm-erp/companies')).toEqual([]);
    expect([...erp.records('customers')]).toHaveLength(1);
  });
});

// Simulation seed 6296.
it.each([1, 600])('the double of a record that was refused waits beside it, %i pairs at a time', async (batch) => {
  world = await openEmpty();
  const { crm, integration, platform, store } = world;
  for (const name of ['Nord', 'Nord KG'])
    crm.userCreate('companies', { name, country: 'DE', status: 'lead', vat_id: 'DE136695976' }, Date.now());
  const refusing = instead(openConnection(integration, 'b', platform, store), {
    create: async (_, items) => items.map(() => refused),
  });
  await world.sync({
    batch,
    connections: { a: oneByOne(openConnection(integration, 'a', platform, store)), b: refusing },
  });
  const parked = await store.parked({ mapping: 'crm-erp/companies' });
  expect(parked.map((one) => one.reason).sort()).toEqual(['duplicate-source', 'invalid']);
});
