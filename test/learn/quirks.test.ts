import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Crm, createCrm } from '../../sandbox/crm/crm.ts';
import { createErp, ERP_KEY, type Erp } from '../../sandbox/erp/erp.ts';
import { type RunningSystem, serve } from '../../sandbox/http.ts';
import type { Learnt } from '../../src/importers/learn/learn.ts';
import { jumpingClock } from '../connector/world.ts';
import { CRM_VARIABLES, catalogueText, learnFrom, type Sign, sees } from './world.ts';

/**
 * The quirks of both sandbox systems, one row for each: by which findings it is seen, or why nothing outside can see it.
 */
type Row = [quirk: string, signs: Sign[] | { hidden: string }];

const NO_PLACE = 'a connector names no such endpoint';

const CRM: Row[] = [
  [
    'objects: companies, contacts, deals, products, users',
    ['companies', 'contacts', 'deals', 'products', 'users'].map((name) => [
      `objects.${name}.list.records`,
      /a list of/,
    ]),
  ],
  ['ids are strings', [['objects.companies.id.type', /texts/]]],
  ['ids are assigned by the server', [['objects.companies.create.returns', /the record/]]],
  ['OAuth2: what is not a token is refused', [['responses', /HTTP 401/]]],
  ['tokens of 10 minutes', [['responses', /from 10m on/]]],
  ['refresh tokens are single-use', { hidden: 'using one twice may lock the account' }],
  ['pagination by cursor', [['objects.companies.list.pagination', /cursor leads to other records/]]],
  [
    'at most 100 on a page',
    [
      ['objects.companies.list.pagination.size', /^100/],
      ['objects.companies.list.pagination.size', /refused: HTTP 400/],
    ],
  ],
  ['10,000 rows per query at most', [['objects.companies.list.cap', /after 10000 rows/]]],
  [
    'updated_since',
    [
      ['objects.companies.list.since', /future leaves no record/],
      ['objects.companies.list.since.inclusive', /is listed/],
    ],
  ],
  ['the index lags by up to 3 s', [['objects.companies.list.since.lag', /after up to [123]\.\d s/]]],
  [
    'sort is honoured',
    [
      ['objects.companies.list.sort', /rising and falling/],
      ['objects.companies.list.sort', /moves to the end/],
    ],
  ],
  [
    'timestamps: UTC, ISO 8601, ms',
    [
      ['objects.companies.fields.updated_at.time', /of this form/],
      ['objects.companies.fields.updated_at', /whole 1ms/],
      ['objects.companies.fields.updated_at.time', /time of now/],
      ['objects.deals.fields.closed_at.time', /becomes UTC/],
    ],
  ],
  [
    'money: decimal string and ISO 4217',
    [
      ['objects.companies.fields', /can be read: 1\d fields/],
      ['objects.companies.fields.annual_revenue.number.scale', /4 are refused/],
    ],
  ],
  ['options: a list at an endpoint', [['option_lists.salutations', /3 options/]]],
  ['options: admins can add some', { hidden: 'nobody adds one while it is looked at' }],
  ['custom fields', [['objects.companies.custom_fields.container', /in custom_fields/]]],
  ['custom fields: users add some any time', { hidden: 'nobody adds one while it is looked at' }],
  ['validation: 422 with field errors', [['responses', /HTTP 422, a list at errors with field and code/]]],
  ['Idempotency-Key is honoured', [['objects.companies.create.idempotency', /honoured: one record/]]],
  ['Idempotency-Key lives 24 h', { hidden: 'it would take a day' }],
  [
    'batch of 100',
    [
      ['objects.companies.batch.update.max', /100 are taken, 101 not: HTTP 413/],
      ['objects.companies.batch.archive.max', /101 not/],
    ],
  ],
  ['batch: per-item results', [['objects.companies.batch.update.results', /own status \(404/]]],
  ['PATCH keeps other fields', [['objects.companies.update.whole', /others stayed/]]],
  [
    '100 requests in 10 s',
    [
      ['limits.requests', /100/],
      ['limits.window', /10s|11s/],
    ],
  ],
  [
    'X-RateLimit-* headers',
    [
      ['limits.remaining_header', /x-ratelimit-remaining/],
      ['limits.reset_header', /x-ratelimit-reset/],
      ['limits.reset_form', /epoch/],
    ],
  ],
  ['429 with Retry-After', { hidden: 'the probes keep within the budget' }],
  [
    'deletes are soft (archived)',
    [
      ['objects.companies.archive', /^soft/],
      ['objects.companies.archived', /archived is true/],
      ['objects.companies.list.archived', /they do/],
    ],
  ],
  ['tombstone endpoint', { hidden: NO_PLACE }],
  ['webhooks', { hidden: 'deliveries need a receiver' }],
  ['merges of contacts', { hidden: NO_PLACE }],
  ['200 with an error when a token has expired', [['responses', /HTTP 200 with error: token_expired/]]],
  [
    'texts are trimmed, e-mail addresses become small',
    [
      ['objects.companies.fields', /cut at both ends: name/],
      ['objects.companies.fields', /become small: email/],
    ],
  ],
  [
    'a stale version is refused',
    [
      ['objects.companies.update.if_match', /HTTP 412/],
      ['objects.companies.version', /another after each/],
    ],
  ],
];

const ERP: Row[] = [
  [
    'objects: customers, articles, orders, price lists',
    ['customers', 'articles', 'orders', 'price_lists'].map((name) => [`objects.${name}.list.records`, /a list of/]),
  ],
  ['company and main contact in one record', { hidden: 'it is what the fields mean' }],
  ['ids are numbers', [['objects.customers.id.type', /numbers/]]],
  ['ids in ranges', { hidden: 'the gaps between ids say nothing' }],
  ['API key header', [['responses', /HTTP 401/]]],
  ['a read-only key', { hidden: 'it takes that key' }],
  ['pagination by page/offset', [['objects.customers.list.pagination', /offset leads to other records/]]],
  [
    'size silently clamped to 50',
    [['objects.customers.list.pagination.size', /50 where 1000 are asked for: cut without a word/]],
  ],
  ['offset pages shift', [['objects.customers.list.pagination.shifts', /moved up/]]],
  [
    'accepts any filter, ignores those it does not know',
    [
      ['objects.customers.list.query', /ignored without a word/],
      ['objects.customers.list.equals', /name_1.*city/],
    ],
  ],
  [
    'sorts by id only',
    [
      ['objects.customers.list.sort', /are ignored; the order is that of creation/],
      ['objects.customers.list.pagination', /in order of id/],
    ],
  ],
  [
    'timestamps: 31.12.2026 14:05',
    [
      ['objects.customers.fields.changed.time', /of this form/],
      ['objects.customers.list.since', /future leaves no record/],
    ],
  ],
  ['timestamps: Europe/Berlin', [['objects.customers.fields.changed.time.zone', /time of now/]]],
  ['timestamps: minutes', [['objects.customers.list.since.precision', /1m after/]]],
  [
    'money: 1.234,56 with a sign',
    [
      ['objects.customers.fields', /can be read: 2\d fields/],
      ['objects.customers.fields.credit_limit.number.scale', /2; rounded/],
    ],
  ],
  ['options: numeric codes', [['objects.customers.fields.group.options', /no other/]]],
  ['options: list in a table', { hidden: 'the connector holds the codes itself' }],
  [
    'no custom fields; five free fields of 40 characters',
    [1, 2, 3, 4, 5].map((n) => [`objects.customers.fields.user_${n}.max_length`, /^40;/]),
  ],
  [
    'lengths silently truncated at 40',
    [['objects.customers.fields.name_1.max_length', /40; a longer one is cut without a word/]],
  ],
  ['unknown characters become ?', [['objects.customers.fields', /beyond Latin-1 become \?/]]],
  ['some rules only in the UI', { hidden: 'the API knows none of them' }],
  ['written one by one', { hidden: 'the connector declares no batch' }],
  ['full PUT', [['objects.customers.update.whole', /others were emptied/]]],
  ['no idempotency', [['objects.customers.create.idempotency', /ignored: two records/]]],
  [
    'external_id is searchable',
    [
      ['objects.customers.list.equals.external_id', /found by it, and no other/],
      ['objects.customers.link_field', /written and found/],
    ],
  ],
  [
    '10 at once, then 503 without Retry-After',
    [['limits.concurrency', /^10 at once are served.*HTTP 503 without Retry-After/]],
  ],
  ['deletes are hard', [['objects.customers.delete', /^hard/]]],
  ['no webhooks', { hidden: 'nothing tells that there are none' }],
  ['HTML error page on 500', [['responses', /HTTP 500, an HTML page/]]],
  ['GET of a missing id answers 200 with null', [['objects.customers.get.missing', /HTTP 200 with null/]]],
  ['lists do not lag', [['objects.customers.list.since.lag', /at once/]]],
  ['no headers tell a quota', [['limits', /^none$/]]],
];

const MINUTES = 60_000;
const running: RunningSystem[] = [];
let crm: Learnt;
let erp: Learnt;

async function started(system: Crm | Erp) {
  const clock = jumpingClock(Date.now());
  const server = await serve(system, { clock });
  running.push(server);
  return { clock, url: server.url };
}

beforeAll(async () => {
  const sizes = { companies: 10_450, contacts: 300, deals: 250, products: 60, users: 10 };
  const options = { write: true, burst: 24, patienceMs: 12 * MINUTES, mostPages: 110 };
  const one = await started(createCrm({ sizes }));
  crm = await learnFrom(catalogueText('sandbox-crm'), { ...CRM_VARIABLES, base_url: one.url }, one.clock, options);
  // Requests take a while, as real ones do; else none would overlap.
  const slow = { rules: [{ kind: 'latency' as const, path: 'customers', latencyMs: 5 }] };
  const other = await started(createErp({ size: 250, faults: slow }));
  erp = await learnFrom(catalogueText('sandbox-erp'), { api_key: ERP_KEY, base_url: other.url }, other.clock, options);
}, 120_000);

afterAll(async () => {
  for (const system of running) await system.close();
});

describe.each([
  ['CRM', () => crm, CRM, { found: 26, hidden: 8, wrong: 0 }],
  ['ERP', () => erp, ERP, { found: 25, hidden: 7, wrong: 0 }],
] as const)('the quirks of the %s', (_, learnt, rows, counts) => {
  test.each(rows.flatMap(([quirk, signs]) => (Array.isArray(signs) ? [[quirk, signs] as const] : [])))(
    'found: %s',
    (_quirk, signs) => {
      for (const sign of signs) expect(sees(learnt().report, sign)).toEqual(sign);
    },
  );

  test('the table: found, not visible from outside, wrong', () => {
    const found = rows.filter(([, signs]) => Array.isArray(signs)).length;
    const wrong = learnt().report.findings.filter(({ verdict }) => verdict === 'contradicted').length;
    expect({ found, hidden: rows.length - found, wrong }).toEqual(counts);
  });

  test('nothing is told that is wrong: the connectors of the catalogue are right', () => {
    expect(learnt().report.findings.filter(({ verdict }) => verdict === 'contradicted')).toEqual([]);
  });

  test('no test record is left', () => expect(learnt().report.left).toEqual([]));
});
