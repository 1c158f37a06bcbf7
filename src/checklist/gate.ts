import type { LoadedIntegration } from '../integration/loaded.ts';
import type { Override, StoredCheck, StoredEvidence } from '../store/evidence.ts';
import { isProduction } from './environment.ts';
import { isGap } from './line.ts';
import { type CheckLine, STATUSES } from './question.ts';
import { questionById } from './registry.ts';
import { standing } from './standing.ts';

/** What stands in the way of a run, by what is on record. */
export interface Gate {
  /** Nobody let these through. */
  shut: CheckLine[];
  /** Somebody did, for a reason. */
  overridden: { line: CheckLine; override: Override }[];
}

/** What is on record of the check list. */
export interface OnRecord {
  evidence: readonly StoredEvidence[];
  /** Newest first. */
  checks: readonly StoredCheck[];
  overrides: readonly Override[];
}

/**
 * The gate of `sync`. In production every answer that blocks must be given, and proved where it can be, not too long ago;
 * elsewhere it must be given. `now`: epoch ms.
 */
export function gate(integration: LoadedIntegration, onRecord: OnRecord, now: number): Gate {
  const production = isProduction(integration.environment);
  const lines = standing(integration, onRecord.evidence, now)
    .map((line) => (production && isUnproved(line) ? neverAsked(line) : line))
    .filter((line) => line.blocking && (production || line.status === 'open'));
  const found: Gate = { shut: [], overridden: [] };
  for (const line of lines) {
    const override = onRecord.overrides.find(({ question }) => question === line.question);
    if (override && !wasResolved(override, onRecord.checks)) found.overridden.push({ line, override });
    else found.shut.push(line);
  }
  return found;
}

/** Whether an answer could have been verified by reading, and nobody ever tried. */
const isUnproved = ({ question, status, evidence }: CheckLine): boolean =>
  status === 'declared' &&
  evidence.length === 0 &&
  (questionById(question)?.probes.some(({ writes }) => !writes) ?? false);

const neverAsked = (line: CheckLine): CheckLine => ({
  ...line,
  blocking: line.blocks !== 'nothing',
  next: 'Never asked of the system: run `dovetail check`',
});

/** An override ends with the first check after it that found nothing wrong: what comes up later is another matter. */
function wasResolved({ question, at }: Override, checks: readonly StoredCheck[]): boolean {
  return checks.some((check) => {
    const answers = check.answers.filter((answer) => answer.question === question);
    return check.at > at && answers.length > 0 && answers.every(({ status }) => !isGap(statusOf(status)));
  });
}

const statusOf = (status: string): CheckLine['status'] => STATUSES.find((one) => one === status) ?? 'declared';
