import { fileURLToPath } from 'node:url';
import type { Access } from '../../connector/access.ts';
import type { ConnectorDefinition } from '../../connector/definition.ts';
import { milliseconds } from '../../connector/duration.ts';
import type { FieldDefinition, OptionDefinition } from '../../connector/field.ts';
import { KnownLists } from '../../connector/option-lists.ts';
import type {
  CallCount,
  Capabilities,
  Connection,
  CreateItem,
  GetOutcome,
  ReadRequest,
  ReadStep,
  RemoveItem,
  UpdateItem,
  Wanted,
  WireRecord,
  WriteOutcome,
} from '../../connector/port.ts';
import type { Rights } from '../../connector/rights.ts';
import { fillVariables, type Variables } from '../../connector/template.ts';
import { withPartFields } from '../../connector/within/complete.ts';
import { withPartsAndLines } from '../../connector/within/connection.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ProxySettings } from '../../platform/proxy.ts';
import { openTunnel } from '../../platform/tunnel.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { capabilitiesOf, MANY_IDS } from './capabilities.ts';
import type { Database, Row, SqlResult } from './database.ts';
import { openPostgres } from './postgres.ts';
import { postgresWriter } from './postgres-writer.ts';
import { readTable, sweepTable } from './read.ts';
import { retrying } from './retry.ts';
import { readSqlRights } from './rights.ts';
import { askServer } from './server.ts';
import { openSqlite } from './sqlite.ts';
import { sqliteWriter } from './sqlite-writer.ts';
import { keyEquals, Statement, selectList } from './statements.ts';
import { compileTable, quote, quotePath, recordOf, splitKey, type Table } from './table.ts';
import { columnsIn, failed, MISSING, NO_SUCH_ID, type Writer, withKeys } from './writes.ts';

export interface SqlConnectionOptions {
  definition: ConnectorDefinition;
  /** Values of `${name}` in the definition. */
  variables: Variables;
  platform: Platform;
  /** Through which a server is reached; absent or null: directly. */
  proxy?: ProxySettings | null;
}

/** Most records that a look-up by a field's value gives. */
const FOUND_ROWS = 1000;

/**
 * Opens a connection to an SQLite file (`sqlite:path`) or a PostgreSQL server (`postgres://…`). PostgreSQL is connected
 * to by the first call; an SQLite file must exist.
 */
export function openSqlConnection(options: SqlConnectionOptions): Result<Connection> {
  const { definition, variables, platform, proxy = null } = options;
  const opened = openDatabase(definition, variables, proxy);
  if (!opened.ok) return opened;
  const database = opened.value;
  const tables = new Map<string, Table>();
  for (const [name, object] of Object.entries(definition.objects)) {
    if (object.part_of || object.lines_of) continue;
    const table = compileTable(name, withPartFields(definition, name, object), database.kind);
    if (!table.ok) {
      void database.close();
      return table;
    }
    tables.set(name, table.value);
  }
  return ok(withPartsAndLines(new SqlConnection(definition, database, tables, platform)));
}

export function openDatabase(
  definition: ConnectorDefinition,
  variables: Variables,
  proxy: ProxySettings | null = null,
): Result<Database> {
  const filled = fillVariables(definition.database ?? '', variables);
  if (!filled.ok) return filled;
  const url = filled.value;
  if (url.startsWith('sqlite:')) return openSqlite(sqlitePath(url));
  if (/^postgres(ql)?:\/\//.test(url)) {
    return ok(
      openPostgres({
        url,
        connections: definition.limits.concurrency,
        timeout: milliseconds(definition.timeout),
        tunnel: proxy && openTunnel(proxy),
      }),
    );
  }
  return fail(
    problem('database-unknown', 'The connection names no database that Dovetail can talk to', {
      next: 'Set database to sqlite:<path> or postgres://<user>:<password>@<host>/<database>',
    }),
  );
}

/** `sqlite:data/shop.db` and `sqlite:///srv/shop.db` alike. */
function sqlitePath(url: string): string {
  return url.startsWith('sqlite://')
    ? fileURLToPath(`file://${url.slice('sqlite://'.length)}`)
    : url.slice('sqlite:'.length);
}

class SqlConnection implements Connection {
  readonly connector: ConnectorDefinition;
  readonly access: Access;
  readonly #database: Database;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #platform: Platform;
  readonly #writer: Writer;
  readonly #lists = new KnownLists();
  #check: () => Diagnostic | null = () => null;
  readonly #calls: CallCount = { reads: 0, writes: 0, auth: 0, throttled: 0 };

  constructor(
    connector: ConnectorDefinition,
    database: Database,
    tables: ReadonlyMap<string, Table>,
    platform: Platform,
  ) {
    this.connector = connector;
    this.#database = database;
    this.#tables = tables;
    this.#platform = platform;
    this.access = { kind: 'database', server: () => askServer(database) };
    this.#writer =
      database.kind === 'postgres'
        ? postgresWriter({
            read: (statement, values) => this.#run('reads', statement, values),
            write: (statement, values) => this.#run('writes', statement, values),
          })
        : sqliteWriter(database, (body) => {
            this.#calls.writes += 1;
            return retrying(platform, false, body);
          });
  }

