import { DatabaseSync } from 'node:sqlite';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { integer, text } from './column.ts';
import { initial } from './migrations/0001-initial.ts';
import { settledPages } from './migrations/0002-settled-pages.ts';
import { evidence } from './migrations/0003-evidence.ts';
import { shapes } from './migrations/0004-shapes.ts';
import { letIn } from './migrations/0005-let-in.ts';
import { marked } from './migrations/0006-marked.ts';
import { parkedPartner } from './migrations/0007-parked-partner.ts';

/** In order; the schema's version is the number of those applied. A released one is never edited. */
const MIGRATIONS: readonly string[] = [initial, settledPages, evidence, shapes, letIn, marked, parkedPartner];

/** What this program knows. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** `DVTL`: tells Dovetail's files from other SQLite files. */
const APPLICATION_ID = 0x4456544c;

/**
 * Whether this program may use an opened file; changes nothing. Fails with `store-newer` for a file that a newer program
 * made, `store-foreign` for a file that isn't a store.
 */
export function checkSchema(db: DatabaseSync): Result<void> {
  const { version: found, ours } = asOne(db, () => {
    const version = schemaVersion(db);
    const ours = version === 0 ? schemaOf(db).size === 0 : pragma(db, 'application_id') === APPLICATION_ID;
    return { version, ours };
  });
  if (!ours) {
    const next = 'Name another file for the store, or move this one away.';
    return fail(problem('store-foreign', 'This SQLite file is not a Dovetail store', { next }));
  }
  return found > SCHEMA_VERSION ? fail(newer(found)) : ok(undefined);
}

/** Reads of one state of the file: another process may be making the store at this moment. */
function asOne<T>(db: DatabaseSync, read: () => T): T {
  if (db.isTransaction) return read();
  db.exec('BEGIN');
  try {
    return read();
  } finally {
    db.exec('ROLLBACK');
  }
}

/** Brings a checked file to `SCHEMA_VERSION`, in one transaction. What SQLite throws is left to the caller. */
export function migrate(db: DatabaseSync): Result<void> {
  if (schemaVersion(db) === SCHEMA_VERSION) return ok(undefined);
  db.exec('BEGIN IMMEDIATE');
  try {
    // Again under the lock: another process may have migrated in between.
    const checked = checkSchema(db);
    if (checked.ok) {
      for (const sql of MIGRATIONS.slice(schemaVersion(db))) db.exec(sql);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    }
    db.exec('COMMIT');
    return checked;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function newer(found: number) {
  return problem('store-newer', 'The store was made by a newer version of Dovetail', {
    detail: `Its schema has version ${found}; this program knows up to version ${SCHEMA_VERSION}.`,
    next: 'Install the newer version of Dovetail again, or restore the copy of the store made before the upgrade.',
  });
}

export function schemaVersion(db: DatabaseSync): number {
  return pragma(db, 'user_version');
}

function pragma(db: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return integer(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/** Tables and indexes by name, as the SQL that made them with blanks evened out. */
export function schemaOf(db: DatabaseSync): Map<string, string> {
  const rows = db
    .prepare(`SELECT type || ' ' || name AS what, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`)
    .all();
  return new Map(rows.map((row) => [text(row.what), text(row.sql).replace(/\s+/g, ' ')]));
}

/** What `schemaOf` gives for a store fresh from the migrations. */
export function expectedSchema(): Map<string, string> {
  const fresh = new DatabaseSync(':memory:');
  for (const sql of MIGRATIONS) fresh.exec(sql);
  const schema = schemaOf(fresh);
  fresh.close();
  return schema;
}
