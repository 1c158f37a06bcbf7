import { describe, expect, it } from 'vitest';
import type { FieldChange, PlanItem } from '../../planning/plan-item.ts';
import { problem } from '../../record/diagnostic.ts';
import type { MappingCounts, ParkedRecord, Run, SideCounts } from '../../store/port.ts';
import type { Overridden } from '../gate.ts';
import type { PlannedMapping, PlanReport } from '../plan-report.ts';
import { browserText, connectText } from './connect.ts';
import { doctorText } from './doctor.ts';
import { explainText } from './explain.ts';
import { parkedRecordText, parkedText } from './parked.ts';
import { planText } from './plan.ts';
import { runsText } from './runs.ts';
import { statusText } from './status.ts';
import { PLAIN, styleOf } from './style.ts';
import { syncText } from './sync.ts';

const systems = { a: 'crm', b: 'erp' };
const noon = Date.UTC(2026, 4, 1, 12);

const change = (field: string, from: FieldChange['from'], value: FieldChange['value'], more = {}): FieldChange => ({
  to: 'b',
  field,
  index: 0,
  from,
  value,
  rule: 'changed',
  overruled: false,
  ...more,
});

const item = (more: Partial<PlanItem>): PlanItem => ({
  a: 'co_1',
  b: '10001',
  rule: 'update',
  actions: {},
  link: 'keep',
  refresh: false,
  park: null,
  waits: null,
  ending: 'applied',
  ...more,
});

const created = item({
  b: null,
  rule: 'create',
  link: 'make',
  actions: {
    b: {
      kind: 'create',
      id: null,
      changes: [
        change('name_1', undefined, 'Müller & Söhne GmbH'),
        change('limit', undefined, { amount: '1234.5', currency: 'EUR' }),
        change('blocked', undefined, false),
      ],
      later: [change('parent_no', undefined, 'new:')],
    },
  },
});

const both = item({
  actions: {
    a: { kind: 'update', id: 'co_1', later: [], changes: [change('phone', '+4930123', '+4930124', { to: 'a' })] },
    b: {
      kind: 'update',
      id: '10001',
      later: [],
      changes: [
        change('city', undefined, 'Köln'),
        change('memo', 'x'.repeat(80), ' '),
        change('vat_no', null, 'DE1\u001b[31m\u202e', { rule: 'conflict-newest-wins', overruled: true }),
      ],
    },
  },
});

const archived = item({
  a: 'co_3',
  b: '10003',
  rule: 'delete-archive',
  link: 'close',
  actions: { a: { kind: 'archive', id: 'co_3', changes: [], later: [] } },
});

const conflict = item({
  a: 'co_4',
  b: '10004',
  rule: 'conflict-hold',
  ending: 'parked',
  park: {
    side: 'a',
    id: 'co_4',
    reason: 'conflict',
    diagnostic: problem('conflict', 'Both systems changed newsletter / newsletter since they agreed'),
    waitsFor: null,
  },
});

const noWrites = { create: 0, update: 0, delete: 0, archive: 0 };

const companies: PlannedMapping = {
  name: 'companies',
  objects: { a: 'companies', b: 'customers' },
  items: [created, both, archived, item({ a: 'co_2', b: '10002', rule: 'link', link: 'make' }), conflict],
  more: 1234,
  changed: { a: 1237, b: 2 },
  writes: { a: { ...noWrites, update: 1, archive: 1 }, b: { ...noWrites, create: 1235, update: 1 } },
  links: 1,
  parked: 1,
  deletesHeld: false,
};

const quiet: PlannedMapping = { ...companies, name: 'deals', items: [], more: 0, links: 0, parked: 0 };
const nothing = { ...quiet, changed: { a: 0, b: 0 }, writes: { a: noWrites, b: noWrites } };

const plan: PlanReport = {
  integration: 'crm-erp',
  environment: 'staging',
  systems,
  outcome: 'done',
  mappings: [companies, nothing],
  estimate: { calls: { a: { reads: 14, writes: 1 }, b: { reads: 20, writes: 1236 } }, ms: 95_000 },
  diagnostics: [],
  parkedBefore: 0,
  saved: null,
  next: 'dovetail sync',
};

const counts = (read: number, more: Partial<SideCounts> = {}): SideCounts => ({
  read,
  unchanged: read,
  applied: 0,
  filtered: 0,
  parked: 0,
  held: 0,
  failed: 0,
  ...more,
});

const mappingCounts = (more: Partial<MappingCounts> = {}): MappingCounts => ({
  a: counts(1000),
  b: counts(1200),
  wrote: { a: noWrites, b: noWrites },
  linked: 0,
  ...more,
});

