import { afterEach, expect, it } from 'vitest';
import { type Hostile, openHostile, stubConnector } from '../hostile/world.ts';

let world: Hostile;
afterEach(() => world.close());

const held = { create: 'create', update: 'hold', delete: 'delete' };

// Simulation seed 3602.
it('two records that match and wait as a pair are not parted by a third one with the same key', async () => {
  world = await openHostile({ mapping: { propagate: { left: held, right: held } } });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.left.put('p2', { name: 'Nord KG', email: 'nord@x.example' });
  world.right.put('r1', { name: 'Nord GmbH', email: 'nord@x.example' });
  const parked = async () =>
    (await world.parked()).map(({ id, reason, partner }) => `${id} ${reason} ${partner ?? ''}`.trim()).sort();
  await world.sync();
  const first = await parked();
  expect(first).toEqual(['p1 held-update r1', 'p2 match-linked']);
  for (let run = 0; run < 3; run += 1) {
    world.skip(3_600_000);
    await world.sync();
    expect(await parked()).toEqual(first);
  }
});

it('an ambiguity ends when a person corrects the key of all candidates but one', async () => {
  world = await openHostile();
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.right.put('r1', { name: 'Nord GmbH', email: 'nord@x.example' });
  world.right.put('r2', { name: 'Süd GmbH', email: 'nord@x.example' });
  const parked = async () => (await world.parked()).map(({ id, reason }) => `${id} ${reason}`).sort();
  await world.sync();
  expect(await parked()).toEqual(['p1 ambiguous-match', 'r1 ambiguous-match', 'r2 ambiguous-match']);
  world.right.put('r2', { name: 'Süd GmbH', email: 'sued@x.example' });
  for (let run = 0; run < 3; run += 1) {
    world.skip(3_600_000);
    await world.sync();
  }
  expect(await parked()).toEqual([]);
});

// Simulation seed 27433.
it('a record is not created anew where its match was linked by another rule, a page before', async () => {
  const paged = stubConnector(
    'left',
    {},
    {
      list: {
        path: '/things',
        records: 'items',
        pagination: { style: 'page', param: 'page', size_param: 'size', size: 1 },
      },
    },
  );
  world = await openHostile({ left: paged, mapping: { match: [['name'], ['email']] } });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.left.put('p2', { name: 'Süd', email: 'sued@x.example' });
  world.right.put('r1', { name: 'Süd', email: 'nord@x.example' });
  await world.sync();
  expect([...world.right.records.keys()]).toEqual(['r1']);
  expect((await world.parked()).map(({ id, reason }) => `${id} ${reason}`)).toEqual(['p2 match-linked']);
});
