import { fieldSchema } from '../../../src/connector/field.ts';
import {
  all,
  answered,
  type Case,
  type Change,
  doesNotArise,
  EMPTY_SYSTEMS,
  field,
  mappingOf,
  matchBy,
  objectOf,
  only,
} from '../case.ts';

type System = 'crm' | 'erp';

/** Rows of a mapping, by the field of the CRM; match keys and filters stay out. */
const rows =
  (mapping: string, names: readonly string[]): Change =>
  (integration) => {
    const found = mappingOf(integration, mapping);
    found.fields = found.fields.filter(({ a }) => names.includes(a));
  };

/** The companies of the CRM alone, with three rows. */
const fewCompanies = all(
  only('companies'),
  rows('companies', ['name', 'status', 'newsletter']),
  matchBy('companies', ['vat_id', 'vat_no']),
  answered('test-data', { crm: 'prepared by sales', erp: 'n/a: the office has its own' }),
);

/** What the companies lack for `fewCompanies`: the longest name, one VAT id for two. */
const prepared: Case['world'] = ({ crm }) => {
  const now = Date.now();
  crm.userCreate('companies', { name: 'Ä'.repeat(80), vat_id: 'DE999999999', status: 'lead', newsletter: true }, now);
  crm.userCreate('companies', { name: 'Twin', vat_id: 'DE999999999', status: 'churned', newsletter: false }, now);
  for (const status of ['prospect', 'customer']) crm.userCreate('companies', { name: `Of ${status}`, status }, now);
  crm.userCreate('companies', { name: 'Bare' }, now);
};

const TEST_DATA: Case[] = [
  {
    question: 'test-data',
    system: 'crm',
    variant: 'yes',
    what: 'every case is there',
    change: fewCompanies,
    world: prepared,
    expect: 'verified',
    found: /^prepared by sales\nAll of \d+ cases are there/,
  },
  {
    question: 'test-data',
    probe: 'coverage',
    system: 'crm',
    variant: 'lying',
    what: 'two records with one match key are not there',
    change: fewCompanies,
    expect: 'declared',
    found: 'companies: the match key of another',
  },
  ...['vip', 'partner'].map(
    (option): Case => ({
      question: 'test-data',
      probe: 'coverage',
      system: 'crm',
      variant: 'lying',
      what: `the option ${option} is in no record`,
      change: fewCompanies,
      world: (systems) => {
        prepared(systems);
        systems.crm.addOption('companies', 'status', option, option);
      },
      expect: 'declared',
      found: `companies: the option ${option} in status`,
    }),
  ),
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'test-data',
      probe: 'coverage',
      system,
      variant: 'lying',
      what: 'there are no records at all',
      change: answered('test-data', { crm: 'prepared', erp: 'prepared' }),
      sandbox: EMPTY_SYSTEMS,
      expect: 'contradicted',
      found: 'holds no records yet',
    }),
  ),
  {
    question: 'test-data',
    probe: 'coverage',
    system: 'crm',
    variant: 'lying',
    what: 'a mapped field is never filled',
    change: all(fewCompanies, (integration) => {
      objectOf(integration, 'crm', 'companies').fields.external_id = fieldSchema.parse({ type: 'string' });
      matchBy('companies', ['external_id', 'vat_no'])(integration);
    }),
    expect: 'contradicted',
    found: 'No test data for companies: anything in external_id',
  },
  {
    question: 'test-data',
    probe: 'coverage',
    system: null,
    variant: 'no',
    what: 'in production nobody looks for it',
    change: all(answered('test-data', 'prepared'), (integration) => {
      integration.environment = 'production';
    }),
    expect: 'declared',
    found: 'Test data is looked at in staging only',
  },
  { question: 'test-data', system: null, variant: 'no', what: 'nobody answers', expect: 'open' },
  doesNotArise('test-data', 'n/a: a copy of production'),
];

/** A filter that lets in records by a test of their values. */
const filterBy =
  (mapping: string, side: 'a' | 'b', passes: (record: Record<string, unknown>) => boolean): Change =>
  (integration) => {
    mappingOf(integration, mapping).filter[side] = {
      fields: [],
      evaluate: ({ record }: { record: Record<string, unknown> }) => ({ ok: true, value: passes(record) }),
    } as never;
  };

