import type { Cursor, Intent, IntentItem, MappingKey, RecordKey, Side } from '../port.ts';
import { integer, integerOrNull, side as sideOf, text } from './column.ts';
import type { Database } from './database.ts';

/** What a run has got to and what it must not lose on the way: cursors, intents, match keys. */

export function readCursor(db: Database, mapping: MappingKey, side: Side): Cursor | null {
  const row = db
    .statement('SELECT mark, scanned, swept, seen, rules FROM cursor WHERE mapping = ? AND side = ?')
    .get(db.findMapping(mapping), side);
  if (row === undefined) return null;
  return {
    mapping,
    side,
    mark: integerOrNull(row.mark),
    scanned: integerOrNull(row.scanned),
    swept: integerOrNull(row.swept),
    seen: integerOrNull(row.seen),
    rules: text(row.rules),
  };
}

export function writeCursors(db: Database, cursors: readonly Cursor[]): void {
  const sql =
    'INSERT OR REPLACE INTO cursor (mapping, side, mark, scanned, swept, seen, rules) VALUES (?, ?, ?, ?, ?, ?, ?)';
  for (const { mapping, side, mark, scanned, swept, seen, rules } of cursors) {
    db.statement(sql).run(db.mapping(mapping), side, mark, scanned, swept, seen, rules);
  }
}

/** Oldest first. */
export function readIntents(db: Database, mapping: MappingKey): Intent[] {
  const rows = db
    .statement('SELECT id, side, created, items FROM intent WHERE mapping = ? ORDER BY created, id')
    .all(db.findMapping(mapping));
  return rows.map((row) => {
    const items: IntentItem[] = JSON.parse(text(row.items));
    return { id: text(row.id), mapping, side: sideOf(row.side), created: integer(row.created), items };
  });
}

export function writeIntents(db: Database, intents: readonly Intent[]): void {
  const sql = 'INSERT OR REPLACE INTO intent (id, mapping, side, created, items) VALUES (?, ?, ?, ?, ?)';
  for (const { id, mapping, side, created, items } of intents) {
    db.statement(sql).run(id, db.mapping(mapping), side, created, JSON.stringify(items));
  }
}

export function readLetIn(db: Database, mapping: MappingKey, side: Side): string[] {
  const sql = 'SELECT id FROM let_in WHERE mapping = ? AND side = ? ORDER BY id';
  return db
    .statement(sql)
    .all(db.findMapping(mapping), side)
    .map((row) => text(row.id));
}

export function writeLetIn(db: Database, records: readonly { mapping: MappingKey; side: Side; id: string }[]): void {
  const sql = 'INSERT OR IGNORE INTO let_in (mapping, side, id) VALUES (?, ?, ?)';
  for (const { mapping, side, id } of records) db.statement(sql).run(db.mapping(mapping), side, id);
}

export function deleteIntents(db: Database, ids: readonly string[]): void {
  for (const id of ids) db.statement('DELETE FROM intent WHERE id = ?').run(id);
}

/** Ids in their own order under each digest; digests without a record are left out. */
export function readIdsByKey(
  db: Database,
  mapping: MappingKey,
  side: Side,
  rule: number,
  digests: readonly string[],
): Map<string, string[]> {
  const sql = `SELECT k.digest, u.id FROM (SELECT DISTINCT value FROM json_each(?)) wanted CROSS JOIN record_key k
    ON k.mapping = ? AND k.side = ? AND k.rule = ? AND k.digest = wanted.value
    CROSS JOIN record_keys u ON u.number = k.number ORDER BY k.digest, u.id`;
  const found = new Map<string, string[]>();
  for (const row of db.statement(sql).all(JSON.stringify(digests), db.findMapping(mapping), side, rule)) {
    const digest = text(row.digest);
    const ids = found.get(digest);
    if (ids) ids.push(text(row.id));
    else found.set(digest, [text(row.id)]);
  }
  return found;
}

export function writeKeys(db: Database, records: readonly RecordKey[]): void {
  const insert = db.statement('INSERT INTO record_keys (mapping, side, id, keys) VALUES (?, ?, ?, ?)');
  const insertKey = db.statement('INSERT INTO record_key (mapping, side, rule, digest, number) VALUES (?, ?, ?, ?, ?)');
  for (const record of records) {
    deleteKeys(db, record);
    const mapping = db.mapping(record.mapping);
    const { lastInsertRowid } = insert.run(mapping, record.side, record.id, JSON.stringify(record.keys));
    for (const [rule, digest] of record.keys.entries()) {
      if (digest !== null) insertKey.run(mapping, record.side, rule, digest, lastInsertRowid);
    }
  }
}

export function deleteKeys(db: Database, record: { mapping: MappingKey; side: Side; id: string }): void {
  const mapping = db.mapping(record.mapping);
  const row = db
    .statement('DELETE FROM record_keys WHERE mapping = ? AND side = ? AND id = ? RETURNING number, keys')
    .get(mapping, record.side, record.id);
  if (row === undefined) return;
  const removeKey = db.statement(
    'DELETE FROM record_key WHERE mapping = ? AND side = ? AND rule = ? AND digest = ? AND number = ?',
  );
  const keys: RecordKey['keys'] = JSON.parse(text(row.keys));
  for (const [rule, digest] of keys.entries()) {
    if (digest !== null) removeKey.run(mapping, record.side, rule, digest, integer(row.number));
  }
}
