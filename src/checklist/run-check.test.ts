import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { ERP_KEY } from '../../sandbox/erp/erp.ts';
import { type CheckCase, type CheckWorld, lineOf, openCheckWorld } from '../../test/check-world.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import type { HttpClient, HttpFailure } from '../platform/http.ts';
import { fail, ok, problem } from '../record/diagnostic.ts';
import { fromFile } from './answers.ts';
import { isProduction } from './environment.ts';
import { QUESTIONS } from './registry.ts';
import type { CheckReport } from './run-check.ts';

let world: CheckWorld;
beforeAll(async () => {
  world = await openCheckWorld();
});
afterAll(() => world.close());

const check = (one?: CheckCase): Promise<CheckReport> => world.check(one);

const IDS =
  `connector protocol api-description endpoints export database technical-contact staging test-data credentials
least-privilege reachability vpn static-ip privacy frequency webhooks object-mapping field-mapping custom-fields relations
duplicates validation pagination filtering sorting timestamps currencies options error-recipients propagation`.split(
    /\s+/,
  );

test('the registry holds the whole check list in its order', () => {
  expect(QUESTIONS.map((question) => question.id)).toEqual(IDS);
});

describe('the example against both sandbox systems', () => {
  test('every question has an answer, what can be asked is verified, nothing is in the way in staging', async () => {
    const report = await check();
    expect([...new Set(report.lines.map((line) => line.question))]).toEqual(IDS);
    const verified = report.lines.filter((line) => line.status === 'verified');
    // What looks personal is flagged; that proves nothing. Of the others the example says nothing.
    const open = ['least-privilege', 'error-recipients', 'staging', 'test-data', 'export', 'database'];
    const unproved = ['privacy', 'custom-fields', ...open];
    const elsewhere = (id: string) =>
      report.lines.every((line) => line.question !== id || line.status === 'not-applicable');
    const asked = QUESTIONS.filter(
      ({ id, probes }) => probes.length > 0 && !unproved.includes(id) && !elsewhere(id),
    ).map(({ id }) => id);
    // What only a write tells stays declared until somebody allows one.
    const unwritten = report.lines.filter(({ status, next }) => status === 'declared' && next?.includes('--write'));
    const told = [...verified, ...unwritten].map((line) => line.question);
    expect(IDS.filter((id) => told.includes(id))).toEqual(asked);
    expect(unwritten.map((line) => line.question)).toContain('propagation');
    expect(report).toMatchObject({ ready: true, production: false, openForProduction: 4 });
    expect(report.counts.contradicted).toBe(0);
  });

  test('it reads only, and not much', async () => {
    const before = world.crm.digest() + world.erp.digest();
    const { calls } = await check();
    expect(world.crm.digest() + world.erp.digest()).toBe(before);
    expect(calls.a.writes + calls.b.writes).toBe(0);
    expect(calls.a.reads).toBeLessThan(60);
  });

  test('no value of a record is in the report', async () => {
    const text = JSON.stringify(await check());
    const values = [...world.crm.records('companies')].flatMap(({ name, email, street, vat_id }) => [
      name,
      email,
      street,
      vat_id,
    ]);
    for (const value of values.filter((one) => typeof one === 'string')) expect(text).not.toContain(value);
    expect(text).not.toContain(CRM_CLIENT_SECRET);
    expect(text).not.toContain(ERP_KEY);
  });

  test('updates of the ERP are guarded by a read, with the window in milliseconds; those of the CRM by the version', async () => {
    const report = await check({ options: { only: ['propagation'] } });
    expect(lineOf(report, 'propagation', 'erp').evidence[0]?.facts).toMatchObject({
      'customers guard': 're-read',
      'customers windowMs': expect.any(Number),
    });
    expect(lineOf(report, 'propagation', 'crm').evidence[0]?.found).toBe('conditional write');
  });

  test('a row that does not give back what it got is in the way, with its place, its loss and remedies, no value', async () => {
    const report = await check({
      options: { only: ['field-mapping'] },
      change: ({ mappings }) => {
        const row = mappings[0]?.fields.find(({ a }) => a === 'name');
        if (row) row.lossAccepted = false;
      },
    });
    const line = lineOf(report, 'field-mapping', 'crm');
    expect([line.status, line.blocking]).toEqual(['contradicted', true]);
    const seen = line.evidence.find(({ probe }) => probe === 'round-trip');
    expect(seen?.found).toMatch(/^1 of 18 rows would not give back what they got: companies\.name \(.*cut.*\)$/);
    const cut = seen?.findings?.find(({ summary }) => summary.includes('41 characters'));
    expect(cut).toMatchObject({
      code: 'round-trip',
      summary: 'companies: name of crm ↔ name_1 of erp: a text of 41 characters comes back as a text of 40 characters',
      where: { file: expect.stringContaining('integration.yaml'), line: expect.any(Number) },
      next: 'Let name_1 of erp hold 80 characters, `direction: crm -> erp`, or `loss: accepted`',
    });
    expect(lineOf(report, 'field-mapping', 'erp').status).toBe('verified');
  });

  test('new fields are handled as the mappings say, and those of the CRM are listed', async () => {
    world.crm.addCustomField('companies', { key: 'tier', label: 'Tier', type: 'text', max_length: 9 });
    const report = await check({
      options: { only: ['custom-fields'] },
      change: (integration) => {
        for (const mapping of integration.mappings) mapping.newFields = { a: 'propose', b: 'ignore' };
      },
    });
    const crm = lineOf(report, 'custom-fields', 'crm');
    expect([crm.status, crm.says]).toEqual(['verified', expect.stringContaining('companies: a row is proposed')]);
    expect(crm.evidence[0]?.found).toMatch(/^\d fields, not mapped: .*companies\.tier/);
  });

  test('options without counterpart are named', async () => {
    world.crm.addOption('companies', 'status', 'vip', 'VIP');
    const report = await check({ options: { only: ['options'] } });
    expect(report.lines.flatMap(({ evidence }) => evidence.map(({ found }) => found))).toContain(
      '1 option without counterpart: vip of companies.status (parks)',
    );
    world.crm.removeOption('companies', 'status', 'vip');
  });

  test('in production, open answers to production questions are in the way', async () => {
    const report = await check({
      change: (integration) => {
        integration.environment = 'production';
      },
    });
    expect(report.ready).toBe(false);
    expect(report.lines.filter((line) => line.blocking).map((line) => line.question)).toEqual([
      'staging',
      'test-data',
      'least-privilege',
      'privacy',
      'custom-fields',
    ]);
  });
});

