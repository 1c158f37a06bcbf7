import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/connector/port.ts';
import { compileExpression, type Expression } from '../../src/integration/expression.ts';
import type { LoadedIntegration, LoadedMapping } from '../../src/integration/loaded.ts';
import type { PlanItem } from '../../src/planning/plan-item.ts';
import { fail, problem } from '../../src/record/diagnostic.ts';
import type { Side } from '../../src/record/side.ts';
import { approve, instead, openConnection, openWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld({
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  });
});
afterEach(() => world.close());

function compiled(text: string): Expression {
  const expression = compileExpression(text);
  if (!expression.ok) throw new Error(expression.error.summary);
  return expression.value;
}

const noLead = { a: compiled("{{ record.status != 'lead' }}"), b: compiled("{{ record.group != 'lead' }}") };

/** Companies that are leads are kept out by the filters of these sides. */
function filtered(sides: readonly ('a' | 'b')[], onLeave: LoadedMapping['onLeave']): LoadedIntegration {
  const filter = { a: sides.includes('a') ? noLead.a : null, b: sides.includes('b') ? noLead.b : null };
  const mappings = world.integration.mappings.map((mapping) =>
    mapping.name === 'companies' ? { ...mapping, filter, onLeave, deleteGuard: { share: 1, records: 100 } } : mapping,
  );
  return { ...world.integration, mappings };
}

/** `ago`: ms. */
function newCompany(fields: Record<string, string | boolean>, ago = 0): string {
  const made = world.crm.userCreate('companies', { country: 'DE', ...fields }, Date.now() - ago);
  if (!('record' in made)) throw new Error('not made');
  return made.record.id;
}

const editCompany = (id: string, fields: Record<string, string>, ago = 0) =>
  world.crm.userUpdate('companies', id, fields, Date.now() - ago);
const editCustomer = (id: number, fields: Record<string, string | number>) =>
  world.erp.userUpdate('customers', id, fields, Date.now());
/** Those of the world, one of them with methods that do something else. */
function connectionsWith(side: Side, methods: (whole: Connection) => Partial<Connection>): Record<Side, Connection> {
  const { integration, platform, store } = world;
  const [a, b] = [openConnection(integration, 'a', platform, store), openConnection(integration, 'b', platform, store)];
  return side === 'a' ? { a: instead(a, methods(a)), b } : { a, b: instead(b, methods(b)) };
}

const customers = () => [...world.erp.records('customers')];
const reasons = async () => (await world.store.parked({})).map((one) => one.reason);

