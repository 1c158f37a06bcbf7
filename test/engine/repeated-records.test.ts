import { afterEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/connector/port.ts';
import { openConnection, openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

/** A connection whose searches find each record twice, as those over a join do. */
const findingTwice = (connection: Connection): Connection =>
  new Proxy(connection, {
    get: (target, name) => {
      if (name === 'find') {
        return async (...given: Parameters<Connection['find']>) => {
          const found = await target.find(...given);
          return found.ok ? { ...found, value: [...found.value, ...found.value] } : found;
        };
      }
      const method: unknown = Reflect.get(target, name);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });

describe('records that a system lists twice', () => {
  // Simulation seed 300138.
  it('a create whose answer was lost is settled although the search for it finds its record twice', async () => {
    world = await openWorld({
      crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
      erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
    });
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
