import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { Diagnostic } from '../../record/diagnostic.ts';
import type { MappingKey, ParkedFilter, ParkedRecord, Side } from '../port.ts';
import { integer, integerOrNull, side as sideOf, text } from './column.ts';
import type { Database } from './database.ts';

interface Condition {
  sql: string;
  values: SQLInputValue[];
}

/** In the order of mapping, side and id; with `due` the longest due first. Dismissed ones only when asked for. */
export function readParked(db: Database, filter: ParkedFilter): ParkedRecord[] {
  const conditions = conditionsOf(db, filter);
  const where = conditions.map(({ sql }) => ` AND ${sql}`).join('');
  const first = filter.due === undefined ? '' : 'p.next, ';
  const sql = `SELECT p.* FROM parked p JOIN mapping m ON m.id = p.mapping WHERE true${where}
    ORDER BY ${first}m.key, p.side, p.id LIMIT ?`;
  const values = conditions.flatMap((condition) => condition.values);
  return db
    .statement(sql)
    .all(...values, filter.limit ?? -1)
    .map((row) => toParked(db, row));
}

function conditionsOf(db: Database, filter: ParkedFilter): Condition[] {
  const found: Condition[] = [];
  const add = (sql: string, ...values: SQLInputValue[]) => found.push({ sql, values });
  if (filter.mapping !== undefined) add('p.mapping = ?', db.findMapping(filter.mapping));
  if (filter.side !== undefined) add('p.side = ?', filter.side);
  if (filter.ids !== undefined) add('p.id IN (SELECT value FROM json_each(?))', JSON.stringify(filter.ids));
  if (filter.partners !== undefined)
    add('p.partner IN (SELECT value FROM json_each(?))', JSON.stringify(filter.partners));
  if (filter.due !== undefined) add('p.next <= ?', filter.due);
  if (filter.reason !== undefined) add('p.reason = ?', filter.reason);
  if (filter.waitsFor !== undefined) {
    const { mapping, side, ids } = filter.waitsFor;
    add('p.waits_mapping = ?', db.findMapping(mapping));
    add('p.waits_side = ?', side);
    add('p.waits_id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
  }
  if (!filter.includeDismissed) add('p.dismissed_at IS NULL');
  return found;
}

/** By reason, without dismissed ones. */
export function countParked(db: Database, mapping: MappingKey | undefined): Record<string, number> {
  const where = mapping === undefined ? '' : ' AND mapping = ?';
  const values = mapping === undefined ? [] : [db.findMapping(mapping)];
  const sql = `SELECT reason, count(*) AS n FROM parked WHERE dismissed_at IS NULL${where} GROUP BY reason ORDER BY reason`;
  const rows = db.statement(sql).all(...values);
  return Object.fromEntries(rows.map((row) => [text(row.reason), integer(row.n)]));
}

const WRITE = `INSERT OR REPLACE INTO parked (mapping, side, id, reason, diagnostic, seen, rules, first, last, attempts,
  next, partner, waits_mapping, waits_side, waits_id, dismissed_reason, dismissed_at, approved)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

export function writeParked(db: Database, parked: readonly ParkedRecord[]): void {
  for (const record of parked) {
    const { waitsFor, dismissed } = record;
    db.statement(WRITE).run(
      db.mapping(record.mapping),
      record.side,
      record.id,
      record.reason,
      JSON.stringify(record.diagnostic),
      record.seen,
      record.rules,
      record.first,
      record.last,
      record.attempts,
      record.next,
      record.partner,
      waitsFor === null ? null : db.mapping(waitsFor.mapping),
      waitsFor?.side ?? null,
      waitsFor?.id ?? null,
      dismissed?.reason ?? null,
      dismissed?.at ?? null,
      record.approved,
    );
  }
}

export function deleteParked(db: Database, records: readonly { mapping: MappingKey; side: Side; id: string }[]): void {
  const sql = 'DELETE FROM parked WHERE mapping = ? AND side = ? AND id = ?';
  for (const { mapping, side, id } of records) db.statement(sql).run(db.mapping(mapping), side, id);
}

function toParked(db: Database, row: Record<string, SQLOutputValue>): ParkedRecord {
  const diagnostic: Diagnostic = JSON.parse(text(row.diagnostic));
  const waits = row.waits_id !== null;
  return {
    mapping: db.mappingKey(integer(row.mapping)),
    side: sideOf(row.side),
    id: text(row.id),
    reason: text(row.reason),
    diagnostic,
    seen: text(row.seen),
    rules: text(row.rules),
    first: integer(row.first),
    last: integer(row.last),
    attempts: integer(row.attempts),
    next: integerOrNull(row.next),
    partner: row.partner === null ? null : text(row.partner),
    waitsFor: waits
      ? { mapping: db.mappingKey(integer(row.waits_mapping)), side: sideOf(row.waits_side), id: text(row.waits_id) }
      : null,
    dismissed: row.dismissed_at === null ? null : { reason: text(row.dismissed_reason), at: integer(row.dismissed_at) },
    approved: row.approved === null ? null : text(row.approved),
  };
}
