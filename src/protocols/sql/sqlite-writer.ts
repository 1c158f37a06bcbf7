import type { CreateItem, Wanted, WireRecord, WriteOutcome } from '../../connector/port.ts';
import type { Result } from '../../record/diagnostic.ts';
import type { Database, SqlResult } from './database.ts';
import type { SqlFailure } from './failure.ts';
import { clockExpression, exactText, keyEquals, Statement, selectList, TIME } from './statements.ts';
import { joinKey, KEY, quote, recordOf, type Table } from './table.ts';
import {
  CONFLICT,
  columnsIn,
  done,
  failed,
  type KeyedRemoval,
  type KeyedUpdate,
  MISSING,
  NO_OUTCOME,
  TAKEN,
  type Writer,
} from './writes.ts';

type Run = (statement: string, values: readonly unknown[]) => SqlResult;
type Attempt = <T>(body: () => Result<T, SqlFailure>) => Promise<Result<T, SqlFailure>>;

const KIND = 'sqlite';

/**
 * Row by row inside of one transaction, by statements that are compiled once per set of columns. A row that is refused
 * leaves the others alone. What a row holds after the write is read again before the commit: SQLite tells of it before
 * its own triggers have run.
 */
export function sqliteWriter(database: Database, attempt: Attempt): Writer {
  async function together<T>(items: readonly T[], write: (run: Run, item: T) => WriteOutcome): Promise<WriteOutcome[]> {
    if (!database.transaction) return items.map(() => NO_OUTCOME);
    const transaction = database.transaction.bind(database);
    const all = await attempt(() => transaction((run) => items.map((item) => write(run, item))));
    if (all.ok) return all.value;
    // A constraint that is checked at the commit: alone, every item answers for itself.
    if (!all.error.ofRow || items.length === 1) return items.map(() => failed(all.error));
    const outcomes: WriteOutcome[] = [];
    for (const item of items) outcomes.push(...(await together([item], write)));
    return outcomes;
  }

  return {
    create: (table, items, wanted) => together(items, (run, item) => create(run, table, item, wanted)),
    update: (table, items) => together(items, (run, item) => update(run, table, item)),
    delete: (table, items) => together(items, (run, item) => remove(run, table, item)),
  };
}

function create(run: Run, table: Table, item: CreateItem, wanted: Wanted): WriteOutcome {
  // In the order of the item, which is that of the connector: one shape for nearly all.
  const columns: string[] = [];
  const values: unknown[] = [];
  for (const column in item.wire) {
    if (item.wire[column] === undefined) continue;
    columns.push(column);
    values.push(item.wire[column]);
  }
  const link = table.uniqueLink;
  const linked = link !== null && item.wire[link] !== undefined && item.wire[link] !== null;
  const shape = `${linked} ${columns.join()}`;
  for (const [column, value] of maintained(run, table, columns)) {
    columns.push(column);
    values.push(value ?? 1);
  }
  const written = run(insertStatement(table, shape, columns, linked ? link : null), values);
  if (!written.ok) return failed(written.error);
  const [key] = written.value;
  if (!key) return linked ? adopt(run, table, item) : NO_OUTCOME;
  const parts = table.keys.map((_, index) => String(key[`${KEY}${index}`]));
  if (wanted === 'id') return done(joinKey(parts), null);
  const record = readBack(run, table, parts);
  return record ? done(record.id, record) : NO_OUTCOME;
}

/** By table and shape: building the text took as long as the insert itself. There are few shapes. */
const inserts = new WeakMap<Table, Map<string, string>>();

