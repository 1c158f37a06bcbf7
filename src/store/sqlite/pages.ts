import type { MappingKey, Side, StateChange } from '../port.ts';
import { text } from './column.ts';
import type { Database } from './database.ts';

/** See `StateChange.pages`. */
export function readPages(db: Database, key: MappingKey, side: Side): string[] {
  const sql = 'SELECT hex(digest) AS digest FROM settled_page WHERE mapping = ? AND side = ?';
  return db
    .statement(sql)
    .all(db.findMapping(key), side)
    .map((row) => text(row.digest).toLowerCase());
}

export function writePages(db: Database, pages: NonNullable<StateChange['pages']>): void {
  for (const { mapping: key, side, digests } of pages) {
    const mapping = db.mapping(key);
    db.statement('DELETE FROM settled_page WHERE mapping = ? AND side = ?').run(mapping, side);
    const insert = db.statement('INSERT OR IGNORE INTO settled_page (mapping, side, digest) VALUES (?, ?, unhex(?))');
    for (const digest of digests) insert.run(mapping, side, digest);
  }
}

/** What was true of pages need not be any more once links or parked records have changed. */
export function forgetPages(db: Database, { links, unlinked, parked, released }: StateChange): void {
  const keys = new Set<MappingKey>();
  for (const part of [links, unlinked, parked, released]) for (const { mapping } of part ?? []) keys.add(mapping);
  for (const key of keys) db.statement('DELETE FROM settled_page WHERE mapping = ?').run(db.mapping(key));
}
