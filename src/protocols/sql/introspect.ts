import { type Diagnostic, fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Database, Row } from './database.ts';

/** What a database says about itself. */
export interface DatabaseDescription {
  kind: Database['kind'];
  tables: TableDescription[];
}

export interface TableDescription {
  /** With its schema where that is not the default one. */
  name: string;
  view: boolean;
  columns: ColumnDescription[];
  /** Columns of the primary key; empty where there is none. */
  key: string[];
  foreignKeys: { columns: string[]; table: string }[];
  /** Column sets that are kept unique, the primary key aside. */
  unique: string[][];
  /** First columns of indexes. */
  indexed: string[];
}

export interface ColumnDescription {
  name: string;
  /** As the database writes it, in lower case: `character varying`, `numeric`, `varchar(40)`. */
  type: string;
  length: number | null;
  scale: number | null;
  nullable: boolean;
  hasDefault: boolean;
  /** The database sets it, and a write may not. */
  generated: boolean;
  /** Labels of an enumerated type. */
  labels: string[] | null;
}

/** Reads tables, columns, types, keys and foreign keys; nothing of what the tables hold. */
export async function introspect(database: Database): Promise<Result<DatabaseDescription>> {
  const [tables, columns, constraints] = await Promise.all(
    QUERIES[database.kind].map((statement) => database.run(statement, [])),
  );
  if (!tables || !columns || !constraints) throw new Error('three queries give three answers');
  for (const answer of [tables, columns, constraints]) if (!answer.ok) return fail(described(answer.error.diagnostic));
  const of = (rows: typeof columns, table: string): Row[] =>
    rows.ok ? rows.value.filter((row) => row.table_name === table) : [];
  return ok({
    kind: database.kind,
    tables: (tables.ok ? tables.value : []).map((row) =>
      describeTable(row, of(columns, String(row.table_name)), of(constraints, String(row.table_name))),
    ),
  });
}

const described = (diagnostic: Diagnostic): Diagnostic => ({
  ...diagnostic,
  summary: `${diagnostic.summary}, so its tables are not known`,
});

function describeTable(table: Row, columns: readonly Row[], constraints: readonly Row[]): TableDescription {
  const listed = constraints.map((row) => ({ ...row, columns: texts(row.columns) }));
  const ofKind = (kind: string) => listed.filter((row) => 'kind' in row && row.kind === kind);
  return {
    name: String(table.table_name),
    view: table.is_view === true || table.is_view === 1,
    columns: columns.map(describeColumn),
    key: ofKind('primary')[0]?.columns ?? [],
    foreignKeys: ofKind('foreign').map((row) => ({
      columns: row.columns,
      table: 'target' in row ? String(row.target) : '',
    })),
    unique: ofKind('unique').map((row) => row.columns),
    indexed: [...new Set(ofKind('index').flatMap((row) => row.columns.slice(0, 1)))],
  };
}

function describeColumn(row: Row): ColumnDescription {
  const type = String(row.type).toLowerCase();
  return {
    name: String(row.column_name),
    type,
    length: numberOrNull(row.length) ?? inBrackets(type, /\((\d+)\)/),
    scale: numberOrNull(row.scale) ?? inBrackets(type, /\(\d+\s*,\s*(\d+)\)/),
    nullable: truth(row.nullable),
    hasDefault: truth(row.has_default),
    generated: truth(row.generated),
    labels: row.labels === null || row.labels === undefined ? null : texts(row.labels),
  };
}

const truth = (value: unknown): boolean => value === true || value === 1;
const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

function inBrackets(type: string, pattern: RegExp): number | null {
  const found = pattern.exec(type)?.[1];
  return found === undefined ? null : Number(found);
}

/** Both kinds give lists as JSON texts, so that they read alike. */
function texts(value: unknown): string[] {
  const list: unknown = typeof value === 'string' ? JSON.parse(value) : value;
  return Array.isArray(list) ? list.map(String) : [];
}

