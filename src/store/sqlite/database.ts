import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Diagnostic, fail, problem, type Result } from '../../record/diagnostic.ts';
import type { MappingKey } from '../port.ts';
import { integer, text } from './column.ts';

const FULL = 13;
const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
const CONSTRAINT = 19;
const CONSTRAINT_UNIQUE = 2067;

/** A SQLite connection with its prepared statements and the ids of mapping keys. */
export class Database {
  readonly raw: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #rowStatements = new Map<string, StatementSync>();
  readonly #idByKey = new Map<MappingKey, number>();
  readonly #keyById = new Map<number, MappingKey>();

  constructor(raw: DatabaseSync) {
    this.raw = raw;
  }

  /** Prepared once per SQL text; rows come as objects. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const made = this.raw.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  /** As `statement`, but rows come as arrays: for the reads that carry the load. */
  rowStatement(sql: string): StatementSync {
    const known = this.#rowStatements.get(sql);
    if (known) return known;
    const made = this.raw.prepare(sql);
    made.setReturnArrays(true);
    this.#rowStatements.set(sql, made);
    return made;
  }

  /**
   * Runs `work` in one transaction that holds the write lock from its start. A failing result and an exception roll
   * back. What SQLite reports (busy, full, damaged) becomes a failing result; anything else is a bug and thrown,
   * a broken constraint of the schema too.
   */
  transaction<T>(work: () => Result<T>): Result<T> {
    try {
      this.raw.exec('BEGIN IMMEDIATE');
      const result = work();
      if (!result.ok) this.#rollback();
      else this.raw.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollback();
      const code = sqliteCode(error);
      if (code === null || (code & 0xff) === CONSTRAINT) throw error;
      return fail(sqliteDiagnostic(code));
    }
  }

  /** A transaction that is on the disk only together with the next one; it survives the end of the process all the same. */
  bridged<T>(work: () => Result<T>): Result<T> {
    const { synchronous } = this.statement('PRAGMA synchronous').get() ?? {};
    this.raw.exec('PRAGMA synchronous = NORMAL');
    const result = this.transaction(work);
    this.raw.exec(`PRAGMA synchronous = ${integer(synchronous)}`);
    return result;
  }

  #rollback(): void {
    // Ids given inside the transaction are gone with it.
    this.#idByKey.clear();
    this.#keyById.clear();
    if (this.raw.isTransaction) this.raw.exec('ROLLBACK');
  }

  /** The integer id of a mapping key; null when the store has never heard of it. */
  findMapping(key: MappingKey): number | null {
    const known = this.#idByKey.get(key);
    if (known !== undefined) return known;
    const row = this.statement('SELECT id FROM mapping WHERE key = ?').get(key);
    return row === undefined ? null : this.#remember(key, integer(row.id));
  }

  /** As `findMapping`, but gives an id on first sight; only inside a transaction. */
  mapping(key: MappingKey): number {
    const found = this.findMapping(key);
    if (found !== null) return found;
    const row = this.statement('INSERT INTO mapping (key) VALUES (?) RETURNING id').get(key);
    return this.#remember(key, integer(row?.id));
  }

  mappingKey(id: number): MappingKey {
    const known = this.#keyById.get(id);
    if (known !== undefined) return known;
    const key = text(this.statement('SELECT key FROM mapping WHERE id = ?').get(id)?.key);
    this.#remember(key, id);
    return key;
  }

  #remember(key: MappingKey, id: number): number {
    this.#idByKey.set(key, id);
    this.#keyById.set(id, key);
    return id;
  }

  close(): void {
    this.#statements.clear();
    this.#rowStatements.clear();
    if (this.raw.isOpen) this.raw.close();
  }
}

/** SQLite's extended result code of an error; null for any other error. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}

export function isUniqueViolation(error: unknown): boolean {
  return sqliteCode(error) === CONSTRAINT_UNIQUE;
}

/** Built from the code alone: SQLite's own messages may quote what was written. */
export function sqliteDiagnostic(code: number): Diagnostic {
  switch (code & 0xff) {
    case BUSY:
      return problem('store-busy', 'The store is locked by another process', {
        next: 'Wait until the other process has finished, or end it; then run the command again.',
      });
    case FULL:
      return problem('store-full', 'The disk that holds the store is full', {
        next: 'Free space on it; then run the command again. Nothing was changed.',
      });
    case CORRUPT:
    case NOT_A_DATABASE:
      return problem('store-damaged', 'The store file is damaged', {
        next: 'Run `dovetail doctor`, and restore the newest copy of the store.',
      });
    default:
      return problem('store-failed', 'The store refused an operation', {
        detail: `SQLite's result code is ${code}.`,
        next: 'Run `dovetail doctor`.',
      });
  }
}