const run: Run = {
  id: '4f3a9c01d2e3b4a5',
  integration: 'crm-erp',
  environment: 'staging',
  started: noon,
  finished: noon + 65_000,
  outcome: 'partial',
  counts: {
    companies: mappingCounts({
      a: counts(1000, { unchanged: 989, applied: 10, parked: 1 }),
      wrote: { a: { ...noWrites, update: 3 }, b: { ...noWrites, create: 5, update: 2 } },
      linked: 5,
    }),
    deals: mappingCounts(),
  },
  calls: { a: { reads: 24, writes: 3, auth: 1, throttled: 0 }, b: { reads: 31, writes: 7, auth: 0, throttled: 2 } },
  diagnostics: [],
};

const parked: ParkedRecord = {
  mapping: 'crm-erp/companies',
  side: 'a',
  id: 'co_9',
  reason: 'invalid',
  diagnostic: problem('refused', 'The system refuses what was sent', {
    detail: 'HTTP 422. email: invalid_email.',
    next: 'Correct the record.',
  }),
  seen: '',
  rules: '',
  first: noon,
  last: noon + 60_000,
  attempts: 2,
  next: null,
  waitsFor: null,
  dismissed: null,
  partner: null,
  approved: null,
};

const child: ParkedRecord = {
  ...parked,
  mapping: 'crm-erp/deals',
  side: 'b',
  id: '500030',
  reason: 'parent-missing',
  diagnostic: problem('parent-missing', 'customer_no refers to 10048, which is not linked yet'),
  waitsFor: { mapping: 'crm-erp/companies', side: 'b', id: '10048' },
};

const overridden = [
  {
    question: 'privacy',
    system: null,
    status: 'open',
    reason: 'signed, the paper is on its way',
    at: Date.UTC(2026, 8, 14, 9),
  },
] satisfies Overridden[];

const sync = {
  run,
  systems,
  parked: [parked, child],
  parkedTotal: 12,
  plan: null,
  overridden,
  next: 'dovetail parked list',
};
const clean: Run = { ...run, outcome: 'done', counts: { deals: mappingCounts() } };

const cursor = {
  mapping: 'crm-erp/companies',
  side: 'a' as const,
  mark: noon,
  scanned: noon,
  swept: noon,
  seen: 1000,
  rules: 'rules-1',
};
const status = {
  integration: 'crm-erp',
  environment: 'staging',
  purpose: 'Companies are customers.',
  systems,
  mappings: [
    {
      name: 'companies',
      objects: companies.objects,
      links: { active: 998, silent: 2, closed: 7 },
      parked: { conflict: 1, invalid: 2 },
      openIntents: 1,
      cursors: { a: cursor, b: null },
      unmapped: { a: { notes: 120, employees: 998 }, b: {} },
    },
  ],
  lastRun: run,
  gate: {
    shut: [{ question: 'credentials', system: 'crm', status: 'stale', next: 'Run `dovetail check` again' }],
    overridden,
  },
  next: 'dovetail plan',
};

const explanation = {
  mapping: 'companies',
  objects: companies.objects,
  systems,
  ids: { a: 'co_1', b: '10001' },
  link: { state: 'active' as const, touched: noon, run: '4f3a9c01d2e3b4a5' },
  presence: { a: 'present' as const, b: 'present' as const },
  modified: { a: noon, b: null },
  fields: [
    {
      name: 'name ↔ name_1',
      fields: { a: 'name', b: 'name_1' },
      flows: { aToB: true, bToA: true },
      values: { a: 'A name of more than forty characters, indeed', b: 'A name of more than forty characters, in' },
      changed: { a: false, b: false },
      agree: false,
      decision: { kind: 'none' as const, rule: 'unchanged' as const },
    },
    {
      name: 'phone ↔ phone',
      fields: { a: 'phone', b: 'phone' },
      flows: { aToB: true, bToA: true },
      values: { a: '+4930124', b: '+4930123' },
      changed: { a: true, b: false },
      agree: false,
      decision: { kind: 'write' as const, to: 'b' as const, rule: 'changed' as const, overruled: false },
    },
    {
      name: 'newsletter ↔ newsletter',
      fields: { a: 'newsletter', b: 'newsletter' },
      flows: { aToB: true, bToA: true },
      values: { a: true, b: null },
      changed: { a: true, b: true },
      agree: false,
      decision: { kind: 'conflict' as const, rule: 'conflict-hold' as const },
    },
    {
      name: 'industry ↔ user_1',
      fields: { a: 'industry', b: 'user_1' },
      flows: { aToB: true, bToA: false },
      values: { a: 'food', b: 'food' },
      changed: { a: false, b: false },
      agree: true,
      decision: { kind: 'none' as const, rule: 'unchanged' as const },
    },
  ],
  item: conflict,
  parked: [{ ...parked, reason: 'conflict', diagnostic: problem('conflict', 'Both systems changed newsletter') }],
  history: [
    {
      mapping: 'crm-erp/companies',
      a: 'co_1',
      b: '10001',
      run: '4f3a9c01d2e3b4a5',
      at: noon,
      kind: 'update-b',
      rule: 'conflict-newest-wins',
      fields: ['city', 'phone'],
      digests: { city: { lost: '00', won: '01' } },
    },
  ],
};

