import { afterEach, expect, it } from 'vitest';
import { compileExpression } from '../../src/integration/expression.ts';
import type { LoadedMapping } from '../../src/integration/loaded.ts';
import { openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

// Simulation seed 510049.
it('a field that an expression makes of several follows those that the same run wrote', async () => {
  world = await openWorld({
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  });
  const { crm, erp } = world;
  const toB = compileExpression('{{ value }} in {{ record.city }}');
  if (!toB.ok) throw new Error(toB.error.summary);
  const withCity = (mapping: LoadedMapping): LoadedMapping => ({
    ...mapping,
    fields: mapping.fields.map((field) => (field.a === 'name' ? { ...field, bToA: false, toB: toB.value } : field)),
  });
  const integration = {
    ...world.integration,
    mappings: world.integration.mappings.map((one) => (one.name === 'companies' ? withCity(one) : one)),
  };
  crm.userCreate('companies', { name: 'Nord', country: 'DE', status: 'lead', city: 'Kiel' }, Date.now());
  await world.sync({ integration });
  const [customer] = erp.records('customers');
  const nameNow = () => erp.get('customers', customer?.id ?? 0)?.name_1;
  expect(nameNow()).toBe('Nord in Kiel');
  erp.userUpdate('customers', customer?.id ?? 0, { city: 'Husum' }, Date.now());
  await world.sync({ integration });
  await world.sync({ integration });
  expect(nameNow()).toBe('Nord in Husum');
  const quiet = await world.sync({ integration });
  expect(quiet.calls.b.writes).toBe(0);
});
