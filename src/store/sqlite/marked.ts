import { ok, type Result } from '../../record/diagnostic.ts';
import type { MarkedRecord, MarkLog, MarkName } from '../marked.ts';
import { integer, oneOf, text, textOrNull } from './column.ts';
import type { Database } from './database.ts';

export function sqliteMarked(db: Database): MarkLog {
  return {
    note: async (records) => db.transaction(() => writeMarked(db, records)),
    forget: async (records) => db.transaction(() => deleteMarked(db, records)),
    list: async (integration, purpose) =>
      db
        .statement('SELECT * FROM marked WHERE integration = ?1 AND (?2 IS NULL OR purpose = ?2) ORDER BY number')
        .all(integration, purpose ?? null)
        .map(markedOf),
  };
}

function writeMarked(db: Database, records: readonly MarkedRecord[]): Result<void> {
  const upsert = db.statement(`INSERT INTO marked (integration, side, object, mark, field, purpose, id, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (integration, side, object, mark) DO UPDATE SET
      field = excluded.field, purpose = excluded.purpose, id = excluded.id, at = excluded.at`);
  for (const { integration, side, object, mark, field, purpose, id, at } of records)
    upsert.run(integration, side, object, mark, field, purpose, id, at);
  return ok(undefined);
}

function deleteMarked(db: Database, records: readonly MarkName[]): Result<void> {
  const remove = db.statement('DELETE FROM marked WHERE integration = ? AND side = ? AND object = ? AND mark = ?');
  for (const { integration, side, object, mark } of records) remove.run(integration, side, object, mark);
  return ok(undefined);
}

const markedOf = (row: Record<string, unknown>): MarkedRecord => ({
  integration: text(row.integration),
  side: oneOf(row.side, ['a', 'b']),
  object: text(row.object),
  mark: text(row.mark),
  field: text(row.field),
  purpose: oneOf(row.purpose, ['check', 'testdata']),
  id: textOrNull(row.id),
  at: integer(row.at),
});