const MAPPINGS = ['companies', 'products', 'deals'] as const;

const OBJECT_MAPPING: Case[] = [
  { question: 'object-mapping', system: null, variant: 'yes', what: 'as the example declares it', expect: 'verified' },
  ...MAPPINGS.map(
    (mapping): Case => ({
      question: 'object-mapping',
      system: null,
      variant: 'yes',
      what: `a filter lets in every record of ${mapping}`,
      change: filterBy(mapping, 'a', () => true),
      expect: 'verified',
      found: /100 % of \d+/,
    }),
  ),
  ...MAPPINGS.flatMap((mapping) =>
    (['a', 'b'] as const).map(
      (side): Case => ({
        question: 'object-mapping',
        probe: 'records-in-scope',
        system: null,
        variant: 'lying',
        what: `a filter of ${mapping} lets in none of side ${side}`,
        change: filterBy(mapping, side, () => false),
        expect: 'contradicted',
        found: `The filter of ${mapping} lets in none of`,
      }),
    ),
  ),
  {
    question: 'object-mapping',
    probe: 'records-in-scope',
    system: null,
    variant: 'lying',
    what: 'a filter lets in none of the first, and there are more',
    change: filterBy('companies', 'a', () => false),
    options: { sampleSize: 20 },
    expect: 'declared',
    found: 'The filter of companies lets in none of 20 records',
  },
  {
    question: 'object-mapping',
    system: null,
    variant: 'no',
    what: 'nothing is mapped',
    change: (integration) => {
      integration.mappings = [];
    },
    expect: 'open',
  },
];

/** Mapped fields, one of each kind. */
const FIELDS: readonly [system: System, object: string, name: string][] = [
  ['crm', 'companies', 'name'],
  ['crm', 'companies', 'postal_code'],
  ['crm', 'products', 'sku'],
  ['crm', 'deals', 'amount'],
  ['erp', 'customers', 'name_1'],
  ['erp', 'articles', 'price'],
  ['erp', 'orders', 'status'],
];

/** Types that the values of a field do not have. */
const WRONG_TYPES: readonly [system: System, object: string, name: string, more: object][] = [
  ['crm', 'companies', 'name', { type: 'integer' }],
  ['crm', 'companies', 'city', { type: 'decimal' }],
  ['crm', 'companies', 'email', { type: 'timestamp' }],
  ['crm', 'deals', 'title', { type: 'date' }],
  ['crm', 'deals', 'stage', { type: 'boolean' }],
  ['erp', 'customers', 'city', { type: 'timestamp' }],
  ['erp', 'articles', 'description', { type: 'decimal' }],
  ['erp', 'articles', 'active', { boolean: { true: 'yes', false: 'no', common: false } }],
];

const FIELD_MAPPING: Case[] = [
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'field-mapping',
      system,
      variant: 'yes',
      what: 'as the example declares it',
      expect: 'verified',
    }),
  ),
  ...FIELDS.map(
    ([system, object, name]): Case => ({
      question: 'field-mapping',
      probe: 'fields-exist',
      system,
      variant: 'lying',
      what: `${object}.${name} stands elsewhere`,
      change: field(system, object, name, { path: 'nowhere.at_all' }),
      expect: 'contradicted',
      found: `No record has ${object}.${name}`,
    }),
  ),
  ...WRONG_TYPES.map(
    ([system, object, name, more]): Case => ({
      question: 'field-mapping',
      probe: 'values-decode',
      system,
      variant: 'lying',
      what: `${object}.${name} as ${JSON.stringify(more)}`,
      change: field(system, object, name, more),
      expect: 'contradicted',
      found: new RegExp(`records hold values that are not of the declared form: ${object}\\.${name}`),
    }),
  ),
  ...(
    [
      ['companies', 'name', 'crm'],
      ['products', 'name', 'crm'],
      ['deals', 'title', 'crm'],
    ] as const
  ).map(
    ([mapping, name, system]): Case => ({
      question: 'field-mapping',
      probe: 'round-trip',
      system,
      variant: 'lying',
      what: `${mapping}.${name} is said to lose nothing, and is cut`,
      change: (integration) => {
        const row = mappingOf(integration, mapping).fields.find(({ a }) => a === name);
        if (row) row.lossAccepted = false;
      },
      expect: 'contradicted',
      found: new RegExp(`rows would not give back what they got: ${mapping}\\.${name}`),
    }),
  ),
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'field-mapping',
      system,
      variant: 'no',
      what: 'there are no records yet to look at',
      sandbox: EMPTY_SYSTEMS,
      expect: 'declared',
      found: 'holds no records yet',
    }),
  ),
];

