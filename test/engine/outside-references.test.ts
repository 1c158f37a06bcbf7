import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTables, planned, type Tables, written } from './tables.ts';

const side = {
  tables: `
    CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT, active TEXT);
    CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT, owner INTEGER, note TEXT);`,
  objects: `
  owners: { table: owners, id: { path: id, type: integer }, fields: { name: { type: string }, active: { type: string } } }
  tasks:
    table: tasks
    id: { path: id, type: integer }
    fields:
      title: { type: string }
      owner: { type: reference, reference: owners, number: {} }
      note: { type: string }
`,
};
const both = '{ create: create, update: update, delete: delete }';
const MAPPINGS = `
  owners:
    left: owners
    right: owners
    match: [[name]]
    first_contact: { prefer: left }
    filter: { left: "{{ record.active == 'yes' }}" }
    propagate: { left: ${both}, right: ${both} }
    fields:
      - { left: name, right: name }
  tasks:
    left: tasks
    right: tasks
    match: [[title]]
    first_contact: { prefer: left }
    propagate: { left: ${both}, right: ${both} }
    delete_guard: { share: 1 }
    fields:
      - { left: title, right: title }
      - { left: owner, right: owner, reference: owners, outside: empty }
      - { left: note, right: note }
`;

let world: Tables;
beforeEach(async () => {
  world = await openTables({ left: side, right: side, mappings: MAPPINGS });
  world.left.exec("INSERT INTO owners VALUES (1, 'Ada', 'no'), (2, 'Bob', 'yes')");
  world.right.exec("INSERT INTO owners VALUES (8, 'Bob', '')");
  world.left.exec("INSERT INTO tasks (title, owner) VALUES ('first', 1), ('second', 2), ('third', NULL)");
});
afterEach(() => world.close());

const tasks = () =>
  world.right
    .prepare('SELECT title, name, note FROM tasks LEFT JOIN owners ON owners.id = owner ORDER BY title')
    .all()
    .map(({ title, name, note }) => `${title}: ${name} ${note ?? ''}`.trim());

/** Plan first; a second run is quiet, and all is as well as it can be. */
async function sync(): Promise<string> {
  const { items } = await world.plan();
  const run = await world.sync();
  expect([planned(items), run.outcome]).toEqual([written(run), 'done']);
  const again = await world.sync({ full: true });
  expect([written(again), again.outcome]).toEqual(['nothing', 'done']);
  return written(run);
}

it('a record is created without a reference to what is outside, and gets it when that comes in', async () => {
  expect(await sync()).toBe('b: 3 create');
  expect(tasks()).toEqual(['first: null', 'second: Bob', 'third: null']);
  expect(await world.parked()).toEqual(['a 1 parent-outside']);
  world.left.exec("UPDATE tasks SET note = 'soon' WHERE title = 'first'");
  expect(await sync()).toBe('b: 1 update');
  world.right.exec("UPDATE tasks SET note = 'today' WHERE title = 'first'");
  expect(await sync()).toBe('a: 1 update');
  world.left.exec("UPDATE owners SET active = 'yes' WHERE id = 1");
  expect(await sync()).toBe('b: 1 create, 1 update');
  expect(tasks()).toEqual(['first: Ada today', 'second: Bob', 'third: null']);
  expect(await world.parked()).toEqual([]);
});

it('a reference that is changed to what is outside is emptied, and deletes go through', async () => {
  await sync();
  world.left.exec("UPDATE tasks SET owner = 1 WHERE title = 'second'");
  expect(await sync()).toBe('b: 1 update');
  expect(tasks()).toEqual(['first: null', 'second: null', 'third: null']);
  world.left.exec("DELETE FROM tasks WHERE title = 'first'");
  world.right.exec("DELETE FROM tasks WHERE title = 'second'");
  expect(await sync()).toBe('a: 1 delete; b: 1 delete');
  expect(await world.parked()).toEqual([]);
});

it('what the other side says meanwhile is carried over', async () => {
  await sync();
  world.right.exec("UPDATE tasks SET owner = 8 WHERE title = 'first'");
  expect(await sync()).toBe('a: 1 update');
  expect(world.left.prepare("SELECT owner FROM tasks WHERE title = 'first'").get()?.owner).toBe(2);
  expect(await world.parked()).toEqual([]);
});
