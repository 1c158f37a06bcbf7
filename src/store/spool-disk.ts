import { createCipheriv, createDecipheriv } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makePrivateFolder } from './private-folder.ts';
import type { Spool, SpooledRecord } from './spool.ts';

const TAG_BYTES = 16;

/** Nothing needs to survive a crash: the file is worthless then, its key being gone. */
const SCHEMA = `
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -8000;
CREATE TABLE record (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL) STRICT;
CREATE TABLE record_key (rule INTEGER, digest TEXT, number INTEGER, PRIMARY KEY (rule, digest, number))
  STRICT, WITHOUT ROWID;
`;

/** A spool in a new file of mode 0600, unlinked at once where the system allows that for an open file, else on close. */
export function openDiskSpool(directory: string, random: (n: number) => Uint8Array): Spool {
  makePrivateFolder(directory);
  const path = join(directory, `scratch-${Buffer.from(random(8)).toString('hex')}.db`);
  closeSync(openSync(path, 'wx', 0o600));
  const db = new DatabaseSync(path);
  db.exec(SCHEMA);
  remove(path);
  return new DiskSpool(db, path, random(32));
}

/** Windows refuses to remove an open file; then `close` does it. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'EBUSY' || error.code === 'EPERM'))) throw error;
  }
}

class DiskSpool implements Spool {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #key: Uint8Array;
  readonly #statements;
  #size = 0;
  /** Never used twice, so that it serves as the nonce. */
  #lastNumber = 0;

  constructor(db: DatabaseSync, path: string, key: Uint8Array) {
    this.#db = db;
    this.#path = path;
    this.#key = key;
    this.#statements = {
      insert: db.prepare('INSERT INTO record (number, id, sealed) VALUES (?, ?, ?)'),
      insertKey: db.prepare('INSERT INTO record_key (rule, digest, number) VALUES (?, ?, ?)'),
      find: db.prepare('SELECT number, sealed FROM record WHERE id = ?'),
      remove: db.prepare('DELETE FROM record WHERE number = ?'),
      removeKey: db.prepare('DELETE FROM record_key WHERE rule = ? AND digest = ? AND number = ?'),
      first: db.prepare('SELECT id FROM record ORDER BY number LIMIT ?'),
      byKey: db.prepare(`SELECT r.id FROM record_key k JOIN record r ON r.number = k.number
        WHERE k.rule = ? AND k.digest = ? ORDER BY k.number`),
    };
  }

  get size(): number {
    return this.#size;
  }

  put(record: SpooledRecord): void {
    this.take(record.id);
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    this.#statements.insert.run(number, record.id, this.#seal(number, record));
    for (const [rule, digest] of record.keys.entries()) {
      if (digest !== null) this.#statements.insertKey.run(rule, digest, number);
    }
    this.#size += 1;
  }

  get(id: string): SpooledRecord | undefined {
    return this.#find(id)?.record;
  }

  take(id: string): SpooledRecord | undefined {
    const found = this.#find(id);
    if (!found) return undefined;
    const { number, record } = found;
    this.#statements.remove.run(number);
    for (const [rule, digest] of record.keys.entries()) {
      if (digest !== null) this.#statements.removeKey.run(rule, digest, number);
    }
    this.#size -= 1;
    return record;
  }

  idsByKey(rule: number, digest: string): string[] {
    return this.#statements.byKey.all(rule, digest).map((row) => String(row.id));
  }

  first(n: number): string[] {
    return this.#statements.first.all(n).map((row) => String(row.id));
  }

  together<T>(work: () => T): T {
    this.#db.exec('BEGIN');
    try {
      const value = work();
      this.#db.exec('COMMIT');
      return value;
    } finally {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    }
  }

  #find(id: string): { number: number; record: SpooledRecord } | undefined {
    const row = this.#statements.find.get(id);
    if (row === undefined) return undefined;
    const { number, sealed } = row;
    if (typeof number !== 'number' || !(sealed instanceof Uint8Array)) throw new Error('The scratch file is damaged');
    return { number, record: this.#unseal(number, sealed) };
  }

  #seal(number: number, record: SpooledRecord): Uint8Array {
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce(number), { authTagLength: TAG_BYTES });
    return Buffer.concat([cipher.update(JSON.stringify(record), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  #unseal(number: number, sealed: Uint8Array): SpooledRecord {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce(number), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const record: SpooledRecord = JSON.parse(
      decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8'),
    );
    return record;
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.#db.close();
    remove(this.#path);
    this.#key.fill(0);
  }
}

function nonce(number: number): Uint8Array {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64BE(BigInt(number), 4);
  return bytes;
}
