import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describePostgres } from '../../../test/services.ts';
import { rightsOf } from '../../../test/sql-rights.ts';

const SCRIPT = fileURLToPath(new URL('../../../test/sql-rights.ts', import.meta.url));

describe('an SQLite file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dovetail-rights-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function file(name: string): string {
    const path = join(folder, name);
    const database = new DatabaseSync(path);
    database.exec("CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT); INSERT INTO customers VALUES ('1', 'Ada')");
    database.close();
    return path;
  }

  test('that can be written may be written, and is as it was afterwards', async () => {
    const path = file('open.db');
    expect(await rightsOf(`sqlite:${path}`)).toMatchObject({
      ok: true,
      value: {
        grants: [
          { allows: { customers: ['read'] } },
          { name: 'writes the file', allows: { customers: ['create', 'update', 'delete'] } },
        ],
      },
    });
    const database = new DatabaseSync(path);
    expect(database.prepare('SELECT count(*) AS n FROM customers').get()).toEqual({ n: 1 });
    database.close();
  });

  test('that can only be read may only be read', async () => {
    const path = file('shut.db');
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    // Root may write whatever the mode says: it asks as somebody else.
    const isRoot = process.getuid?.() === 0;
    const asked = spawnSync(process.execPath, [SCRIPT, `sqlite:${path}`], {
      encoding: 'utf8',
      ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
    });
    chmodSync(folder, 0o755);
    expect(asked.stderr).toBe('');
    expect(JSON.parse(asked.stdout)).toEqual({
      ok: true,
      value: {
        toldBy: 'a delete of no row',
        grants: [{ name: 'reads the file', allows: { customers: ['read'] } }],
      },
    });
  });
});

describePostgres('a PostgreSQL role', (url) => {
  const schema = `rights_${process.pid}`;
  const role = `${schema}_role`;
  const admin = new pg.Client({ connectionString: url });

  beforeAll(async () => {
    await admin.connect();
    await admin.query(`
      CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.customers (id text PRIMARY KEY, name text, salary numeric);
      CREATE TABLE ${schema}.payroll (id text PRIMARY KEY);
      CREATE ROLE ${role} LOGIN PASSWORD 'rights';
      GRANT USAGE ON SCHEMA ${schema} TO ${role};
    `);
  });
  afterAll(async () => {
    await admin.query(`DROP SCHEMA ${schema} CASCADE; DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await admin.end();
  });

  const asRole = () => {
    const address = new URL(url);
    address.username = role;
    address.password = 'rights';
    return address.href;
  };
  const named = async (database: string) => {
    const rights = await rightsOf(database, `${schema}.customers`);
    if (!rights.ok || !rights.value) throw new Error('no rights');
    return rights.value.grants;
  };

  test.each([
    [`GRANT SELECT ON ${schema}.customers TO ${role}`, [['SELECT', { customers: ['read'] }]]],
    [
      `GRANT UPDATE (name) ON ${schema}.customers TO ${role}`,
      [
        ['SELECT', { customers: ['read'] }],
        ['UPDATE', { customers: ['update'] }],
      ],
    ],
    [
      `GRANT TRUNCATE ON ${schema}.customers TO ${role}`,
      [
        ['SELECT', { customers: ['read'] }],
        ['UPDATE', { customers: ['update'] }],
        ['TRUNCATE', {}],
      ],
    ],
  ])('%s', async (statement, expected) => {
    await admin.query(statement);
    expect(await named(asRole())).toEqual(
      expected.map(([privilege, allows]) => ({ name: `${privilege} on ${schema}.customers`, allows })),
    );
  });

  test('of other tables and of the role itself', async () => {
    await admin.query(`GRANT SELECT, DELETE ON ${schema}.payroll TO ${role}; ALTER ROLE ${role} CREATEDB`);
    const grants = await named(asRole());
    expect(grants).toContainEqual({ name: 'may create databases', allows: {} });
    expect(grants).toContainEqual({
      name: `SELECT, DELETE on ${schema}.payroll`,
      allows: { [`${schema}.payroll`]: ['read', 'delete'] },
    });
  });

  test('the table of a list of options stands for that list', async () => {
    await admin.query(`CREATE TABLE ${schema}.kinds (id int PRIMARY KEY); GRANT SELECT ON ${schema}.kinds TO ${role}`);
    const rights = await rightsOf(asRole(), `${schema}.customers`, {
      option_lists: { kinds: { path: `${schema}.kinds`, records: '', value: 'id', key: 'id' } },
    });
    expect(rights.ok && rights.value?.grants).toContainEqual({
      name: `SELECT on ${schema}.kinds`,
      allows: { 'options of kinds': ['read'] },
    });
  });

  test('a table that it owns can be dropped by it', async () => {
    await admin.query(`ALTER TABLE ${schema}.payroll OWNER TO ${role}`);
    expect(await named(asRole())).toContainEqual({ name: `owns ${schema}.payroll`, allows: {} });
  });

  test('a superuser may do everything', async () => {
    expect(await named(url)).toEqual([{ name: 'superuser', allows: 'everything' }]);
  });
});
