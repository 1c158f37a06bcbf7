import type { Database } from './database.ts';
import { KEY, quote, STAMP, type Table, VERSION } from './table.ts';

/** Writes a statement and its bound values together; a value never stands in the text. */
export class Statement {
  readonly values: unknown[] = [];
  readonly #postgres: boolean;

  constructor(kind: Database['kind']) {
    this.#postgres = kind === 'postgres';
  }

  /** The placeholder of a value. */
  bind(value: unknown): string {
    this.values.push(value);
    return this.#postgres ? `$${this.values.length}` : '?';
  }
}

/** A column as exact text: microseconds and large numbers survive. */
export function exactText(kind: Database['kind'], expression: string): string {
  return kind === 'postgres' ? `${expression}::text` : `CAST(${expression} AS TEXT)`;
}

/**
 * What every statement gives back of a row: the declared columns, the key as texts, the stamp and the version in their
 * exact form. `columns` narrows the declared ones, for sweeps.
 */
export function selectList(table: Table, kind: Database['kind'], prefix: string, columns = table.columns): string {
  const parts = columns.map((column) => prefix + quote(column));
  table.keys.forEach((column, index) => {
    parts.push(`${exactText(kind, prefix + quote(column))} AS ${quote(`${KEY}${index}`)}`);
  });
  if (table.modified) {
    const stamp = prefix + quote(table.modified.column);
    parts.push(`${kind === 'postgres' ? exactText(kind, stamp) : stamp} AS ${quote(STAMP)}`);
  }
  if (table.version) parts.push(`${exactText(kind, prefix + quote(table.version))} AS ${quote(VERSION)}`);
  return parts.join(', ');
}

/** A key part as the database compares it. */
export function keyValue(table: Table, kind: Database['kind'], part: string): unknown {
  return kind === 'sqlite' && table.integerId ? BigInt(part) : part;
}

/** `"a" = $1 AND "b" = $2` for the parts of an id. */
export function keyEquals(
  table: Table,
  kind: Database['kind'],
  statement: Statement,
  parts: readonly string[],
): string {
  return table.keys
    .map((column, index) => `${quote(column)} = ${statement.bind(keyValue(table, kind, parts[index] ?? ''))}`)
    .join(' AND ');
}

/** The database's clock in epoch ms. */
export function clockExpression(kind: Database['kind']): string {
  return kind === 'postgres'
    ? 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint'
    : "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
}

/** Where a read goes on: after this stamp (null in a read of everything) and key. */
export interface After {
  stamp: unknown;
  key: readonly string[];
}

export interface PageQuery {
  /** In the form of the column; null for everything. */
  since: string | number | null;
  /** Rows without a stamp only: nothing tells when they changed. */
  unstamped: boolean;
  after: After | null;
  limit: number;
  /** Columns to read instead of all. */
  columns?: readonly string[];
}

/**
 * One page by keyset: ordered by (stamp, key) in a read of changes, by key in a read of everything, and going on after
 * the last row by value, so that rows that come and go shift nothing.
 */
export function pageStatement(table: Table, kind: Database['kind'], query: PageQuery): [string, unknown[]] {
  const statement = new Statement(kind);
  const keys = table.keys.map(quote);
  const stamp = table.modified && query.since !== null && !query.unstamped ? quote(table.modified.column) : null;
  const where: string[] = [];
  if (query.unstamped && table.modified) where.push(`${quote(table.modified.column)} IS NULL`);
  if (stamp && !query.after) where.push(`${stamp} >= ${statement.bind(query.since)}`);
  if (query.after) {
    const left = stamp ? [stamp, ...keys] : keys;
    const right = query.after.key.map((part) => keyValue(table, kind, part));
    const bound = (stamp ? [query.after.stamp, ...right] : right).map((value) => statement.bind(value));
    where.push(`(${left.join(', ')}) > (${bound.join(', ')})`);
  }
  const columns = selectList(table, kind, '', query.columns);
  const order = (stamp ? [stamp, ...keys] : keys).join(', ');
  const text =
    `SELECT ${columns} FROM ${table.name}` +
    `${where.length > 0 ? ` WHERE ${where.join(' AND ')}` : ''} ORDER BY ${order} LIMIT ${statement.bind(query.limit)}`;
  return [text, statement.values];
}

export const TIME = '~time';

/**
 * The first page together with the database's clock at the start of the statement, also where no row fits. One row with
 * null keys stands for an empty page.
 */
export function firstPageStatement(table: Table, kind: Database['kind'], query: PageQuery): [string, unknown[]] {
  const [page, values] = pageStatement(table, kind, query);
  const byStamp = table.modified && query.since !== null && !query.unstamped;
  const order = [...(byStamp && table.modified ? [table.modified.column] : []), ...table.keys]
    .map((column) => `page.${quote(column)}`)
    .join(', ');
  const text =
    `SELECT clock.${quote(TIME)}, page.* FROM (SELECT ${clockExpression(kind)} AS ${quote(TIME)}) AS clock ` +
    `LEFT JOIN (${page}) AS page ON true ORDER BY ${order}`;
  return [text, values];
}
