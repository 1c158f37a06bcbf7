import { afterEach, describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/port.ts';
import { openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

/** A store that is out of reach from the commit on that follows the first intent. */
function failingAfterIntent(store: Store): Store {
  let isOver = false;
  return new Proxy(store, {
    get: (target, name) => {
      if (name === 'commit') {
        return async (...given: Parameters<Store['commit']>) => {
          if (isOver) throw new Error('The process has died');
          isOver = (given[1].intents ?? []).length > 0;
          return target.commit(...given);
        };
      }
      const method: unknown = Reflect.get(target, name);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });
}

describe('creates whose outcome is unknown', () => {
  // Simulation seed 410596.
  it('a record that matches the source of one is not created a second time', async () => {
    world = await openWorld({
      crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
      erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
    });
    const { crm, erp, store } = world;
    const company = { name: 'Nord', country: 'DE', status: 'lead', vat_id: 'DE136695976' };
    crm.userCreate('companies', company, Date.now());
    erp.setFaults({ rules: [{ kind: 'drop-before', method: 'POST' }] });
    await world.sync({ store: failingAfterIntent(store) }).catch(() => undefined);
    erp.setFaults({ rules: [] });
    const lease = await store.acquire('crm-erp', 'test', 1, Date.now() + 100_000);
    if (lease.ok) await store.release(lease.value);
    expect(await store.intents('crm-erp/companies')).toHaveLength(1);
    erp.userCreate('customers', { name_1: 'Nord GmbH', vat_no: 'DE136695976', country: 'DE' }, Date.now());
    await world.sync();
    expect([...crm.records('companies')]).toHaveLength(1);
    const parked = await store.parked({ side: 'b' });
    expect(parked.map((one) => one.reason)).toEqual(['match-linked']);
  });
});
