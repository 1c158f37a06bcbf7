import { createRequire } from 'node:module';
import type pg from 'pg';
import { LateSocket } from '../../platform/late-socket.ts';
import { ProxyError, streamThrough, type Tunnel } from '../../platform/proxy.ts';
import { fail, ok } from '../../record/diagnostic.ts';
import type { Database, SqlResult } from './database.ts';
import { type Refusal, refusal, type SqlFailure } from './failure.ts';
import { valueReader } from './postgres-values.ts';

export interface PostgresOptions {
  url: string;
  /** Most connections. */
  connections: number;
  /** Milliseconds until a statement is given up. */
  timeout: number;
  /** Through which the server is reached; null: directly. */
  tunnel: Tunnel | null;
}

/** How much longer than the server's own time-out the client waits for the answer, ms. */
const GRACE_MS = 5000;
const CONNECT_MS = 10_000;

/** Loaded with the first pool: most runs have no PostgreSQL in them. */
const driver = (): typeof pg => createRequire(import.meta.url)('pg');

/** A pool of connections; the first is made by the first statement. */
export function openPostgres(options: PostgresOptions): Database {
  const { tunnel } = options;
  const pool = new (driver().Pool)({
    connectionString: options.url,
    max: options.connections,
    application_name: 'dovetail',
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: options.timeout + GRACE_MS,
    types: { getTypeParser: valueReader },
    ...(tunnel ? { stream: () => new LateSocket((host, port) => streamThrough(tunnel, host, port, CONNECT_MS)) } : {}),
    async onConnect(client) {
      await client.query(
        `SET TIME ZONE 'UTC'; SET datestyle TO 'ISO, YMD'; SET statement_timeout TO ${Math.trunc(options.timeout)}`,
      );
    },
  });
  // A connection that breaks while it is idle leaves the pool; the next statement makes a new one.
  pool.on('error', () => {});
  // One that breaks at work fails its statement; the client tells of it once more by an event.
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    kind: 'postgres',
    run: (statement, values) => run(pool, statement, values),
    async close() {
      if (!pool.ended) await pool.end();
      await tunnel?.close();
    },
  };
}

async function run(pool: pg.Pool, statement: string, values: readonly unknown[]): Promise<SqlResult> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return fail(classify(error, false));
  }
  try {
    const { rows } = await client.query(statement, [...values]);
    client.release();
    return ok(rows);
  } catch (error) {
    const failure = classify(error, true);
    client.release(broken(error));
    return fail(failure);
  }
}

/** Whether the connection is of no more use. */
function broken(error: unknown): boolean {
  const state = stateOf(error);
  return state === undefined || state.startsWith('57P') || state.startsWith('08');
}

/** Refusals by SQLSTATE, the longest prefix first. */
const BY_STATE: [prefix: string, kind: Refusal][] = [
  ['23505', 'unique'],
  ['23P01', 'unique'],
  ['23503', 'parent-missing'],
  ['42501', 'permission'],
  ['42P10', 'structure'],
  ['57014', 'busy'],
  ['55P03', 'busy'],
  ['25006', 'busy'],
  ['08', 'down'],
  ['22', 'value'],
  ['23', 'value'],
  ['28', 'credentials'],
  ['3D', 'structure'],
  ['40', 'conflicting-transaction'],
  ['42', 'structure'],
  ['44', 'value'],
  ['53', 'busy'],
  ['57P', 'down'],
  ['P0001', 'value'],
];

/**
 * An answer of the database is certain: the statement is undone. The exceptions are a backend that was ended (it may
 * have committed just before) and no answer at all.
 */
function classify(error: unknown, sent: boolean): SqlFailure {
  if (error instanceof ProxyError) return { ...refusal('down', [], sent), diagnostic: error.diagnostic };
  const state = stateOf(error);
  if (state === undefined) return refusal('down', [codeOf(error)], sent);
  const kind = BY_STATE.find(([prefix]) => state.startsWith(prefix))?.[1] ?? 'other';
  const { constraint, column, table } = error instanceof driver().DatabaseError ? error : {};
  return refusal(kind, [`SQLSTATE ${state}`, table, column, constraint], sent && broken(error));
}

function stateOf(error: unknown): string | undefined {
  return error instanceof driver().DatabaseError ? error.code : undefined;
}

/** `ECONNREFUSED` and the like. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
