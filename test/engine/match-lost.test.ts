import { afterEach, expect, it } from 'vitest';
import type { LoadedMapping } from '../../src/integration/loaded.ts';
import { openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

// Simulation seed 701309.
it('a record whose match is gone matches another one by a later rule', async () => {
  world = await openWorld({
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  });
  const { crm, erp, store } = world;
  const rules = (mapping: LoadedMapping): LoadedMapping => ({
    ...mapping,
    match: [
      [{ a: 'vat_id', b: 'vat_no', reference: null, by: { a: null, b: null } }],
      [{ a: 'email', b: 'email', reference: null, by: { a: null, b: null } }],
    ],
    propagate: { ...mapping.propagate, a: { ...mapping.propagate.a, create: 'ignore' } },
  });
  const integration = {
    ...world.integration,
    mappings: world.integration.mappings.map((one) => (one.name === 'companies' ? rules(one) : one)),
  };
  // So long ago that the second run does not read them again.
  const before = Date.now() - 600_000;
  const first = crm.userCreate('companies', { name: 'Nord', country: 'DE', vat_id: 'DE136695976' }, before);
  const second = crm.userCreate('companies', { name: 'Nord', country: 'DE', email: 'nord@example.org' }, before);
  if (!('record' in first && 'record' in second)) throw new Error('not made');
  await world.sync({ integration });
  crm.purge('companies', first.record.id, Date.now());
  const customer = { name_1: 'Nord', vat_no: 'DE136695976', email: 'nord@example.org', country: 'DE' };
  erp.userCreate('customers', customer, Date.now());
  await world.sync({ integration });
  expect([...crm.records('companies')]).toHaveLength(1);
  const links = await store.links('crm-erp/companies', 'a', [second.record.id]);
  expect([...links.values()].map((link) => link.state)).toEqual(['active']);
});
