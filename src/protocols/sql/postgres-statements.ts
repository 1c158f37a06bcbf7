import type { CreateItem } from '../../connector/port.ts';
import type { Row } from './database.ts';
import { exactText, selectList } from './statements.ts';
import { quote, type Table } from './table.ts';
import { columnsIn, type KeyedRemoval, type KeyedUpdate } from './writes.ts';

/** The columns of a table with their types, as PostgreSQL writes them. */
export type ColumnTypes = ReadonlyMap<string, string>;

const KIND = 'postgres';
const EXPECTED = '~expected';
const PLACE = '~place';
/** The link token in what an insert gives back. */
export const LINK = '~link';
const keyName = (index: number): string => `~key${index}`;

/** The link token of a create, where the database keeps it unique. */
export function linkOf(table: Table, item: CreateItem): string | null {
  const value = table.uniqueLink === null ? null : item.wire[table.uniqueLink];
  return value === null || value === undefined ? null : String(value);
}

/** `json_to_recordset($1::json) AS item("a" integer, …)` for columns and hidden columns. */
function recordset(known: ColumnTypes, columns: readonly [name: string, typedAs: string | null][]): string {
  const list = columns.map(
    ([name, typedAs]) => `${quote(name)} ${typedAs === null ? 'text' : (known.get(typedAs) ?? 'text')}`,
  );
  return `json_to_recordset($1::json) AS (${list.join(', ')})`;
}

/**
 * Inserts many rows in their order. `linked`: the items hold unique link tokens; a row whose token is there already is
 * left out of the answer.
 */
export function insertStatement(
  table: Table,
  known: ColumnTypes,
  items: readonly CreateItem[],
): { text: string; values: unknown[]; linked: boolean } {
  const [first] = items;
  const columns = first ? columnsIn(first.wire) : [];
  const linked = first !== undefined && linkOf(table, first) !== null;
  const back = selectList(table, KIND, 'target.');
  const link = linked && table.uniqueLink ? `target.${quote(table.uniqueLink)}` : null;
  const returning = `RETURNING ${back}${link ? `, ${exactText(KIND, link)} AS ${quote(LINK)}` : ''}`;
  const into = `INSERT INTO ${table.name} AS target`;
  if (columns.length === 0) return { text: `${into} DEFAULT VALUES ${returning}`, values: [], linked };
  const maintained = maintainedIn(table, columns);
  const names = [...columns, ...maintained.map(([column]) => column)].map(quote).join(', ');
  const sources = [...columns.map(quote), ...maintained.map(([column, how]) => freshValue(known, column, how))];
  const source = recordset(
    known,
    columns.map((column) => [column, column]),
  );
  const conflict = linked && table.uniqueLink ? `ON CONFLICT (${quote(table.uniqueLink)}) DO NOTHING ` : '';
  const statement =
    `${into} (${names}) SELECT ${sources.join(', ')} FROM ROWS FROM (${source}) WITH ORDINALITY AS ` +
    `item(${columns.map(quote).join(', ')}, ${quote(PLACE)}) ORDER BY ${quote(PLACE)} ${conflict}${returning}`;
  return { text: statement, values: [JSON.stringify(items.map(({ wire }) => wire))], linked };
}

/** The rows that hold both the link token and every value of an item: what a create of it has made before. */
export function alikeStatement(
  table: Table,
  known: ColumnTypes,
  items: readonly CreateItem[],
  link: string,
): [string, unknown[]] {
  const columns = items[0] ? columnsIn(items[0].wire) : [];
  const source = recordset(
    known,
    columns.map((column) => [column, column]),
  ).replace(/ AS \(/, ' AS item(');
  const equal = columns.map((column) => {
    // The type json has no equality of its own.
    const as = known.get(column) === 'json' ? '::jsonb' : '';
    return `target.${quote(column)}${as} IS NOT DISTINCT FROM item.${quote(column)}${as}`;
  });
  const statement =
    `SELECT ${selectList(table, KIND, 'target.')}, ${exactText(KIND, `target.${quote(link)}`)} AS ${quote(LINK)} ` +
    `FROM ${source} JOIN ${table.name} AS target ON target.${quote(link)} = item.${quote(link)} WHERE ${equal.join(' AND ')}`;
  return [statement, [JSON.stringify(items.map(({ wire }) => wire))]];
}

/** The columns that the writer keeps up and the item doesn't set itself. */
function maintainedIn(table: Table, columns: readonly string[]): [column: string, how: 'next' | 'now'][] {
  return Object.entries(table.maintained).filter(([column]) => !columns.includes(column));
}

function freshValue(known: ColumnTypes, column: string, how: 'next' | 'now'): string {
  return how === 'next' ? '1' : nowAs(known.get(column) ?? '');
}

/** The database's time as a column of this type holds it. */
function nowAs(type: string): string {
  if (/^(bigint|numeric)/.test(type)) return 'floor(extract(epoch FROM statement_timestamp()) * 1000)';
  if (type === 'integer') return 'floor(extract(epoch FROM statement_timestamp()))';
  if (/^(text|character varying)/.test(type)) {
    return `to_char(statement_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  }
  return 'statement_timestamp()';
}

function keyedRows(items: readonly { key: readonly string[]; version: string | null; wire?: Row }[]): string {
  return JSON.stringify(
    items.map(({ key, version, wire }) => {
      const row: Row = { ...wire, [EXPECTED]: version };
      key.forEach((part, index) => {
        row[keyName(index)] = part;
      });
      return row;
    }),
  );
}

/** The recordset of keys, expected versions and values, and the condition that joins it to the table. */
function keyedSource(
  table: Table,
  known: ColumnTypes,
  columns: readonly string[],
  checksVersion: boolean,
): { from: string; where: string } {
  const names: [string, string | null][] = [
    ...columns.map((column): [string, string] => [column, column]),
    ...table.keys.map((column, index): [string, string] => [keyName(index), column]),
    [EXPECTED, null],
  ];
  const where = table.keys.map((column, index) => `target.${quote(column)} = item.${quote(keyName(index))}`);
  if (checksVersion && table.version) {
    where.push(`${exactText(KIND, `target.${quote(table.version)}`)} = item.${quote(EXPECTED)}`);
  }
  const from = recordset(known, names).replace(/ AS \(/, ' AS item(');
  return { from, where: where.join(' AND ') };
}

export function updateStatement(table: Table, known: ColumnTypes, items: readonly KeyedUpdate[]): [string, unknown[]] {
  const [first] = items;
  const columns = first ? columnsIn(first.wire) : [];
  const { from, where } = keyedSource(table, known, columns, first?.version !== null);
  const sets = columns.map((column) => `${quote(column)} = item.${quote(column)}`);
  for (const [column, how] of maintainedIn(table, columns)) {
    const next = `COALESCE(target.${quote(column)}, 0) + 1`;
    sets.push(`${quote(column)} = ${how === 'next' ? next : nowAs(known.get(column) ?? '')}`);
  }
  const statement =
    `UPDATE ${table.name} AS target SET ${sets.join(', ')} FROM ${from} WHERE ${where} ` +
    `RETURNING ${selectList(table, KIND, 'target.')}`;
  return [statement, [keyedRows(items)]];
}

export function deleteStatement(table: Table, known: ColumnTypes, items: readonly KeyedRemoval[]): [string, unknown[]] {
  const { from, where } = keyedSource(table, known, [], items[0]?.version !== null);
  const statement = `DELETE FROM ${table.name} AS target USING ${from} WHERE ${where} RETURNING ${selectList(table, KIND, 'target.')}`;
  return [statement, [keyedRows(items)]];
}