function insertStatement(table: Table, shape: string, columns: readonly string[], link: string | null): string {
  const known = inserts.get(table) ?? new Map<string, string>();
  inserts.set(table, known);
  const found = known.get(shape);
  if (found !== undefined) return found;
  const places = columns.map(() => '?').join(', ');
  const row = columns.length > 0 ? `(${columns.map(quote).join(', ')}) VALUES (${places})` : 'DEFAULT VALUES';
  const conflict = link === null ? '' : ` ON CONFLICT (${quote(link)}) DO NOTHING`;
  const keys = table.keys.map((column, index) => `${exactText(KIND, quote(column))} AS ${quote(`${KEY}${index}`)}`);
  const text = `INSERT INTO ${table.name} ${row}${conflict} RETURNING ${keys.join(', ')}`;
  known.set(shape, text);
  return text;
}

/**
 * A create that was not written because its link token is there already is the same create, sent before, if the row
 * holds what this one says. Else somebody has used the token.
 */
function adopt(run: Run, table: Table, item: CreateItem): WriteOutcome {
  const statement = new Statement(KIND);
  const alike = columnsIn(item.wire).map((column) => `${quote(column)} IS ${statement.bind(item.wire[column])}`);
  const record = readWhere(run, table, alike.join(' AND '), statement.values);
  return record ? done(record.id, record) : TAKEN;
}

function update(run: Run, table: Table, item: KeyedUpdate): WriteOutcome {
  const statement = new Statement(KIND);
  const columns = columnsIn(item.wire);
  const sets = columns.map((column) => `${quote(column)} = ${statement.bind(item.wire[column])}`);
  for (const [column, value] of maintained(run, table, columns)) {
    const next = `COALESCE(${quote(column)}, 0) + 1`;
    sets.push(`${quote(column)} = ${value === null ? next : statement.bind(value)}`);
  }
  const where = guarded(table, statement, item);
  const written = run(`UPDATE ${table.name} SET ${sets.join(', ')} WHERE ${where} RETURNING 1`, statement.values);
  if (!written.ok) return failed(written.error);
  const record = readBack(run, table, item.key);
  if (!record) return MISSING;
  return written.value.length > 0 ? done(record.id, record) : CONFLICT;
}

function remove(run: Run, table: Table, item: KeyedRemoval): WriteOutcome {
  const statement = new Statement(KIND);
  const where = guarded(table, statement, item);
  const written = run(`DELETE FROM ${table.name} WHERE ${where} RETURNING 1`, statement.values);
  if (!written.ok) return failed(written.error);
  return written.value.length === 0 && readBack(run, table, item.key) ? CONFLICT : done(item.id, null);
}

function guarded(table: Table, statement: Statement, item: KeyedUpdate | KeyedRemoval): string {
  const key = keyEquals(table, KIND, statement, item.key);
  if (item.version === null || table.version === null) return key;
  return `${key} AND ${exactText(KIND, quote(table.version))} = ${statement.bind(item.version)}`;
}

/** The columns that the writer keeps up and the item doesn't set itself; null stands for "one more". */
function maintained(run: Run, table: Table, columns: readonly string[]): [column: string, value: unknown][] {
  return Object.entries(table.maintained)
    .filter(([column]) => !columns.includes(column))
    .map(([column, how]) => [column, how === 'next' ? null : databaseTime(run, table, column)]);
}

/** The database's time in the form that the column's field declares. */
function databaseTime(run: Run, table: Table, column: string): unknown {
  const asked = run(`SELECT ${clockExpression(KIND)} AS ${quote(TIME)}`, []);
  const now = asked.ok ? Number(asked.value[0]?.[TIME]) : 0;
  const stamp = table.modified?.column === column ? table.modified.time.writeMs(now) : undefined;
  return stamp ?? new Date(now).toISOString();
}

function readBack(run: Run, table: Table, key: readonly string[]): WireRecord | null {
  const statement = new Statement(KIND);
  return readWhere(run, table, keyEquals(table, KIND, statement, key), statement.values);
}

function readWhere(run: Run, table: Table, where: string, values: readonly unknown[]): WireRecord | null {
  const read = run(`SELECT ${selectList(table, KIND, '')} FROM ${table.name} WHERE ${where}`, values);
  const row = read.ok ? read.value[0] : undefined;
  return row ? recordOf(table, row) : null;
}
