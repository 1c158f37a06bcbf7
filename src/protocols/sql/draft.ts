import type { z } from 'zod';
import type { connectorSchema } from '../../connector/definition.ts';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import type { ColumnDescription, DatabaseDescription, TableDescription } from './introspect.ts';

/** A connector as its file says it, without what the defaults say. */
export type ConnectorDraft = z.input<typeof connectorSchema>;
type ObjectDraft = ConnectorDraft['objects'][string];
type FieldDraft = ObjectDraft['fields'][string];

/** Names that systems give to their stamp of modification, version and mark of deletion, the likeliest first. */
const STAMPS = /^(updated|modified|changed|last_?(updated?|modified|changed?)|date_?modified)(_?(at|on|date|time))?$/i;
const VERSIONS = /^(row_?)?version$|^lock_?version$/i;
const ARCHIVED = /^(is_?)?(archived|deleted)$/i;
const LINKS = /^external_?id$/i;

/**
 * A connector for a person to look through, from what a database says about itself; what follows from a name only
 * (stamp, version, mark of deletion) comes with a finding.
 */
export function draftConnector(
  description: DatabaseDescription,
  name: string,
  title: string,
): { draft: ConnectorDraft; findings: Diagnostic[] } {
  const findings: Diagnostic[] = [];
  const objects: ConnectorDraft['objects'] = {};
  for (const table of description.tables) {
    if (table.key.length === 0) {
      findings.push(warning('key-missing', table, 'has no primary key, so its rows can not be told apart'));
      continue;
    }
    objects[objectName(table.name)] = draftObject(table, description, findings);
  }
  const draft: ConnectorDraft = {
    connector: name,
    title,
    protocol: 'sql',
    database: ['$', '{database_url}'].join(''),
    objects,
  };
  return { draft, findings };
}

function warning(code: string, table: TableDescription, what: string): Diagnostic {
  return { ...problem(code, `The table ${table.name} ${what}`), severity: 'warning' };
}

const objectName = (table: string): string => table.toLowerCase().replaceAll('.', '_');

function draftObject(table: TableDescription, description: DatabaseDescription, findings: Diagnostic[]): ObjectDraft {
  const named = (pattern: RegExp, types: RegExp) =>
    table.columns.find((column) => pattern.test(column.name) && types.test(column.type));
  const stamp = named(STAMPS, /timestamp|datetime|text/);
  const version = named(VERSIONS, /int/);
  const archived = named(ARCHIVED, /bool/);
  const unique = table.unique.flatMap((columns) => (columns.length === 1 ? columns : []));
  const link = unique.find((column) => LINKS.test(column));
  if (!stamp) {
    findings.push(warning('stamp-missing', table, 'has no modification stamp, so every run reads all of it'));
  } else if (!table.indexed.includes(stamp.name)) {
    findings.push(
      warning('stamp-unindexed', table, `has no index that begins with ${stamp.name}, so reading changes is slow`),
    );
  }
  const sql = { ...(stamp?.nullable ? { unstamped: true } : {}), ...(table.view ? { read_only: true } : {}) };
  return {
    table: table.name,
    id: draftId(table),
    ...(version ? { version: version.name } : {}),
    ...(stamp ? { modified: stamp.name } : {}),
    ...(archived ? { archived: { path: archived.name, equals: true } } : {}),
    ...(link ? { link_field: link } : {}),
    ...(unique.length > 0 ? { unique } : {}),
    ...(Object.keys(sql).length > 0 ? { sql } : {}),
    fields: draftFields(table, description, [stamp, version, archived]),
  };
}

function draftId(table: TableDescription): ObjectDraft['id'] {
  const [only] = table.key;
  if (table.key.length > 1 || only === undefined) return { columns: table.key };
  const column = table.columns.find(({ name }) => name === only);
  const isInteger = column !== undefined && /int/.test(column.type);
  return { path: only, ...(isInteger ? { type: 'integer' as const } : {}) };
}

function draftFields(
  table: TableDescription,
  description: DatabaseDescription,
  kept: (ColumnDescription | undefined)[],
): ObjectDraft['fields'] {
  const fields: ObjectDraft['fields'] = {};
  const [stamp, ...marks] = kept;
  for (const column of table.columns) {
    const ownKey = table.key.length === 1 && table.key.includes(column.name) && column.hasDefault;
    if (ownKey || marks.includes(column)) continue;
    const readOnly = column.generated || column === stamp;
    const required = !column.nullable && !column.hasDefault && !column.generated;
    fields[column.name] = {
      ...(draftReference(table, column, description) ?? draftType(column, description.kind)),
      ...(required ? { required } : {}),
      ...(readOnly ? { read_only: true } : {}),
    };
  }
  return fields;
}

function draftReference(
  table: TableDescription,
  column: ColumnDescription,
  description: DatabaseDescription,
): FieldDraft | null {
  const key = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column.name);
  const target = key && description.tables.find(({ name, key: keys }) => name === key.table && keys.length === 1);
  if (!target) return null;
  const number = /int/.test(column.type) ? { number: {} } : {};
  return { type: 'reference', reference: objectName(target.name), ...number };
}

/** Field types by the names of column types, the first that fits; both kinds of database share most names. */
const TYPES: [pattern: RegExp, draft: (column: ColumnDescription, kind: DatabaseDescription['kind']) => FieldDraft][] =
  [
    [
      /^enum$/,
      ({ labels }) => ({ type: 'option', options: (labels ?? []).map((label) => ({ value: label, key: label })) }),
    ],
    [/^array$/, () => ({ type: 'list' })],
    [/^jsonb?$/, () => ({ type: 'object' })],
    [/^bool/, (_, kind) => ({ type: 'boolean', ...(kind === 'sqlite' ? { boolean: { true: 1, false: 0 } } : {}) })],
    [/^(timestamp with time zone|timestamptz)/, () => ({ type: 'timestamp' })],
    [/^(timestamp|datetime)/, (_, kind) => ({ type: 'timestamp', time: localTime(kind) })],
    [/^date/, () => ({ type: 'date' })],
    [/^time( without time zone)?$/, () => ({ type: 'time' })],
    [
      /^(numeric|decimal)/,
      ({ scale }) => ({ type: 'decimal', number: { wire: 'string', ...(scale ? { scale } : {}) } }),
    ],
    [/^(real|float|double)/, () => ({ type: 'decimal' })],
    [/^(interval|point)/, () => ({ type: 'string', read_only: true })],
    [/int|serial/, () => ({ type: 'integer' })],
    [/char|text|clob|uuid|^$/, ({ length }) => ({ type: 'string', ...(length ? { max_length: length } : {}) })],
  ];

/** A time without a zone: which one it is in, only a person can say. */
function localTime(kind: DatabaseDescription['kind']) {
  return { pattern: kind === 'postgres' ? 'YYYY-MM-DD HH:mm:ss.SSS' : 'YYYY-MM-DD HH:mm:ss', zone: 'UTC' };
}

function draftType(column: ColumnDescription, kind: DatabaseDescription['kind']): FieldDraft {
  const fitting = TYPES.find(([pattern]) => pattern.test(column.type));
  return fitting ? fitting[1](column, kind) : { type: 'string', read_only: true };
}
