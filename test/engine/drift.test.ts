import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import type { Run } from '../../src/store/port.ts';
import { openEmptyWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openEmptyWorld();
});
afterEach(() => world.close());

const CRM_SYSTEM = '    contact: { name: Sales operations, email: crm@company.example }\n';
const FIRST_ROW = '    fields:\n      # The ERP cuts names';

/** The example in which the fields are asked for in every run, with what is added to its companies. */
function example({ policy, row, field }: { policy?: string; row?: string; field?: string } = {}): LoadedIntegration {
  return world.edited(
    ['  every: 5m\n', '  every: 5m\n  fields: 0s\n'],
    [
      CRM_SYSTEM,
      field === undefined ? CRM_SYSTEM : `${CRM_SYSTEM}    objects: { companies: { fields: { ${field} } } }\n`,
    ],
    [
      FIRST_ROW,
      `${policy === undefined ? '' : `    new_fields: { crm: ${policy} }\n`}${FIRST_ROW.replace('fields:\n', `fields:\n${row === undefined ? '' : `      - ${row}\n`}`)}`,
    ],
  );
}

function newCompany(name: string, more: Record<string, string | object> = {}): string {
  const fields: Record<string, never> = JSON.parse(JSON.stringify({ name, country: 'DE', ...more }));
  const made = world.crm.userCreate('companies', fields, Date.now());
  if (!('record' in made)) throw new Error(JSON.stringify(made));
  return made.record.id;
}

const customers = () => [...world.erp.records('customers')];
const addField = (key: string, label: string, more: Partial<Parameters<World['crm']['addCustomField']>[1]> = {}) =>
  world.crm.addCustomField('companies', { key, label, type: 'text', max_length: 40, ...more });
const said = ({ diagnostics }: Run) =>
  diagnostics.map(({ severity, code, summary }) => `${severity} ${code}: ${summary}`);
const parked = async () => (await world.store.parked({})).map(({ reason }) => reason);

describe('a field that users add', () => {
  it('is proposed with its lines, run after run, until the file knows it', async () => {
    const integration = example();
    expect(said(await world.sync({ integration }))).toEqual([]);
    addField('memo', 'Memo');
    const run = await world.sync({ integration });
    expect(said(run)).toEqual(['warning field-new: companies of crm has the new field memo ("Memo")']);
    expect(run.diagnostics[0]?.detail).toBe(
      [
        'systems.crm.objects.companies.fields:',
        '  memo: { type: string, custom: "memo", label: "Memo" }',
        'fields:',
        '  - { crm: memo, erp: memo }',
      ].join('\n'),
    );
    expect(run.outcome).toBe('done');
    expect(said(await world.plan({ integration }))).toHaveLength(1);
    expect(said(await world.sync({ integration }))).toHaveLength(1);
    const decided = example({ field: 'memo: { type: string, custom: memo }', row: '{ crm: memo, erp: memo }' });
    expect(said(await world.sync({ integration: decided }))).toEqual([]);
    newCompany('Nord', { custom_fields: { memo: 'call back' } });
    await world.sync({ integration: decided });
    expect(customers().map((one) => one.memo)).toEqual(['call back']);
  });

  it('is told of once where it is ignored', async () => {
    const integration = example({ policy: 'ignore' });
    await world.sync({ integration });
    addField('memo', 'Memo');
    expect(said(await world.sync({ integration }))).toEqual([
      'info field-new: companies of crm has the new field memo ("Memo")',
    ]);
    expect(said(await world.sync({ integration }))).toEqual([]);
  });

  it('is mapped to the field of its name, for good', async () => {
    const integration = example({ policy: 'map-by-name' });
    const id = newCompany('Nord');
    await world.sync({ integration });
    addField('memo', 'Memo');
    addField('tier', 'Tier');
    world.crm.userUpdate('companies', id, { custom_fields: { memo: 'call back', tier: 'A' } }, Date.now());
    const run = await world.sync({ integration });
    expect(said(run)).toEqual([
      'info field-mapped: companies of crm has the new field memo ("Memo"); it is mapped to memo of erp',
      'warning field-new: companies of crm has the new field tier ("Tier")',
    ]);
    expect(customers().map((one) => one.memo)).toEqual(['call back']);
    world.erp.userUpdate('customers', customers()[0]?.id ?? 0, { memo: 'called' }, Date.now());
    await world.sync({ integration, full: true });
    expect([...world.crm.records('companies')][0]?.custom_fields).toEqual({ memo: 'called', tier: 'A' });
    const quiet = await world.sync({ integration, full: true });
    expect(quiet.counts.companies?.wrote).toMatchObject({ a: { update: 0 }, b: { update: 0 } });
  });

  it('holds its mapping, and no other, where that is wished', async () => {
    const integration = example({ policy: 'hold' });
    await world.sync({ integration });
    addField('memo', 'Memo');
    newCompany('Nord');
    world.erp.userCreate('articles', { article_no: 'A-1', description: 'Nut' }, Date.now());
    const run = await world.sync({ integration });
    expect(run.outcome).toBe('partial');
    expect(said(run)).toEqual([
      'error mapping-held: companies of crm has the new field memo ("Memo"): the mapping is held',
    ]);
    expect(customers()).toEqual([]);
    expect([...world.crm.records('products')]).toHaveLength(1);
    const decided = example({ policy: 'hold', field: 'memo: { type: string, custom: memo }' });
    expect((await world.sync({ integration: decided })).outcome).toBe('done');
    expect(customers()).toHaveLength(1);
  });
});

