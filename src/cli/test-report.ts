import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Mismatch } from '../testing/scenario/compare.ts';

/** What became of one scenario. */
export interface ScenarioReport {
  /** As a person in the current folder names it. */
  file: string;
  /** Null where the file can't be read. */
  name: string | null;
  outcome: 'passed' | 'failed' | 'invalid' | 'updated';
  mismatches: Mismatch[];
  /** What is wrong with the file, or with what somebody does in it. */
  diagnostics: Diagnostic[];
}

export interface TestReport {
  integration: string;
  systems: Record<Side, string>;
  scenarios: ScenarioReport[];
  tookMs: number;
}
