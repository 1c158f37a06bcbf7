import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openIntegration } from '../integration/files.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import { SIDES } from '../record/side.ts';
import type { Override, StoredCheck } from '../store/evidence.ts';
import { gate, type OnRecord } from './gate.ts';
import type { CheckLine, Evidence } from './question.ts';
import { questionById } from './registry.ts';
import type { CheckReport } from './run-check.ts';
import { standing, toStored } from './standing.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/crm-erp/integration.yaml', import.meta.url));
const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 22);

async function loadIn(environment: 'staging' | 'production'): Promise<LoadedIntegration> {
  const variables = {
    CRM_URL: 'http://crm.test',
    CRM_CLIENT_ID: 'id',
    CRM_CLIENT_SECRET: 'secret',
    ERP_URL: 'http://erp.test',
    ERP_API_KEY: 'key',
    CRM_PRODUCTION_CLIENT_ID: 'id',
    CRM_PRODUCTION_CLIENT_SECRET: 'secret',
    ERP_PRODUCTION_API_KEY: 'key',
  };
  const loaded = await openIntegration(EXAMPLE, environment, variables);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  // Whatever the example leaves open is answered here, so that each case opens what it is about.
  const unanswered = standing(loaded.value, [], NOW).filter(({ status }) => status === 'open');
  const answers = Object.fromEntries(unanswered.map(({ question }) => [question, 'answered']));
  return { ...loaded.value, answers };
}

const LOADED = { staging: await loadIn('staging'), production: await loadIn('production') };
const integrationIn = (environment: 'staging' | 'production'): LoadedIntegration => ({ ...LOADED[environment] });

/** A check in which every probe found the same verdict. */
function checkAt(integration: LoadedIntegration, at: number, verdict: Evidence['verdict'] = 'holds'): StoredCheck {
  const lines = standing(integration, [], at).map((line): CheckLine => {
    const sides = SIDES.filter((side) => line.system === null || integration[side].name === line.system);
    const probes = line.status === 'declared' ? (questionById(line.question)?.probes ?? []) : [];
    const evidence = sides.flatMap((side) =>
      probes.map(({ id }) => ({ probe: id, side, at, tookMs: 1, verdict, asked: 'it', found: 'that', facts: {} })),
    );
    return { ...line, status: evidence.length > 0 ? 'verified' : line.status, evidence };
  });
  return toStored(integration, { at, lines } as CheckReport, '1.0.0');
}

const onRecord = (checks: StoredCheck[], overrides: Override[] = []): OnRecord => ({
  checks,
  evidence: checks[0]?.evidence ?? [],
  overrides,
});

const shutBy = (integration: LoadedIntegration, record: OnRecord, now = NOW): string[] => [
  ...new Set(gate(integration, record, now).shut.map(({ question, status }) => `${question} ${status}`)),
];

describe('the gate of sync', () => {
  test('production is open when all that blocks is answered and was proved lately', () => {
    const integration = integrationIn('production');
    expect(shutBy(integration, onRecord([checkAt(integration, NOW - DAY)]))).toEqual([]);
  });

  test('production is shut where nothing was ever proved', () => {
    const shut = shutBy(integrationIn('production'), onRecord([]));
    expect(shut).toContain('credentials declared');
    expect(shut).toContain('reachability declared');
  });

  test('staging needs answers, not proofs', () => {
    const integration = integrationIn('staging');
    expect(shutBy(integration, onRecord([]))).toEqual([]);
    expect(shutBy(integration, onRecord([checkAt(integration, NOW - DAY, 'contradicts')]))).toEqual([]);
  });

  test.each<[string, Partial<LoadedIntegration['answers']>, (day: StoredCheck) => OnRecord, number, string]>([
    [
      'is contradicted',
      {},
      ({ at }) => onRecord([checkAt(integrationIn('production'), at, 'contradicts')]),
      NOW,
      'credentials contradicted',
    ],
    ['was proved too long ago', {}, (check) => onRecord([check]), NOW + 8 * DAY, 'credentials stale'],
    ['was never answered', { privacy: '' }, (check) => onRecord([check]), NOW, 'privacy open'],
  ])('production is shut by an answer that %s', (_, answers, record, now, expected) => {
    const integration = integrationIn('production');
    const changed = { ...integration, answers: { ...integration.answers, ...answers } };
    expect(shutBy(changed, record(checkAt(integration, NOW - DAY)), now)).toContain(expected);
  });

  test('evidence of another connector says nothing; of other mappings, only to what rests on them', () => {
    const integration = integrationIn('production');
    const record = onRecord([checkAt(integration, NOW - DAY)]);
    const connector = { ...integration.a.connector, docs: 'https://elsewhere.example' };
    expect(shutBy({ ...integration, a: { ...integration.a, connector } }, record)).toContain('credentials stale');
    const mappings = integration.mappings.map((mapping) => ({ ...mapping, rules: `${mapping.rules} changed` }));
    const shut = shutBy({ ...integration, mappings }, record);
    expect(shut).toContain('validation stale');
    expect(shut).not.toContain('credentials stale');
  });

  test('an override lets its question through, until a check finds it resolved', () => {
    const integration = integrationIn('production');
    const open = { ...integration, answers: { ...integration.answers, privacy: '' } };
    const override = { integration: open.name, question: 'privacy', reason: 'signed', at: NOW - DAY };
    const let1 = gate(open, onRecord([checkAt(open, NOW - 2 * DAY)], [override]), NOW);
    expect(let1.shut).toEqual([]);
    expect(let1.overridden.map(({ line, override: { reason } }) => [line.question, reason])).toEqual([
      ['privacy', 'signed'],
    ]);
    const resolved = checkAt(integration, NOW - DAY / 2);
    expect(shutBy(open, onRecord([resolved], [override]))).toEqual(['privacy open']);
  });
});
