import { compileTime, type TimeCodec } from '../../connector/codec/time.ts';
import type { ObjectDefinition, TableDefinition } from '../../connector/definition.ts';
import { milliseconds } from '../../connector/duration.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import type { WireRecord } from '../../connector/port.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Row } from './database.ts';

/** An object of a connector as a table: everything the statements need, worked out once. */
export interface Table {
  object: string;
  /** Quoted, with its schema where declared. */
  name: string;
  /** Columns of the primary key. */
  keys: readonly string[];
  integerId: boolean;
  /** Columns read, those of the key and the stamps included. */
  columns: readonly string[];
  modified: { column: string; time: TimeCodec; unstamped: boolean } | null;
  version: string | null;
  archived: { column: string; equals: string | number | boolean } | null;
  mergedInto: string | null;
  /** Column of the link field, where the database keeps it unique: a create is then safe to repeat. */
  uniqueLink: string | null;
  /** Columns that hold JSON; SQLite has no type for it. */
  json: ReadonlySet<string>;
  columnOf: ReadonlyMap<string, string>;
  maintained: TableDefinition['maintained'];
  page: number;
  readOnly: boolean;
  /** Overlap of every read, ms. */
  lagMs: number;
}

/** Names of what a statement selects besides the declared columns: keys and stamps as exact texts. */
export const KEY = '~id';
export const STAMP = '~modified';
export const VERSION = '~version';

