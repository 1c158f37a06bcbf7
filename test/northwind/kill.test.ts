import { afterAll, beforeAll, expect, test } from 'vitest';
import { Draw } from '../../sandbox/draw.ts';
import { describeDatabases } from '../sql/world.ts';
import { northwindTables } from './load.ts';
import { type NorthwindWorld, openNorthwind } from './world.ts';

const tables = { sqlite: northwindTables('sqlite'), postgres: northwindTables('postgres') };
const SEED = Number(process.env.DOVETAIL_TEST_SEED ?? 1);
const KILLS = 10;

describeDatabases(`Northwind survives kill -9 at ${KILLS} random points (seed ${SEED})`, tables, (database) => {
  let world: NorthwindWorld;
  beforeAll(async () => {
    world = await openNorthwind(database());
  });
  afterAll(() => world.close());

  /** What people do on both sides meanwhile, never to one field of one record on both. */
  async function edits(round: number): Promise<void> {
    const name = `Round ${round}`;
    await database().insert('customers', [
      { customer_id: `R${round}`, company_name: name, city: 'Bonn', country: 'Germany' },
    ]);
    await database().insert('orders', [
      { order_id: 20_000 + round, customer_id: `R${round}`, required_date: '2026-03-04' },
    ]);
    await database().run(
      `UPDATE customers SET address = 'Street ${round}' WHERE company_name LIKE 'A%' OR company_name LIKE 'S%'`,
    );
    world.crm.userCreate('companies', { name: `CRM ${name}`, city: 'Linz', country: 'AT' }, world.now());
    const companies = [...world.crm.records('companies')].filter(({ archived }) => !archived);
    for (const company of companies.slice(0, 3 + round)) {
      world.crm.userUpdate('companies', company.id, { postal_code: `P${round}` }, world.now());
    }
  }

  test('after one more run nothing is there twice, and nothing is lost', { timeout: 240_000 }, async () => {
    const draw = new Draw(SEED, 1);
    let killed = 0;
    for (let round = 1; killed < KILLS && round <= 6 * KILLS; round += 1) {
      await edits(round);
      // The first runs have most to do; a run that ends before its step was not killed and does not count.
      const furthest = killed < 4 ? 40 : 20;
      if (await world.killedSync(1 + Math.floor(draw.next() * furthest))) killed += 1;
    }
    expect(killed).toBe(KILLS);
    const { run, parked } = await world.sync({ sweep: 'always' });
    expect([run.outcome, run.diagnostics, parked]).toEqual(['done', [], []]);
    expect(await world.disagreements()).toEqual([]);
    const quiet = await world.sync();
    const wrote = Object.values(quiet.run.counts).flatMap((counts) => Object.values(counts.wrote));
    expect(wrote.flatMap((kinds) => Object.values(kinds)).filter((count) => count > 0)).toEqual([]);
  });
});
