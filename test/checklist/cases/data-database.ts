import { answered, type Case, type Change, field, objectOf } from '../case.ts';
import { checkSqlite } from '../database-world.ts';

/** Statements that make what the data is like; foreign keys are off, as in databases that never had any. */
const OFF = 'PRAGMA foreign_keys = OFF;';

/** In the pair with a database, that is side a; the helpers know side a by the name of the CRM. */
const table = (name: string, column: string, more: object): Change => field('crm', name, column, more);

const AS_DECLARED: readonly [question: string, system: Case['system'], found: string, begin?: string][] = [
  ['pagination', 'erp', 'none twice, in the same order again'],
  ['filtering', 'erp', 'Obeyed for'],
  [
    'sorting',
    'erp',
    'Kept to for 3 objects',
    `UPDATE products SET updated_at = '2026-01-01T00:00:00.000Z' WHERE product_id = 7;
     UPDATE customers SET updated_at = '2026-01-02T00:00:00.000Z' WHERE city = 'London';
     UPDATE orders SET updated_at = '2026-01-03T00:00:00.000Z' WHERE order_id % 3 = 0;`,
  ],
  ['relations', 'erp', 'parents found for orders.customer_id'],
  ['duplicates', null, 'customers 98 %, products 100 %'],
  ['object-mapping', null, 'In scope: all 93 customers'],
  ['field-mapping', 'erp', 'All 17 mapped fields are there'],
];

interface Lie {
  question: string;
  probe: string;
  system: Case['system'];
  what: string;
  change?: Change;
  begin?: string;
  found: string | RegExp;
}

const LIES: readonly Lie[] = [
  {
    question: 'relations',
    probe: 'references-lead-somewhere',
    system: 'erp',
    what: 'orders refer to customers, and most of those are gone',
    begin: `${OFF} DELETE FROM customers WHERE customer_id > 'D';`,
    found: /\d+ of \d+ parents found for orders\.customer_id/,
  },
  {
    question: 'relations',
    probe: 'keys-are-unique',
    system: 'erp',
    what: 'a city names one customer',
    change: (integration) => {
      objectOf(integration, 'crm', 'customers').unique = ['city'];
    },
    found: 'customers.city is not unique',
  },
  {
    question: 'duplicates',
    probe: 'keys-identify',
    system: null,
    what: 'customers are matched by their city, and there is one',
    begin: "UPDATE customers SET city = 'Köln', company_name = 'Twins';",
    found: /customers: \d+ of \d+ share their key/,
  },
  {
    question: 'field-mapping',
    probe: 'values-decode',
    system: 'erp',
    what: 'names of products are numbers',
    change: table('products', 'product_name', { type: 'decimal' }),
    found: 'products.product_name',
  },
  {
    question: 'currencies',
    probe: 'readable',
    system: 'erp',
    what: 'prices are texts with a symbol',
    change: table('products', 'unit_price', {
      money: { form: 'text', amount: 'amount', currency: 'currency', unit: 'major', digits: {}, symbols: { $: 'USD' } },
    }),
    found: 'products.unit_price',
  },
  {
    question: 'timestamps',
    probe: 'readable',
    system: 'erp',
    what: 'dates of orders have slashes',
    change: table('orders', 'required_date', { time: { pattern: 'DD/MM/YYYY', overlap: 'earlier', gap: 'later' } }),
    found: 'orders.required_date',
  },
  {
    question: 'validation',
    probe: 'own-records',
    system: 'erp',
    what: 'cities have five letters',
    change: table('customers', 'city', { max_length: 5 }),
    found: 'customers.city',
  },
  {
    question: 'options',
    probe: 'used-options',
    system: null,
    what: 'all countries are declared, and most customers are in another',
    begin: "UPDATE customers SET country = 'Atlantis' WHERE customer_id > 'D';",
    found: 'Options that nobody declared: customers.country',
  },
];

/** What of the data in a database is as declared, and what is not. */
export const DATA_DATABASE: readonly Case[] = [
  ...AS_DECLARED.map(
    ([question, system, found, begin]): Case => ({
      question,
      system,
      variant: 'yes',
      what: 'a database as declared',
      check: () => checkSqlite(question, answered('duplicates', 'orders begin in the database'), begin),
      expect: 'verified',
      found,
    }),
  ),
  ...LIES.map(
    ({ change, begin, ...lie }): Case => ({
      ...lie,
      variant: 'lying',
      what: `in a database, ${lie.what}`,
      check: () =>
        checkSqlite(
          lie.question,
          (integration) => {
            answered('duplicates', 'orders begin in the database')(integration);
            change?.(integration);
          },
          begin,
        ),
      expect: 'contradicted',
    }),
  ),
  {
    question: 'currencies',
    probe: 'readable',
    system: 'erp',
    variant: 'no',
    what: 'a database whose amounts come without their currency',
    check: () => checkSqlite('currencies'),
    expect: 'declared',
    found: "its amounts come without a currency; that it is USD can't be read",
  },
];
