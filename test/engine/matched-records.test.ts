import { afterEach, expect, it } from 'vitest';
import { type Hostile, names, openHostile } from '../hostile/world.ts';

let world: Hostile;
afterEach(() => world.close());

const both = { create: 'create', update: 'update', delete: 'delete' };

// Simulation seed 11160.
it('a record is matched by the key that was read, not by the one it had in an earlier run', async () => {
  world = await openHostile({ mapping: { propagate: { left: both, right: { ...both, create: 'hold' } } } });
  world.right.put('r1', { name: 'Nord', email: 'nord@x.example' });
  await world.sync();
  world.right.put('r1', { name: 'Ost', email: 'ost@x.example' });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  const run = await world.sync();
  expect(run.counts.things?.wrote.b.create).toBe(1);
  expect([names(world.left), names(world.right)]).toEqual([['Nord'], ['Ost', 'Nord']]);
});

// Simulation seed 260832.
it('a parked record stays parked when the one that turned up for it is gone again before it is written', async () => {
  world = await openHostile({ mapping: { first_contact: { prefer: 'left' } } });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.right.answer = (asked) => (asked.method === 'POST' ? { status: 422, json: {} } : undefined);
  await world.sync();
  world.right.put('r1', { name: 'Nord GmbH', email: 'nord@x.example' });
  world.right.answer = (asked) => {
    if (asked.path === '/things/r1') world.right.records.delete('r1');
    return undefined;
  };
  await world.sync();
  expect(world.right.records.size).toBe(0);
  expect((await world.parked()).map((one) => [one.side, one.id, one.reason])).toEqual([['a', 'p1', 'invalid']]);
});

// Simulation seed 292326.
it('a copy of a record that waits together with another one is parked by itself', async () => {
  world = await openHostile({
    mapping: { first_contact: { prefer: 'right' }, propagate: { left: both, right: { ...both, update: 'hold' } } },
  });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.right.put('r1', { name: 'Nord GmbH', email: 'nord@x.example' });
  await world.sync();
  const held = ['b', 'r1', 'held-update', 'p1'];
  const waiting = async () =>
    (await world.parked()).map(({ side, id, reason, partner }) => [side, id, reason, partner]);
  expect(await waiting()).toEqual([held]);
  // Until the lists do not bring the two any more.
  world.skip(120_000);
  await world.sync();
  world.left.put('p2', { name: 'Nord', email: 'nord@x.example' });
  await world.sync();
  expect(await waiting()).toEqual([['a', 'p2', 'match-linked', null], held]);
});

// Simulation seed 5140.
it('a record with which another one waits is not given to a third one by a later rule', async () => {
  world = await openHostile({
    mapping: {
      match: [['email'], ['name']],
      first_contact: { prefer: 'left' },
      propagate: { left: { ...both, update: 'hold' }, right: both },
    },
  });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.right.put('r1', { name: 'Nord GmbH', email: 'nord@x.example' });
  await world.sync();
  const held = ['a', 'p1', 'held-update', 'r1'];
  const waiting = async () =>
    (await world.parked()).map(({ side, id, reason, partner }) => [side, id, reason, partner]);
  expect(await waiting()).toEqual([held]);
  world.skip(120_000);
  await world.sync();
  world.left.put('p2', { name: 'Nord GmbH', email: 'gmbh@x.example' });
  await world.sync();
  expect(await waiting()).toEqual([held, ['a', 'p2', 'match-linked', null]]);
  expect(world.right.records.get('r1')).toMatchObject({ email: 'nord@x.example' });
});