/** Tables, columns, and keys with indexes, under the same column names for both kinds. */
const QUERIES: Record<Database['kind'], [tables: string, columns: string, constraints: string]> = {
  postgres: [
    `SELECT ${postgresName('c')} AS table_name, c.relkind IN ('v', 'm') AS is_view ${postgresTables()} ORDER BY 1`,
    `SELECT ${postgresName('c')} AS table_name, a.attname::text AS column_name,
       CASE WHEN t.typcategory = 'A' THEN 'array' WHEN t.typtype = 'e' THEN 'enum' ELSE format_type(a.atttypid, NULL) END AS type,
       CASE WHEN a.atttypid IN (1042, 1043) AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS length,
       CASE WHEN a.atttypid = 1700 AND a.atttypmod > 4 THEN (a.atttypmod - 4) & 65535 END AS scale,
       NOT a.attnotnull AS nullable, a.atthasdef OR a.attidentity <> '' AS has_default,
       a.attgenerated <> '' OR a.attidentity = 'a' AS generated,
       (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = a.atttypid) AS labels
     ${postgresTables('JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid')}
     ORDER BY 1, a.attnum`,
    `SELECT ${postgresName('c')} AS table_name, found.kind, found.target, (
       SELECT json_agg(a.attname ORDER BY p.place) FROM unnest(found.numbers) WITH ORDINALITY p(number, place)
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.number) AS columns
     ${postgresTables(`JOIN (
       SELECT conrelid AS relation, conkey::int[] AS numbers, NULL AS target,
         CASE contype WHEN 'p' THEN 'primary' ELSE 'unique' END AS kind FROM pg_constraint WHERE contype IN ('p', 'u')
       UNION ALL SELECT k.conrelid, k.conkey::int[], ${postgresName('f', 'fn')}, 'foreign'
         FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace WHERE k.contype = 'f'
       UNION ALL SELECT indrelid, indkey::int2[]::int[], NULL, 'index' FROM pg_index WHERE indpred IS NULL AND indkey[0] <> 0
     ) AS found ON found.relation = c.oid`)}
     ORDER BY 1, 2, found.numbers`,
  ],
  sqlite: [
    `SELECT name AS table_name, type = 'view' AS is_view FROM pragma_table_list
     WHERE schema = 'main' AND type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    `SELECT t.name AS table_name, c.name AS column_name, c.type, NULL AS length, NULL AS scale,
       c."notnull" = 0 AND c.pk = 0 AS nullable,
       c.dflt_value IS NOT NULL OR (c.pk = 1 AND upper(c.type) = 'INTEGER' AND t.ncol >= 1) AS has_default,
       c.hidden IN (2, 3) AS generated, NULL AS labels
     FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) c WHERE t.schema = 'main' AND c.hidden <> 1 ORDER BY t.name, c.cid`,
    `SELECT t.name AS table_name, 'primary' AS kind, NULL AS target, json_group_array(c.name ORDER BY c.pk) AS columns
       FROM pragma_table_list t JOIN pragma_table_info(t.name) c WHERE t.schema = 'main' AND c.pk > 0 GROUP BY t.name
     UNION ALL SELECT t.name, 'foreign', f."table", json_group_array(f."from" ORDER BY f.seq)
       FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f WHERE t.schema = 'main' GROUP BY t.name, f.id
     UNION ALL SELECT t.name, 'unique', NULL, (SELECT json_group_array(name ORDER BY seqno) FROM pragma_index_info(i.name))
       FROM pragma_table_list t JOIN pragma_index_list(t.name) i WHERE t.schema = 'main' AND i."unique" = 1 AND i.partial = 0 AND i.origin <> 'pk'
     UNION ALL SELECT t.name, 'index', NULL, (SELECT json_group_array(name ORDER BY seqno) FROM pragma_index_info(i.name))
       FROM pragma_table_list t JOIN pragma_index_list(t.name) i WHERE t.schema = 'main' AND i.partial = 0`,
  ],
};

/** The name of a relation, with its schema where the search path does not lead to it. */
function postgresName(relation: string, schema = 'n'): string {
  return `CASE WHEN pg_table_is_visible(${relation}.oid) THEN ${relation}.relname::text ELSE ${schema}.nspname || '.' || ${relation}.relname END`;
}

function postgresTables(joins = ''): string {
  return `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ${joins}
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'`;
}
