import {
  all,
  type Case,
  type Change,
  connectorOf,
  doesNotArise,
  EMPTY_SYSTEMS,
  field,
  mappingOf,
  only,
} from '../case.ts';

const asDeclared = (question: string, more: Partial<Case> = {}): Case[] =>
  (['crm', 'erp'] as const).map((system) => ({
    question,
    system,
    variant: 'yes',
    what: 'as the example declares it',
    expect: 'verified',
    ...more,
  }));

const local = (zone: string, pattern = 'DD.MM.YYYY HH:mm') => ({ pattern, zone, overlap: 'earlier', gap: 'later' });

const stampIn = (zone: string): Change =>
  all(
    ...['changed', 'created'].map((name) => field('erp', 'customers', name, { time: local(zone) })),
    only('companies'),
  );

/**
 * Zones that the ERP may be declared to write in, where it writes that of Berlin. A stamp that is read too late lies in the
 * future as soon as somebody works; one that is read too early only looks old.
 */
const ZONES: readonly [zone: string, expect: Case['expect'], found: string][] = [
  ['America/Los_Angeles', 'contradicted', 'customers: a stamp lies'],
  ['America/New_York', 'contradicted', 'customers: a stamp lies'],
  ['America/Sao_Paulo', 'contradicted', 'customers: a stamp lies'],
  ['UTC', 'contradicted', 'customers: a stamp lies'],
  ['Europe/Lisbon', 'contradicted', 'customers: a stamp lies'],
  ['Europe/Athens', 'declared', 'that the zone is right shows only by a record changed right now'],
  ['Asia/Kolkata', 'declared', 'that the zone is right shows only by a record changed right now'],
  ['Asia/Tokyo', 'declared', 'that the zone is right shows only by a record changed right now'],
];

/** Forms of a field that are not those of its system. */
const FORMS: readonly [system: 'crm' | 'erp', object: string, name: string, what: string, more: object][] = [
  ['crm', 'deals', 'close_date', 'a German form of dates', { time: local('UTC', 'DD.MM.YYYY') }],
  ['crm', 'deals', 'close_date', 'an American form of dates', { time: local('UTC', 'MM/DD/YYYY') }],
  ['crm', 'deals', 'close_date', 'seconds since 1970', { time: 'epoch_s' }],
  ['erp', 'orders', 'due_date', 'ISO 8601 dates', { time: 'iso' }],
  ['erp', 'orders', 'due_date', 'dates with slashes', { time: local('UTC', 'DD/MM/YYYY') }],
  ['erp', 'orders', 'due_date', 'dates with the year first', { time: local('UTC', 'YYYY.MM.DD') }],
];

/** Forms of amounts that are not those of their system. */
const AMOUNTS: readonly [system: 'crm' | 'erp', object: string, name: string, what: string, more: object][] = [
  [
    'erp',
    'articles',
    'price',
    'amounts with a point',
    { number: { wire: 'string', decimal: '.', group: ',', scale: 2 } },
  ],
  [
    'erp',
    'orders',
    'total',
    'amounts with a point',
    { number: { wire: 'string', decimal: '.', group: ',', scale: 2 } },
  ],
  [
    'erp',
    'articles',
    'price',
    'symbols that it does not use',
    { money: money({ form: 'text', symbols: { '£': 'GBP' } }) },
  ],
  ['erp', 'orders', 'total', 'codes in place of symbols', { money: money({ form: 'text' }) }],
  ['erp', 'articles', 'price', 'an object of amount and currency', { money: money({ form: 'object' }) }],
  ['erp', 'orders', 'total', 'amounts alone', { money: money({ form: 'amount', fixed: 'EUR' }) }],
  ['crm', 'products', 'price', 'a text with a symbol', { money: money({ form: 'text', symbols: { '€': 'EUR' } }) }],
  ['crm', 'deals', 'amount', 'amounts alone', { money: money({ form: 'amount', fixed: 'EUR' }) }],
  [
    'crm',
    'deals',
    'amount',
    'a currency under another name',
    { money: money({ form: 'object', currency: 'iso_code' }) },
  ],
  ['crm', 'products', 'price', 'an amount under another name', { money: money({ form: 'object', amount: 'value' }) }],
];

function money(more: object): object {
  return { amount: 'amount', currency: 'currency', unit: 'major', digits: {}, symbols: {}, ...more };
}