// Simulation seed 320394.
it('a record that waits is linked to neither of two new ones with its key', async () => {
  world = await openHostile({ mapping: { first_contact: { prefer: 'left' } } });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.right.answer = (asked) => (asked.method === 'POST' ? { status: 422, json: {} } : undefined);
  await world.sync();
  for (const id of ['r1', 'r2']) world.right.put(id, { name: 'Nord', email: 'nord@x.example' });
  const run = await world.sync();
  expect(run.counts.things?.linked).toBe(0);
  expect((await world.parked()).map((one) => [one.side, one.id, one.reason])).toEqual([
    ['a', 'p1', 'invalid'],
    ['b', 'r1', 'ambiguous-match'],
    ['b', 'r2', 'ambiguous-match'],
  ]);
  // One of the two goes, and the other one is it.
  world.right.records.delete('r2');
  world.skip(120_000);
  await world.sync();
  await world.sync({ sweep: 'always' });
  world.skip(120_000);
  await world.sync();
  expect(await world.parked()).toEqual([]);
});

// Simulation seed 331044.
it('a record that waited together with one that was deleted is decided anew', async () => {
  world = await openHostile({
    mapping: { first_contact: { prefer: 'right' }, propagate: { left: both, right: { ...both, update: 'hold' } } },
  });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.right.put('r1', { name: 'Nord GmbH', email: 'nord@x.example' });
  await world.sync();
  const waiting = async () => (await world.parked()).map(({ side, id, reason }) => [side, id, reason]);
  expect(await waiting()).toEqual([['b', 'r1', 'held-update']]);
  world.right.records.delete('r1');
  world.skip(120_000);
  await world.sync({ sweep: 'always' });
  expect(await waiting()).toEqual([['a', 'p1', 'match-gone']]);
  await world.sync();
  expect([await waiting(), names(world.right)]).toEqual([[], ['Nord']]);
});

// Simulation seed 9698.
it('a record that is gone when a filter keeps its match out is not kept among those that wait', async () => {
  const filter = { left: "{{ record.name != 'Out' }}", right: "{{ record.name != 'Out' }}" };
  world = await openHostile({ mapping: { filter } });
  world.left.put('p1', { name: 'Out', email: 'nord@x.example' });
  world.right.put('r1', { name: 'Out', email: 'nord@x.example' });
  await world.sync();
  world.skip(120_000);
  await world.sync();
  // Nothing tells of it, and its key is known still.
  world.right.records.delete('r1');
  world.left.put('p1', { name: 'Out' });
  world.skip(1000);
  // So that the lists do not bring the other one any more.
  world.left.put('p2', { name: 'Ost', email: 'ost@x.example' });
  await world.sync();
  const reasons = async () => (await world.parked()).map(({ side, id, reason }) => [side, id, reason]);
  expect(await reasons()).toEqual([['b', 'r1', 'match-outside']]);
  world.skip(120_000);
  await world.sync({ sweep: 'never' });
  expect(await reasons()).toEqual([]);
});

// Simulation seed 12757.
it('a record that the filter keeps out is no double of one that it lets in', async () => {
  world = await openHostile({ mapping: { filter: { left: "{{ record.name != 'Out' }}" } } });
  world.left.put('p1', { name: 'Out', email: 'nord@x.example' });
  world.left.put('p2', { name: 'Nord', email: 'nord@x.example' });
  await world.sync();
  expect([names(world.right), await world.parked()]).toEqual([['Nord'], []]);
});

// Simulation seed 6954.
it.each(['left', 'right'] as const)('a key that a write replaced is free for a new record: %s', async (side) => {
  world = await openHostile({ mapping: { first_contact: { prefer: 'left' } } });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.right.put('r1', { name: 'Nord', email: 'nord@x.example' });
  await world.sync();
  world.skip(120_000);
  const [id, other] = side === 'left' ? ['p1', world.right] : ['r1', world.left];
  world[side].put(id, { name: 'Nord', email: 'nordwind@x.example' });
  await world.sync();
  // Until the lists do not bring the two any more.
  world.skip(120_000);
  await world.sync();
  other.put('n1', { name: 'Süd', email: 'nord@x.example' });
  await world.sync();
  expect(await world.parked()).toEqual([]);
  expect([names(world.left), names(world.right)]).toEqual([
    ['Nord', 'Süd'],
    ['Nord', 'Süd'],
  ]);
});
