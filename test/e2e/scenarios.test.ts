import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliWorld, openCliWorld, runIn } from './cli-world.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

describe('the scenarios of the examples', () => {
  const examples = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'tests')));

  it.each(examples)('%s: all come out as they say', async (name) => {
    const ran = await runIn(join(EXAMPLES, name), ['test']);
    expect(ran.out).not.toContain('✗');
    expect(ran.exit).toBe(0);
  });

  it('the CRM and the ERP have at least twelve', () => {
    const files = readdirSync(join(EXAMPLES, 'crm-erp/tests'));
    expect(files.length).toBeGreaterThanOrEqual(12);
  });
});

describe('dovetail test', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dovetail-test-'));
    cpSync(join(EXAMPLES, 'crm-erp'), folder, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string) => join(folder, 'tests', name);
  const edit = (path: string, from: string, to: string) => {
    const text = readFileSync(path, 'utf8');
    expect(text.split(from)).toHaveLength(2);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  };

  it('shows which scenarios plan differently under a changed mapping, and takes that over on request', async () => {
    const integration = join(folder, 'integration.yaml');
    edit(integration, 'conflict: newest', 'conflict: crm');
    const before = readFileSync(file('newest-wins.yaml'), 'utf8');
    const ran = await runIn(folder, ['test']);
    expect(ran.exit).toBe(1);
    const timeless = ran.out.replace(/ \d+(\.\d)? m?s\./, '');
    await expect(timeless).toMatchFileSnapshot('../golden/cli/test.txt');
    expect((await runIn(folder, ['test', '--update'])).exit).toBe(0);
    expect((await runIn(folder, ['test'])).exit).toBe(0);
    const after = readFileSync(file('newest-wins.yaml'), 'utf8');
    expect(after).toContain('# Ten minutes later.');
    expect(after).toContain('(both changed, crm wins)');
    expect(after.split('\n').filter((line) => !before.includes(line))).toHaveLength(4);
    edit(integration, 'conflict: crm\n    clock_skew', 'conflict: newest\n    clock_skew');
    writeFileSync(file('newest-wins.yaml'), before);
  });

  it('gives JSON, a line for each scenario and a summary', async () => {
    const ran = await runIn(folder, ['test', 'tests/newest-wins.yaml', '--json']);
    expect(ran.lines()[0]).toMatchObject({ type: 'scenario', outcome: 'passed', file: 'tests/newest-wins.yaml' });
    expect(ran.last()).toMatchObject({ type: 'summary', scenarios: { passed: 1, failed: 0 } });
  });

  it.each([
    ['an unknown field', 'city: Kiel, status', 'town: Kiel, status', 'has no field "town"'],
    ['an unknown system', 'crm: { update', 'crn: { update', 'There is no system "crn"'],
    ['a value of another type', 'vat_id: DE136695976', 'vat_id: [1]', 'does not take the value of vat_id'],
    ['a record that is not there', 'id: co_1, set', 'id: co_9, set', 'There is no companies co_9 to update'],
    [
      'a value that the system can not hold',
      'name_1: Nordlicht',
      `name_1: ${'Nord'.repeat(11)}`,
      'another value of name_1',
    ],
    ['a required field left out', 'name: Nordlicht GmbH, vat_id', 'vat_id', 'name must not be empty'],
  ])('%s is an error with its line', async (_, from, to, told) => {
    const path = file('newest-wins.yaml');
    const before = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      before.replace(from, () => to),
    );
    const ran = await runIn(folder, ['test', 'tests/newest-wins.yaml']);
    writeFileSync(path, before);
    expect(ran.exit).toBe(2);
    expect(ran.out).toContain(told);
    expect(ran.out).toMatch(/ tests\/newest-wins\.yaml:\d+/);
  });

  it('stops before the next scenario when a person stops it', async () => {
    const ran = await runIn(folder, ['test'], { signal: AbortSignal.abort() });
    expect(ran.exit).toBe(1);
    expect(ran.out).toBe('');
    expect(ran.err).toContain('The scenarios were stopped');
  });

  it('a record too many, one too few, one parked unexpectedly: each is told', async () => {
    const path = file('several-candidates.yaml');
    edit(path, '      - { id: 3, name_1: Lerche KG', '      - { id: 4, name_1: Lerche KG');
    edit(path, '    - { mapping: companies, system: erp, id: 2, reason: ambiguous-match }\n', '');
    const ran = await runIn(folder, ['test', 'tests/several-candidates.yaml']);
    expect(ran.exit).toBe(1);
    expect(ran.out).toContain('erp customers 4 is not there');
    expect(ran.out).toContain('erp customers 3 is there, and not expected');
    expect(ran.out).toContain('companies: erp 2 is parked, and not expected to be (ambiguous-match)');
  });
});