/** Values that are not of the form that the connector declares. */
const misdeclared = (question: string, forms: typeof FORMS): Case[] =>
  forms.map(([system, object, name, what, more]) => ({
    question,
    probe: 'readable',
    system,
    variant: 'lying',
    what: `${what} in ${object}.${name}`,
    change: field(system, object, name, more),
    expect: 'contradicted',
    found: `${object}.${name}`,
  }));

const TIMESTAMPS: Case[] = [
  // That times arrive as they were sent, only a write tells.
  ...asDeclared('timestamps', { write: true }),
  ...ZONES.map(
    ([zone, expect, found]): Case => ({
      question: 'timestamps',
      probe: 'clock',
      system: 'erp',
      variant: 'lying',
      what: `the zone ${zone} where it writes that of Berlin`,
      change: stampIn(zone),
      expect,
      found,
    }),
  ),
  ...misdeclared('timestamps', FORMS),
  {
    question: 'timestamps',
    probe: 'clock',
    system: 'erp',
    variant: 'no',
    what: 'nobody changed anything lately, so that no stamp proves its zone',
    sandbox: {},
    expect: 'declared',
    found: 'that the zone is right shows only by a record changed right now, of customers, articles, orders',
  },
  doesNotArise('timestamps', 'n/a: no times are mapped'),
];

const CURRENCIES: Case[] = [
  ...asDeclared('currencies'),
  ...misdeclared('currencies', AMOUNTS),
  {
    question: 'currencies',
    probe: 'readable',
    system: 'crm',
    variant: 'lying',
    what: 'always francs, where amounts without their currency can not show it',
    change: field('crm', 'deals', 'amount', { path: 'amount.amount', money: money({ form: 'amount', fixed: 'CHF' }) }),
    expect: 'declared',
    found: "that it is CHF can't be read",
  },
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'currencies',
      system,
      variant: 'no',
      what: 'no amount is mapped',
      change: only('companies'),
      expect: 'not-applicable',
    }),
  ),
  {
    question: 'currencies',
    probe: 'readable',
    system: 'erp',
    variant: 'no',
    what: 'there are no records yet',
    sandbox: { erp: { sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } } },
    expect: 'declared',
    found: 'articles, orders holds no records yet',
  },
];

/** A table of options for the row of the companies' status. */
const statusTable =
  (aToB: [string, string][]): Change =>
  (integration) => {
    const row = mappingOf(integration, 'companies').fields.find(({ a }) => a === 'status');
    if (!row) throw new Error('no row of status');
    row.options = { aToB: new Map(aToB), bToA: new Map(aToB.map(([a, b]) => [b, a])) };
  };

const SAME: [string, string][] = ['lead', 'prospect', 'customer', 'churned'].map((key) => [key, key]);

/** Options that the ERP is declared to have, without one that its records hold. */
const WITHOUT: readonly [mapping: string, object: string, name: string, keys: readonly string[]][] = [
  ['companies', 'customers', 'group', ['lead', 'prospect', 'customer', 'churned']],
  ['products', 'articles', 'unit', ['piece', 'box', 'kg', 'm', 'hour']],
  ['deals', 'orders', 'status', ['open', 'won', 'lost']],
];

const OPTIONS: Case[] = [
  { question: 'options', system: null, variant: 'yes', what: 'as the example declares it', expect: 'verified' },
  {
    question: 'options',
    system: null,
    variant: 'yes',
    what: 'by a table',
    change: statusTable(SAME),
    expect: 'verified',
  },
  {
    question: 'options',
    probe: 'live-options',
    system: null,
    variant: 'yes',
    what: 'somebody added one: it is listed, with what happens to it',
    world: ({ crm }) => crm.addOption('companies', 'status', 'vip', 'VIP'),
    expect: 'verified',
    found: '1 option without counterpart: vip of companies.status (parks)',
  },
  ...(['vip', 'partner'] as const).map(
    (key): Case => ({
      question: 'options',
      probe: 'live-options',
      system: null,
      variant: 'lying',
      what: `the table names ${key}, which the CRM does not have`,
      change: statusTable([...SAME, [key, 'lead']]),
      expect: 'contradicted',
      found: `companies.status has no option ${key}`,
    }),
  ),
  {
    question: 'options',
    probe: 'live-options',
    system: null,
    variant: 'lying',
    what: 'the table names one that the ERP does not have',
    change: statusTable([...SAME.slice(1), ['lead', 'cold']]),
    expect: 'contradicted',
    found: 'customers.group has no option cold',
  },
  ...['lead', 'prospect', 'customer', 'churned'].map(
    (key): Case => ({
      question: 'options',
      probe: 'live-options',
      system: null,
      variant: 'lying',
      what: `the table names ${key}, which was removed from the CRM`,
      change: statusTable(SAME),
      world: ({ crm }) => crm.removeOption('companies', 'status', key),
      expect: 'contradicted',
      found: `companies.status has no option ${key}`,
    }),
  ),
  ...WITHOUT.flatMap(([mapping, object, name, keys]) =>
    keys.map(
      (key): Case => ({
        question: 'options',
        probe: 'used-options',
        system: null,
        variant: 'lying',
        what: `${key} is not declared of ${object}.${name}, and is there`,
        change: all(only(mapping), (integration) => {
          const definition = connectorOf(integration, 'erp').objects[object]?.fields[name];
          if (definition) definition.options = definition.options?.filter((option) => option.key !== key);
        }),
        expect: 'contradicted',
        found: `Options that nobody declared: ${object}.${name}`,
      }),
    ),
  ),
  {
    question: 'options',
    system: null,
    variant: 'no',
    what: 'no drop-down field is mapped',
    change: (integration) => {
      for (const mapping of integration.mappings)
        mapping.fields = mapping.fields.filter(({ a }) => !['status', 'unit', 'stage', 'industry'].includes(a));
    },
    expect: 'not-applicable',
  },
  doesNotArise('options', 'n/a: both share one list'),
];