/** Quotes an identifier; what is quoted can be nothing but a name. */
export function quote(name: string): string {
  return `"${name.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

/** `schema.table`, each part quoted. */
export function quotePath(path: string): string {
  return path.split('.').map(quote).join('.');
}

const GRAIN_MS = 1;
const DEFAULTS = {
  page: 1000,
  lag: '10s',
  unstamped: false,
  read_only: false,
  maintained: {},
} satisfies TableDefinition;

export function compileTable(object: string, definition: ObjectDefinition, kind: 'postgres' | 'sqlite'): Result<Table> {
  const sql = definition.sql ?? DEFAULTS;
  if (!definition.table) return fail(unusable(object, 'it declares no table'));
  const columnOf = new Map<string, string>();
  for (const [name, field] of Object.entries(definition.fields)) {
    const paths = field.parts_in === 'record' ? Object.values(field.parts ?? {}) : [field.path ?? name];
    if (paths.some((path) => path.includes('.')) && !field.read_only) {
      return fail(unusable(object, `its field ${name} stands inside of a column; only a read_only field may`));
    }
    const [column] = field.parts_in === 'record' ? [] : paths;
    if (column !== undefined) columnOf.set(name, column.split('.')[0] ?? column);
  }
  const modified = modifiedOf(definition, columnOf);
  if (kind === 'sqlite' && modified && !comparesAsText(modified.field)) {
    return fail(unusable(object, 'the form of its modification stamp does not sort by time'));
  }
  const link = definition.link_field;
  const keys = definition.id.columns ?? [definition.id.path];
  return ok({
    object,
    name: quotePath(definition.table),
    keys,
    integerId: definition.id.columns === undefined && definition.id.type === 'integer',
    columns: columnsOf(definition, keys, columnOf),
    modified: modified && {
      column: modified.column,
      time: compileTime(modified.field.time),
      unstamped: sql.unstamped,
    },
    version: definition.version ?? null,
    archived: definition.archived ? { column: definition.archived.path, equals: definition.archived.equals } : null,
    mergedInto: definition.merged_into ?? null,
    uniqueLink: link !== undefined && definition.unique.includes(link) ? (columnOf.get(link) ?? null) : null,
    json: new Set(
      Object.entries(definition.fields).flatMap(([name, field]) =>
        holdsJson(field) ? [columnOf.get(name) ?? name] : [],
      ),
    ),
    columnOf,
    maintained: sql.maintained,
    page: sql.page,
    readOnly: sql.read_only,
    lagMs: modified ? milliseconds(sql.lag) + GRAIN_MS : 0,
  });
}

function unusable(object: string, why: string) {
  return problem('object-unusable', `The object ${object} can not be read from a database: ${why}`);
}

function modifiedOf(definition: ObjectDefinition, columnOf: ReadonlyMap<string, string>) {
  const name = definition.modified;
  const field = name === undefined ? undefined : definition.fields[name];
  if (name === undefined || field === undefined) return null;
  return { column: columnOf.get(name) ?? name, field };
}

/** SQLite compares stamps as texts or numbers, so their parts must stand from year to millisecond. */
function comparesAsText(field: FieldDefinition): boolean {
  if (typeof field.time !== 'object') return true;
  const { pattern } = field.time;
  const places = ['YYYY', 'MM', 'DD', 'HH', 'mm', 'ss', 'SSS'].map((part) => pattern.indexOf(part));
  const said = places.filter((place) => place >= 0);
  return said.every((place, index) => index === 0 || place > (said[index - 1] ?? 0));
}

function holdsJson(field: FieldDefinition): boolean {
  const moneyObject = field.type === 'money' && (field.money?.form ?? 'object') === 'object';
  return moneyObject || isJson(field) || (field.path ?? '').includes('.');
}

/** Types whose values are lists or objects, unless a text or columns of their own are declared for them. */
function isJson(field: FieldDefinition): boolean {
  switch (field.type) {
    case 'list':
    case 'object':
      return true;
    case 'multi_option':
      return field.multi_option?.form !== 'text';
    case 'postal_address':
      return field.parts_in !== 'record';
    case 'person_name':
      return field.parts_in !== 'record' && field.person_name === undefined;
    case 'binary':
      return field.parts_in !== 'record' && field.parts !== undefined;
    default:
      return false;
  }
}

function columnsOf(
  definition: ObjectDefinition,
  keys: readonly string[],
  columnOf: ReadonlyMap<string, string>,
): string[] {
  const columns = new Set<string>([...keys, ...columnOf.values()]);
  for (const { money, parts, parts_in: place } of Object.values(definition.fields)) {
    if (money?.currency_field) columns.add(money.currency_field);
    if (place === 'record') for (const part of Object.values(parts ?? {})) columns.add(part.split('.')[0] ?? part);
  }
  if (definition.archived) columns.add(definition.archived.path);
  if (definition.merged_into) columns.add(definition.merged_into);
  return [...columns];
}

/** The id of a composite key: its parts, percent-encoded, with commas between them. */
export function joinKey(parts: readonly unknown[]): string {
  return parts.length === 1 ? String(parts[0]) : parts.map((part) => encodeURIComponent(String(part))).join(',');
}

/** The parts of an id as texts; null for a text that is no id of this table. */
export function splitKey(table: Table, id: string): string[] | null {
  if (table.keys.length === 1) return id === '' || (table.integerId && !/^-?\d{1,19}$/.test(id)) ? null : [id];
  const parts = id.split(',');
  if (parts.length !== table.keys.length) return null;
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** The record in a row that was selected with `selectList`. */
export function recordOf(table: Table, row: Row): WireRecord {
  const wire: Row = {};
  for (const column of table.columns) {
    if (!(column in row)) continue;
    const value = row[column];
    wire[column] = table.json.has(column) && typeof value === 'string' ? parsed(value) : value;
  }
  const stamp = table.modified ? table.modified.time.readMs(row[table.modified.column]) : undefined;
  const version = row[VERSION];
  return {
    id: joinKey(table.keys.map((_, index) => row[`${KEY}${index}`])),
    version: version === null || version === undefined ? null : String(version),
    modified: stamp ?? null,
    archived: table.archived !== null && same(row[table.archived.column], table.archived.equals),
    mergedInto: table.mergedInto === null ? null : textOrNull(row[table.mergedInto]),
    wire,
  };
}

const textOrNull = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

/** SQLite has 1 and 0 for true and false. */
function same(value: unknown, equals: string | number | boolean): boolean {
  return value === equals || (typeof equals === 'boolean' && value === Number(equals));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
