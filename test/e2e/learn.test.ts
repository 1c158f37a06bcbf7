import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { loadConnector } from '../../src/connector/load.ts';
import { type CliWorld, openCliWorld } from './cli-world.ts';

let world: CliWorld;

beforeAll(async () => {
  world = await openCliWorld();
  const production = ['CRM_PRODUCTION_CLIENT_ID', 'CRM_PRODUCTION_CLIENT_SECRET', 'ERP_PRODUCTION_API_KEY'];
  appendFileSync(join(world.folder, '.env'), production.map((name) => `${name}=none\n`).join(''));
  for (let i = 0; i < 12; i++) {
    const fields = { name: `Customer ${i}`, city: 'Aachen', vat_id: `DE${100_000_000 + i}` };
    world.crm.userCreate('companies', fields, Date.now() - 1_000_000 + i * 1234);
  }
});

afterAll(() => world.close());

const learn = (...args: string[]) => world.run('connector', 'learn', ...args);
const mine = () => join(world.folder, 'mine.yaml');

describe('dovetail connector learn', () => {
  test('shows what was found and what it changes, and writes nothing with --dry-run', async () => {
    const { exit, out } = await learn('crm', '--objects', 'companies', '--dry-run');
    expect(exit).toBe(0);
    expect(out).toMatch(/^crm: \d+ findings by \d+ requests in .*, reading only\.\n/);
    expect(out).toContain('what an unknown parameter does: refused: HTTP 400');
    expect(out).toContain('Changes to ');
    expect(out).toMatch(/\+ under grounds: \d+ facts with what shows it\n\nNothing was written\.\n$/);
    expect(out).not.toContain('Customer 1');
  });

  test('does not change a connector of the catalogue, but a copy of it', async () => {
    const refused = await learn('crm', '--objects', 'companies');
    expect(refused.exit).toBe(2);
    expect(refused.err).toContain('The connector sandbox-crm comes with Dovetail and is not changed');
    const { exit, out } = await learn('crm', '--objects', 'companies', '--out', 'mine.yaml');
    expect([exit, out.trim().split('\n').at(-1)]).toEqual([0, 'Written to mine.yaml.']);
    const loaded = loadConnector(readFileSync(mine(), 'utf8'), 'mine.yaml');
    expect(
      loaded.ok && loaded.value.grounds.find(({ at }) => at === 'objects.companies.list.pagination.size'),
    ).toMatchObject({
      ground: 'learnt',
      on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      because: expect.stringContaining('refused: HTTP 400'),
    });
    expect(readFileSync(mine(), 'utf8')).toContain('# Access tokens live for ten minutes.');
  });

  test('takes a connector file by itself, with its variables from the environment', async () => {
    const lacking = await learn('./mine.yaml', '--dry-run');
    expect(lacking.exit).toBe(2);
    expect(lacking.err).toContain('SANDBOX_CRM_BASE_URL, SANDBOX_CRM_CLIENT_ID, SANDBOX_CRM_CLIENT_SECRET');
    const env = readFileSync(join(world.folder, '.env'), 'utf8');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(env)?.[0] ?? '';
    const given = { SANDBOX_CRM_BASE_URL: url, CLIENT_ID: CRM_CLIENT_ID, CLIENT_SECRET: CRM_CLIENT_SECRET };
    const lines = Object.entries(given).map(([name, value]) => `${name}=${value}\n`);
    appendFileSync(join(world.folder, '.env'), lines.join(''));
    const { exit, last } = await learn('./mine.yaml', '--objects', 'companies', '--json');
    expect(exit).toBe(0);
    expect(last()).toMatchObject({
      connector: 'sandbox-crm',
      outcome: expect.stringMatching(/written|unchanged/),
      wrote: false,
      left: [],
      counts: { contradicted: 0 },
      findings: expect.arrayContaining([
        expect.objectContaining({
          at: 'objects.companies.get.missing',
          verdict: 'learnt',
          evidence: [expect.objectContaining({ method: 'GET', path: '/companies/{id}', status: 404 })],
        }),
      ]),
    });
  });

  test.each([
    ['an unknown system', ['crn'], /The integration has no system "crn"[\s\S]*crm/],
    ['an unknown object', ['crm', '--objects', 'persons', '--dry-run'], /no object "persons"/],
    [
      'test records in production',
      ['crm', '--env', 'production', '--write', '--dry-run'],
      /Test records are not made in production/,
    ],
    ['a patience that is none', ['crm', '--patience', 'long'], /a number and a unit/],
  ])('refuses %s', async (_, args, said) => {
    const { exit, err } = await learn(...args);
    expect(exit).toBe(2);
    expect(err).toMatch(said);
    expect(existsSync(join(world.folder, 'connector.yaml'))).toBe(false);
  });
});
