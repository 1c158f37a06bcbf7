import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Connection } from '../../src/connector/port.ts';
import { problem } from '../../src/record/diagnostic.ts';
import type { Store } from '../../src/store/port.ts';
import { openTables, planned, type Tables, written } from './tables.ts';
import { instead } from './world.ts';

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

const SYNC = MAPPINGS.replace('outside: empty', 'outside: sync');

it('a record outside is synced too where something inside refers to it, and stays so', async () => {
  world.edit(SYNC);
  world.left.exec("INSERT INTO owners VALUES (3, 'Cem', 'no')");
  expect(await sync()).toBe('b: 4 create');
  expect(tasks()).toEqual(['first: Ada', 'second: Bob', 'third: null']);
  const owners = () =>
    world.right
      .prepare('SELECT name FROM owners ORDER BY name')
      .all()
      .map(({ name }) => name);
  expect(owners()).toEqual(['Ada', 'Bob']);
  expect(
    (await world.store.history('left-right/owners', 'a', '1', 5)).map(({ kind, rule }) => `${kind} ${rule}`),
  ).toContain('let-in referenced');
  // From now on it is synced like those inside, also by later runs.
  world.left.exec("UPDATE owners SET name = 'Ada L.' WHERE id = 1");
  expect(await sync()).toBe('b: 1 update');
  world.right.exec("UPDATE owners SET name = 'Ada Lovelace' WHERE name = 'Ada L.'");
  expect(await sync()).toBe('a: 1 update');
  // What was linked to by an edit is let in as well.
  world.left.exec("UPDATE tasks SET owner = 3 WHERE title = 'third'");
  expect(await sync()).toBe('b: 1 create, 1 update');
  expect(tasks()).toEqual(['first: Ada Lovelace', 'second: Bob', 'third: Cem']);
  expect(await world.parked()).toEqual([]);
});

it('a record outside that is there already is linked, not doubled; one that is gone is waited for', async () => {
  world.edit(SYNC);
  world.right.exec("INSERT INTO owners VALUES (9, 'Ada', '')");
  world.left.exec("INSERT INTO tasks (title, owner) VALUES ('fourth', 77)");
  const run = await world.sync();
  expect([written(run), run.outcome]).toEqual(['b: 3 create', 'partial']);
  expect(tasks()).toEqual(['first: Ada', 'second: Bob', 'third: null']);
  expect(await world.parked()).toEqual(['a 4 parent-unknown']);
  expect(written(await world.sync({ full: true }))).toBe('nothing');
});

it('a record whose parent could not be read, or not be created before the process died, is tried again', async () => {
  world.edit(SYNC);
  const { a } = world.connections;
  const unreadable = { kind: 'unknown' as const, diagnostic: problem('down', 'The system is down') };
  const get: Connection['get'] = async (object, ids) =>
    object === 'owners' ? ids.map(() => unreadable) : a.get(object, ids);
  await world.sync({ connections: { ...world.connections, a: instead(a, { get }) } });
  expect(tasks()).toEqual(['second: Bob', 'third: null']);
  // The process dies after the record was let in, and before its create is on record.
  const commit: Store['commit'] = async (fence, change) =>
    change.intents?.length ? Promise.reject(new Error('killed')) : world.store.commit(fence, change);
  world.skip(3_600_000);
  await world.sync({ store: instead(world.store, { commit }) });
  expect(await world.store.letIn('left-right/owners', 'a')).toEqual(['1']);
  expect(tasks()).toEqual(['second: Bob', 'third: null']);
  for (let run = 0; run < 2; run += 1) {
    world.skip(3_600_000);
    await world.sync();
  }
  expect(tasks()).toEqual(['first: Ada', 'second: Bob', 'third: null']);
  expect(await world.parked()).toEqual([]);
});

it('what is itself outside lets nothing in', async () => {
  world.edit(
    SYNC.replace(
      '    match: [[title]]\n',
      `    match: [[title]]\n    filter: { left: "{{ record.title != 'first' }}" }\n`,
    ),
  );
  expect(await sync()).toBe('b: 2 create');
  expect(tasks()).toEqual(['second: Bob', 'third: null']);
});
