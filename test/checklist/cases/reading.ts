import type { CheckWorldOptions } from '../../check-world.ts';
import { all, type Case, connectorOf, doesNotArise, list, only, since } from '../case.ts';
import { hears, recordsOf, tells } from '../list-bends.ts';

type System = 'crm' | 'erp';

/** The mapped objects, by the mapping that they stand in. */
const OBJECTS = [
  ['crm', 'companies', 'companies'],
  ['crm', 'products', 'products'],
  ['crm', 'deals', 'deals'],
  ['erp', 'companies', 'customers'],
  ['erp', 'products', 'articles'],
  ['erp', 'deals', 'orders'],
] as const;

const yes = (question: string): Case[] =>
  (['crm', 'erp'] as const).map((system) => ({
    question,
    system,
    variant: 'yes',
    what: 'as the example declares it',
    expect: 'verified',
  }));

/** Ways of paging that a connector may declare, and what they come to against cursors (CRM) and offsets (ERP). */
const WAYS: readonly [way: string, pagination: object, crm: Case['expect'] | 'yes', erp: Case['expect'] | 'yes'][] = [
  [
    'pages by number',
    { style: 'page', param: 'page', first: 1, size_param: 'size', size: 50, total: 'total' },
    'contradicted',
    'yes',
  ],
  [
    'pages by number, from 0',
    { style: 'page', param: 'page', first: 0, size_param: 'size', size: 50, total: 'total' },
    'contradicted',
    'contradicted',
  ],
  [
    'offsets',
    { style: 'offset', param: 'offset', size_param: 'size', size: 50, total: 'total' },
    'contradicted',
    'yes',
  ],
  [
    'offsets of another parameter',
    { style: 'offset', param: 'skip', size_param: 'size', size: 20 },
    'contradicted',
    'contradicted',
  ],
  [
    'larger pages than it gives',
    { style: 'offset', param: 'offset', size_param: 'size', size: 200, total: 'total' },
    'contradicted',
    'declared',
  ],
  [
    'cursors',
    { style: 'cursor', param: 'cursor', next: 'next_cursor', size_param: 'limit', size: 100 },
    'yes',
    'contradicted',
  ],
  [
    'cursors that stand elsewhere',
    { style: 'cursor', param: 'cursor', next: 'paging.next', size_param: 'limit', size: 20 },
    'contradicted',
    'contradicted',
  ],
  [
    'cursors of another parameter',
    { style: 'cursor', param: 'after', next: 'next_cursor', size_param: 'limit', size: 20 },
    'contradicted',
    'contradicted',
  ],
  [
    'addresses of the next page',
    { style: 'next_url', next: 'next', size_param: 'limit', size: 20 },
    'contradicted',
    'contradicted',
  ],
];

const paginationLies: Case[] = WAYS.flatMap(([way, pagination, ...expected]) =>
  (['crm', 'erp'] as const).map((system, at): Case => {
    const expect = expected[at] ?? 'yes';
    const [, mapping, object] = OBJECTS[system === 'crm' ? 0 : 3] ?? OBJECTS[0];
    return {
      question: 'pagination',
      probe: 'twice',
      system,
      variant: expect === 'yes' ? 'yes' : 'lying',
      what: `${way}, ${expect === 'yes' ? 'and' : 'where'} ${system === 'crm' ? 'it has cursors' : 'it has offsets and pages of 50'}`,
      change: all(
        only(mapping),
        list(system, object, { pagination: { may_end_full: false, shifts: false, ...pagination } }),
      ),
      expect: expect === 'yes' ? 'verified' : expect,
      ...(expect === 'yes' ? {} : { found: `${object}: ` }),
    };
  }),
);

/** What a server may do to the pages of a list; `found` is told of each object. */
const PAGE_HABITS: readonly [
  what: string,
  systems: readonly System[],
  sandbox: (system: System, object: string) => CheckWorldOptions,
  expect: Case['expect'],
][] = [
  [
    'it gives the first page again and again',
    ['crm', 'erp'],
    (system, object) =>
      hears(system, object, (query) => {
        query.delete('cursor');
        query.delete('offset');
      }),
    'contradicted',
  ],
  [
    'it leaves out the last record of each page',
    ['crm', 'erp'],
    (system, object) => tells(system, object, (answer) => recordsOf(answer).pop()),
    'contradicted',
  ],
  [
    'it says that the first page is all',
    ['crm'],
    (system, object) =>
      tells(system, object, (answer) => {
        answer.next_cursor = null;
        answer.total = recordsOf(answer).length;
      }),
    'contradicted',
  ],
  [
    'it is in another order each time',
    ['crm'],
    (system, object) => {
      let asked = 0;
      return tells(system, object, (answer) => {
        asked += 1;
        if (asked % 2 === 0) recordsOf(answer).reverse();
      });
    },
    'declared',
  ],
  [
    'it gives pages of ten, whatever is asked for',
    ['crm'],
    (system, object) => hears(system, object, (query) => query.set('limit', '10')),
    'declared',
  ],
  [
    'it ignores the size that is asked for',
    ['crm'],
    (system, object) => hears(system, object, (query) => query.set('limit', '100')),
    'declared',
  ],
];

