import { closeSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../platform/clock.ts';
import { type Log, silentLog } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { EvidenceLog } from '../evidence.ts';
import type { MarkLog } from '../marked.ts';
import type {
  Cursor,
  Fence,
  Finding,
  HistoryEntry,
  Intent,
  KnownShape,
  Link,
  MappingKey,
  ParkedFilter,
  ParkedRecord,
  Run,
  Side,
  StateChange,
  Store,
} from '../port.ts';
import { makePrivateFolder } from '../private-folder.ts';
import { integer, text } from './column.ts';
import { Database, sqliteCode, sqliteDiagnostic } from './database.ts';
import { diagnose } from './diagnose.ts';
import { sqliteEvidence } from './evidence.ts';
import { acquireLease, checkFence, releaseLease, renewLease } from './leases.ts';
import { countLinks, deleteLinks, readLinkedIds, readLinks, readLinksAfter, writeLinks } from './links.ts';
import { sqliteMarked } from './marked.ts';
import { checkSchema, migrate } from './migrate.ts';
import { forgetPages, readPages, writePages } from './pages.ts';
import { countParked, deleteParked, readParked, writeParked } from './parked.ts';
import {
  deleteIntents,
  deleteKeys,
  readCursor,
  readIdsByKey,
  readIntents,
  readLetIn,
  writeCursors,
  writeIntents,
  writeKeys,
  writeLetIn,
} from './progress.ts';
import { readHistory, readRuns, writeHistory, writeRun } from './runs.ts';
import { Sealer } from './secrets.ts';
import { readShape, writeShapes } from './shapes.ts';

export interface SqliteOptions {
  /** The installation's store key, 32 bytes: seals secrets. A store opens only with the key it was made with. */
  key: Uint8Array;
  /** Nonces of sealed secrets come from it. */
  random: Random;
  /** Only for `diagnose()`, which tells old from new. */
  clock: Clock;
  log?: Log;
  /**
   * `full` (default): every commit survives a power cut. `normal`: every commit survives the death of the process, but a
   * power cut may take the last ones, intents among them; then a create may be sent again after it.
   */
  durability?: 'full' | 'normal';
  /** How long to wait for another process's commit, in milliseconds; default 5000. */
  busyMs?: number;
}

/** Pages of the write-ahead log after which it is copied into the file: 16 MiB. */
const CHECKPOINT_PAGES = 4000;
const CACHE_KIB = 16_000;

/**
 * Opens the store in a file, making it if there is none (mode 0600), or in memory with `:memory:`. Fails with
 * `store-unreadable`, `store-foreign`, `store-newer`, `store-damaged`, `store-key-wrong` or `store-busy`.
 */
export function openSqliteStore(path: string, options: SqliteOptions): Result<Store> {
  const prepared = prepareFile(path);
  if (!prepared.ok) return prepared;
  let raw: DatabaseSync | undefined;
  try {
    raw = new DatabaseSync(path, { timeout: options.busyMs ?? 5000 });
    const opened = open(raw, options);
    if (!opened.ok) raw.close();
    return opened;
  } catch (error) {
    if (raw?.isOpen) raw.close();
    const code = sqliteCode(error);
    if (code === null) throw error;
    return fail(sqliteDiagnostic(code));
  }
}

function prepareFile(path: string): Result<void> {
  if (path === ':memory:') return ok(undefined);
  try {
    makePrivateFolder(dirname(resolve(path)));
    closeSync(openSync(path, 'a', 0o600));
    return ok(undefined);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return fail(
      problem('store-unreadable', 'The store file cannot be opened', {
        detail: `The operating system says ${code}.`,
        where: { file: path },
        next: 'Make sure that the folder exists and that this user may write in it.',
      }),
    );
  }
}

function open(raw: DatabaseSync, options: SqliteOptions): Result<Store> {
  const checked = checkSchema(raw);
  if (!checked.ok) return checked;
  const mode = raw.prepare('PRAGMA journal_mode = WAL').get();
  if (mode?.journal_mode === 'delete') options.log?.warn('the file system allows no write-ahead log');
  raw.exec(`PRAGMA synchronous = ${options.durability === 'normal' ? 'NORMAL' : 'FULL'};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -${CACHE_KIB};
    PRAGMA temp_store = MEMORY`);
  const migrated = migrate(raw);
  if (!migrated.ok) return migrated;
  const db = new Database(raw);
  const sealer = new Sealer(options.key, options.random);
  const claimed = db.transaction(() => (sealer.claim(db) ? ok(undefined) : fail(keyWrong())));
  return claimed.ok ? ok(new SqliteStore(db, sealer, options)) : claimed;
}

function keyWrong() {
  return problem('store-key-wrong', 'The store belongs to another installation', {
    detail: 'It was made with another key.',
    next: 'Restore the installation file that belongs to this store, or name another store.',
  });
}

/**
 * Outcomes need not be on the disk before the run goes on. The next intents and the cursors take them there, being
 * written after them; what a power cut takes away before is found again through its intents, as after any crash between
 * a write and its record. This halves the waits for the disk.
 */
const isBridged = (change: StateChange): boolean =>
  (change.links?.length ?? 0) > 0 && !change.intents?.length && !change.cursors && !change.run;

class SqliteStore implements Store {
  readonly evidence: EvidenceLog;
  readonly marked: MarkLog;
  readonly #db: Database;
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #layouts = new Map<string, number>();

  constructor(db: Database, sealer: Sealer, options: SqliteOptions) {
    this.evidence = sqliteEvidence(db);
    this.marked = sqliteMarked(db);
    this.#db = db;
    this.#sealer = sealer;
    this.#clock = options.clock;
    this.#log = options.log ?? silentLog;
  }

  async layout(fields: readonly string[]): Promise<number> {
    const names = JSON.stringify(fields);
    const known = this.#layouts.get(names);
    if (known !== undefined) return known;
    const find = this.#db.statement('SELECT id FROM layout WHERE fields = ?');
    if (find.get(names) === undefined) {
      this.#db.statement('INSERT INTO layout (fields) VALUES (?) ON CONFLICT DO NOTHING').run(names);
    }
    const id = integer(find.get(names)?.id);
    this.#layouts.set(names, id);
    return id;
  }

  async layoutFields(layout: number): Promise<readonly string[]> {
    const row = this.#db.statement('SELECT fields FROM layout WHERE id = ?').get(layout);
    if (row === undefined) throw new Error(`The store has no layout ${layout}`);
    const fields: string[] = JSON.parse(text(row.fields));
    return fields;
  }

  async links(mapping: MappingKey, side: Side, ids: readonly string[]): Promise<Map<string, Link>> {
    return readLinks(this.#db, mapping, side, ids);
  }

  async linksAfter(mapping: MappingKey, side: Side, after: string | null, limit: number): Promise<Link[]> {
    return readLinksAfter(this.#db, mapping, side, after, limit);
  }

  async linkedIds(mapping: MappingKey, side: Side, after: string | null, limit: number): Promise<string[]> {
    return readLinkedIds(this.#db, mapping, side, after, limit);
  }

  async countLinks(mapping: MappingKey): Promise<{ active: number; silent: number; closed: number }> {
    return countLinks(this.#db, mapping);
  }

  async cursor(mapping: MappingKey, side: Side): Promise<Cursor | null> {
    return readCursor(this.#db, mapping, side);
  }

  async pages(mapping: MappingKey, side: Side): Promise<string[]> {
    return readPages(this.#db, mapping, side);
  }

  async shape(mapping: MappingKey, side: Side): Promise<KnownShape | null> {
    return readShape(this.#db, mapping, side);
  }

  async letIn(mapping: MappingKey, side: Side): Promise<string[]> {
    return readLetIn(this.#db, mapping, side);
  }

  async intents(mapping: MappingKey): Promise<Intent[]> {
    return readIntents(this.#db, mapping);
  }

  async parked(filter: ParkedFilter): Promise<ParkedRecord[]> {
    return readParked(this.#db, filter);
  }

  async countParked(mapping?: MappingKey): Promise<Record<string, number>> {
    return countParked(this.#db, mapping);
  }

  async idsByKey(
    mapping: MappingKey,
    side: Side,
    rule: number,
    digests: readonly string[],
  ): Promise<Map<string, string[]>> {
    return readIdsByKey(this.#db, mapping, side, rule, digests);
  }

  async history(mapping: MappingKey, side: Side, id: string, limit: number): Promise<HistoryEntry[]> {
    return readHistory(this.#db, mapping, side, id, limit);
  }

  async runs(integration: string, limit: number): Promise<Run[]> {
    return readRuns(this.#db, integration, limit);
  }

  async commit(fence: Fence, change: StateChange): Promise<Result<void>> {
    const write = () => {
      const held = checkFence(this.#db, fence);
      return held.ok ? this.#write(change) : held;
    };
    const done = isBridged(change) ? this.#db.bridged(write) : this.#db.transaction(write);
    if (!done.ok) this.#log.warn('commit refused', { code: done.error.code, lease: fence.key });
    return done;
  }

  /** Removals first, so that what a change both removes and adds is there afterwards. */
  #write(change: StateChange): Result<void> {
    const db = this.#db;
    forgetPages(db, change);
    if (change.unlinked) deleteLinks(db, change.unlinked);
    if (change.settled) deleteIntents(db, change.settled);
    if (change.released) deleteParked(db, change.released);
    for (const record of change.keysGone ?? []) deleteKeys(db, record);
    if (change.links) {
      const linked = writeLinks(db, change.links);
      if (!linked.ok) return linked;
    }
    if (change.intents) writeIntents(db, change.intents);
    if (change.letIn) writeLetIn(db, change.letIn);
    if (change.parked) writeParked(db, change.parked);
    if (change.keys) writeKeys(db, change.keys);
    if (change.cursors) writeCursors(db, change.cursors);
    if (change.pages) writePages(db, change.pages);
    if (change.shapes) writeShapes(db, change.shapes);
    if (change.history) writeHistory(db, change.history);
    if (change.run) writeRun(db, change.run);
    return ok(undefined);
  }

  async acquire(key: string, holder: string, ttlMs: number, now: number): Promise<Result<Fence>> {
    return this.#db.transaction(() => acquireLease(this.#db, key, holder, now + ttlMs, now));
  }

  async renew(fence: Fence, ttlMs: number, now: number): Promise<Result<void>> {
    return this.#db.transaction(() => renewLease(this.#db, fence, now + ttlMs));
  }

  async release(fence: Fence): Promise<void> {
    releaseLease(this.#db, fence);
  }

  async secret(name: string): Promise<string | null> {
    return this.#sealer.read(this.#db, name);
  }

  async putSecret(name: string, value: string | null): Promise<void> {
    if (value === null) this.#db.statement('DELETE FROM secret WHERE name = ?').run(name);
    else this.#sealer.write(this.#db, name, value);
  }

  async generation(): Promise<number> {
    return integer(this.#db.statement(`SELECT value FROM meta WHERE name = 'generation'`).get()?.value);
  }

  async advanceGeneration(): Promise<number> {
    const sql = `UPDATE meta SET value = value + 1 WHERE name = 'generation' RETURNING value`;
    return integer(this.#db.statement(sql).get()?.value);
  }

  async diagnose(): Promise<Finding[]> {
    return diagnose(this.#db, this.#clock.now());
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