/** A field that users of the CRM added, in a row of the companies. */
const customRow =
  (key: string, more: object = {}): Change =>
  (integration) => {
    const { fields } = objectOf(integration, 'crm', 'companies');
    fields[key] = fieldSchema.parse({ type: 'string', custom: key, ...more });
    const mapping = mappingOf(integration, 'companies');
    mapping.fields = mapping.fields.map((row) => (row.a === 'industry' ? { ...row, a: key } : row));
  };

const policies: Change = (integration) => {
  for (const mapping of integration.mappings) mapping.newFields = { a: 'propose', b: 'ignore' };
};

const CUSTOM_FIELDS: Case[] = [
  {
    question: 'custom-fields',
    system: 'crm',
    variant: 'yes',
    what: 'a policy for new fields, and those that there are',
    change: policies,
    expect: 'verified',
  },
  {
    question: 'custom-fields',
    probe: 'live-fields',
    system: 'crm',
    variant: 'yes',
    what: 'one is mapped, and there',
    change: all(policies, customRow('tier')),
    world: ({ crm }) => crm.addCustomField('companies', { key: 'tier', label: 'Tier', type: 'text', max_length: 9 }),
    expect: 'verified',
  },
  {
    question: 'custom-fields',
    probe: 'live-fields',
    system: 'crm',
    variant: 'lying',
    what: 'one is mapped that was removed',
    change: all(policies, customRow('tier')),
    expect: 'contradicted',
    found: 'Mapped, but not there: companies.tier',
  },
  ...(
    [
      ['number', 'string'],
      ['boolean', 'string'],
      ['date', 'string'],
      ['text', 'decimal'],
    ] as const
  ).map(
    ([live, declared]): Case => ({
      question: 'custom-fields',
      probe: 'live-fields',
      system: 'crm',
      variant: 'lying',
      what: `one is declared as ${declared}, and a ${live} there`,
      change: all(policies, customRow('tier', { type: declared })),
      world: ({ crm }) => crm.addCustomField('companies', { key: 'tier', label: 'Tier', type: live, max_length: 9 }),
      expect: 'contradicted',
      found: /Of another type: companies\.tier is \w+, not \w+/,
    }),
  ),
  {
    question: 'custom-fields',
    probe: 'sent-fields',
    system: 'crm',
    variant: 'lying',
    what: 'records hold one that the list of them does not show',
    change: policies,
    world: ({ crm }) => {
      crm.addCustomField('companies', { key: 'tier', label: 'Tier', type: 'text', max_length: 9 });
      const [first] = crm.records('companies');
      crm.userUpdate('companies', first?.id ?? '', { custom_fields: { tier: 'gold' } }, Date.now());
      crm.removeCustomField('companies', 'tier');
    },
    expect: 'declared',
    found: 'that the list of them does not show: companies.tier',
  },
  {
    question: 'custom-fields',
    probe: 'live-fields',
    system: 'erp',
    variant: 'no',
    what: 'its connector knows no way to list them',
    change: policies,
    expect: 'declared',
    found: 'No connector says how to list them',
  },
  { question: 'custom-fields', system: null, variant: 'no', what: 'nobody answers', expect: 'open' },
  doesNotArise('custom-fields', 'n/a: users add none'),
];

/** Objects, fields, and the records that there are. */
export const DATA: readonly Case[] = [...TEST_DATA, ...OBJECT_MAPPING, ...FIELD_MAPPING, ...CUSTOM_FIELDS];