const pageHabits: Case[] = PAGE_HABITS.flatMap(([what, systems, sandbox, expect]) =>
  OBJECTS.filter(([system]) => systems.includes(system)).map(
    ([system, mapping, object]): Case => ({
      question: 'pagination',
      probe: 'twice',
      system,
      variant: 'lying',
      what: `of ${object}, ${what}`,
      change: only(mapping),
      sandbox: sandbox(system, object),
      expect,
      found: `${object}: `,
    }),
  ),
);

const PAGINATION: Case[] = [
  ...yes('pagination'),
  ...paginationLies,
  ...pageHabits,
  {
    question: 'pagination',
    system: 'crm',
    variant: 'no',
    what: 'there are no records yet, so that nothing was turned over',
    sandbox: { crm: { sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 0 } } },
    expect: 'declared',
    found: 'There are no records yet',
  },
  doesNotArise('pagination', 'n/a: some hundred records'),
];

/** Forms in which a filter by time may be sent, and what each system makes of it. */
const TIME_FORMS: readonly [form: string, time: unknown, crm: boolean, erp: boolean][] = [
  ['ISO 8601', 'iso', true, false],
  ['milliseconds since 1970', 'epoch_ms', false, false],
  ['seconds since 1970', 'epoch_s', false, false],
  [
    'minutes in Berlin',
    { pattern: 'DD.MM.YYYY HH:mm', zone: 'Europe/Berlin', overlap: 'earlier', gap: 'later' },
    false,
    true,
  ],
  ['month before day', { pattern: 'MM/DD/YYYY HH:mm', zone: 'UTC', overlap: 'earlier', gap: 'later' }, false, false],
];

const FILTERING: Case[] = [
  ...yes('filtering'),
  ...TIME_FORMS.flatMap(([form, time, ...right]) =>
    (['crm', 'erp'] as const).map((system, at): Case => {
      const [, mapping, object] = OBJECTS[system === 'crm' ? 0 : 3] ?? OBJECTS[0];
      const isRight = right[at] === true;
      return {
        question: 'filtering',
        probe: 'changes',
        system,
        variant: isRight ? 'yes' : 'lying',
        what: `changes asked for by ${form}`,
        change: all(only(mapping), since(system, object, { time })),
        expect: isRight ? 'verified' : 'contradicted',
        ...(isRight ? {} : { found: `${object}: ` }),
      };
    }),
  ),
  ...OBJECTS.map(
    ([system, mapping, object]): Case => ({
      question: 'filtering',
      probe: 'changes',
      system,
      variant: 'lying',
      what: `changes of ${object} by a parameter that it does not know`,
      change: all(only(mapping), since(system, object, { param: 'modified_since' })),
      expect: 'contradicted',
      found: `${object}: `,
    }),
  ),
  ...OBJECTS.map(
    ([system, mapping, object]): Case => ({
      question: 'filtering',
      probe: 'changes',
      system,
      variant: 'lying',
      what: `it keeps back the newest changes of ${object}`,
      change: only(mapping),
      sandbox: tells(system, object, (answer, query) => {
        if (!query.has('updated_since') && !query.has('changed_since')) return;
        const records = recordsOf(answer);
        records.splice(0, records.length, ...records.filter((_, place) => place % 2 === 0));
        answer.total = records.length;
      }),
      expect: 'contradicted',
      found: `${object}: `,
    }),
  ),
  ...(
    [
      ['crm', 'companies', 'companies', 'vat_id'],
      ['crm', 'companies', 'companies', 'email'],
      ['crm', 'products', 'products', 'sku'],
      ['erp', 'companies', 'customers', 'vat_no'],
      ['erp', 'companies', 'customers', 'email'],
      ['erp', 'products', 'articles', 'article_no'],
      ['erp', 'deals', 'orders', 'customer_no'],
    ] as const
  ).map(
    ([system, mapping, object, name]): Case => ({
      question: 'filtering',
      probe: 'equality',
      system,
      variant: 'lying',
      what: `it ignores the filter of ${object} by ${name}`,
      change: all(only(mapping), list(system, object, { equals: { [name]: name } })),
      sandbox: hears(system, object, (query) => query.delete(name)),
      expect: 'contradicted',
      found: `${object}: a look-up by ${name} gave`,
    }),
  ),
  {
    question: 'filtering',
    probe: 'equality',
    system: 'erp',
    variant: 'lying',
    what: 'an equality of another field',
    change: list('erp', 'customers', { equals: { vat_no: 'match_code' } }),
    expect: 'contradicted',
    found: 'customers: a look-up by vat_no does not find',
  },
  {
    question: 'filtering',
    probe: 'equality',
    system: 'erp',
    variant: 'lying',
    what: 'an equality that it ignores',
    change: list('erp', 'customers', { equals: { vat_no: 'vat' } }),
    expect: 'contradicted',
    found: 'customers: a look-up by vat_no gave 59 records with another value',
  },
  ...(['crm', 'erp'] as const).map(
    (system): Case => ({
      question: 'filtering',
      system,
      variant: 'no',
      what: 'no filter is declared',
      change: (integration) => {
        for (const object of Object.values(connectorOf(integration, system).objects)) {
          if (!object.list) continue;
          delete object.list.since;
          object.list.equals = {};
        }
      },
      expect: 'declared',
      found: 'no filter by time: each run reads everything',
    }),
  ),
  doesNotArise('filtering', 'n/a: all is read anyway'),
];

