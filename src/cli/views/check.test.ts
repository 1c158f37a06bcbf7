import { describe, expect, test } from 'vitest';
import type { CheckLine, Evidence } from '../../checklist/question.ts';
import { type CheckView, checkText, shortCheckText } from './check.ts';
import { styleOf } from './style.ts';

const GOLDEN = '../../../test/golden/cli';
const NARROW = styleOf(false, 80);

const seen = (side: 'a' | 'b', verdict: Evidence['verdict'], found: string): Evidence => ({
  probe: 'p',
  side,
  verdict,
  asked: 'the first records of each mapped object, with these credentials',
  found,
  facts: {},
  at: 0,
  tookMs: 12,
});

const line = (question: string, more: Partial<CheckLine>): CheckLine => ({
  question,
  text: `The question ${question}, which is long enough to be cut at the end of a narrow terminal`,
  system: null,
  status: 'declared',
  says: 'as the file says',
  next: null,
  blocks: 'runs',
  blocking: false,
  evidence: [],
  ...more,
});

const READY: CheckLine[] = [
  line('connector', { system: 'crm', status: 'verified', evidence: [seen('a', 'holds', '3 objects answered')] }),
  line('test-data', { status: 'open', says: 'nobody answered', blocks: 'production', next: 'Answer it' }),
  line('webhooks', { status: 'open', says: 'nobody answered', blocks: 'nothing', next: 'Answer it' }),
  line('vpn', { system: 'erp', status: 'not-applicable', says: 'it runs on this machine' }),
  line('validation', {
    system: 'erp',
    status: 'verified',
    evidence: [seen('b', 'holds', '18 of 700 records would be parked')],
    next: 'Correct these values at their source, or map customers.email with an expression',
  }),
  line('frequency', { says: 'every 5 minutes' }),
];

const BLOCKED: CheckLine[] = [
  ...READY,
  line('credentials', {
    system: 'crm',
    status: 'contradicted',
    says: 'OAuth 2 client credentials',
    blocking: true,
    evidence: [seen('a', 'contradicts', 'The system does not accept the credentials\u001b[31m')],
    next: 'Check the credentials of this connection',
  }),
  line('duplicates', {
    status: 'open',
    says: 'no match rule',
    blocking: true,
    next: 'Add match to companies; or, where one system starts empty, say so under answers',
  }),
  line('export', { status: 'contradicted', blocks: 'nothing', evidence: [seen('b', 'contradicts', 'No export')] }),
  line('field-mapping', {
    system: 'crm',
    status: 'contradicted',
    blocking: true,
    evidence: [
      {
        ...seen('a', 'contradicts', '1 of 18 rows would not give back what they got: companies.name (cut)'),
        findings: [
          {
            severity: 'error',
            code: 'round-trip',
            summary:
              'companies: name of crm ↔ name_1 of erp: a text of 41 characters comes back as a text of 40 characters',
            detail: 'name_1 of erp holds less: after an edit there, the rest is gone from name of crm.',
            where: { file: 'integration.yaml', line: 27, column: 9 },
            next: 'Let name_1 of erp hold 80 characters, `direction: crm -> erp`, or `loss: accepted`',
          },
        ],
      },
    ],
  }),
];

function viewOf(lines: CheckLine[], environment = 'staging'): CheckView {
  const counts = { contradicted: 0, stale: 0, open: 0, declared: 0, verified: 0, 'not-applicable': 0 };
  for (const { status } of lines) counts[status] += 1;
  const ready = lines.every((one) => !one.blocking);
  const calls = { reads: 1, writes: 0, auth: 0, throttled: 0 };
  return {
    integration: 'crm-erp',
    environment,
    production: false,
    systems: { a: 'crm', b: 'erp' },
    at: 0,
    tookMs: 340,
    lines,
    counts,
    remarks: [],
    ready,
    openForProduction: 1,
    calls: { a: calls, b: calls },
    marked: null,
    overridden: [],
    changes: null,
    nextCommand: ready ? 'dovetail plan' : '',
  };
}

describe('check for people', () => {
  test.each<[string, string]>([
    ['check-ready', checkText(viewOf(READY), NARROW)],
    ['check-blocked', checkText(viewOf(BLOCKED), NARROW)],
    ['check-details', checkText(viewOf(BLOCKED), NARROW, { details: true })],
    ['check-short', shortCheckText(viewOf(BLOCKED), NARROW)],
  ])('%s', async (name, text) => {
    await expect(text).toMatchFileSnapshot(`${GOLDEN}/${name}.txt`);
    expect(text.split('\n').filter((row) => [...row].length > 80)).toEqual([]);
    expect(text).not.toContain('\u001b');
  });
});