/** What a system may be declared to demand, and its own records do not keep to. */
const LIMITS: readonly [system: 'crm' | 'erp', object: string, name: string, what: string, more: object][] = [
  ['crm', 'companies', 'name', 'at most 10 characters', { max_length: 10 }],
  ['crm', 'companies', 'email', 'at most 10 characters', { max_length: 10 }],
  ['crm', 'companies', 'city', 'ASCII only', { characters: 'ascii' }],
  ['crm', 'companies', 'country', 'three capitals', { pattern: '^[A-Z]{3}$' }],
  ['crm', 'companies', 'postal_code', 'letters', { pattern: '^[A-Z]+$' }],
  ['crm', 'deals', 'title', 'at most 12 characters, cut', { max_length: 12, on_violation: 'truncate' }],
  ['erp', 'customers', 'street', 'at most 5 characters', { max_length: 5, on_violation: 'park' }],
  ['erp', 'customers', 'user_1', 'a value in each', { required: true }],
  ['erp', 'articles', 'article_no', 'digits only', { pattern: '^[0-9]+$' }],
  ['erp', 'orders', 'subject', 'at most 8 characters, cut', { max_length: 8, on_violation: 'truncate' }],
];

/** What the target may be declared to demand, and the records of the other system do not keep to. */
const DEMANDS: readonly [object: string, name: string, what: string, more: object][] = [
  ['customers', 'email', 'at most 5 characters', { max_length: 5 }],
  ['customers', 'zip', 'letters', { pattern: '^[A-Z]+$', on_violation: 'park' }],
  ['customers', 'name_1', 'at most 10 characters, not cut', { max_length: 10, on_violation: 'park' }],
  ['articles', 'description', 'capitals only', { pattern: '^[A-Z ]+$' }],
];

const VALIDATION: Case[] = [
  // That a limit is enforced, only a write tells.
  ...asDeclared('validation', { write: true }),
  ...LIMITS.map(
    ([system, object, name, what, more]): Case => ({
      question: 'validation',
      probe: 'own-records',
      system,
      variant: 'lying',
      what: `${object}.${name} takes ${what}`,
      change: field(system, object, name, more),
      expect: 'contradicted',
      found: `${object}.${name}`,
    }),
  ),
  ...DEMANDS.map(
    ([object, name, what, more]): Case => ({
      question: 'validation',
      probe: 'sample-against-constraints',
      system: 'erp',
      variant: 'lying',
      what: `most records of the CRM fit, where ${object}.${name} takes ${what}`,
      change: field('erp', object, name, more),
      expect: 'contradicted',
      found: new RegExp(`records would be parked: .*${object}\\.${name}`),
    }),
  ),
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'validation',
      system,
      variant: 'no',
      what: 'there are no records yet to hold against it',
      sandbox: EMPTY_SYSTEMS,
      expect: 'declared',
      found: 'holds no records yet',
    }),
  ),
];

/** How values stand on the wire: times, amounts, options and what the systems demand of them. */
export const VALUES: readonly Case[] = [...TIMESTAMPS, ...CURRENCIES, ...OPTIONS, ...VALIDATION];
