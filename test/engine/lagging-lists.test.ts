import { afterEach, expect, it } from 'vitest';
import { type Hostile, names, openHostile, stubConnector } from '../hostile/world.ts';

let world: Hostile;
afterEach(() => world.close());

// Simulation seed 290261.
it('a list that still shows a record as it was before a write, and before someone deleted it, changes nothing', async () => {
  const since = { param: 'since', time: 'epoch_ms', lag: '60s' };
  const list = { path: '/things', records: 'items', pagination: { style: 'none' }, since };
  world = await openHostile({ right: stubConnector('right', {}, { list }) });
  world.left.put('p1', { name: 'Nord', email: 'p1@x.example' });
  await world.sync();
  const before = [...world.right.records.values()];
  world.left.put('p1', { name: 'Ost' });
  await world.sync();
  expect(names(world.right)).toEqual(['Ost']);
  world.right.records.clear();
  world.right.answer = ({ path }) => (path === '/things' ? { json: { items: before, total: 1 } } : undefined);
  await world.sync();
  expect(names(world.left)).toEqual(['Ost']);
});
