import { describe, expect, test } from 'vitest';
import type { CheckLine } from '../question.ts';
import { questionById } from '../registry.ts';
import { reportHtml } from './html.ts';
import { reportMarkdown } from './markdown.ts';
import { html } from './markup.ts';
import type { ReportModel } from './model.ts';
import { checkSeal, SEAL_PLACE, sealed } from './seal.ts';

const AT = Date.UTC(2026, 10, 22, 9, 30);

function line(question: string, more: Partial<CheckLine>): CheckLine {
  const { text = '', blocks = 'nothing' } = questionById(question) ?? {};
  return {
    question,
    text,
    system: null,
    status: 'declared',
    says: 'yes',
    next: null,
    blocks,
    blocking: false,
    evidence: [],
    ...more,
  };
}

const LINES = [
  line('credentials', {
    system: 'crm',
    status: 'contradicted',
    says: 'API key in X-Api-Key',
    next: 'Check the credentials of this connection',
    blocking: true,
    evidence: [
      {
        probe: 'accepted',
        side: 'a',
        at: AT,
        tookMs: 12,
        verdict: 'contradicts',
        asked: 'the first records of each mapped object',
        found: 'The system answers <401> & says no more',
        facts: {},
        findings: [
          {
            severity: 'warning',
            code: 'key-shared',
            summary: 'companies: 2 records share <one> key',
            detail: 'Records: co_1, co_2',
            where: { file: '/somewhere/integration.yaml', line: 41 },
            next: 'Merge them',
          },
        ],
      },
    ],
  }),
  line('privacy', { status: 'open', says: 'nobody answered', next: 'Answer it' }),
];

function model(language: ReportModel['language']): ReportModel {
  const [credentials, privacy] = LINES.map(({ question }) => questionById(question));
  if (!credentials || !privacy || !LINES[0] || !LINES[1]) throw new Error('The check list lacks a question');
  const calls = { reads: 1, writes: 0, auth: 0, throttled: 0 };
  return {
    language,
    purpose: 'Both see the same <companies>.',
    version: '1.2.3',
    report: {
      integration: 'crm-erp',
      environment: 'production',
      production: true,
      systems: { a: 'crm', b: 'erp' },
      at: AT,
      tookMs: 340,
      lines: LINES,
      counts: { contradicted: 1, stale: 0, open: 1, declared: 0, verified: 0, 'not-applicable': 0 },
      remarks: [],
      ready: false,
      openForProduction: 0,
      calls: { a: calls, b: calls },
      marked: null,
    },
    systems: [
      { name: 'crm', title: 'CRM', connector: 'Sandbox CRM', protocol: 'rest', address: 'crm.test', contact: null },
      { name: 'erp', title: 'ERP', connector: 'Sandbox ERP', protocol: 'rest', address: 'erp.test', contact: 'Office' },
    ],
    openPoints: [
      { line: LINES[0], question: credentials, who: 'Sales operations' },
      { line: LINES[1], question: privacy, who: null },
    ],
    themes: [
      { theme: 'access', questions: [{ question: credentials, lines: [LINES[0]] }] },
      { theme: 'operation', questions: [{ question: privacy, lines: [LINES[1]] }] },
    ],
    overridden: [{ question: 'privacy', system: null, reason: 'signed | on *its* way', at: AT }],
  };
}

describe('the report', () => {
  test.each(['en', 'de'] as const)('as Markdown, %s', async (language) => {
    await expect(reportMarkdown(model(language))).toMatchFileSnapshot(
      `../../../test/golden/report/readiness.${language}.md`,
    );
  });

  test('as HTML: what comes from elsewhere is text, never markup', () => {
    const page = reportHtml(model('en'));
    expect(page).toContain('The system answers &lt;401&gt; &amp; says no more');
    expect(page).toContain('Both see the same &lt;companies&gt;.');
    expect(page).not.toContain('<companies>');
    expect(page).toContain('<summary>Findings (1)</summary>');
    expect(page).toMatch(/crm <code>integration\.yaml:41<\/code>: companies: .* &lt;one&gt; key\. Records: co_1, co_2/);
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    expect(html`<p title="${`"'`}">${null}${['a', '<']}</p>`.html).toBe('<p title="&quot;&#39;">a&lt;</p>');
  });

  test.each([
    ['HTML', reportHtml],
    ['Markdown', reportMarkdown],
  ])('as %s it bears a digest under which every change shows', (_, render) => {
    const text = render(model('de'));
    expect(checkSeal(text)).toMatchObject({ unchanged: true, seal: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(checkSeal(text.replace('widerlegt', 'belegt'))).toMatchObject({ unchanged: false });
    expect(checkSeal('no report')).toBeNull();
    expect(checkSeal(sealed(`x ${SEAL_PLACE}`))).toMatchObject({ unchanged: true });
  });
});
