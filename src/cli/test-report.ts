import type { Diagnostic } from '../record/diagnostic.ts';
import type { Mismatch } from '../testing/scenario/compare.ts';

export const TEST_OUTCOMES = ['passed', 'updated', 'skipped', 'failed', 'invalid'] as const;
export type TestOutcome = (typeof TEST_OUTCOMES)[number];

/** What became of one scenario. */
export interface ScenarioReport {
  /** As a person in the current folder names it. */
  file: string;
  /** Null where the file can't be read. */
  name: string | null;
  outcome: TestOutcome;
  mismatches: Mismatch[];
  /** What is wrong with the file, or with what somebody does in it; why it was skipped. */
  diagnostics: Diagnostic[];
}

export interface TestReport {
  integration: string;
  /** How many came out so. */
  scenarios: Record<TestOutcome, number>;
  tookMs: number;
}

export function countsOf(reports: readonly ScenarioReport[]): TestReport['scenarios'] {
  const counts: TestReport['scenarios'] = { passed: 0, updated: 0, skipped: 0, failed: 0, invalid: 0 };
  for (const { outcome } of reports) counts[outcome] += 1;
  return counts;
}
