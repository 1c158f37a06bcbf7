import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTables, planned, type Tables, written } from './tables.ts';

const side = {
  tables: `
    CREATE TABLE orders (id INTEGER PRIMARY KEY, number TEXT NOT NULL);
    CREATE TABLE lines (id INTEGER PRIMARY KEY, of_order INTEGER, position INTEGER NOT NULL, article TEXT);`,
  objects: `
  orders:
    table: orders
    id: { path: id, type: integer }
    fields:
      number: { type: string, required: true }
  lines:
    table: lines
    id: { path: id, type: integer }
    fields:
      of_order: { type: reference, reference: orders, number: {} }
      position: { type: integer, required: true }
      article: { type: string }
`,
};
const both = '{ create: create, update: update, delete: delete }';
const MAPPINGS = `
  orders:
    left: orders
    right: orders
    match: [[number]]
    first_contact: { prefer: left }
    propagate: { left: ${both}, right: ${both} }
    fields:
      - { left: number, right: number }
  lines:
    left: lines
    right: lines
    match: [[of_order, position]]
    first_contact: { prefer: left }
    propagate: { left: ${both}, right: ${both} }
    delete_guard: { share: 1 }
    fields:
      - { left: of_order, right: of_order, reference: orders }
      - { left: position, right: position }
      - { left: article, right: article }
`;

let world: Tables;
beforeEach(async () => {
  world = await openTables({ left: side, right: side, mappings: MAPPINGS });
});
afterEach(() => world.close());

type On = 'left' | 'right';
const order = (on: On, id: number, number: string) =>
  world[on].prepare('INSERT INTO orders (id, number) VALUES (?, ?)').run(id, number);
const line = (on: On, id: number, of: number | null, position: number, article: string) =>
  world[on]
    .prepare('INSERT INTO lines (id, of_order, position, article) VALUES (?, ?, ?, ?)')
    .run(id, of, position, article);
const lines = (on: On) =>
  world[on]
    .prepare('SELECT number, position, article FROM lines LEFT JOIN orders ON orders.id = of_order ORDER BY 1, 2, 3')
    .all()
    .map(({ number, position, article }) => `${number}/${position} ${article}`);

/** Plan first: it must foresee what the sync does. */
async function sync(): Promise<string> {
  const { items } = await world.plan();
  const done = written(await world.sync());
  expect(planned(items)).toBe(done);
  expect(written(await world.sync({ full: true }))).toBe('nothing');
  return done;
}

it('lines are the same below orders that are the same, though every id differs', async () => {
  // The ids of one side are those of other orders on the other one.
  order('left', 1, 'A');
  order('left', 2, 'B');
  order('right', 1, 'B');
  order('right', 2, 'A');
  line('left', 11, 1, 1, 'bolt');
  line('left', 12, 1, 2, 'nut');
  line('left', 13, 2, 1, 'screw');
  line('right', 91, 1, 1, '');
  line('right', 92, 2, 1, 'bolt, M8');
  line('right', 93, 2, 3, 'washer');
  expect(await sync()).toBe('a: 1 create; b: 1 create, 2 update');
  expect(lines('left')).toEqual(['A/1 bolt', 'A/2 nut', 'A/3 washer', 'B/1 screw']);
  expect(lines('right')).toEqual(lines('left'));
  expect(await world.parked()).toEqual([]);
});

it('lines of orders that the same run creates are created with them', async () => {
  order('left', 1, 'A');
  line('left', 11, 1, 1, 'bolt');
  order('right', 1, 'B');
  line('right', 91, 1, 1, 'nut');
  expect(await sync()).toBe('a: 2 create; b: 2 create');
  expect(lines('left')).toEqual(['A/1 bolt', 'B/1 nut']);
  expect(lines('right')).toEqual(lines('left'));
});

it('a line below an order that is not linked waits for it, and is then the one that waits on the other side', async () => {
  // Of the orders alone, which come first.
  const held = MAPPINGS.replace('create: create', 'create: hold').replace('create: create', 'create: hold');
  world.edit(held);
  order('left', 1, 'A');
  order('right', 5, 'a?');
  line('left', 11, 1, 1, 'bolt');
  line('right', 91, 5, 1, 'bolt');
  expect(await sync()).toBe('nothing');
  expect(await world.parked()).toEqual([
    'a 1 held-create',
    'a 11 parent-missing',
    'b 5 held-create',
    'b 91 parent-missing',
  ]);
  world.right.exec("UPDATE orders SET number = 'A'");
  const run = await world.sync();
  expect([written(run), run.counts.orders?.linked, run.counts.lines?.linked]).toEqual(['nothing', 1, 1]);
  expect(await world.parked()).toEqual([]);
  world.left.exec("UPDATE lines SET article = 'nut'");
  expect(await sync()).toBe('b: 1 update');
});

it('a line whose creation is ignored is found all the same when its partner appears', async () => {
  world.edit(
    MAPPINGS.replace('[[of_order, position]]', '[[of_order, position]]\n    conflict: left').replace(
      /(lines:[\s\S]*?)left: \{ create: create/,
      '$1left: { create: ignore',
    ),
  );
  order('left', 1, 'A');
  line('left', 11, 1, 1, 'bolt');
  expect(await sync()).toBe('b: 1 create');
  const made = world.right.prepare('SELECT id FROM orders').get()?.id;
  line('right', 91, Number(made), 1, 'bolt');
  const run = await world.sync();
  expect([written(run), run.counts.lines?.linked]).toEqual(['nothing', 1]);
});
