import { all, answered, type Case, type Change, EMPTY_SYSTEMS, mappingOf, matchBy, objectOf, only } from '../case.ts';

type System = 'crm' | 'erp';

/** A reference of the deals to another mapping. */
const dealsReferTo =
  (mapping: string): Change =>
  (integration) => {
    const row = mappingOf(integration, 'deals').fields.find(({ reference }) => reference !== null);
    if (!row) throw new Error('no row with a reference');
    row.reference = mapping;
  };

/** Fields that name groups of records. */
const SHARED: readonly [system: System, object: string, name: string][] = [
  ['crm', 'companies', 'country'],
  ['crm', 'companies', 'status'],
  ['crm', 'products', 'unit'],
  ['crm', 'deals', 'stage'],
  ['erp', 'customers', 'country'],
  ['erp', 'articles', 'unit'],
  ['erp', 'orders', 'status'],
];

const RELATIONS: Case[] = [
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'relations',
      system,
      variant: 'yes',
      what: 'as the example declares it',
      expect: 'verified',
    }),
  ),
  {
    question: 'relations',
    probe: 'references-lead-somewhere',
    system: 'erp',
    variant: 'yes',
    what: 'an order whose customer is gone is named',
    world: ({ erp }) => {
      const [order] = erp.records('orders');
      erp.userDelete('customers', Number(order?.customer_no), Date.now());
    },
    expect: 'verified',
    found: /\d+ of \d+ parents found for orders\.customer_no/,
  },
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'relations',
      probe: 'references-lead-somewhere',
      system,
      variant: 'lying',
      what: 'deals refer to products, where they refer to companies',
      change: dealsReferTo('products'),
      expect: 'contradicted',
      found: /0 of \d+ parents found/,
    }),
  ),
  {
    question: 'relations',
    probe: 'references-lead-somewhere',
    system: 'erp',
    variant: 'lying',
    what: 'orders hold the VAT id of their customer, where they hold the number',
    change: (integration) => {
      const row = mappingOf(integration, 'deals').fields.find(({ reference }) => reference !== null);
      if (row) row.by = { ...row.by, b: 'vat_no' };
    },
    expect: 'contradicted',
    found: /0 of \d+ parents found for orders\.customer_no/,
  },
  {
    question: 'relations',
    probe: 'references-lead-somewhere',
    system: 'erp',
    variant: 'lying',
    what: 'most customers are gone',
    world: ({ erp }) => {
      for (const { id } of [...erp.records('customers')].slice(0, 50)) erp.userDelete('customers', id, Date.now());
    },
    expect: 'contradicted',
    found: /\d of \d+ parents found for orders\.customer_no/,
  },
  {
    question: 'relations',
    probe: 'references-lead-somewhere',
    system: 'crm',
    variant: 'no',
    what: 'no deal has a company yet',
    sandbox: { crm: { sizes: { companies: 20, contacts: 0, deals: 0, products: 5, users: 1 } } },
    expect: 'declared',
    found: 'deals.company_id: no record seen refers to another',
  },
  ...SHARED.map(
    ([system, object, name]): Case => ({
      question: 'relations',
      probe: 'keys-are-unique',
      system,
      variant: 'lying',
      what: `${object}.${name} is declared unique, and shared by many`,
      change: (integration) => {
        objectOf(integration, system, object).unique = [name];
      },
      expect: 'contradicted',
      found: `${object}.${name} is not unique`,
    }),
  ),
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'relations',
      system,
      variant: 'no',
      what: 'no mapped object refers to another',
      change: only('companies'),
      expect: 'not-applicable',
    }),
  ),
];

/** Pairs of fields that name groups of records, not records. */
const GROUPS: readonly [mapping: string, a: string, b: string][] = [
  ['companies', 'country', 'country'],
  ['companies', 'city', 'city'],
  ['companies', 'status', 'group'],
  ['companies', 'newsletter', 'newsletter'],
  ['products', 'unit', 'unit'],
  ['products', 'active', 'active'],
  ['deals', 'stage', 'status'],
];

const DUPLICATES: Case[] = [
  { question: 'duplicates', system: null, variant: 'yes', what: 'as the example declares it', expect: 'verified' },
  {
    question: 'duplicates',
    system: null,
    variant: 'yes',
    what: 'two customers share a VAT id, and are named',
    world: ({ erp }) => {
      const [one, other] = [...erp.records('customers')].filter(({ vat_no: vat }) => vat !== '');
      erp.userUpdate('customers', other?.id ?? 0, { vat_no: one?.vat_no ?? '' }, Date.now());
    },
    expect: 'verified',
    found: /2 of those seen share theirs/,
  },
  ...GROUPS.map(
    ([mapping, a, b]): Case => ({
      question: 'duplicates',
      probe: 'keys-identify',
      system: null,
      variant: 'lying',
      what: `${mapping} are matched by ${a}`,
      change: matchBy(mapping, [a, b]),
      expect: 'contradicted',
      found: new RegExp(`${mapping}: \\d+ of \\d+ share their key`),
    }),
  ),
  ...(
    [
      ['companies', 'external_id'],
      ['products', 'external_id'],
      ['deals', 'external_id'],
    ] as const
  ).map(
    ([mapping, name]): Case => ({
      question: 'duplicates',
      probe: 'keys-identify',
      system: null,
      variant: 'lying',
      what: `${mapping} are matched by ${name}, which is empty`,
      change: matchBy(mapping, [name, name]),
      expect: 'contradicted',
      found: `${mapping}: no record has any key`,
    }),
  ),
  {
    question: 'duplicates',
    system: null,
    variant: 'no',
    what: 'a mapping has no match rule',
    change: matchBy('companies'),
    expect: 'open',
    found: 'companies: no match rule',
  },
  {
    question: 'duplicates',
    system: null,
    variant: 'no',
    what: 'a mapping has no match rule, since the other system starts empty',
    change: all(matchBy('companies'), answered('duplicates', 'n/a: the ERP starts empty')),
    expect: 'not-applicable',
  },
  {
    question: 'duplicates',
    system: null,
    variant: 'no',
    what: 'there are no records yet',
    sandbox: EMPTY_SYSTEMS,
    expect: 'declared',
    found: 'holds no records yet',
  },
];

/** The keys by which a create is found whose answer was lost. */
const SETTLING: Case[] = (['customers', 'orders'] as const).map((object) => ({
  question: 'propagation',
  probe: 'creates-settled',
  system: 'erp',
  variant: 'lying',
  what: `${object} are said to be searched by their external id, and are not`,
  change: (integration) => {
    const { list } = objectOf(integration, 'erp', object);
    if (list) list.equals.external_id = 'nonsense';
  },
  expect: 'contradicted',
  found: 'is ignored',
}));

/** Relations, match keys, and the keys of lost creates. */
export const KEYS: readonly Case[] = [...RELATIONS, ...DUPLICATES, ...SETTLING];
