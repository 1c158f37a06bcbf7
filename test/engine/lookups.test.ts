import { afterEach, expect, it } from 'vitest';
import { openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const LOOKUPS = (missing: string, from = '{{ record.owner_id }}') => `clock_skew: 2m
    lookups:
      owner: { system: crm, of: crm, object: users, from: "${from}", missing: ${missing} }
      keeper: { system: crm, object: users, by: email, from: "{{ record.contact_email }}" }`;
const ROWS = `- { erp: memo, to_erp: "{{ lookup.owner.email | default('nobody') }}" }
      - { crm: notes, to_crm: "{{ lookup.keeper.name ~ ' ' ~ lookup.keeper.id if lookup.keeper else 'nobody' }}" }
      - { crm: email, erp: email }`;

const open = (missing = 'empty', from?: string) =>
  openWorld({
    crm: { seed: 3, limit: null, indexLagMs: 0, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 3 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
    edits: [
      ['clock_skew: 2m', LOOKUPS(missing, from)],
      ['- { crm: email, erp: email }', ROWS],
    ],
  });

const users = () => [...world.crm.records('users')];
const company = (name: string, more = {}) =>
  world.crm.userCreate('companies', { name, country: 'DE', status: 'customer', ...more }, Date.now());
const customers = () => [...world.erp.records('customers')].sort((a, b) => a.id - b.id);
const memos = () => Object.fromEntries(customers().map(({ name_1, memo }) => [name_1, memo]));

it('a value comes from a record that the mapped one names, found by its id or by a field, once for all', async () => {
  world = await open();
  const [ada, bob] = users();
  for (let i = 0; i < 20; i++) company(`Werft ${i}`, { owner_id: i % 2 === 0 ? ada?.id : bob?.id });
  company('Ohne');
  const run = await world.sync();
  expect(run.outcome).toBe('done');
  expect(memos()).toMatchObject({
    'Werft 0': ada?.email,
    'Werft 1': bob?.email,
    'Werft 18': ada?.email,
    Ohne: 'nobody',
  });
  const [first] = customers();
  world.erp.userUpdate('customers', first?.id ?? 0, { contact_email: bob?.email ?? null }, Date.now());
  await world.sync();
  expect([...world.crm.records('companies')].find(({ name }) => name === first?.name_1)?.notes).toBe(
    `${bob?.name} ${bob?.id}`,
  );
  const quiet = await world.sync();
  expect(quiet.calls.a.writes + quiet.calls.b.writes).toBe(0);
});

it('a record that names another one is decided anew', async () => {
  world = await open();
  const [ada, bob] = users();
  const made = company('Werft', { owner_id: ada?.id });
  await world.sync();
  if ('record' in made) world.crm.userUpdate('companies', made.record.id, { owner_id: bob?.id ?? null }, Date.now());
  await world.sync();
  expect(memos()).toEqual({ Werft: bob?.email });
});

it('what is not found parks the record where the lookup says so, and goes on when it is there', async () => {
  world = await open('park', '{{ record.street }}');
  const [ada] = users();
  const made = company('Werft', { street: 'nowhere' });
  company('Ohne');
  const run = await world.sync();
  expect(run.outcome).toBe('partial');
  expect(memos()).toEqual({ Ohne: 'nobody' });
  const [parked] = await world.store.parked({ mapping: `${world.integration.name}/companies` });
  expect(parked).toMatchObject({ reason: 'lookup-missing' });
  expect(parked?.diagnostic.summary).toBe('The lookup owner finds no users by id');
  if ('record' in made) world.crm.userUpdate('companies', made.record.id, { street: String(ada?.id) }, Date.now());
  await world.sync();
  expect(memos()).toMatchObject({ Werft: ada?.email });
});
