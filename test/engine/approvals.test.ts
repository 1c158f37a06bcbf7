import { afterEach, describe, expect, it } from 'vitest';
import { type Hostile, names, openHostile } from '../hostile/world.ts';
import { approve } from './world.ts';

let world: Hostile;
afterEach(() => world.close());

const both = { create: 'create', update: 'update', delete: 'delete' };
const reasons = async () => (await world.parked()).map(({ side, reason }) => `${side} ${reason}`);

/** One thing on both sides; deletes on the left are held. */
async function openLinked(mapping = {}): Promise<void> {
  world = await openHostile({ mapping: { propagate: { left: { ...both, delete: 'hold' }, right: both }, ...mapping } });
  world.left.put('p1', { name: 'Nord', email: 'nord@x.example' });
  world.left.put('p2', { name: 'Süd', email: 'sued@x.example' });
  await world.sync();
}

async function nextSync(): Promise<void> {
  world.skip(3_600_000);
  await world.sync({ sweep: 'always' });
}

describe('an approval', () => {
  it('of a delete takes no edit along that came after it', async () => {
    await openLinked();
    world.left.records.delete('p1');
    await nextSync();
    expect(await reasons()).toEqual(['a held-delete']);
    await approve(world.store, 'left-right');
    world.right.put('R1', { name: 'Nord AG' });
    await nextSync();
    expect([names(world.right), await reasons()]).toEqual([['Nord AG', 'Süd'], ['a delete-update-conflict']]);
    await approve(world.store, 'left-right');
    world.right.put('R1', { name: 'Nord SE' });
    await nextSync();
    expect([names(world.right), await reasons()]).toEqual([['Nord SE', 'Süd'], ['a delete-update-conflict']]);
    await approve(world.store, 'left-right');
    await nextSync();
    expect([names(world.right), await reasons()]).toEqual([['Süd'], []]);
  });

  it('outlasts a system that is down', async () => {
    await openLinked();
    world.left.records.delete('p1');
    await nextSync();
    await approve(world.store, 'left-right');
    world.right.answer = ({ method }) => (method === 'DELETE' ? { status: 503, json: {} } : undefined);
    await nextSync();
    world.right.answer = () => undefined;
    await nextSync();
    await nextSync();
    expect([names(world.right), await reasons()]).toEqual([['Süd'], []]);
  });
});

// Simulation seed 19595.
it('a delete that is held stays so, whatever brings its partner up again', async () => {
  await openLinked({ delete_guard: { share: 0.1, records: 1 }, propagate: { left: both, right: both } });
  world.left.records.delete('p1');
  world.right.put('R1', { name: 'Nord AG' });
  await world.sync({ sweep: 'never' });
  expect(await reasons()).toEqual(['b unreadable']);
  world.right.put('R1', { name: 'Nord' });
  for (let run = 0; run < 4; run += 1) await nextSync();
  expect(await reasons()).toEqual(['a delete-guard']);
  await approve(world.store, 'left-right');
  await nextSync();
  expect([names(world.right), await reasons()]).toEqual([['Süd'], []]);
});