describe('faults are told apart', () => {
  const objects = (integration: LoadedIntegration, side: 'a' | 'b') => integration[side].connector.objects;

  test.each<[string, CheckCase, [string, string | null], string]>([
    ['a wrong secret', { variables: { CRM_CLIENT_SECRET: 'x' } }, ['credentials', 'crm'], 'auth-failed'],
    ['a wrong key', { variables: { ERP_API_KEY: 'x' } }, ['credentials', 'erp'], 'auth-failed'],
    ['a closed port', { variables: { ERP_URL: 'http://127.0.0.1:9' } }, ['reachability', 'erp'], 'refused'],
    [
      'a field that is not there',
      {
        change: (i) => {
          objects(i, 'b').customers!.fields.name_1!.path = 'nowhere';
        },
      },
      ['field-mapping', 'erp'],
      'No record has customers.name_1',
    ],
    [
      'values of another form',
      {
        change: (i) => {
          const german = { pattern: 'DD.MM.YYYY', zone: 'UTC', overlap: 'earlier', gap: 'later' } as const;
          objects(i, 'a').deals!.fields.close_date!.time = german;
        },
      },
      ['field-mapping', 'crm'],
      'deals.close_date (60)',
    ],
    [
      'a filter that lets in nothing',
      {
        change: (i) => {
          i.mappings[0]!.filter.a = { fields: [], evaluate: () => ok(false) } as never;
        },
      },
      ['object-mapping', null],
      'lets in none of 60 records',
    ],
    [
      'a reference to another object',
      {
        change: (i) => {
          const deals = i.mappings.find((one) => one.name === 'deals')!;
          deals.fields.find((row) => row.reference !== null)!.reference = 'products';
        },
      },
      ['relations', 'crm'],
      '0 of',
    ],
    [
      'a key that names groups',
      {
        change: (i) => {
          i.mappings[0]!.match = [[{ a: 'country', b: 'country', reference: null, by: { a: null, b: null } }]];
        },
      },
      ['duplicates', null],
      'share their key',
    ],
    [
      'a search that the system ignores',
      {
        change: (i) => {
          objects(i, 'b').customers!.list!.equals.external_id = 'nonsense';
        },
      },
      ['propagation', 'erp'],
      'is ignored',
    ],
    [
      'an operation that no one declared',
      {
        change: (i) => {
          delete objects(i, 'b').orders!.create;
        },
      },
      ['endpoints', 'erp'],
      'create orders',
    ],
    [
      'a limit that most records break',
      {
        change: (i) => {
          objects(i, 'b').customers!.fields.email!.max_length = 5;
        },
      },
      ['validation', 'erp'],
      'customers.email',
    ],
  ])('%s', async (_, world, [question, system], told) => {
    const report = await check(world);
    const line = lineOf(report, question, system);
    expect(line).toMatchObject({ status: 'contradicted', blocking: true, next: expect.any(String) });
    expect(JSON.stringify(line.evidence.filter((one) => one.verdict === 'contradicts'))).toContain(told);
    expect(report.ready).toBe(false);
  });

  test('a target whose lost creates can not be settled is reported, and stands in nobody’s way', async () => {
    const report = await check({
      change: (i) => {
        delete objects(i, 'b').customers!.link_field;
      },
    });
    const line = lineOf(report, 'propagation', 'erp');
    expect(line).toMatchObject({
      status: 'declared',
      blocking: false,
      next: expect.stringContaining('idempotency key'),
    });
  });

  test('a mapping without a match rule is an open answer', async () => {
    const report = await check({
      change: (i) => {
        i.mappings[0]!.match = [];
      },
    });
    expect(lineOf(report, 'duplicates')).toMatchObject({
      status: 'open',
      blocking: true,
      says: 'companies: no match rule',
    });
  });

  test('a system that can not be reached is asked nothing more, the other one is', async () => {
    const before = world.erp.stats().requests;
    const report = await check({ variables: { ERP_URL: 'http://127.0.0.1:9' } });
    expect(world.erp.stats().requests).toBe(before);
    expect(lineOf(report, 'endpoints', 'erp').status).toBe('declared');
    expect(lineOf(report, 'endpoints', 'crm').status).toBe('verified');
  });

  test.each<[HttpFailure['kind'], string]>([
    ['dns', 'name'],
    ['refused', 'connection'],
    ['tls', 'certificate'],
    ['timeout', 'answer'],
    ['dropped', 'answer'],
  ])('%s fails at the %s', async (kind, failedAt) => {
    const failing: HttpClient = {
      request: async () => fail({ kind, sent: 'no', diagnostic: problem(`http-${kind}`, 'No answer') }),
      close: async () => undefined,
    };
    const report = await check({ http: failing, options: { only: ['reachability'] } });
    expect(lineOf(report, 'reachability', 'crm').evidence[0]?.facts).toMatchObject({ kind, failedAt });
  });
});

describe('answers of the file', () => {
  test.each<[unknown, [string | null, string][]]>([
    ['agreed', [[null, 'declared']]],
    ['n/a: there are no roles', [[null, 'not-applicable']]],
    ['', [[null, 'open']]],
    [undefined, [[null, 'open']]],
    [
      { crm: 'done', erp: 'n/a' },
      [
        ['crm', 'declared'],
        ['erp', 'not-applicable'],
      ],
    ],
    [
      { crm: 'done' },
      [
        ['crm', 'declared'],
        ['erp', 'open'],
      ],
    ],
  ])('%j', async (answer, expected) => {
    let given: unknown;
    await check({
      change: (integration) => {
        integration.answers = answer === undefined ? {} : { 'test-data': answer };
        const answers = fromFile(integration, 'test-data');
        given = answers.map(({ side, status }) => [side && integration[side].name, status]);
      },
      options: { only: [] },
    });
    expect(given).toEqual(expected);
  });
});

test.each([
  ['production', true],
  ['live', true],
  ['latest', true],
  ['staging', false],
  ['eu-test', false],
  ['dev_2', false],
])('the environment %s counts as production: %s', (name, expected) => {
  expect(isProduction(name)).toBe(expected);
});
