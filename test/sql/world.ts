import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import type { ConnectorDefinition } from '../../src/connector/definition.ts';
import { loadConnector } from '../../src/connector/load.ts';
import type { Connection, ReadStep, WireRecord } from '../../src/connector/port.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { openSqlConnection } from '../../src/protocols/sql/connection.ts';
import { describePostgres, freshDatabase } from '../services.ts';

/** A database for one test file, in either of the two kinds. */
export interface TestDatabase {
  kind: 'sqlite' | 'postgres';
  /** For a connector's `database`. */
  url: string;
  /** Runs statements as the application's own users would. */
  run(statements: string): Promise<void>;
  rows(query: string): Promise<Record<string, unknown>[]>;
  /** Rows of one set of columns into a table, in one transaction. */
  insert(table: string, rows: readonly Record<string, string | number | null>[]): Promise<void>;
  drop(): Promise<void>;
}

export async function sqliteDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'dovetail-sql-'));
  const path = join(folder, 'test.db');
  const database = new DatabaseSync(path);
  return {
    kind: 'sqlite',
    url: `sqlite:${path}`,
    run: async (statements) => database.exec(statements),
    rows: async (query) => database.prepare(query).all(),
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {});
      const places = columns.map(() => '?').join(', ');
      const statement = database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
      database.exec('BEGIN');
      for (const row of rows) statement.run(...columns.map((column) => row[column] ?? null));
      database.exec('COMMIT');
    },
    async drop() {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function postgresDatabase(serverUrl: string): Promise<TestDatabase> {
  const { url, drop } = await freshDatabase(serverUrl);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    kind: 'postgres',
    url,
    async run(statements) {
      await client.query(statements);
    },
    rows: async (query) => (await client.query(query)).rows,
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {}).join(', ');
      await client.query(
        `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    },
    async drop() {
      await client.end();
      await drop();
    },
  };
}

/**
 * `describe` for tests of both kinds of database, each with its own statements to begin with. `suite` gets the database
 * by calling what it is given, in hooks and tests only.
 */
export function describeDatabases(
  name: string,
  begin: { sqlite: string; postgres: string },
  suite: (database: () => TestDatabase) => void,
): void {
  const around = (open: () => Promise<TestDatabase>, statements: string) => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await open();
      await database.run(statements);
    });
    afterAll(() => database.drop());
    suite(() => database);
  };
  describe(`${name} on SQLite`, () => around(sqliteDatabase, begin.sqlite));
  describePostgres(`${name} on PostgreSQL`, (url) => around(() => postgresDatabase(url), begin.postgres));
}

/** A platform whose waits take no time. */
export const stillPlatform: Platform = {
  clock: { now: () => 0, sleep: async () => {} },
  random: { next: () => 0.5, bytes: (length) => new Uint8Array(length) },
  http: {
    request: async () => {
      throw new Error('a database needs no HTTP');
    },
    close: async () => {},
  },
  log: silentLog,
};

export function readConnector(text: string): ConnectorDefinition {
  const loaded = loadConnector(text, 'connector.yaml');
  if (!loaded.ok) throw new Error(loaded.error.map(({ summary, where }) => `${summary} ${where?.line}`).join('; '));
  return loaded.value;
}

export function readConnectorFile(url: URL): ConnectorDefinition {
  return readConnector(readFileSync(url, 'utf8'));
}

export function connect(definition: ConnectorDefinition, url: string): Connection {
  const opened = openSqlConnection({ definition, variables: { database_url: url }, platform: stillPlatform });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.summary}`);
  return opened.value;
}

/** All records of a read or sweep, the sizes of its pages and its end. */
export async function all(steps: AsyncIterable<ReadStep>) {
  const records: WireRecord[] = [];
  const pages: number[] = [];
  let end: Extract<ReadStep, { kind: 'end' }> | null = null;
  for await (const step of steps) {
    if (step.kind === 'end') end = step;
    else {
      pages.push(step.records.length);
      records.push(...step.records);
    }
  }
  return { records, pages, end };
}
