import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Wire } from '../../src/connector/port.ts';
import { type Asked, type Hostile, MAPPING, openHostile, type Reply, stubConnector, wrote } from '../hostile/world.ts';

/** On the left, things stand below orders, and do not say which; on the right they say it in a field. */
const LEFT = stubConnector(
  'left',
  {},
  {
    parent: { object: 'orders', param: 'order', field: 'order' },
    list: {
      path: '/orders/{order}/things',
      records: 'items',
      pagination: { style: 'page', param: 'page', size_param: 'size', size: 2, total: 'total' },
      since: { param: 'since', time: 'epoch_ms' },
    },
    get: { path: '/orders/{order}/things/{id}' },
    create: { method: 'POST', path: '/orders/{order}/things' },
    update: { method: 'PATCH', path: '/orders/{order}/things/{id}' },
    delete: { method: 'DELETE', path: '/orders/{order}/things/{id}' },
  },
  { order: { type: 'string' } },
);
const orders = {
  id: {},
  list: { path: '/orders', records: 'items', pagination: { style: 'none' } },
  get: { path: '/orders/{id}' },
  fields: {},
};
const left = { ...LEFT, objects: { ...(LEFT.objects as Wire), orders } };
const right = stubConnector('right', {}, {}, { order: { type: 'string' } });
const mapping = {
  delete_guard: { share: 1, records: 100 },
  fields: [...MAPPING.fields, { left: 'order', right: 'order' }],
};

let world: Hostile;
const stock = new Map<string, Wire[]>();

function answer({ method, path, query, body }: Asked): Reply | undefined {
  const [, , order = '', , id] = path.split('/').map(decodeURIComponent);
  if (path === '/orders') return { json: { items: [...stock.keys()].map((one) => ({ id: one })) } };
  const things = stock.get(order);
  if (!things) return { status: 404, json: {} };
  const place = things.findIndex((one) => one.id === id);
  const thing = things[place];
  if (id === undefined && method === 'POST') {
    const made = { ...body, id: String(things.length + 1), updated: world.left.now() };
    things.push(made);
    return { status: 201, json: made };
  }
  if (id === undefined) {
    const changed = things.filter((one) => Number(one.updated) >= Number(query.get('since') ?? 0));
    const from = (Number(query.get('page')) - 1) * 2;
    return { json: { items: changed.slice(from, from + 2), total: changed.length } };
  }
  if (!thing) return { status: 404, json: {} };
  if (method === 'PATCH') Object.assign(thing, body, { updated: world.left.now() });
  if (method === 'DELETE') things.splice(place, 1);
  return { json: thing };
}

beforeEach(async () => {
  stock.clear();
  world = await openHostile({ left, right, mapping });
  world.left.answer = answer;
});
afterEach(() => world.close());

const thing = (id: string, name: string) => ({ id, name, email: `${name}@x.example`, updated: world.left.now() });
const rightThings = () => [...world.right.records.values()].map(({ name, order }) => `${order} ${name}`).sort();
const leftThings = () => [...stock].flatMap(([order, things]) => things.map(({ name }) => `${order} ${name}`)).sort();

test('records below a parent are kept the same in both directions, with new ones, edits and deletes', async () => {
  stock.set(
    'A/1',
    ['a', 'b', 'c'].map((name, i) => thing(String(i + 1), name)),
  );
  stock.set('B', [thing('1', 'd')]);
  stock.set('C', []);
  expect((await world.sync()).outcome).toBe('done');
  expect(rightThings()).toEqual(['A/1 a', 'A/1 b', 'A/1 c', 'B d']);
  expect(wrote(await world.sync({ full: true }))).toBe(0);

  world.right.put('own', { name: 'e', email: 'e@x.example', order: 'C' });
  Object.assign(stock.get('B')?.[0] ?? {}, { name: 'D', updated: world.left.now() });
  const b = [...world.right.records].find(([, { name }]) => name === 'b')?.[0] ?? '';
  world.right.put(b, { name: 'B' });
  expect((await world.sync()).outcome).toBe('done');
  expect(rightThings()).toEqual(['A/1 B', 'A/1 a', 'A/1 c', 'B D', 'C e']);
  expect(leftThings()).toEqual(rightThings());
  expect(stock.get('C')?.[0]).not.toHaveProperty('order');

  stock.get('A/1')?.splice(0, 1);
  world.right.records.delete([...world.right.records].find(([, { name }]) => name === 'D')?.[0] ?? '');
  stock.delete('C');
  expect((await world.sync({ full: true })).outcome).toBe('done');
  expect(leftThings()).toEqual(['A/1 B', 'A/1 c']);
  expect(rightThings()).toEqual(leftThings());
  expect(wrote(await world.sync({ full: true }))).toBe(0);
  expect(await world.parked()).toEqual([]);
});