/** What the CRM may be declared to be sorted by. */
const SORTS: readonly [what: string, sort: object, found: RegExp][] = [
  ['another parameter', { param: 'order_by', by_modified: 'updated_at' }, /invalid|refus|400|not|answer/i],
  ['the id', { param: 'sort', by_modified: 'id' }, /\d+ of \d+ stamps out of order/],
  ['the stamp, the newest first', { param: 'sort', by_modified: '-updated_at' }, /\d+ of \d+ stamps out of order/],
  [
    'the stamp in both directions, which is one',
    { param: 'sort', by_modified: 'updated_at', descending: 'updated_at' },
    /\d+ of \d+ stamps out of order/,
  ],
];

/** Somebody edits the first record of each object, so that the stamps are no longer in the order of the ids. */
const firstEdited: Case['world'] = ({ crm }) => {
  for (const [object, name] of [
    ['companies', 'name'],
    ['products', 'name'],
    ['deals', 'title'],
  ] as const) {
    const [first] = crm.records(object);
    if (first) crm.userUpdate(object, first.id, { [name]: 'Edited' }, Date.now());
  }
};

const SORTING: Case[] = [
  { question: 'sorting', system: 'crm', variant: 'yes', what: 'as the example declares it', expect: 'verified' },
  {
    question: 'sorting',
    system: 'crm',
    variant: 'yes',
    what: 'one direction only, since the list is in another order without it',
    change: (integration) => {
      for (const { list } of Object.values(connectorOf(integration, 'crm').objects)) delete list?.sort?.descending;
    },
    world: firstEdited,
    expect: 'verified',
  },
  ...SORTS.flatMap(([what, sort, found]) =>
    OBJECTS.filter(([system]) => system === 'crm').map(
      ([, mapping, object]): Case => ({
        question: 'sorting',
        probe: 'by-change',
        system: 'crm',
        variant: 'lying',
        what: `${object} by ${what}`,
        change: all(only(mapping), list('crm', object, { sort })),
        world: firstEdited,
        expect: 'contradicted',
        found,
      }),
    ),
  ),
  ...OBJECTS.map(
    ([system, mapping, object]): Case => ({
      question: 'sorting',
      probe: 'by-change',
      system,
      variant: 'lying',
      what: `it ignores the sort of ${object}`,
      change: all(
        only(mapping),
        list(system, object, { sort: { param: 'sort', by_modified: 'updated_at', descending: '-updated_at' } }),
      ),
      sandbox: hears(system, object, (query) => query.delete('sort')),
      expect: 'contradicted',
      found: `${object}: `,
    }),
  ),
  {
    question: 'sorting',
    probe: 'by-change',
    system: 'crm',
    variant: 'lying',
    what: 'the id, where stamps are in the order of the ids',
    change: all(only('companies'), list('crm', 'companies', { sort: { param: 'sort', by_modified: 'id' } })),
    expect: 'declared',
    found: 'in this order without a sort, too',
  },
  {
    question: 'sorting',
    probe: 'by-change',
    system: 'crm',
    variant: 'lying',
    what: 'a single company, which is in every order',
    change: only('companies'),
    sandbox: { crm: { sizes: { companies: 1, contacts: 0, deals: 0, products: 0, users: 1 } } },
    expect: 'declared',
    found: 'no two records with different stamps',
  },
  {
    question: 'sorting',
    system: 'erp',
    variant: 'no',
    what: 'no list is sorted, and none is cut off',
    expect: 'not-applicable',
  },
  {
    question: 'sorting',
    system: 'erp',
    variant: 'no',
    what: 'a list is cut off, and nothing sorts it',
    change: list('erp', 'orders', { cap: 5000 }),
    expect: 'open',
    found: 'orders: cut off at a number of rows',
  },
  doesNotArise('sorting', 'n/a: short lists'),
];

/** Pagination, filtering and sorting. */
export const READING: readonly Case[] = [...PAGINATION, ...FILTERING, ...SORTING];
