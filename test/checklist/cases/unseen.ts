import { type Case, EMPTY_SYSTEMS } from '../case.ts';
import { tells } from '../list-bends.ts';

/** Questions that are answered by what records hold, and the mapped objects that their evidence rests on. */
const BY_RECORDS: readonly [question: string, system: 'crm' | null][] = [
  ['object-mapping', null],
  ['field-mapping', 'crm'],
  ['duplicates', null],
  ['currencies', 'crm'],
  ['validation', 'crm'],
];

/** What is known of some objects is not taken for known of all. */
export const UNSEEN: readonly Case[] = BY_RECORDS.flatMap(([question, system]): Case[] => [
  {
    question,
    system,
    variant: 'no',
    what: 'there are companies and products, and no deal yet',
    sandbox: {
      ...EMPTY_SYSTEMS,
      crm: { sizes: { companies: 30, contacts: 0, deals: 0, products: 30, users: 2 } },
      erp: { sizes: { customers: 30, articles: 30, orders: 0, price_lists: 0 } },
    },
    expect: 'declared',
    found: /nothing was seen of (deals|orders)/,
  },
  {
    question,
    system,
    variant: 'lying',
    what: 'the deals of the CRM can not be read to their end',
    sandbox: tells('crm', 'deals', (list) => {
      list.total = 1000;
    }),
    expect: 'declared',
    found: 'not all could be read of deals',
  },
]);
