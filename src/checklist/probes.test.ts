import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CheckWorld, lineOf, openCheckWorld } from '../../test/check-world.ts';
import type { ConnectorDefinition } from '../connector/definition.ts';
import { looksPersonal } from './personal-fields.ts';

/**
 * What each probe says of a system that does as declared, and of one that does not: the connector declares what the
 * sandbox system, on its socket, does not do.
 */

let world: CheckWorld;
beforeAll(async () => {
  world = await openCheckWorld();
  // Somebody works in it: a stamp of right now tells a wrong zone.
  const [customer] = world.erp.records('customers');
  world.erp.userUpdate('customers', customer?.id ?? 0, { memo: 'called today' }, Date.now());
});
afterAll(() => world.close());

type Change = (connector: ConnectorDefinition) => void;

const objectOf = (connector: ConnectorDefinition, name: string) => {
  const object = connector.objects[name];
  if (!object) throw new Error(`no object ${name}`);
  return object;
};

const list =
  (object: string, more: object): Change =>
  (connector) => {
    Object.assign(objectOf(connector, object).list ?? {}, more);
  };
const field =
  (object: string, name: string, more: object): Change =>
  (connector) => {
    Object.assign(objectOf(connector, object).fields[name] ?? {}, more);
  };
const since =
  (object: string, more: object): Change =>
  (connector) => {
    const declared = objectOf(connector, object).list?.since;
    if (declared) Object.assign(declared, more);
  };

type Case = [question: string, system: 'crm' | 'erp', lie: string, change: Change, found: string];

const LIES: Case[] = [
  [
    'filtering',
    'erp',
    'a filter by time that it ignores',
    since('customers', { param: 'modified_since' }),
    'customers: ',
  ],
  [
    'filtering',
    'crm',
    'a filter by time that it ignores',
    since('companies', { param: 'modified_since' }),
    'companies: ',
  ],
  [
    'filtering',
    'erp',
    'an equality of another field',
    list('customers', { equals: { vat_no: 'match_code' } }),
    'customers: a look-up by vat_no does not find',
  ],
  [
    'filtering',
    'erp',
    'an equality that it ignores',
    list('customers', { equals: { vat_no: 'vat' } }),
    'customers: a look-up by vat_no takes 2 calls',
  ],
  [
    'pagination',
    'crm',
    'pages by number where it has cursors',
    list('companies', { pagination: { style: 'page', param: 'page', size_param: 'limit', size: 20, start: 1 } }),
    'companies: ',
  ],
  [
    'pagination',
    'erp',
    'an offset that it ignores',
    list('customers', { pagination: { style: 'offset', param: 'skip', size_param: 'size', size: 20 } }),
    'customers: ',
  ],
  [
    'timestamps',
    'erp',
    'UTC where it writes local time',
    (connector) => {
      for (const one of ['changed', 'created'])
        field('customers', one, {
          time: { pattern: 'DD.MM.YYYY HH:mm', zone: 'America/Los_Angeles', overlap: 'earlier', gap: 'later' },
        })(connector);
    },
    'customers: a stamp lies',
  ],
  [
    'timestamps',
    'crm',
    'a German form of dates',
    field('deals', 'close_date', { time: { pattern: 'DD.MM.YYYY', zone: 'UTC', overlap: 'earlier', gap: 'later' } }),
    'deals.close_date',
  ],
  [
    'currencies',
    'erp',
    'amounts with a point',
    field('articles', 'price', { number: { wire: 'string', decimal: '.', group: ',', scale: 2 } }),
    'articles.price',
  ],
  [
    'currencies',
    'erp',
    'symbols that it does not use',
    field('articles', 'price', {
      money: { form: 'text', amount: 'amount', currency: 'currency', symbols: { '£': 'GBP' } },
    }),
    'articles.price',
  ],
];

describe('probes', () => {
  test.each(['filtering', 'pagination', 'timestamps', 'currencies'])(
    '%s: what is declared and done is verified',
    async (question) => {
      const report = await world.check({ options: { only: [question] } });
      for (const system of ['crm', 'erp']) expect(lineOf(report, question, system).status).toBe('verified');
    },
  );

  test.each(LIES)('%s of the %s: %s is contradicted', async (question, system, _, change, found) => {
    const report = await world.check({
      options: { only: [question] },
      change: (integration) => change((system === 'crm' ? integration.a : integration.b).connector),
    });
    const line = lineOf(report, question, system);
    expect(line.evidence.map((one) => one.found).join('; ')).toContain(found);
    expect(line.status).toBe('contradicted');
    expect(line.next).not.toBeNull();
  });

  test('mapped fields that look personal are flagged, and nothing is proved by that', async () => {
    const report = await world.check({
      options: { only: ['privacy'] },
      change: (integration) => {
        integration.answers.privacy = 'agreed';
      },
    });
    const line = lineOf(report, 'privacy');
    expect(line.status).toBe('declared');
    expect(line.evidence[0]).toMatchObject({ verdict: 'unknown', facts: { sensitive: 0 } });
    expect(line.evidence[0]?.found).toMatch(/fields may be personal: companies\.email/);
  });

  test.each([
    ['vorname', 'string', 'personal'],
    ['contact', 'email', 'personal'],
    ['iban', 'string', 'sensitive'],
    ['health_insurance', 'string', 'sensitive'],
    ['sku', 'string', null],
    ['name', 'string', null],
    ['unit_price', 'money', null],
  ] as const)('%s, a %s: %s', (name, type, expected) => {
    expect(looksPersonal(name, { type } as Parameters<typeof looksPersonal>[1])).toBe(expected);
  });
});