describe('filters', () => {
  // Simulation seed 700118.
  it('what was changed as a record left the filter flows when it is back', async () => {
    const integration = filtered(['a'], 'keep');
    const id = newCompany({ name: 'Nord', status: 'customer' });
    await world.sync({ integration });
    editCompany(id, { name: 'Nordwind', status: 'lead' });
    await world.sync({ integration });
    expect(customers().map((one) => one.name_1)).toEqual(['Nord']);
    editCompany(id, { status: 'customer' });
    await world.sync({ integration });
    expect(customers().map((one) => one.name_1)).toEqual(['Nordwind']);
  });

  // Simulation seed 801419.
  it('what was changed meanwhile flows when a record is back in the filter just as it was', async () => {
    const integration = filtered(['b'], 'keep');
    const id = newCompany({ name: 'Nord', status: 'customer' }, 600_000);
    await world.sync({ integration });
    const customer = customers()[0]?.id ?? 0;
    editCustomer(customer, { group: 1 });
    editCompany(id, { name: 'Nordwind' }, 500_000);
    // So much later that no run after the next reads the first one again.
    newCompany({ name: 'Süd', status: 'customer' }, 100_000);
    await world.sync({ integration });
    expect(customers().map((one) => one.name_1)).toEqual(['Nord', 'Süd']);
    editCustomer(customer, { group: 3 });
    await world.sync({ integration });
    expect(customers().map((one) => one.name_1)).toEqual(['Nordwind', 'Süd']);
  });

  // Simulation seeds 18497 and 19521.
  it('a filter keeps out what a first run linked that was broken off, whatever the filter was then', async () => {
    const id = newCompany({ name: 'Nord', status: 'lead' });
    const { integration, platform, store } = world;
    const person = new AbortController();
    const erp = openConnection(integration, 'b', platform, store);
    const create: typeof erp.create = async (...given) => {
      const made = await erp.create(...given);
      person.abort();
      return made;
    };
    const connections = { a: openConnection(integration, 'a', platform, store), b: instead(erp, { create }) };
    await world.sync({ connections, signal: person.signal });
    expect(customers().map((one) => one.name_1)).toEqual(['Nord']);
    expect(await store.cursor('crm-erp/companies', 'b')).toBeNull();
    editCompany(id, { name: 'Nordwind' });
    await world.sync({ integration: filtered(['b'], 'keep') });
    expect(customers().map((one) => one.name_1)).toEqual(['Nord']);
  });

  // Simulation seed 31782.
  it('an edited filter keeps out also what a list did not yet show when all was read for it', async () => {
    newCompany({ name: 'Süd', status: 'customer' }, 600_000);
    const id = newCompany({ name: 'Nord', status: 'lead' });
    await world.sync();
    const integration = filtered(['a'], 'keep');
    const lagging = connectionsWith('a', (crm) => ({
      read: async function* (request) {
        for await (const step of crm.read(request))
          yield step.kind === 'page' ? { ...step, records: step.records.filter((one) => one.id !== id) } : step;
      },
    }));
    await world.sync({ integration, connections: lagging });
    await world.sync({ integration });
    for (const { id: customer, name_1 } of customers()) editCustomer(customer, { name_1: `${name_1}wind` });
    await world.sync({ integration });
    expect([...world.crm.records('companies')].map(({ name }) => name)).toEqual(['Südwind', 'Nord']);
  });

  // Simulation seed 31782.
  it('an edited filter removes what an interrupted create made, although the run that found it died', async () => {
    const id = newCompany({ name: 'Nord', status: 'lead', newsletter: true }, 600_000);
    newCompany({ name: 'Süd', status: 'customer' }, 100_000);
    const diagnostic = problem('lost', 'The answer is lost');
    const losing = connectionsWith('b', (erp) => ({
      create: async (object, items, wanted) => {
        const outcomes = await erp.create(object, items, wanted);
        const isLost = items.map(({ wire }) => wire.name_1 === 'Nord');
        return outcomes.map((one, index) => (isLost[index] ? { kind: 'uncertain', diagnostic } : one));
      },
    }));
    await world.sync({ connections: losing });
    const integration = filtered(['a'], 'delete');
    await world.sync({
      integration,
      connections: connectionsWith('b', () => ({ find: async () => fail(diagnostic) })),
    });
    expect(await reasons()).toEqual(['uncertain']);
    const person = new AbortController();
    const dying = connectionsWith('b', (erp) => ({
      read: (request) => {
        person.abort();
        return erp.read(request);
      },
    }));
    await world.sync({ integration, connections: dying, signal: person.signal });
    expect((await world.store.links('crm-erp/companies', 'a', [id])).get(id)?.state).toBe('active');
    expect(customers().map((one) => one.name_1)).toEqual(['Nord', 'Süd']);
    await world.sync({ integration });
    expect(customers().map((one) => one.name_1)).toEqual(['Süd']);
    expect(await reasons()).toEqual([]);
  });

  // Simulation seed 700018.
  it('a record that is created outside the filter of its side is linked in silence, and its source stays', async () => {
    const integration = filtered(['a'], 'delete');
    world.erp.userCreate('customers', { name_1: 'Süd', group: 1, country: 'DE' }, Date.now());
    for (let run = 0; run < 3; run += 1) await world.sync({ integration });
    const [customer] = customers();
    expect(customer?.name_1).toBe('Süd');
    const links = await world.store.links('crm-erp/companies', 'b', [String(customer?.id)]);
    expect([...links.values()].map((link) => link.state)).toEqual(['silent']);
  });

  it('a record is not removed for its partner having left the filter when somebody has changed it', async () => {
    const integration = filtered(['a'], 'delete');
    const id = newCompany({ name: 'Nord', status: 'customer' });
    await world.sync({ integration });
    editCompany(id, { status: 'lead' });
    editCustomer(customers()[0]?.id ?? 0, { city: 'Husum' });
    await world.sync({ integration });
    expect(customers()).toHaveLength(1);
    expect(await reasons()).toEqual(['delete-update-conflict']);
  });

  // Simulation seed 700060.
  it('a pair of which both records left the filter is made anew when one comes back', async () => {
    const integration = filtered(['a', 'b'], 'unlink');
    const id = newCompany({ name: 'Nord', status: 'customer' });
    await world.sync({ integration });
    editCompany(id, { status: 'lead' });
    editCustomer(customers()[0]?.id ?? 0, { group: 1 });
    await world.sync({ integration });
    editCompany(id, { status: 'customer' });
    await world.sync({ integration });
    expect(customers()).toHaveLength(1);
    expect(await reasons()).toEqual(['match-outside']);
    editCustomer(customers()[0]?.id ?? 0, { group: 3 });
    await world.sync({ integration });
    expect(await reasons()).toEqual([]);
  });

  // Simulation seed 700386.
  it('a record whose match is kept out waits for it, whichever of the two was read', async () => {
    const integration = filtered(['a'], 'keep');
    newCompany({ name: 'Nord', status: 'lead', vat_id: 'DE136695976' });
    const vat = { vat_no: 'DE136695976', group: 3, country: 'DE' };
    world.erp.userCreate('customers', { name_1: 'Nord', ...vat }, Date.now());
    await world.sync({ integration });
    expect(await reasons()).toEqual(['match-outside']);
    expect([...world.crm.records('companies')]).toHaveLength(1);
  });

  // Simulation seed 717.
  it('a parked match that is taken up again is not undone by what was read of it before', async () => {
    const unlinking = filtered(['a'], 'unlink');
    const firstContact = { prefer: 'a', emptyOverwrites: false } as const;
    const mappings = unlinking.mappings.map((mapping) => ({ ...mapping, firstContact }));
    const integration = { ...unlinking, mappings };
    const id = newCompany({ name: 'Nord', status: 'customer', vat_id: 'DE136695976' });
    await world.sync({ integration });
    editCompany(id, { status: 'lead' });
    await world.sync({ integration });
    editCustomer(customers()[0]?.id ?? 0, { city: 'Husum', group: 2 });
    await world.sync({ integration });
    expect(await reasons()).toEqual(['match-outside']);
    await approve(world.store, 'crm-erp');
    editCompany(id, { status: 'customer' });
    const planned: PlanItem[] = [];
    await world.plan({ integration, onEvent: (event) => event.type === 'item' && planned.push(event.item) });
    expect(planned.map(({ a }) => a)).toEqual([id]);
    await world.sync({ integration });
    expect(world.crm.get('companies', id)?.status).toBe('customer');
    expect(customers().map((one) => one.group)).toEqual([3]);
  });

  // Simulation seed 812168.
  it('the former partner of a record that is back is not linked to another one as well', async () => {
    const integration = filtered(['a'], 'unlink');
    const vat = { vat_id: 'DE136695976' };
    const id = newCompany({ name: 'Nord', status: 'customer', ...vat });
    await world.sync({ integration });
    editCompany(id, { status: 'lead' });
    await world.sync({ integration });
    editCompany(id, { status: 'customer' });
    const double = newCompany({ name: 'Nord', status: 'customer', ...vat });
    expect((await world.sync({ integration })).outcome).toBe('partial');
    expect(customers()).toHaveLength(1);
    expect((await world.store.parked({})).map((one) => one.id)).toEqual([double]);
  });

  // Simulation seed 13169.
  it('a record that is made anew is not taken for its earlier partner, which lies in the archive', async () => {
    const integration = filtered(['b'], 'archive');
    world.erp.userCreate('customers', { name_1: 'Nord', group: 3 }, Date.now());
    await world.sync({ integration });
    const customer = customers()[0]?.id ?? 0;
    const [company] = [...world.crm.records('companies')];
    editCustomer(customer, { group: 1 });
    await world.sync({ integration });
    expect(world.crm.get('companies', company?.id ?? '')?.archived).toBe(true);
    editCustomer(customer, { group: 2 });
    // The answer is lost; the archived company has a link token of its own, so the one that was made is found by its.
    const { handle } = world.crm;
    let answered = 0;
    world.crm.handle = (request, now) => {
      const answer = handle.call(world.crm, request, now);
      if (request.method !== 'POST' || !request.path.startsWith('/companies')) return answer;
      answered += 1;
      return answered === 1 ? { ...answer, status: 500, body: 'lost' } : answer;
    };
    await world.sync({ integration });
    world.crm.handle = handle;
    await world.sync({ integration });
    expect(await reasons()).toEqual([]);
    const links = await world.store.links('crm-erp/companies', 'b', [String(customer)]);
    const anew = [...world.crm.records('companies')].filter((one) => !one.archived);
    expect(anew.map((one) => one.id)).toEqual([links.get(String(customer))?.a]);
    expect(anew[0]?.id).not.toBe(company?.id);
  });

  // Simulation seed 27119.
  it.each([
    [true, ['merged-into-linked', 'match-outside']],
    [false, []],
  ])(
    'a record merged into one that the filter unlinked; the former partner still there: %s',
    async (isThere, waiting) => {
      const integration = filtered(['a'], 'unlink');
      const survivor = newCompany({ name: 'Nord', status: 'customer' });
      await world.sync({ integration });
      const former = customers()[0]?.id ?? 0;
      editCompany(survivor, { status: 'lead' });
      const merged = newCompany({ name: 'Süd', status: 'customer' });
      await world.sync({ integration });
      const double = customers().find((one) => one.id !== former)?.id ?? 0;
      if (!isThere) world.erp.userDelete('customers', former, Date.now());
      world.crm.merge('companies', survivor, merged, Date.now());
      await world.sync({ integration });
      expect(await reasons()).toEqual(waiting);
      world.erp.userDelete('customers', double, Date.now());
      editCompany(survivor, { status: 'customer' });
      await world.sync({ integration });
      const link = (await world.store.links('crm-erp/companies', 'a', [survivor])).get(survivor);
      expect(customers().map((one) => String(one.id))).toEqual([link?.b]);
      expect(link?.b === String(former)).toBe(isThere);
    },
  );
});
