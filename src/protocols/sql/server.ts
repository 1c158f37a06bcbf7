import type { DatabaseServer } from '../../connector/access.ts';
import { fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Database, Row } from './database.ts';

/** pg_roles shows to everyone when a password ends; `infinity` and null mean never. */
const POSTGRES = `
  SELECT current_setting('server_version') AS version, current_user AS role, r.rolsuper AS superuser,
    (pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on') AS read_only,
    CASE WHEN isfinite(r.rolvaliduntil) THEN extract(epoch FROM r.rolvaliduntil)::bigint::text END AS expires,
    (SELECT s.ssl FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()) AS encrypted
  FROM pg_roles r WHERE r.rolname = current_user`;

const SQLITE = `SELECT sqlite_version() AS version, (SELECT query_only FROM pragma_query_only) AS read_only`;

/** What a database says of itself and of the login. */
export async function askServer(database: Database): Promise<Result<DatabaseServer>> {
  const answer = await database.run(database.kind === 'postgres' ? POSTGRES : SQLITE, []);
  if (!answer.ok) return fail(answer.error.diagnostic);
  const row: Row = answer.value[0] ?? {};
  const version = typeof row.version === 'string' ? row.version.split(' ')[0] : '';
  const isTrue = (value: unknown): boolean => value === true || value === 't' || value === 1 || value === 1n;
  if (database.kind === 'sqlite') {
    const readOnly = isTrue(row.read_only);
    return ok({
      product: `SQLite ${version}`,
      role: null,
      superuser: false,
      readOnly,
      passwordExpires: null,
      encrypted: null,
    });
  }
  return ok({
    product: `PostgreSQL ${version}`,
    role: typeof row.role === 'string' ? row.role : null,
    superuser: isTrue(row.superuser),
    readOnly: isTrue(row.read_only),
    passwordExpires: typeof row.expires === 'string' ? Number(row.expires) * 1000 : null,
    encrypted: isTrue(row.encrypted),
  });
}
