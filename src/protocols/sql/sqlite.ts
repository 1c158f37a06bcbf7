import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Database, Row, SqlResult } from './database.ts';
import { type Refusal, refusal, type SqlFailure } from './failure.ts';

/** How long SQLite itself waits for another writer, ms: short, since it blocks; the rest is waited outside. */
const BUSY_MS = 250;

/** Opens an existing SQLite file (or `:memory:`); a missing one is not made. */
export function openSqlite(path: string): Result<Database> {
  if (path !== ':memory:' && !existsSync(path)) {
    return fail(
      problem('database-missing', 'There is no such database file', { next: 'Check the path of this connection' }),
    );
  }
  try {
    const database = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
    return ok(wrap(database));
  } catch (error) {
    return fail(classify(error).diagnostic);
  }
}

function wrap(database: DatabaseSync): Database {
  const prepared = new Map<string, StatementSync>();
  const prepare = (statement: string): StatementSync => {
    const known = prepared.get(statement);
    if (known) return known;
    const fresh = database.prepare(statement);
    fresh.setReadBigInts(true);
    prepared.set(statement, fresh);
    return fresh;
  };
  const run = (statement: string, values: readonly unknown[]): SqlResult => {
    try {
      const rows = prepare(statement).all(...values.map(bindable));
      for (const row of rows) readable(row);
      return ok(rows);
    } catch (error) {
      return fail(classify(error));
    }
  };
  // Readers then never block the application's writer. A file that can only be read keeps the mode it has.
  run('PRAGMA journal_mode = WAL', []);
  return {
    kind: 'sqlite',
    run: async (statement, values) => run(statement, values),
    transaction: (body) => inTransaction(run, () => body(run)),
    async close() {
      prepared.clear();
      if (database.isOpen) database.close();
    },
  };
}

type Run = (statement: string, values: readonly unknown[]) => SqlResult;

function inTransaction<T>(run: Run, body: () => T): Result<T, SqlFailure> {
  const begun = run('BEGIN IMMEDIATE', []);
  if (!begun.ok) return begun;
  let value: T;
  try {
    value = body();
  } catch (bug) {
    run('ROLLBACK', []);
    throw bug;
  }
  const committed = run('COMMIT', []);
  if (committed.ok) return ok(value);
  run('ROLLBACK', []);
  return committed;
}

function bindable(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' || typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  return JSON.stringify(value);
}

/** Integers beyond 2^53 become text, so that none is rounded; blobs become hex, as PostgreSQL shows them. */
function readable(row: Row): void {
  for (const column in row) {
    const value = row[column];
    if (typeof value === 'bigint') {
      const number = Number(value);
      row[column] = Number.isSafeInteger(number) ? number : String(value);
    } else if (value instanceof Uint8Array) row[column] = `\\x${Buffer.from(value).toString('hex')}`;
  }
}

/** Refusals by SQLite's primary result code. */
const BY_CODE: Record<number, Refusal> = {
  1: 'structure',
  5: 'busy',
  6: 'busy',
  8: 'permission',
  13: 'down',
  14: 'down',
  18: 'value',
  19: 'value',
  20: 'value',
  23: 'permission',
};

/** Refusals by SQLite's extended code, where it says more. */
const BY_EXTENDED_CODE: Record<number, Refusal> = {
  787: 'parent-missing',
  1555: 'unique',
  2067: 'unique',
  2579: 'unique',
};

const IO_ERROR = 10;

function classify(error: unknown): SqlFailure {
  const code = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
  if (code === 0) throw error;
  const kind = BY_EXTENDED_CODE[code] ?? BY_CODE[code & 0xff] ?? 'other';
  return refusal(kind, [`SQLite ${code}`, columnsIn(error)], (code & 0xff) === IO_ERROR);
}

/** `UNIQUE constraint failed: customers.email` names columns; other messages may hold values. */
function columnsIn(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  return /^(?:UNIQUE|NOT NULL) constraint failed: ([\w., ]+)$/.exec(message)?.[1];
}