describe('a field that is no longer as it was', () => {
  const mapped = () =>
    example({ field: 'region: { type: string, custom: region, max_length: 40 }', row: '{ crm: region, erp: user_2 }' });

  it('gone: its values wait, and nothing else does', async () => {
    const integration = mapped();
    newCompany('Nord', { custom_fields: { region: 'north' } });
    await world.sync({ integration });
    expect(customers().map((one) => one.user_2)).toEqual(['north']);
    world.crm.removeCustomField('companies', 'region');
    const [nord] = customers();
    world.erp.userUpdate('customers', nord?.id ?? 0, { user_2: 'south' }, Date.now());
    newCompany('West');
    const run = await world.sync({ integration });
    expect(said(run)).toContain('error field-gone: companies of crm has no field region any more (region ↔ user_2)');
    expect(run.outcome).toBe('partial');
    expect(await parked()).toEqual(['field-held']);
    expect(customers().map((one) => [one.name_1, one.user_2])).toEqual([
      ['Nord', 'south'],
      ['West', ''],
    ]);
    addField('region', 'Region');
    await world.sync({ integration });
    expect(await parked()).toEqual([]);
    expect([...world.crm.records('companies')][0]?.custom_fields).toEqual({ region: 'south' });
  });

  it('retyped: its row waits until the file says the new type', async () => {
    const integration = mapped();
    await world.sync({ integration });
    world.crm.removeCustomField('companies', 'region');
    addField('region', 'Region', { type: 'boolean' });
    world.erp.userCreate('customers', { name_1: 'Nord', user_2: 'north' }, Date.now());
    world.erp.userCreate('customers', { name_1: 'Süd' }, Date.now());
    const run = await world.sync({ integration });
    expect(said(run)).toContain(
      'error field-retyped: The field region ("Region") of companies of crm holds boolean now, not string',
    );
    expect(await parked()).toEqual(['field-held']);
    expect([...world.crm.records('companies')].map(({ name }) => name)).toEqual(['Süd']);
  });

  it('shortened: longer values are held back before they are sent', async () => {
    const integration = mapped();
    await world.sync({ integration });
    world.crm.removeCustomField('companies', 'region');
    addField('region', 'Region', { max_length: 5 });
    world.erp.userCreate('customers', { name_1: 'Nord', user_2: 'northern' }, Date.now());
    const run = await world.sync({ integration });
    expect(said(run)).toContain(
      'warning field-shortened: The field region ("Region") of companies of crm takes 5 characters now',
    );
    expect((await world.store.parked({})).map(({ diagnostic }) => diagnostic.code)).toEqual(['too-long']);
    expect(run.calls.a.writes).toBe(0);
  });

  it('renamed: is told of once', async () => {
    const integration = mapped();
    await world.sync({ integration });
    world.crm.removeCustomField('companies', 'region');
    addField('region', 'Sales region');
    expect(said(await world.sync({ integration }))).toEqual([
      'info field-renamed: The field region ("Region") of companies of crm is called "Sales region" now',
    ]);
    expect(said(await world.sync({ integration }))).toEqual([]);
  });
});

it('a new option is told of by plan and by the next sync, once', async () => {
  const integration = example();
  await world.sync({ integration });
  world.crm.addOption('companies', 'status', 'vip', 'Very important');
  const told = ['info option-new: statuses of crm has the new option vip ("Very important")'];
  expect(said(await world.plan({ integration }))).toEqual(told);
  expect(said(await world.sync({ integration }))).toEqual(told);
  expect(said(await world.sync({ integration }))).toEqual([]);
  world.crm.removeOption('companies', 'status', 'vip');
  expect(said(await world.sync({ integration }))).toEqual([
    'info option-gone: statuses of crm no longer has the option vip ("Very important")',
  ]);
});

it('values beside the mapping are counted in whole reads, and kept', async () => {
  const integration = example();
  addField('tier', 'Tier');
  newCompany('Nord', { notes: 'call back', custom_fields: { tier: 'A' } });
  newCompany('Süd', { notes: 'gone fishing' });
  const run = await world.sync({ integration });
  expect(run.counts.companies?.unmapped).toEqual({ a: { notes: 2, tier: 1 } });
  const again = await world.sync({ integration });
  expect(again.counts.companies?.unmapped?.a).toBeUndefined();
  const shape = await world.store.shape(`${integration.name}/companies`, 'a');
  expect(shape?.unmapped).toEqual({ notes: 2, tier: 1 });
});

it('a list of fields that can not be read stops nothing', async () => {
  const integration = example();
  newCompany('Nord');
  const handle = world.crm.handle;
  world.crm.handle = (request, now) =>
    request.path.startsWith('/custom_fields')
      ? { status: 403, headers: {}, body: '{}' }
      : handle.call(world.crm, request, now);
  const run = await world.sync({ integration });
  expect(said(run)).toEqual(['warning fields-unread: The fields of companies of crm could not be asked for']);
  expect(run.outcome).toBe('done');
  expect(customers()).toHaveLength(1);
});
