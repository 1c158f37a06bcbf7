import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runIntegration } from '../../src/engine/run.ts';
import { openIntegration } from '../../src/integration/files.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openSqlConnection } from '../../src/protocols/sql/connection.ts';
import type { Run, Store } from '../../src/store/port.ts';
import { openScratch } from '../../src/store/scratch.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

/** Two tables without a modification stamp: everything is read in every run, in pages of two. */
const CONNECTOR = `
connector: table
title: Table
protocol: sql
database: \${database}
objects:
  people:
    table: people
    id: { path: id, type: integer }
    sql: { page: 2 }
    fields:
      id: { type: integer }
      name: { type: string }
      city: { type: string }
`;

const INTEGRATION = (direction: string) => `
integration: people
purpose: The same people in two tables
systems:
  left: { connector: ./table.connector.yaml, environments: { staging: { database: '\${LEFT}' } } }
  right: { connector: ./table.connector.yaml, environments: { staging: { database: '\${RIGHT}' } } }
mappings:
  people:
    left: people
    right: people
    match: [[id]]
    fields:
      - { left: id, right: id, direction: left -> right }
      - { left: name, right: name, direction: ${direction} }
      - { left: city, right: city, direction: ${direction} }
`;

const platform: Platform = { clock: systemClock, random: systemRandom, http: undiciHttp(), log: silentLog };
let folder: string;
let left: DatabaseSync;
let right: DatabaseSync;
let store: Store;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dovetail-pages-'));
  writeFileSync(join(folder, 'table.connector.yaml'), CONNECTOR);
  [left, right] = ['left.db', 'right.db'].map((name) => {
    const database = new DatabaseSync(join(folder, name));
    database.exec('CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, city TEXT)');
    return database;
  }) as [DatabaseSync, DatabaseSync];
  for (let id = 1; id <= 5; id++) left.exec(`INSERT INTO people VALUES (${id}, 'Person ${id}', 'Kiel')`);
  const opened = openSqliteStore(':memory:', { key: new Uint8Array(32), random: systemRandom, clock: systemClock });
  if (!opened.ok) throw new Error(opened.error.summary);
  store = opened.value;
});

afterEach(async () => {
  await store.close();
  left.close();
  right.close();
  rmSync(folder, { recursive: true });
});

async function sync(direction: 'both' | 'left -> right' = 'both'): Promise<Run> {
  const file = join(folder, 'integration.yaml');
  writeFileSync(file, INTEGRATION(direction));
  const variables = { LEFT: `sqlite:${join(folder, 'left.db')}`, RIGHT: `sqlite:${join(folder, 'right.db')}` };
  const loaded = await openIntegration(file, 'staging', variables);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const [a, b] = (['a', 'b'] as const).map((side) => {
    const { connector: definition, variables: own } = loaded.value[side];
    const opened = openSqlConnection({ definition, variables: own, platform });
    if (!opened.ok) throw new Error(opened.error.summary);
    return opened.value;
  });
  if (!a || !b) throw new Error('no connections');
  const ran = await runIntegration({
    integration: loaded.value,
    connections: { a, b },
    store,
    platform,
    keys: { fields: new Uint8Array(16), strong: new Uint8Array(32) },
    openScratch: () => openScratch({ memoryBytes: 1e6, directory: null, random: (n) => systemRandom.bytes(n) }),
    mode: 'sync',
  });
  await a.close();
  await b.close();
  if (!ran.ok) throw new Error(ran.error.summary);
  return ran.value;
}

const pages = async () => [
  (await store.pages('people/people', 'a')).length,
  (await store.pages('people/people', 'b')).length,
];
const counts = (run: Run) => run.counts.people;
const cities = (database: DatabaseSync) =>
  database
    .prepare('SELECT city FROM people ORDER BY id')
    .all()
    .map((row) => row.city);

it('remembers the pages of a run without changes, and counts their records as unchanged', async () => {
  await sync();
  expect(await pages()).toEqual([0, 0]);
  await sync();
  expect(await pages()).toEqual([3, 3]);
  const third = await sync();
  expect(counts(third)).toMatchObject({ a: { read: 5, unchanged: 5 }, b: { read: 5, unchanged: 5 } });
  expect(third.outcome).toBe('done');
});

it('sees an edit on a page that was settled, and one that is taken back', async () => {
  await sync();
  await sync();
  left.exec("UPDATE people SET city = 'Lübeck' WHERE id = 3");
  expect(counts(await sync())?.wrote.b).toMatchObject({ update: 1 });
  expect(cities(right)).toEqual(['Kiel', 'Kiel', 'Lübeck', 'Kiel', 'Kiel']);
  // Both sides hold what their settled pages once held: still a change against the link of now.
  left.exec("UPDATE people SET city = 'Kiel' WHERE id = 3");
  expect(counts(await sync())?.wrote.b).toMatchObject({ update: 1 });
  right.exec("UPDATE people SET city = 'Lübeck' WHERE id = 3");
  expect(counts(await sync())?.wrote.a).toMatchObject({ update: 1 });
  right.exec("UPDATE people SET city = 'Kiel' WHERE id = 3");
  expect(counts(await sync())?.wrote.a).toMatchObject({ update: 1 });
  expect(cities(left)).toEqual(cities(right));
});

it('finds a record that is gone while its neighbours are settled', async () => {
  await sync();
  await sync();
  left.exec('DELETE FROM people WHERE id = 5');
  const run = await sync();
  expect(run.outcome).toBe('partial');
  expect((await store.parked({ mapping: 'people/people' })).map((one) => one.reason)).toEqual(['held-delete']);
});

it('looks into every page again under other rules', async () => {
  await sync();
  await sync();
  await sync('left -> right');
  right.exec("UPDATE people SET city = 'Bremen' WHERE id = 1");
  const oneWay = await sync('left -> right');
  expect(counts(oneWay)?.wrote).toMatchObject({ a: { update: 0 }, b: { update: 0 } });
  expect(oneWay.outcome).toBe('done');
});