const goldens: [string, string][] = [
  ['plan', planText(plan, PLAIN)],
  ['plan-saved', planText({ ...plan, saved: 'today.plan', next: 'dovetail sync --plan today.plan' }, PLAIN)],
  ['plan-nothing', planText({ ...plan, mappings: [nothing], next: null }, PLAIN)],
  ['plan-parked', planText({ ...plan, mappings: [nothing], parkedBefore: 3, next: null }, PLAIN)],
  [
    'plan-deletes-held',
    planText(
      {
        ...plan,
        mappings: [{ ...companies, items: [archived], more: 0, deletesHeld: true }],
        diagnostics: [
          { ...problem('delete-guard', '300 of 1000 records of companies would be deleted'), severity: 'warning' },
        ],
      },
      PLAIN,
    ),
  ],
  ['sync', syncText(sync, PLAIN)],
  ['sync-clean', syncText({ ...sync, run: clean, parked: [], parkedTotal: 0, overridden: [], next: null }, PLAIN)],
  [
    'sync-stopped',
    syncText({ ...sync, run: { ...clean, outcome: 'interrupted' }, parked: [], next: 'dovetail sync' }, PLAIN),
  ],
  [
    'sync-failed',
    syncText(
      {
        ...sync,
        parked: [],
        run: {
          ...clean,
          outcome: 'failed',
          diagnostics: [problem('auth-failed', 'The system does not accept the credentials')],
        },
        plan: { planned: 14, asPlanned: 11, skipped: 1 },
        next: 'dovetail sync',
      },
      PLAIN,
    ),
  ],
  [
    'parked',
    parkedText({ systems, parked: [parked, child], total: 3, reasons: { invalid: 2, 'parent-missing': 1 } }, PLAIN),
  ],
  ['parked-none', parkedText({ systems, parked: [], total: 0, reasons: {} }, PLAIN)],
  ['parked-show', parkedRecordText({ one: child, systems }, PLAIN)],
  ['status', statusText(status, PLAIN)],
  ['status-first', statusText({ ...status, mappings: [], lastRun: null, gate: { shut: [], overridden: [] } }, PLAIN)],
  ['runs', runsText({ runs: [run, { ...clean, finished: null, outcome: 'running' }] })],
  ['explain', explainText(explanation, PLAIN)],
  [
    'explain-unlinked',
    explainText(
      {
        ...explanation,
        link: null,
        ids: { a: 'co_1', b: null },
        presence: { a: 'present', b: 'none' },
        item: created,
        parked: [],
        history: [],
      },
      PLAIN,
    ),
  ],
  [
    'doctor',
    doctorText(
      {
        findings: [
          { ok: true, what: 'node', detail: 'Node v26.1.0' },
          { ok: false, what: 'integrity', detail: '2 faults in the file', next: 'Restore the newest copy.' },
        ],
      },
      PLAIN,
    ),
  ],
];

describe('human views', () => {
  it.each(goldens)('%s', async (name, text) => {
    expect(text).toMatch(/[^\n]\n$/);
    await expect(text).toMatchFileSnapshot(`../../../test/golden/cli/${name}.txt`);
  });

  it.each(goldens)('%s holds no control characters, whatever a system says', (_, text) => {
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it('colours where colours are wanted', () => {
    const coloured = planText(plan, styleOf(true, 100));
    expect(coloured).toContain('\u001b[32m+ create\u001b[39m');
    expect(coloured).not.toContain('\u202e');
  });
});

describe('connect', () => {
  const report = { system: 'crm', environment: 'staging', allowed: true };
  it.each([
    ['connect', connectText({ ...report, kept: ['base_url', 'key'], checked: { object: 'deals', records: 1 } }, PLAIN)],
    ['connect-unlisted', connectText({ ...report, allowed: false, kept: [], checked: null }, PLAIN)],
    ['connect-browser', browserText('https://crm.example/authorize?a=b', 'http://127.0.0.1:8765/callback', PLAIN)],
  ])('%s', async (name, text) => {
    await expect(text).toMatchFileSnapshot(`../../../test/golden/cli/${name}.txt`);
  });
});
