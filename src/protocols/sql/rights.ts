import type { ConnectorDefinition } from '../../connector/definition.ts';
import type { Right } from '../../connector/definition-rights.ts';
import { type Grant, optionsOf, type Rights } from '../../connector/rights.ts';
import { type Diagnostic, fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Database, Row, SqlResult } from './database.ts';
import { quotePath, type Table } from './table.ts';

type OptionLists = ConnectorDefinition['option_lists'];

type Ask = (statement: string, values: readonly unknown[]) => Promise<SqlResult>;

/**
 * What the account may do. PostgreSQL: attributes of the role, ownership and privileges on tables, those of the roles that
 * it belongs to included (https://www.postgresql.org/docs/current/functions-info.html). SQLite: whether the file can be written.
 */
export function readSqlRights(
  kind: Database['kind'],
  tables: ReadonlyMap<string, Table>,
  lists: OptionLists,
  ask: Ask,
) {
  return kind === 'sqlite' ? fileRights(tables, lists, ask) : roleRights(tables, lists, ask);
}

/** A delete of no row at all is refused where the file can't be written; the beginning of a transaction is not. */
async function fileRights(
  tables: ReadonlyMap<string, Table>,
  lists: OptionLists,
  ask: Ask,
): Promise<Result<Rights | null>> {
  const table = [...tables.values()].find(({ readOnly }) => !readOnly);
  if (!table) return ok(null);
  const tried = await ask(`DELETE FROM ${table.name} WHERE 0`, []);
  const every = (may: readonly Right[]) => [...tables.keys()].map((object) => [object, may] as const);
  const options = Object.keys(lists).map((list) => [optionsOf(list), ['read']] as const);
  const reads: Grant = { name: 'reads the file', allows: Object.fromEntries([...every(['read']), ...options]) };
  const toldBy = 'a delete of no row';
  if (tried.ok) {
    return ok({
      toldBy,
      grants: [reads, { name: 'writes the file', allows: Object.fromEntries(every(['create', 'update', 'delete'])) }],
    });
  }
  const { diagnostic } = tried.error;
  return diagnostic.code === 'forbidden' ? ok({ toldBy, grants: [reads] }) : fail(diagnostic);
}

const ROLE = `SELECT rolsuper AS superuser, rolcreatedb AS "create databases", rolcreaterole AS "create roles",
  rolreplication AS "replicate", rolbypassrls AS "bypass row security"
  FROM pg_roles WHERE rolname = current_user`;

/** Columns count as well: an update may be granted for some of them only. What extensions bring belongs to nobody. */
const TABLES = `SELECT n.nspname || '.' || c.relname AS name, c.oid::text AS oid,
  pg_has_role(c.relowner, 'USAGE') AS owns,
  has_any_column_privilege(c.oid, 'SELECT') AS "read",
  has_any_column_privilege(c.oid, 'INSERT') AS "create",
  has_any_column_privilege(c.oid, 'UPDATE') AS "update",
  has_table_privilege(c.oid, 'DELETE') AS "delete",
  has_table_privilege(c.oid, 'TRUNCATE') AS empties
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND has_schema_privilege(n.oid, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1`;

const WORDS = { read: 'SELECT', create: 'INSERT', update: 'UPDATE', delete: 'DELETE' } as const;

async function roleRights(tables: ReadonlyMap<string, Table>, lists: OptionLists, ask: Ask): Promise<Result<Rights>> {
  const role = await ask(ROLE, []);
  if (!role.ok) return fail(role.error.diagnostic);
  const toldBy = 'the privileges of the role';
  const attributes = Object.entries(role.value[0] ?? {}).flatMap(([name, has]) => (has === true ? [name] : []));
  if (attributes.includes('superuser')) return ok({ toldBy, grants: [{ name: 'superuser', allows: 'everything' }] });
  const named = [
    ...Object.entries(lists).map(([list, { path }]) => [optionsOf(list), quotePath(path)] as const),
    ...[...tables].map(([object, { name }]) => [object, name] as const),
  ];
  const objectOf = await objectsByOid(named, ask);
  if (!objectOf.ok) return objectOf;
  const listed = await ask(TABLES, []);
  if (!listed.ok) return fail(listed.error.diagnostic);
  return ok({
    toldBy,
    grants: [
      ...attributes.map((name): Grant => ({ name: `may ${name}`, allows: {} })),
      ...listed.value.flatMap((row) => grantsOn(row, objectOf.value.get(String(row.oid)))),
    ],
  });
}

/** By the search path of the connection, as its statements name the tables. */
async function objectsByOid(
  named: readonly (readonly [object: string, table: string])[],
  ask: Ask,
): Promise<Result<Map<string, string[]>, Diagnostic>> {
  const found = new Map<string, string[]>();
  for (const [object, table] of named) {
    const rows = await ask('SELECT to_regclass($1)::oid::text AS oid', [table]);
    if (!rows.ok) return fail(rows.error.diagnostic);
    const oid = rows.value[0]?.oid;
    if (typeof oid === 'string') found.set(oid, [...(found.get(oid) ?? []), object]);
  }
  return ok(found);
}

/** Privileges on one table; of an object, each for itself, since some may be needed. */
function grantsOn(row: Row, objects: readonly string[] = []): Grant[] {
  const name = String(row.name);
  const has = (Object.keys(WORDS) as (keyof typeof WORDS)[]).filter((right) => row[right] === true);
  const further: Grant[] = [
    ...(row.owns === true ? [{ name: `owns ${name}`, allows: {} }] : []),
    ...(row.empties === true ? [{ name: `TRUNCATE on ${name}`, allows: {} }] : []),
  ];
  if (objects.length > 0) {
    return [
      ...has.map(
        (right): Grant => ({
          name: `${WORDS[right]} on ${name}`,
          allows: Object.fromEntries(objects.map((object) => [object, [right]])),
        }),
      ),
      ...further,
    ];
  }
  if (has.length === 0) return further;
  const words = has.map((right) => WORDS[right]).join(', ');
  return [{ name: `${words} on ${name}`, allows: { [name]: has } }, ...further];
}
