import { afterAll, beforeAll, expect, it } from 'vitest';
import { lineOf } from '../../test/check-world.ts';
import { checkDatabase, filled } from '../../test/checklist/database-world.ts';
import { httpProxy, sshProxy } from '../../test/proxies.ts';
import { describePostgres } from '../../test/services.ts';
import { postgresDatabase, type TestDatabase } from '../../test/sql/world.ts';

/** What the probes of access say of a real server: its login, the end of its password, the way to it. */

describePostgres('access to a PostgreSQL server', (url) => {
  let database: TestDatabase;
  let role: string;
  const as = (password: string, from = database.url) => {
    const address = new URL(from);
    [address.username, address.password] = [role, password];
    return address.href;
  };
  beforeAll(async () => {
    database = await postgresDatabase(url);
    await filled(database);
    role = `dovetail_${new URL(database.url).pathname.replace(/\W/g, '')}`.slice(0, 60);
    await database.run(
      `CREATE ROLE ${role} LOGIN PASSWORD 'right'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
    );
  });
  afterAll(async () => {
    await database.run(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await database.drop();
  });
  const ask = async (question: string, address: string, change?: Parameters<typeof checkDatabase>[2]) =>
    lineOf(await checkDatabase(question, address, change), question, 'erp');

  it('is opened: its version, who we are, and whether the wire is encrypted', async () => {
    const line = await ask('database', as('right'));
    expect(line.status).toBe('verified');
    expect(line.evidence[0]?.found).toMatch(
      new RegExp(`^PostgreSQL \\d+[.\\d]*, as ${role}, may be written to, not encrypted on the wire$`),
    );
    await database.run(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    expect((await ask('database', as('right'))).evidence[0]?.found).toContain('read-only');
    await database.run(`ALTER ROLE ${role} RESET ALL`);
  });

  it.each([
    ['infinity', 'verified', 'It does not end', null],
    ['3 days', 'verified', 'They end in 3 days', 'Have new credentials issued'],
    ['90 days', 'verified', 'They end in 90 days', null],
  ])('a password that is valid until %s', async (until, status, found, next) => {
    const end =
      until === 'infinity'
        ? `'infinity'`
        : `'${new Date(Date.now() + Number.parseInt(until, 10) * 864e5 + 36e5).toISOString()}'`;
    await database.run(`ALTER ROLE ${role} VALID UNTIL ${end}`);
    const line = await ask('credentials', as('right'));
    const lasting = line.evidence.find(({ probe }) => probe === 'lasting');
    expect([line.status, lasting?.found, lasting?.next?.slice(0, 27) ?? null]).toEqual([status, found, next]);
  });

  it('a wrong password is told, and no way is blamed for it', async () => {
    expect((await ask('credentials', as('wrong'))).status).toBe('contradicted');
    expect((await ask('reachability', as('wrong'))).status).toBe('verified');
  });

  it.each([
    ['http', httpProxy],
    ['ssh', sshProxy],
  ] as const)('is reached through %s, and says so', async (_, open) => {
    const direct = new URL(database.url);
    const proxy = await open({ hosts: { 'db.inside.test': Number(direct.port) } });
    const inside = database.url.replace(`${direct.hostname}:${direct.port}`, 'db.inside.test');
    const through = (integration: Parameters<NonNullable<Parameters<typeof checkDatabase>[2]>>[0]) => {
      integration.a.proxy = proxy.settings;
    };
    try {
      expect(await ask('vpn', as('right', inside), through)).toMatchObject({ status: 'verified' });
      expect(await ask('reachability', as('right', inside), through)).toMatchObject({ status: 'verified' });
    } finally {
      await proxy.close();
    }
  });
});