  guardWrites(check: () => Diagnostic | null): void {
    this.#check = check;
  }

  /** Why nothing may be written now. */
  #refusal(): WriteOutcome | null {
    const diagnostic = this.#check();
    return diagnostic && { kind: 'failed', class: 'fatal', diagnostic };
  }

  capabilities(object: string): Capabilities {
    const { fields = {} } = this.connector.objects[object] ?? {};
    const concurrency = this.#database.kind === 'sqlite' ? 1 : this.connector.limits.concurrency;
    return capabilitiesOf(this.#table(object), fields, concurrency);
  }

  read(request: ReadRequest): AsyncIterable<ReadStep> {
    return readTable(this.#reading(request.object), request);
  }

  sweep(object: string, signal?: AbortSignal): AsyncIterable<ReadStep> {
    return sweepTable(this.#reading(object), signal);
  }

  #reading(object: string) {
    const run = (statement: string, values: readonly unknown[]) => this.#run('reads', statement, values);
    return { table: this.#table(object), kind: this.#database.kind, run };
  }

  async get(object: string, ids: readonly string[]): Promise<GetOutcome[]> {
    const table = this.#table(object);
    const found = new Map<string, WireRecord>();
    const unknown = new Map<string, Diagnostic>();
    for (const part of chunks([...new Set(ids)], MANY_IDS)) {
      const rows = await this.#byIds(table, part);
      if (rows.ok) for (const row of rows.value) found.set(...byId(recordOf(table, row)));
      else for (const id of part) unknown.set(id, rows.error.diagnostic);
    }
    return ids.map((id) => {
      const [record, diagnostic] = [found.get(id), unknown.get(id)];
      if (record) return { kind: 'present', record };
      return diagnostic ? { kind: 'unknown', diagnostic } : { kind: 'gone' };
    });
  }

  /** The rows of these ids; a text that can't be an id of the table has none. */
  #byIds(table: Table, ids: readonly string[]): Promise<SqlResult> {
    const { kind } = this.#database;
    const statement = new Statement(kind);
    const keys = ids.map((id) => splitKey(table, id)).filter((key) => key !== null);
    if (keys.length === 0) return Promise.resolve(ok([]));
    const where = keysWhere(table, kind, statement, keys);
    return this.#run(
      'reads',
      `SELECT ${selectList(table, kind, '')} FROM ${table.name} WHERE ${where}`,
      statement.values,
    );
  }

  async find(object: string, field: string, wire: unknown): Promise<Result<WireRecord[]>> {
    const table = this.#table(object);
    const { kind } = this.#database;
    const column = table.columnOf.get(field);
    if (column === undefined || !this.capabilities(object).findable.includes(field)) {
      return fail(problem('field-not-findable', `The field ${field} can not be looked up`));
    }
    const statement = new Statement(kind);
    const where = `${quote(column)} = ${statement.bind(wire)}`;
    const order = table.keys.map(quote).join(', ');
    const rows = await this.#run(
      'reads',
      `SELECT ${selectList(table, kind, '')} FROM ${table.name} WHERE ${where} ORDER BY ${order} LIMIT ${FOUND_ROWS}`,
      statement.values,
    );
    return rows.ok ? ok(rows.value.map((row) => recordOf(table, row))) : fail(rows.error.diagnostic);
  }

  create(object: string, items: readonly CreateItem[], wanted: Wanted = 'record'): Promise<WriteOutcome[]> {
    const table = this.#table(object);
    const refusal = table.readOnly ? READ_ONLY : this.#refusal();
    return refusal ? Promise.resolve(items.map(() => refusal)) : this.#writer.create(table, items, wanted);
  }

  async update(object: string, items: readonly UpdateItem[]): Promise<WriteOutcome[]> {
    const table = this.#table(object);
    const refusal = table.readOnly ? READ_ONLY : this.#refusal();
    if (refusal) return items.map(() => refusal);
    const writing = items.filter((item) => columnsIn(item.wire).length > 0);
    const written = await withKeys(table, writing, (keyed) => this.#writer.update(table, keyed));
    const outcomes = new Map(writing.map((item, index) => [item, written[index]]));
    const idle = items.filter((item) => !outcomes.has(item));
    const read =
      idle.length > 0
        ? await this.get(
            object,
            idle.map((item) => item.id),
          )
        : [];
    idle.forEach((item, index) => {
      outcomes.set(item, readOutcome(read[index]));
    });
    return items.map((item) => outcomes.get(item) ?? NO_SUCH_ID);
  }

  async remove(object: string, items: readonly RemoveItem[], archive: boolean): Promise<WriteOutcome[]> {
    const table = this.#table(object);
    const refusal = table.readOnly ? READ_ONLY : this.#refusal();
    if (refusal) return items.map(() => refusal);
    if (!archive) return withKeys(table, items, (keyed) => this.#writer.delete(table, keyed));
    const { archived } = table;
    if (archived === null) return items.map(() => NO_ARCHIVE);
    const outcomes = await this.update(
      object,
      items.map(({ id, version }) => ({ id, version, wire: { [archived.column]: archived.equals } })),
    );
    return outcomes.map((outcome, index) => {
      const gone = outcome.kind === 'failed' && outcome.class === 'missing';
      return gone ? { kind: 'done', id: items[index]?.id ?? '', record: null } : outcome;
    });
  }

  async loadOptions(object: string, { anew } = { anew: false }): Promise<Result<void>> {
    const definition = this.connector.objects[object];
    for (const name of definition ? this.#lists.missing(definition, anew) : []) {
      const list = this.connector.option_lists[name];
      if (!list) continue;
      const rows = await this.#run('reads', optionsStatement(list), []);
      if (!rows.ok) return fail(rows.error.diagnostic);
      this.#lists.keep(name, rows.value.flatMap(optionOf));
    }
    return ok(undefined);
  }

  recallOptions(lists: Parameters<Connection['recallOptions']>[0]): void {
    this.#lists.recall(lists);
  }

  options(list: string): readonly OptionDefinition[] {
    return this.#lists.options(list);
  }

  async createOption(list: string): Promise<Result<void>> {
    return fail(problem('not-offered', `Options of ${list} can only be added in the database`));
  }

  async createField(object: string): Promise<Result<void>> {
    return fail(problem('not-offered', `Fields of ${object} can only be added in the database`));
  }

  async customFields(): Promise<Result<Record<string, FieldDefinition> | null>> {
    return ok(null);
  }

  rights(): Promise<Result<Rights | null>> {
    const ask = (statement: string, values: readonly unknown[]) => this.#run('reads', statement, values);
    return readSqlRights(this.#database.kind, this.#tables, this.connector.option_lists, ask);
  }

  async ask(): Promise<Result<unknown>> {
    return fail(problem('not-offered', 'A database has no other requests than those about its tables'));
  }

  calls(): CallCount {
    return { ...this.#calls };
  }

  quota(): null {
    return null;
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** Every statement goes through here: counted, and repeated after a transient failure where that is safe. */
  #run(kind: 'reads' | 'writes', statement: string, values: readonly unknown[]): Promise<SqlResult> {
    return retrying(this.#platform, kind === 'reads', () => {
      this.#calls[kind] += 1;
      return this.#database.run(statement, values);
    });
  }

  #table(object: string): Table {
    const table = this.#tables.get(object);
    if (!table) throw new Error(`no object ${object} in connector ${this.connector.connector}`);
    return table;
  }
}

/** The columns of a table of options, under the names that an option has. */
function optionsStatement(list: ConnectorDefinition['option_lists'][string]): string {
  const columns = [`${quote(list.value)} AS "value"`, `${quote(list.key)} AS "key"`];
  if (list.label !== undefined) columns.push(`${quote(list.label)} AS "label"`);
  return `SELECT ${columns.join(', ')} FROM ${quotePath(list.path)} ORDER BY 1`;
}

function optionOf({ value, key, label }: Row): OptionDefinition[] {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return [];
  return [{ value, key: String(key), ...(typeof label === 'string' ? { label } : {}) }];
}

const refused = (code: string, summary: string): WriteOutcome =>
  failed({ class: 'invalid', maybeApplied: false, ofRow: false, diagnostic: problem(code, summary) });
const READ_ONLY = refused('read-only', 'The connector declares this object as not to be written');
const NO_ARCHIVE = refused('archive-undeclared', 'The connector declares no way to archive records of this object');

const byId = (record: WireRecord): [string, WireRecord] => [record.id, record];

/** What an update of no column comes to: the record as it is. */
function readOutcome(outcome: GetOutcome | undefined): WriteOutcome {
  if (outcome?.kind === 'present') return { kind: 'done', id: outcome.record.id, record: outcome.record };
  if (outcome?.kind !== 'unknown') return MISSING;
  return { kind: 'failed', class: 'transient', diagnostic: outcome.diagnostic };
}

/** One statement for any number of ids: they are bound as one array. */
function keysWhere(table: Table, kind: Database['kind'], statement: Statement, keys: readonly string[][]): string {
  const columns = table.keys.map(quote);
  const [column] = columns;
  if (kind === 'sqlite') {
    const values = keys.map((key) => key.map((part) => jsonKey(table, part)));
    const parts = columns.map((_, index) => `json_extract(value, '$[${index}]')`);
    return `(${columns.join(', ')}) IN (SELECT ${parts.join(', ')} FROM json_each(${statement.bind(values)}))`;
  }
  if (columns.length === 1 && column) return `${column} = ANY(${statement.bind(keys.map(([part]) => part))})`;
  return keys.map((key) => `(${keyEquals(table, kind, statement, key)})`).join(' OR ');
}

/** Numbers as such where JSON holds them exactly; SQLite turns the text of others into a number by the column. */
function jsonKey(table: Table, part: string): string | number {
  return table.integerId && Number.isSafeInteger(Number(part)) ? Number(part) : part;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
