import type { LoadedIntegration } from '../integration/loaded.ts';
import { SIDES } from '../record/side.ts';
import { isProduction } from './environment.ts';
import type { Answer, CheckLine, Evidence, Question, Status } from './question.ts';

/** What an answer comes to, with the evidence for it. */
export function lineOf(
  integration: LoadedIntegration,
  question: Question,
  answer: Answer,
  evidence: Evidence[],
): CheckLine {
  const untried = isUntried(integration, question, answer, evidence);
  const told = evidence.filter((one) => one.verdict !== 'unknown' || !isSettled(question, one, evidence));
  const status = statusOf(answer, told);
  const line = lineWith(
    integration,
    question,
    answer,
    evidence,
    untried && status === 'verified' ? 'declared' : status,
    told,
  );
  const settled = question.probes.flatMap((probe) => (probe.writes && probe.settles) || []);
  const advised = told.some(({ next, probe }) => next !== undefined && !settled.includes(probe));
  return untried && !advised && !isProduction(integration.environment) ? { ...line, next: TRY } : line;
}

const TRY = 'Run `dovetail check --write`: it tries this on records that it makes and removes';

/** Whether a probe that wrote has told what this one could not. */
const isSettled = (question: Question, { probe, side }: Evidence, evidence: readonly Evidence[]): boolean =>
  question.probes.some(
    (one) =>
      one.writes &&
      one.settles?.includes(probe) &&
      evidence.some((other) => other.probe === one.id && other.side === side && other.verdict === 'holds'),
  );

/** Whether something that only a write tells was not tried. */
function isUntried(
  integration: LoadedIntegration,
  question: Question,
  answer: Answer,
  evidence: readonly Evidence[],
): boolean {
  if (answer.status !== 'declared') return false;
  const sides = answer.side === null ? SIDES : [answer.side];
  return question.probes.some(
    (probe) =>
      probe.writes &&
      sides.some(
        (side) =>
          probe.applies(integration, side) && !evidence.some((one) => one.probe === probe.id && one.side === side),
      ),
  );
}

/** The same for evidence that no longer counts. */
export const staleLine = (
  integration: LoadedIntegration,
  question: Question,
  answer: Answer,
  evidence: Evidence[],
): CheckLine => lineWith(integration, question, answer, evidence, 'stale');

function lineWith(
  integration: LoadedIntegration,
  question: Question,
  answer: Answer,
  evidence: Evidence[],
  status: Status,
  told: readonly Evidence[] = evidence,
): CheckLine {
  const { blocks } = question;
  return {
    question: question.id,
    text: question.text,
    system: answer.side && integration[answer.side].name,
    status,
    says: answer.says,
    next: nextOf(status, question, answer, told),
    blocks,
    blocking:
      isGap(status) && (blocks === 'runs' || (blocks === 'production' && isProduction(integration.environment))),
    evidence,
  };
}

/** Whether an answer of this status can't be relied upon. */
export const isGap = (status: Status): boolean => status === 'open' || status === 'contradicted' || status === 'stale';

function statusOf(answer: Answer, evidence: readonly Evidence[]): Status {
  if (answer.status !== 'declared' || evidence.length === 0) return answer.status;
  if (evidence.some((one) => one.verdict === 'contradicts')) return 'contradicted';
  return evidence.every((one) => one.verdict === 'holds') ? 'verified' : 'declared';
}

/** Of the worst evidence that has advice, else of the answer. */
function nextOf(status: Status, question: Question, answer: Answer, evidence: readonly Evidence[]): string | null {
  if (status === 'stale') {
    const written = evidence.some((one) => question.probes.some(({ id, writes }) => writes && id === one.probe));
    return `Run \`dovetail check${written ? ' --write' : ''}\` again`;
  }
  for (const verdict of ['contradicts', 'unknown', 'holds'] as const) {
    const found = evidence.find((one) => one.verdict === verdict && one.next !== undefined);
    if (found?.next) return found.next;
  }
  return status === 'open' ? (answer.next ?? null) : null;
}