describe('dovetail test --live', () => {
  let world: CliWorld;
  beforeAll(async () => {
    world = await openCliWorld();
    cpSync(join(EXAMPLES, 'crm-erp/tests'), join(world.folder, 'tests'), { recursive: true });
  });
  afterAll(() => world.close());
  const left = () => [
    ...[...world.crm.records('companies')].filter(({ archived }) => !archived),
    ...world.erp.records('customers'),
    ...world.erp.records('orders'),
  ];

  it('plays on marked records of the live systems, told by the ids of the scenario, and removes them', async () => {
    const names = ['first-contact', 'deleted-in-the-office', 'prices', 'newest-wins'];
    const ran = await world.run('test', ...names.map((name) => `tests/${name}.yaml`), '--live', '--yes');
    expect(ran.out).not.toMatch(/✗|!/);
    expect(ran.out).toContain('4 scenarios: 3 as expected, 1 only in memory');
    expect(ran.exit).toBe(0);
    expect(left()).toEqual([]);
    const again = await world.run('test', 'tests/prices.yaml', '--live', '--yes');
    expect(again.exit).toBe(0);
  });

  it('tells where the live system is not as its connector declares', async () => {
    const path = join(world.folder, 'tests/same-mail-and-place.yaml');
    const text = readFileSync(path, 'utf8').replace('email: info@amsel.example, zip', 'email: Info@amsel.example, zip');
    writeFileSync(path, text.replace('- { id: co_1 }', '- { id: co_1, email: info@amsel.example }'));
    const updated = await world.run('test', 'tests/same-mail-and-place.yaml', '--update');
    expect(updated.out).toContain('email: info@amsel.example → Info@amsel.example');
    // The CRM writes addresses in small letters; its connector does not say so.
    const ran = await world.run('test', 'tests/same-mail-and-place.yaml', '--live', '--yes', '--json');
    expect(ran.exit).toBe(1);
    expect(ran.lines()[0]).toMatchObject({
      outcome: 'failed',
      mismatches: [{ kind: 'field', object: 'companies', id: 'co_1', field: 'email' }],
    });
    expect(left()).toEqual([]);
  });

  it('is refused in production, and where nobody agreed', async () => {
    const production = await world.run('test', '--live', '--yes', '--env', 'production');
    expect(production.exit).toBe(2);
    const unasked = await world.run('test', '--live');
    expect(unasked.exit).toBe(2);
    expect(unasked.err).toContain('Add --yes');
    expect(left()).toEqual([]);
  });
});

describe('dovetail test --record', () => {
  let world: CliWorld;
  beforeAll(async () => {
    world = await openCliWorld({
      crm: {
        seed: 5,
        limit: null,
        indexLagMs: 0,
        sizes: { companies: 12, contacts: 0, deals: 6, products: 4, users: 1 },
      },
      erp: { seed: 5, sizes: { customers: 12, articles: 4, orders: 6, price_lists: 0 } },
    });
    await world.run('sync');
  });
  afterAll(() => world.close());

  it('makes a scenario of live records that plays in memory and holds none of their values', async () => {
    const ran = await world.run('test', '--record', 'as-it-is');
    expect(ran.err).toBe('');
    expect(ran.exit).toBe(0);
    const text = readFileSync(join(world.folder, 'tests/as-it-is.yaml'), 'utf8');
    expect(text).toContain('linked:\n  companies:\n');
    const values = [...world.crm.records('companies'), ...world.crm.records('deals')].flatMap((record) =>
      ['id', 'name', 'title', 'vat_id', 'email', 'phone', 'street', 'city'].flatMap((name) => {
        const value = record[name];
        return typeof value === 'string' && value.length > 3 ? [value] : [];
      }),
    );
    expect(values.length).toBeGreaterThan(50);
    expect(values.filter((value) => text.includes(value))).toEqual([]);
    const played = await world.run('test', 'tests/as-it-is.yaml');
    expect(played.out).toContain('1 scenario: 1 as expected');
  });

  it('of records that are named, with what they refer to', async () => {
    const deal = [...world.crm.records('deals')].find((one) => !one.archived && one.company_id !== null);
    const ran = await world.run('test', '--record', 'one-deal', '--records', `crm.deals:${deal?.id}`);
    expect(ran.exit).toBe(0);
    const text = readFileSync(join(world.folder, 'tests/one-deal.yaml'), 'utf8');
    expect(text).toContain('company_id: companies-1');
    expect(text.match(/id: deals-/g)?.length).toBe(2);
  });

  it.each([
    ['a name that is taken', ['--record', 'as-it-is'], 'There is a scenario of that name'],
    ['a name that is none', ['--record', '../x'], 'can not be used'],
    ['production', ['--record', 'x', '--env', 'production'], 'counts as production'],
    ['an unknown object', ['--record', 'x', '--records', 'crm.companys:1'], 'has no object "companys"'],
    ['no name of a record', ['--record', 'x', '--records', 'co_1'], 'SYSTEM.OBJECT:ID'],
  ])('%s is refused', async (_, args, told) => {
    const production = {
      CRM_PRODUCTION_CLIENT_ID: 'x',
      CRM_PRODUCTION_CLIENT_SECRET: 'x',
      ERP_PRODUCTION_API_KEY: 'x',
    };
    const ran = await runIn(world.folder, ['test', ...args], { variables: production });
    expect(ran.exit).toBe(2);
    expect(ran.err).toContain(told);
  });
});
