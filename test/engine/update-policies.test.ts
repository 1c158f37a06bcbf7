import { afterEach, expect, it } from 'vitest';
import type { LoadedMapping } from '../../src/integration/loaded.ts';
import { openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

// Simulation seed 500039.
it('an edit that loses against a value which is not carried over is on record', async () => {
  world = await openWorld({
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  });
  const { crm, erp, store } = world;
  const made = crm.userCreate('companies', { name: 'Nord', country: 'DE', status: 'lead', city: 'Kiel' }, Date.now());
  if (!('record' in made)) throw new Error('not made');
  const { id } = made.record;
  const ignored = (mapping: LoadedMapping): LoadedMapping => ({
    ...mapping,
    propagate: { ...mapping.propagate, a: { ...mapping.propagate.a, update: 'ignore' } },
    fields: mapping.fields.map((field) => ({ ...field, conflict: 'a' })),
  });
  const integration = { ...world.integration, mappings: world.integration.mappings.map(ignored) };
  await world.sync({ integration });
  const [customer] = erp.records('customers');
  crm.userUpdate('companies', id, { city: 'Lübeck' }, Date.now());
  erp.userUpdate('customers', customer?.id ?? 0, { city: 'Husum' }, Date.now());
  await world.sync({ integration });
  expect(crm.get('companies', id)?.city).toBe('Lübeck');
  expect(erp.get('customers', customer?.id ?? 0)?.city).toBe('Husum');
  const history = await store.history('crm-erp/companies', 'a', id, 10);
  expect(history.map(({ kind, rule, fields }) => ({ kind, rule, fields }))).toEqual([
    { kind: 'overrule-b', rule: 'conflict-side-wins', fields: ['city'] },
  ]);
  expect(history[0]?.digests?.city?.lost).toMatch(/^[0-9a-f]{16}$/);
});
