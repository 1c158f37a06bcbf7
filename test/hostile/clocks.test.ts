import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../engine/world.ts';
import { type Hostile, names, openHostile, stubConnector, wrote } from './world.ts';

const HOUR = 3_600_000;

describe('clocks that differ', () => {
  let world: Hostile;
  beforeEach(async () => {
    world = await openHostile();
  });
  afterEach(() => world.close());

  const ours = () => world.platform.clock.now();
  const edit = (id: string, name: string) => world.left.put(id, { name, email: `${id}@x.example` });

  it.each([
    ['an hour ahead', HOUR, true],
    ['an hour behind', -HOUR, true],
    ['an hour ahead, and does not tell', HOUR, false],
    ['an hour behind, and does not tell', -HOUR, false],
    ['a year behind', -8760 * HOUR, true],
  ])('a server whose clock is %s loses no edit', async (_, offset, tells) => {
    world.left.now = () => ours() + offset;
    world.left.tellsTime = tells;
    for (let i = 0; i < 6; i += 1) {
      edit('a', `a ${i}`);
      edit(`n${i}`, `n${i}`);
      await world.sync();
      expect(names(world.right)).toContain(`a ${i}`);
      expect(world.right.records.size).toBe(i + 2);
      world.skip([0, 1000, HOUR, 60_000, 10 * HOUR, 0][i] ?? 0);
    }
    expect(wrote(await world.sync())).toBe(0);
  });

  it.each([
    ['the server tells its time', true],
    ['the server does not', false],
  ])('a record from the future does not blind the cursor: %s', async (_, tells) => {
    world.left.tellsTime = tells;
    world.left.put('f', { name: 'future', email: 'f', updated: Date.UTC(2099, 0, 1) });
    edit('a', 'a 0');
    await world.sync();
    for (let i = 1; i < 4; i += 1) {
      world.skip(HOUR);
      edit('a', `a ${i}`);
      await world.sync();
      expect(names(world.right).sort()).toEqual([`a ${i}`, 'future']);
    }
  });

  it('stamps of before 1970, of none and of nonsense come through', async () => {
    for (const [id, updated] of [
      ['old', -1],
      ['zero', 0],
      ['none', null],
      ['text', 'soon'],
      ['huge', 1e300],
    ] as const)
      world.left.records.set(id, { id, name: id, email: id, updated });
    expect((await world.sync()).outcome).toBe('done');
    edit('a', 'a');
    await world.sync();
    expect(names(world.right).sort()).toEqual(['a', 'huge', 'none', 'old', 'text', 'zero']);
  });

  it('an edit with the very stamp of the cursor is not lost', async () => {
    const stamp = ours();
    world.left.put('a', { name: 'a', email: 'a', updated: stamp });
    await world.sync();
    world.left.put('b', { name: 'b', email: 'b', updated: stamp });
    world.left.put('a', { name: 'a 2', updated: stamp });
    await world.sync();
    expect(names(world.right).sort()).toEqual(['a 2', 'b']);
  });

  it('stamps that run hours behind the clock of the same server lose no edit', async () => {
    await world.close();
    const since = { param: 'since', time: 'epoch_ms', lag: '3s' };
    const list = { path: '/things', records: 'items', pagination: { style: 'none' }, since };
    world = await openHostile({ left: stubConnector('left', {}, { list }) });
    const begin = ours() - 5 * HOUR;
    for (let i = 0; i < 6; i += 1) {
      world.left.put('a', { name: `a ${i}`, email: 'a', updated: begin + i * 500 });
      await world.sync();
      expect(names(world.right)).toEqual([`a ${i}`]);
    }
  });
});

describe('the night of 25 October 2026 in Berlin, 02:30 twice', () => {
  let world: World;
  let now = Date.UTC(2026, 9, 24, 23, 0);
  afterEach(() => world.close());
  const none = { customers: 0, articles: 0, orders: 0, price_lists: 0 };

  it('loses no edit of the ERP, whichever of the two hours it falls into', async () => {
    const clock = { now: () => now, sleep: async () => new Promise<void>((resolve) => setTimeout(resolve, 1)) };
    world = await openWorld({
      crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
      erp: { seed: 3, sizes: none },
      clock,
    });
    const made = world.erp.userCreate('customers', { name_1: 'Nord', group: 1, country: 'DE' }, now);
    if (!('record' in made)) throw new Error(JSON.stringify(made));
    const crm = () => [...world.crm.records('companies')];
    await world.sync();
    for (let minute = 0; minute < 240; minute += 13) {
      now = Date.UTC(2026, 9, 24, 23, 30) + minute * 60_000;
      world.erp.userUpdate('customers', made.record.id, { city: `City ${minute}` }, now);
      world.erp.userCreate('customers', { name_1: `New ${minute}`, group: 1, country: 'DE' }, now);
      now += 20_000;
      await world.sync();
      expect(crm().map((one) => one.city)).toContain(`City ${minute}`);
      expect(crm().map((one) => one.name)).toContain(`New ${minute}`);
    }
    now += HOUR;
    expect((await world.sync()).outcome).toBe('done');
    expect(crm()).toHaveLength(1 + Math.ceil(240 / 13));
  });
});
