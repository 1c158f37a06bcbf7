import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, it } from 'vitest';
import { loadConnector } from '../../src/connector/load.ts';
import type { Connection } from '../../src/connector/port.ts';
import { runIntegration } from '../../src/engine/run.ts';
import { loadIntegration } from '../../src/integration/load.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openSqlConnection } from '../../src/protocols/sql/connection.ts';
import type { Result } from '../../src/record/diagnostic.ts';
import { openScratch } from '../../src/store/scratch.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'dovetail-self-reference-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONNECTOR = `
connector: staff
title: Staff
protocol: sql
database: \${database}
objects:
  people:
    table: people
    id: { path: id, type: integer }
    link_field: token
    unique: [token]
    fields:
      name: { type: string, required: true }
      boss: { type: reference, reference: people, number: {} }
      token: { type: string }
`;

const INTEGRATION = `
integration: staff
purpose: The same people in two databases, with their superiors.
systems:
  one: { connector: staff, environments: { test: { database: '\${ONE}' } } }
  two: { connector: staff, environments: { test: { database: '\${TWO}' } } }
mappings:
  people:
    one: people
    two: people
    propagate: { one: { delete: delete }, two: { delete: delete } }
    fields:
      - { one: name, two: name }
      - { one: boss, two: boss, reference: people }
`;

function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function database(name: string, rows: [id: number, name: string, boss: number | null][]): DatabaseSync {
  const opened = new DatabaseSync(join(folder, name));
  opened.exec('CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, boss INTEGER, token TEXT UNIQUE)');
  const insert = opened.prepare('INSERT INTO people (id, name, boss) VALUES (?, ?, ?)');
  for (const row of rows) insert.run(...row);
  return opened;
}

it('creates people before their superiors are known, and sets the references in the same run', async () => {
  // Anna and Bert are each other's superior; Cem's superior comes after him.
  const one = database('one.db', [
    [11, 'Anna', 12],
    [12, 'Bert', 11],
    [13, 'Cem', 14],
    [14, 'Dana', null],
  ]);
  const two = database('two.db', [[1, 'Emil', null]]);
  const variables = { ONE: `sqlite:${join(folder, 'one.db')}`, TWO: `sqlite:${join(folder, 'two.db')}` };
  const connector = must(loadConnector(CONNECTOR, 'staff.yaml'));
  const connectors = () => ({ ok: true, value: { definition: connector, file: 'staff.yaml' } }) as const;
  const integration = must(
    loadIntegration('integration.yaml', INTEGRATION, { connectors, environment: 'test', variables }),
  );
  const platform = { clock: systemClock, random: systemRandom, http: undiciHttp(), log: silentLog };
  const store = must(
    openSqliteStore(':memory:', { key: new Uint8Array(32), random: systemRandom, clock: systemClock }),
  );
  const open = (side: 'a' | 'b'): Connection =>
    must(openSqlConnection({ definition: connector, variables: integration[side].variables, platform }));
  const connections = { a: open('a'), b: open('b') };
  const sync = async () =>
    must(
      await runIntegration({
        integration,
        connections,
        store,
        platform,
        mode: 'sync',
        keys: { fields: new Uint8Array(16), strong: new Uint8Array(32) },
        openScratch: () =>
          openScratch({ memoryBytes: 1_000_000, directory: null, random: (n) => systemRandom.bytes(n) }),
      }),
    );
  const run = await sync();
  expect(run.outcome).toBe('done');
  const superiors = two
    .prepare('SELECT p.name AS name, q.name AS boss FROM people p LEFT JOIN people q ON q.id = p.boss ORDER BY p.name')
    .all();
  expect(superiors.map((row) => `${row.name} < ${row.boss}`)).toEqual([
    'Anna < Bert',
    'Bert < Anna',
    'Cem < Dana',
    'Dana < null',
    'Emil < null',
  ]);
  const again = await sync();
  expect(again.counts.people?.wrote).toEqual({
    a: { create: 0, update: 0, delete: 0, archive: 0 },
    b: { create: 0, update: 0, delete: 0, archive: 0 },
  });
  expect(one.prepare('SELECT count(*) AS n FROM people').get()?.n).toBe(5);
  for (const connection of Object.values(connections)) await connection.close();
  await store.close();
  one.close();
  two.close();
});
