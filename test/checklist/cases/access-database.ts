import { answered, type Case, connectorOf } from '../case.ts';
import { checkDatabase, checkSqlite } from '../database-world.ts';

/** What of a system that is a database, as the connector declares it. */
const AS_DECLARED: [question: string, probe: string, found: string | RegExp][] = [
  ['connector', 'answers-as-declared', '3 objects answered as declared'],
  ['protocol', 'speaks-it', 'came in database, SQL'],
  ['api-description', 'described', '3 tables with all columns'],
  ['endpoints', 'lists', /\d+ records in \d+ calls/],
  ['database', 'opens', /^SQLite 3\.\d+\.\d+, may be written to$/],
  ['credentials', 'lasting', 'It does not end'],
  ['reachability', 'connects', 'It answers within'],
];

const GONE =
  'DROP TABLE IF EXISTS order_details; DROP VIEW IF EXISTS order_totals; ALTER TABLE products RENAME TO goods;';

/** Of databases as systems. */
export const ACCESS_DATABASE: readonly Case[] = [
  ...AS_DECLARED.map(
    ([question, probe, found]): Case => ({
      question,
      probe,
      system: 'erp',
      variant: 'yes',
      what: 'a database as declared',
      check: () => checkSqlite(question),
      expect: 'verified',
      found,
    }),
  ),
  ...(
    [
      ['api-description', 'described', 'Otherwise than declared: products'],
      ['endpoints', 'lists', 'products: '],
    ] as const
  ).map(
    ([question, probe, found]): Case => ({
      question,
      probe,
      system: 'erp',
      variant: 'lying',
      what: 'a table that is not there',
      check: () => checkSqlite(question, undefined, GONE),
      expect: 'contradicted',
      found,
    }),
  ),
  {
    question: 'api-description',
    probe: 'described',
    system: 'erp',
    variant: 'lying',
    what: 'a column that is not there',
    check: () =>
      checkSqlite('api-description', (integration) => {
        Object.assign(connectorOf(integration, 'crm').objects.customers?.fields.city ?? {}, { path: 'town' });
      }),
    expect: 'contradicted',
    found: 'Otherwise than declared: customers',
  },
  ...(['database', 'reachability'] as const).map(
    (question): Case => ({
      question,
      system: 'erp',
      variant: 'lying',
      what: 'a server where nothing listens',
      check: () => checkDatabase(question, 'postgres://dovetail:secret@127.0.0.1:9/northwind'),
      expect: question === 'database' ? 'declared' : 'contradicted',
      found: question === 'database' ? 'Not asked' : 'The server could not be reached',
    }),
  ),
  {
    question: 'reachability',
    probe: 'connects',
    system: 'erp',
    variant: 'lying',
    what: 'a server whose name nobody knows',
    check: () => checkDatabase('reachability', 'postgres://dovetail:secret@no-such-host.invalid/northwind'),
    expect: 'contradicted',
    found: 'name could not be resolved',
  },
  {
    question: 'database',
    probe: 'opens',
    system: 'erp',
    variant: 'lying',
    what: 'a database besides the API, where nothing listens',
    change: answered('database', { erp: 'ODBC at 127.0.0.1:9, read-only', crm: 'n/a' }),
    expect: 'contradicted',
    found: 'The server could not be reached',
  },
  {
    question: 'database',
    probe: 'opens',
    system: 'erp',
    variant: 'no',
    what: 'a database besides the API: an open port proves nothing',
    change: (integration) => {
      const { host } = new URL(integration.b.variables.base_url ?? '');
      integration.answers.database = { erp: `ODBC at ${host}`, crm: 'n/a' };
    },
    expect: 'declared',
    found: 'The port is open; nobody has logged in',
  },
  {
    question: 'database',
    probe: 'opens',
    system: 'erp',
    variant: 'no',
    what: 'a text without host and port',
    change: answered('database', { erp: 'yes, by ODBC', crm: 'n/a' }),
    expect: 'declared',
    found: 'names no host and port',
  },
  { question: 'database', system: null, variant: 'no', what: 'nobody answers', expect: 'open' },
  {
    question: 'database',
    system: null,
    variant: 'no',
    what: 'n/a',
    change: answered('database', 'n/a: cloud'),
    expect: 'not-applicable',
  },
  {
    question: 'export',
    system: 'erp',
    variant: 'no',
    what: 'a database needs none',
    check: () => checkSqlite('export'),
    expect: 'not-applicable',
    found: 'its tables are read directly',
  },
  {
    question: 'vpn',
    system: 'erp',
    variant: 'no',
    what: 'a database in a file of this machine',
    check: () => checkSqlite('vpn'),
    expect: 'not-applicable',
  },
];
