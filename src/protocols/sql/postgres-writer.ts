import type { CreateItem, WriteOutcome } from '../../connector/port.ts';
import { fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Row, SqlResult } from './database.ts';
import type { SqlFailure } from './failure.ts';
import {
  alikeStatement,
  type ColumnTypes,
  deleteStatement,
  insertStatement,
  LINK,
  linkOf,
  updateStatement,
} from './postgres-statements.ts';
import { selectList } from './statements.ts';
import { quote, recordOf, type Table } from './table.ts';
import {
  CONFLICT,
  columnsIn,
  done,
  failed,
  groups,
  type KeyedRemoval,
  type KeyedUpdate,
  MISSING,
  NO_OUTCOME,
  TAKEN,
  type Writer,
} from './writes.ts';

type Run = (statement: string, values: readonly unknown[]) => Promise<SqlResult>;

/** Runs statements: each repeated where that is safe, and counted as what it is. */
export interface Runs {
  read: Run;
  write: Run;
}

const KIND = 'postgres';

type Written = Promise<Result<WriteOutcome[], SqlFailure>>;

/**
 * One statement for many rows: they come as one JSON array, which PostgreSQL turns into columns of the table's own
 * types. So the statement's text depends on the set of columns alone, never on the number of rows.
 */
export function postgresWriter(runs: Runs): Writer {
  const typesOf = columnTypes(runs);
  return {
    create: (table, items) =>
      inGroups(
        typesOf,
        table,
        items,
        (item) => createShape(table, item),
        onlyOneEmpty,
        async (part, types) => {
          const { text, values, linked } = insertStatement(table, types, part);
          const written = await runs.write(text, values);
          if (!written.ok) return written;
          return linked ? adopt(runs, table, types, part, written.value) : ok(inOrder(table, part, written.value));
        },
      ),
    update: (table, items) =>
      inGroups(typesOf, table, items, updateShape, idOf, async (part, types) => {
        const written = await runs.write(...updateStatement(table, types, part));
        return written.ok ? outcomesById(runs, table, part, written.value, false) : written;
      }),
    delete: (table, items) =>
      inGroups(typesOf, table, items, conditional, idOf, async (part, types) => {
        const written = await runs.write(...deleteStatement(table, types, part));
        return written.ok ? outcomesById(runs, table, part, written.value, true) : written;
      }),
  };
}

type TypesOf = (table: Table) => Promise<Result<ColumnTypes, SqlFailure>>;

