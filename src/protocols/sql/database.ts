import type { Result } from '../../record/diagnostic.ts';
import type { SqlFailure } from './failure.ts';

/** A row as the driver gives it: by column, nothing passed through floats or local time. */
export type Row = Record<string, unknown>;

export type SqlResult = Result<Row[], SqlFailure>;

/** One database: a pool of PostgreSQL connections or an SQLite file. Never throws. */
export interface Database {
  readonly kind: 'postgres' | 'sqlite';
  /** Runs one statement with bound values; a write is a transaction of its own. */
  run(statement: string, values: readonly unknown[]): Promise<SqlResult>;
  /** Runs statements as one transaction; SQLite only, where nothing is waited for in between. */
  transaction?<T>(
    body: (run: (statement: string, values: readonly unknown[]) => SqlResult) => T,
  ): Result<T, SqlFailure>;
  close(): Promise<void>;
}
