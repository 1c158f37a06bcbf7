import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases } from '../sql/world.ts';
import { northwind } from './data.ts';
import { northwindTables } from './load.ts';
import type { RunResult } from './run-once.ts';
import { type NorthwindWorld, openNorthwind } from './world.ts';

const tables = { sqlite: northwindTables('sqlite'), postgres: northwindTables('postgres') };
const { data, real } = northwind();

/** What a run wrote, by mapping and side, where it wrote anything. */
function writes({ run }: RunResult): string[] {
  return Object.entries(run.counts).flatMap(([mapping, { wrote }]) =>
    (['a', 'b'] as const).flatMap((side) =>
      Object.entries(wrote[side])
        .filter(([, count]) => count > 0)
        .map(([kind, count]) => `${mapping} ${side === 'a' ? 'northwind' : 'crm'} ${kind} ${count}`),
    ),
  );
}

describeDatabases(`${real ? 'the real' : 'a made-up'} Northwind and a CRM in two-way sync`, tables, (database) => {
  let world: NorthwindWorld;
  beforeAll(async () => {
    world = await openNorthwind(database());
  });
  afterAll(() => world.close());

  test('the first run brings each side what the other had', async () => {
    const first = await world.sync();
    expect(first.run.outcome).toBe('done');
    expect(writes(first)).toEqual([
      'customers northwind create 15',
      `customers crm create ${data.Customers.length}`,
      `products crm create ${data.Products.length}`,
      `orders crm create ${data.Orders.length}`,
    ]);
    expect(await world.disagreements()).toEqual([]);
  });

  test('the second run writes nothing', async () => {
    expect(writes(await world.sync())).toEqual([]);
  });

  test('edits on both sides move exactly the fields that were edited', async () => {
    await database().run(
      `UPDATE customers SET address = 'Neue Straße 1' WHERE customer_id = 'ALFKI' OR customer_id = 'KEY1'`,
    );
    await database().run(
      `UPDATE orders SET shipped_date = '1998-05-06' WHERE shipped_date IS NULL AND order_id % 2 = 0`,
    );
    const [company] = [...world.crm.records('companies')].filter(({ external_id: link }) => link !== null);
    world.crm.userUpdate('companies', company!.id, { postal_code: '99999', phone: '+49 221 5550' }, world.now());
    const edited = await world.sync();
    const shipped = data.Orders.filter(({ OrderID, ShippedDate }) => ShippedDate === null && OrderID % 2 === 0).length;
    expect(writes(edited)).toEqual([
      'customers northwind update 1',
      'customers crm update 1',
      `orders crm update ${shipped}`,
    ]);
    expect(await world.disagreements()).toEqual([]);
    expect(writes(await world.sync())).toEqual([]);
  });

  test('a row deleted in the database is proved gone and archived in the CRM', async () => {
    await database().run('DELETE FROM orders WHERE order_id = 10248');
    const swept = await world.sync({ sweep: 'always' });
    expect(writes(swept)).toEqual(['orders crm archive 1']);
    expect(await world.disagreements()).toEqual([]);
  });
});