/** The columns of a table with their types, asked once. */
function columnTypes(runs: Runs): TypesOf {
  const known = new Map<string, ColumnTypes>();
  return async (table) => {
    const types = known.get(table.name);
    if (types) return ok(types);
    const asked = await runs.read(
      `SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
      [table.name],
    );
    if (!asked.ok) return fail({ ...asked.error, maybeApplied: false });
    const found = new Map(asked.value.map((row) => [String(row.name), String(row.type)]));
    known.set(table.name, found);
    return ok(found);
  };
}

/** Writes items of one shape at a time; the outcomes stand in the order of the items. */
async function inGroups<T>(
  typesOf: TypesOf,
  table: Table,
  items: readonly T[],
  shapeOf: (item: T) => string,
  onceOf: (item: T) => string | null,
  write: (part: readonly T[], types: ColumnTypes) => Written,
): Promise<WriteOutcome[]> {
  const types = await typesOf(table);
  if (!types.ok) return items.map(() => failed(types.error));
  const outcomes: WriteOutcome[] = items.map(() => NO_OUTCOME);
  for (const group of groups(items, table.page, shapeOf, onceOf)) {
    const members = group.map(({ item }) => item);
    const written = await inHalves(members, (part) => write(part, types.value));
    group.forEach(({ index }, position) => {
      outcomes[index] = written[position] ?? NO_OUTCOME;
    });
  }
  return outcomes;
}

/** Writes items by one statement; where one of them spoils it, in halves, until that one is found. */
async function inHalves<T>(items: readonly T[], write: (part: readonly T[]) => Written): Promise<WriteOutcome[]> {
  const written = await write(items);
  if (written.ok) return written.value;
  if (!written.error.ofRow || items.length === 1) return items.map(() => failed(written.error));
  const middle = items.length >> 1;
  const left = await inHalves(items.slice(0, middle), write);
  return [...left, ...(await inHalves(items.slice(middle), write))];
}

const idOf = (item: { id: string }): string => item.id;
/** An insert of nothing but defaults takes one row. */
const onlyOneEmpty = (item: CreateItem): string | null => (columnsIn(item.wire).length === 0 ? '' : null);
const conditional = (item: { version: string | null }): string => (item.version === null ? 'always' : 'expected');
const updateShape = (item: KeyedUpdate): string => JSON.stringify([conditional(item), columnsIn(item.wire)]);

function createShape(table: Table, item: CreateItem): string {
  return JSON.stringify([linkOf(table, item) !== null, columnsIn(item.wire)]);
}

/** Rows come back in the order they went in; a trigger that swallowed one leaves it open which. */
function inOrder(table: Table, items: readonly CreateItem[], rows: readonly Row[]): WriteOutcome[] {
  if (rows.length !== items.length) return items.map(() => NO_OUTCOME);
  return rows.map((row) => {
    const record = recordOf(table, row);
    return done(record.id, record);
  });
}

/**
 * Creates with a link token. A row that was not written because its token is there already is the same create, sent
 * before, if it holds what this one says: its record is the outcome. Else somebody has used the token.
 */
async function adopt(
  runs: Runs,
  table: Table,
  types: ColumnTypes,
  items: readonly CreateItem[],
  rows: readonly Row[],
): Promise<Result<WriteOutcome[], SqlFailure>> {
  const byLink = new Map(rows.map((row) => [row[LINK], row]));
  const absent = items.filter((item) => !byLink.has(linkOf(table, item)));
  let otherwise: WriteOutcome = TAKEN;
  if (absent.length > 0 && table.uniqueLink) {
    const found = await runs.read(...alikeStatement(table, types, absent, table.uniqueLink));
    // The other rows are written, whatever this look-up says.
    if (found.ok) for (const row of found.value) byLink.set(row[LINK], row);
    else otherwise = NO_OUTCOME;
  }
  return ok(
    items.map((item) => {
      const row = byLink.get(linkOf(table, item));
      if (!row) return otherwise;
      const record = recordOf(table, row);
      return done(record.id, record);
    }),
  );
}

/** Outcomes by id. Of a row that was not touched, whether it is there tells a conflict from one that is gone. */
async function outcomesById(
  runs: Runs,
  table: Table,
  items: readonly (KeyedUpdate | KeyedRemoval)[],
  rows: readonly Row[],
  removing: boolean,
): Promise<Result<WriteOutcome[], SqlFailure>> {
  const written = new Map(rows.map((row) => recordOf(table, row)).map((record) => [record.id, record]));
  const unsure = items.filter((item) => item.version !== null && !written.has(item.id));
  const there = unsure.length > 0 ? await existing(runs, table, unsure) : ok(new Set<string>());
  return ok(
    items.map((item) => {
      const record = written.get(item.id);
      if (record) return done(item.id, removing ? null : record);
      // Certain: this row was not written. Why, the next attempt tells.
      if (item.version !== null && !there.ok) return failed({ ...there.error, maybeApplied: false });
      if (there.ok && there.value.has(item.id)) return CONFLICT;
      return removing ? done(item.id, null) : MISSING;
    }),
  );
}

async function existing(
  runs: Runs,
  table: Table,
  items: readonly (KeyedUpdate | KeyedRemoval)[],
): Promise<Result<Set<string>, SqlFailure>> {
  const values: unknown[] = [];
  const alternatives = items.map(
    ({ key }) =>
      `(${table.keys.map((column, index) => `${quote(column)} = $${values.push(key[index])}`).join(' AND ')})`,
  );
  const found = await runs.read(
    `SELECT ${selectList(table, KIND, '', table.keys)} FROM ${table.name} WHERE ${alternatives.join(' OR ')}`,
    values,
  );
  return found.ok ? ok(new Set(found.value.map((row) => recordOf(table, row).id))) : found;
}
