import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import { openEmptyWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openEmptyWorld();
});
afterEach(() => world.close());

function newCompany(name: string, status: string): string {
  const made = world.crm.userCreate('companies', { name, status, country: 'DE' }, Date.now());
  if (!('record' in made)) throw new Error(JSON.stringify(made));
  return made.record.id;
}

const newCustomer = (fields: Record<string, string | number>) =>
  world.erp.userCreate('customers', { country: 'DE', ...fields }, Date.now());
const customers = () => [...world.erp.records('customers')].map(({ name_1, group }) => [name_1, group]);
const companies = () => [...world.crm.records('companies')].map(({ name, status }) => [name, status]);
const statuses = () => world.crm.options('companies', 'status').map(({ value }) => value);
const addStatus = (value: string) => world.crm.addOption('companies', 'status', value, value.toUpperCase());
const parked = async () => (await world.store.parked({})).map(({ reason }) => reason);

const row = (more: string): LoadedIntegration =>
  world.edited(['- { crm: status, erp: group }', `- { crm: status, erp: group, ${more} }`]);

describe('an option that the other system does not have', () => {
  it('parks its records, with one alert, until it is mapped', async () => {
    addStatus('vip');
    for (const name of ['Nord', 'Süd']) newCompany(name, 'vip');
    const alerts = async (integration: LoadedIntegration) =>
      (await world.sync({ integration })).diagnostics.map(({ code, summary }) => `${code}: ${summary}`);
    expect(await alerts(world.integration)).toEqual([
      'option-unmapped: The option vip of status ↔ group has no counterpart',
    ]);
    expect(await parked()).toEqual(['option-unmapped', 'option-unmapped']);
    newCompany('West', 'vip');
    expect(await alerts(world.integration)).toEqual([]);
    expect(await parked()).toHaveLength(3);
    const mapped = row(
      'options: { lead: lead, prospect: prospect, customer: customer, churned: churned, vip: customer }',
    );
    expect(await alerts(mapped)).toEqual([]);
    expect(customers()).toEqual([
      ['Nord', 3],
      ['Süd', 3],
      ['West', 3],
    ]);
    expect(await parked()).toEqual([]);
  });

  it('becomes the default, or is left alone, without a table, too', async () => {
    addStatus('vip');
    newCompany('Nord', 'vip');
    await world.sync({ integration: row('otherwise: { policy: default, erp: prospect, crm: lead }') });
    expect(customers()).toEqual([['Nord', 2]]);
    newCompany('Süd', 'vip');
    await world.sync({ integration: row('otherwise: { policy: ignore }') });
    expect(customers()[1]?.[0]).toBe('Süd');
    expect(await parked()).toEqual([]);
  });

  it('is added where its row says so, planned first, and only once', async () => {
    const integration = row('otherwise: { policy: create }, direction: erp -> crm');
    world.crm.removeOption('companies', 'status', 'churned');
    for (const name_1 of ['Nord', 'Süd']) newCustomer({ name_1, group: 4 });
    const plan = await world.plan({ integration });
    expect(plan.diagnostics.map(({ code, summary }) => `${code}: ${summary}`)).toEqual([
      'option-to-create: The option churned is to be added to statuses of crm (status ↔ group)',
    ]);
    expect(plan.counts.companies?.b).toMatchObject({ applied: 2, parked: 0 });
    expect(statuses()).not.toContain('churned');
    const run = await world.sync({ integration });
    expect(run.outcome).toBe('done');
    expect(run.diagnostics.map(({ code }) => code)).toEqual(['option-created']);
    expect(statuses().filter((value) => value === 'churned')).toHaveLength(1);
    expect(world.crm.options('companies', 'status').at(-1)?.label).toBe('Churned');
    expect(companies()).toEqual([
      ['Nord', 'churned'],
      ['Süd', 'churned'],
    ]);
    const second = await world.sync({ integration, full: true });
    expect(second.diagnostics).toEqual([]);
    expect(second.counts.companies?.wrote.a).toMatchObject({ create: 0, update: 0 });
  });

  it('lets records go that waited for it once somebody adds it', async () => {
    world.crm.removeOption('companies', 'status', 'churned');
    newCustomer({ name_1: 'Nord', group: 4 });
    await world.sync();
    expect(await parked()).toEqual(['option-unmapped']);
    await world.sync();
    expect(companies()).toEqual([]);
    addStatus('churned');
    await world.sync();
    expect(companies()).toEqual([['Nord', 'churned']]);
    expect(await parked()).toEqual([]);
  });
});

describe('the lists of options', () => {
  const reads = async (more: Parameters<World['sync']>[0] = {}) => (await world.sync(more)).calls.a.reads;

  it('are not asked for in a run that has nothing to decide', async () => {
    await world.sync();
    const quiet = await reads();
    expect(quiet).toBe(world.integration.mappings.length);
    addStatus('vip');
    expect(await reads()).toBe(quiet);
    newCompany('Süd', 'lead');
    expect(await reads()).toBe(quiet + 1);
  });

  it('are those of the moment for a record that changed since, and the next run tells of what is new', async () => {
    const integration = row(
      'options: { lead: lead, prospect: prospect, customer: customer, churned: churned, vip: customer }',
    );
    newCompany('Nord', 'lead');
    await world.sync({ integration });
    addStatus('vip');
    newCompany('Süd', 'vip');
    expect((await world.sync({ integration })).diagnostics).toEqual([]);
    expect(customers()).toEqual([
      ['Nord', 1],
      ['Süd', 3],
    ]);
    const codes = async () => (await world.sync({ integration })).diagnostics.map(({ code }) => code);
    expect(await codes()).toEqual(['option-new']);
    expect(await codes()).toEqual([]);
  });

  it('stop the run, with nothing written, where they can not be read once a record has changed', async () => {
    newCompany('Nord', 'lead');
    await world.sync();
    const { http } = world.platform;
    const unreadable: typeof http.request = (request) =>
      new URL(request.url).pathname.startsWith('/options/')
        ? Promise.resolve({ ok: true, value: { status: 403, headers: {}, body: '', url: request.url } })
        : http.request(request);
    world.platform.http = { request: unreadable, close: () => http.close() };
    newCompany('Süd', 'lead');
    const run = await world.sync();
    expect(run.outcome).toBe('failed');
    expect(customers()).toEqual([['Nord', 1]]);
    world.platform.http = http;
    expect((await world.sync()).outcome).toBe('done');
    expect(customers()).toHaveLength(2);
  });
});

it('options in groups: the first is written, and all lead back', async () => {
  const integration = row('options: { lead: [lead, prospect], customer: [customer, churned], prospect: lead }');
  newCompany('Nord', 'lead');
  newCompany('Süd', 'prospect');
  newCustomer({ name_1: 'West', group: 4 });
  newCustomer({ name_1: 'Ost', group: 2 });
  await world.sync({ integration });
  expect(customers()).toEqual([
    ['West', 4],
    ['Ost', 2],
    ['Nord', 1],
    ['Süd', 1],
  ]);
  expect(companies()).toEqual([
    ['Nord', 'lead'],
    ['Süd', 'prospect'],
    ['West', 'customer'],
    ['Ost', 'lead'],
  ]);
  const second = await world.sync({ integration, full: true });
  expect(second.counts.companies?.wrote).toMatchObject({ a: { update: 0 }, b: { update: 0 } });
});
