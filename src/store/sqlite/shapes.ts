import type { KnownShape, MappingKey, Side, StateChange } from '../port.ts';
import { integer, text } from './column.ts';
import type { Database } from './database.ts';

export function readShape(db: Database, mapping: MappingKey, side: Side): KnownShape | null {
  const row = db
    .statement('SELECT read, content FROM shape WHERE mapping = ? AND side = ?')
    .get(db.findMapping(mapping), side);
  if (!row) return null;
  const content: Pick<KnownShape, 'accepted' | 'live' | 'unmapped'> = JSON.parse(text(row.content));
  return { mapping, side, read: integer(row.read), ...content };
}

export function writeShapes(db: Database, shapes: NonNullable<StateChange['shapes']>): void {
  const insert = db.statement(
    `INSERT INTO shape (mapping, side, read, content) VALUES (?, ?, ?, ?)
     ON CONFLICT (mapping, side) DO UPDATE SET read = excluded.read, content = excluded.content`,
  );
  for (const { mapping, side, read, ...content } of shapes) {
    insert.run(db.mapping(mapping), side, read, JSON.stringify(content));
  }
}
