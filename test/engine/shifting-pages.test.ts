import { afterEach, expect, it } from 'vitest';
import { type Hostile, openHostile, type Stub, stubConnector } from '../hostile/world.ts';

let world: Hostile;
afterEach(() => world.close());

const list = {
  path: '/things',
  records: 'items',
  pagination: { style: 'offset', param: 'offset', size_param: 'size', size: 4, total: 'total', shifts: true },
};

/** The list of a system that shows first what was changed last, and on its last page one of the first once more. */
function newestFirst(stub: Stub, afterFirstPage: () => void): void {
  stub.answer = ({ method, path, query }) => {
    if (method !== 'GET' || path !== '/things') return undefined;
    const sorted = [...stub.records.values()].toSorted((one, other) => Number(other.updated) - Number(one.updated));
    const offset = Number(query.get('offset'));
    const items = sorted.slice(offset, offset + 4);
    if (offset + items.length === sorted.length && sorted[1]) items.push(sorted[1]);
    if (offset === 0) afterFirstPage();
    return { json: { items, total: sorted.length } };
  };
}

// Simulation seed 6011.
it('a record that is edited while pages are read, and so moves before them, is found by its key and not made twice', async () => {
  world = await openHostile({ right: stubConnector('right', {}, { list }) });
  const { left, right } = world;
  for (let i = 1; i <= 8; i++) right.put(`r${i}`, { name: `Right ${i}`, email: `p${i}@x.example`, updated: i });
  left.put('l1', { name: 'Left 1', email: 'p1@x.example' });
  let isEdited = false;
  newestFirst(right, () => {
    if (isEdited) return;
    isEdited = true;
    right.put('r1', { name: 'Edited', updated: 9 });
  });
  const run = await world.sync();
  expect(run.outcome).toBe('done');
  expect([...right.records.values()].filter(({ email }) => email === 'p1@x.example')).toHaveLength(1);
  expect([left.records.size, right.records.size]).toEqual([8, 8]);
});

it('a record that is edited together with all of the first page, which so begins the list again, is found all the same', async () => {
  const { total: _, ...pagination } = list.pagination;
  const right = stubConnector('right', {}, { list: { ...list, pagination: { ...pagination, more: 'more' } } });
  world = await openHostile({ right });
  for (let i = 1; i <= 8; i++) world.right.put(`r${i}`, { name: 'Right', email: `p${i}@x.example`, updated: i });
  world.left.put('l1', { name: 'Left 1', email: 'p1@x.example' });
  const edited = ['r1', 'r6', 'r7', 'r8', 'r5'];
  world.right.answer = ({ method, path, query }) => {
    if (method !== 'GET' || path !== '/things') return undefined;
    const sorted = [...world.right.records.values()].toSorted(
      (one, other) => Number(other.updated) - Number(one.updated),
    );
    const offset = Number(query.get('offset'));
    const items = sorted.slice(offset, offset + 4);
    if (offset > 0) for (const [at, id] of edited.splice(0).entries()) world.right.put(id, { updated: 9 + at });
    return { json: { items, more: offset + 4 < sorted.length } };
  };
  await world.sync();
  expect([...world.right.records.values()].filter(({ email }) => email === 'p1@x.example')).toHaveLength(1);
  expect([world.left.records.size, world.right.records.size]).toEqual([8, 8]);
});
