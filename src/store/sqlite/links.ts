import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Link, MappingKey, Side } from '../port.ts';
import { bytes, columns, integer, text, textOrNull } from './column.ts';
import { type Database, isUniqueViolation } from './database.ts';

const COLUMNS = 'l.a, l.b, l.a_version, l.b_version, l.bases, l.a_size, l.layout, l.touched, l.run';
const OPEN = `SELECT ${COLUMNS}, l.state FROM`;
const CLOSED = `SELECT ${COLUMNS}, 'closed' FROM`;

const UPSERT = `
  INSERT INTO link (mapping, a, b, a_version, b_version, bases, a_size, layout, state, touched, run)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (mapping, a) DO UPDATE SET
    a_version = excluded.a_version, b_version = excluded.b_version, bases = excluded.bases, a_size = excluded.a_size,
    layout = excluded.layout, state = excluded.state, touched = excluded.touched, run = excluded.run
  WHERE b = excluded.b`;
const INSERT_CLOSED = `
  INSERT INTO closed_link (mapping, a, b, a_version, b_version, bases, a_size, layout, touched, run)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const DELETE = 'DELETE FROM link WHERE mapping = ? AND a = ? AND b = ?';
const DELETE_CLOSED = 'DELETE FROM closed_link WHERE mapping = ? AND a = ? AND b = ?';

/** See `Store.links`: the open link of an id, else its newest closed one. */
export function readLinks(db: Database, key: MappingKey, side: Side, ids: readonly string[]): Map<string, Link> {
  const found = new Map<string, Link>();
  const mapping = db.findMapping(key);
  if (mapping === null || ids.length === 0) return found;
  // CROSS JOIN keeps the order: the ids outside, one index seek for each inside.
  const open = `${OPEN} json_each(?) wanted CROSS JOIN link l ON l.mapping = ? AND l.${side} = wanted.value`;
  for (const row of db.rowStatement(open).all(JSON.stringify(ids), mapping)) {
    const link = toLink(key, row);
    found.set(link[side], link);
  }
  if (found.size === ids.length || !hasClosed(db, mapping)) return found;
  const missing = ids.filter((id) => !found.has(id));
  const closed = `${CLOSED} json_each(?) wanted CROSS JOIN closed_link l ON l.mapping = ? AND l.${side} = wanted.value
    ORDER BY l.touched, l.id`;
  for (const row of db.rowStatement(closed).all(JSON.stringify(missing), mapping)) {
    const link = toLink(key, row);
    found.set(link[side], link);
  }
  return found;
}

/** See `Store.linksAfter`. Ids are in the order of their UTF-8 bytes. */
export function readLinksAfter(db: Database, key: MappingKey, side: Side, after: string | null, limit: number): Link[] {
  const mapping = db.findMapping(key);
  if (mapping === null) return [];
  const start = after ?? '';
  const past = after === null ? '>=' : '>';
  const open = `${OPEN} link l WHERE l.mapping = ? AND l.${side} ${past} ? ORDER BY l.${side} LIMIT ?`;
  const links = db
    .rowStatement(open)
    .all(mapping, start, limit)
    .map((row) => toLink(key, row));
  if (!hasClosed(db, mapping)) return links;
  const closed = `${CLOSED} closed_link l WHERE l.mapping = ? AND l.${side} ${past} ?
      AND NOT EXISTS (SELECT 1 FROM link o WHERE o.mapping = l.mapping AND o.${side} = l.${side})
      AND NOT EXISTS (SELECT 1 FROM closed_link n WHERE n.mapping = l.mapping AND n.${side} = l.${side}
        AND (n.touched, n.id) > (l.touched, l.id))
    ORDER BY l.${side} LIMIT ?`;
  for (const row of db.rowStatement(closed).all(mapping, start, limit)) links.push(toLink(key, row));
  return links.sort((x, y) => Buffer.compare(Buffer.from(x[side]), Buffer.from(y[side]))).slice(0, limit);
}

/** See `Store.linkedIds`. Read from the index alone. */
export function readLinkedIds(
  db: Database,
  key: MappingKey,
  side: Side,
  after: string | null,
  limit: number,
): string[] {
  const mapping = db.findMapping(key);
  if (mapping === null) return [];
  const past = after === null ? '>=' : '>';
  const sql = `SELECT l.${side} FROM link l WHERE l.mapping = ? AND l.${side} ${past} ? ORDER BY l.${side} LIMIT ?`;
  const rows = db.rowStatement(sql).all(mapping, after ?? '', limit);
  return rows.map((row) => text(columns(row)[0]));
}

export function countLinks(db: Database, key: MappingKey): { active: number; silent: number; closed: number } {
  const mapping = db.findMapping(key);
  const count = (rows: string) => integer(db.statement(`SELECT count(*) AS n FROM ${rows}`).get(mapping)?.n);
  const silent = count(`link WHERE mapping = ? AND state = 'silent'`);
  return { active: count('link WHERE mapping = ?') - silent, silent, closed: count('closed_link WHERE mapping = ?') };
}

export function deleteLinks(db: Database, links: readonly { mapping: MappingKey; a: string; b: string }[]): void {
  for (const { mapping: key, a, b } of links) {
    const mapping = db.mapping(key);
    db.statement(DELETE).run(mapping, a, b);
    db.statement(DELETE_CLOSED).run(mapping, a, b);
  }
}

/**
 * Writes closed links before open ones, so that a record may leave one link and enter another in the same commit. Fails
 * with `link-clash` when a record would be in two open links of a mapping.
 */
export function writeLinks(db: Database, links: readonly Link[]): Result<void> {
  for (const link of links) if (link.state === 'closed') writeClosed(db, link);
  const withClosed = new Map<MappingKey, boolean>();
  for (const link of links) {
    if (link.state === 'closed') continue;
    const mapping = db.mapping(link.mapping);
    if (!writeOpen(db, mapping, link)) return fail(clash(link));
    const reopens = withClosed.get(link.mapping) ?? hasClosed(db, mapping);
    withClosed.set(link.mapping, reopens);
    if (reopens) db.statement(DELETE_CLOSED).run(mapping, link.a, link.b);
  }
  return ok(undefined);
}

function writeClosed(db: Database, link: Link): void {
  const mapping = db.mapping(link.mapping);
  db.statement(DELETE).run(mapping, link.a, link.b);
  db.statement(DELETE_CLOSED).run(mapping, link.a, link.b);
  db.statement(INSERT_CLOSED).run(
    mapping,
    link.a,
    link.b,
    link.aVersion,
    link.bVersion,
    joinBases(link),
    link.aBase.length,
    link.layout,
    link.touched,
    link.run,
  );
}

/** False when one of the two records has another open link. */
function writeOpen(db: Database, mapping: number, link: Link): boolean {
  try {
    const { changes } = db
      .statement(UPSERT)
      .run(
        mapping,
        link.a,
        link.b,
        link.aVersion,
        link.bVersion,
        joinBases(link),
        link.aBase.length,
        link.layout,
        link.state,
        link.touched,
        link.run,
      );
    return changes !== 0;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

function hasClosed(db: Database, mapping: number): boolean {
  return db.statement('SELECT 1 AS there FROM closed_link WHERE mapping = ? LIMIT 1').get(mapping) !== undefined;
}

function joinBases(link: Link): Uint8Array {
  if (link.bBase.length === 0) return link.aBase;
  const bases = new Uint8Array(link.aBase.length + link.bBase.length);
  bases.set(link.aBase);
  bases.set(link.bBase, link.aBase.length);
  return bases;
}

function toLink(mapping: MappingKey, row: unknown): Link {
  const [a, b, aVersion, bVersion, joined, aSize, layout, touched, run, state] = columns(row);
  const bases = bytes(joined);
  const split = integer(aSize);
  return {
    mapping,
    a: text(a),
    b: text(b),
    aVersion: textOrNull(aVersion),
    bVersion: textOrNull(bVersion),
    aBase: bases.subarray(0, split),
    bBase: bases.subarray(split),
    layout: integer(layout),
    state: state === 'closed' || state === 'silent' ? state : 'active',
    touched: integer(touched),
    run: text(run),
  };
}

function clash(link: Link) {
  return problem('link-clash', 'A record would be linked twice under one mapping', {
    detail: `Mapping ${link.mapping}: record ${link.a} of side a or record ${link.b} of side b has another link.`,
    next: 'Nothing was changed. Look at both records with `dovetail explain`, and unlink the wrong pair.',
  });
}
