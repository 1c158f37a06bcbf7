import type { LoadedIntegration } from '../integration/loaded.ts';
import { SIDES } from '../record/side.ts';
import type { StoredCheck, StoredEvidence } from '../store/evidence.ts';
import { basisOf, isStale, toEvidence } from './freshness.ts';
import { lineOf, staleLine } from './line.ts';
import type { Answer, CheckLine, Question } from './question.ts';
import { QUESTIONS } from './registry.ts';
import type { CheckReport } from './run-check.ts';

/** Where the check list stands by what is on record, without asking any system. `now`: epoch ms. */
export function standing(integration: LoadedIntegration, stored: readonly StoredEvidence[], now: number): CheckLine[] {
  return QUESTIONS.flatMap((question) =>
    question.answers(integration).map((answer) => {
      const known = answer.status === 'declared' ? knownOf(question, answer, stored) : [];
      const evidence = known.map(toEvidence);
      const stale = known.some((one) => isStale(integration, question, one, now));
      return (stale ? staleLine : lineOf)(integration, question, answer, evidence);
    }),
  );
}

function knownOf(question: Question, answer: Answer, stored: readonly StoredEvidence[]): StoredEvidence[] {
  const sides = answer.side === null ? SIDES : [answer.side];
  const probes = question.probes.map(({ id }) => id);
  return stored.filter(
    ({ question: id, side, probe }) => id === question.id && sides.includes(side) && probes.includes(probe),
  );
}

/** A check as it is kept: the status of each answer, and the evidence that it gathered, with what that is about. */
export function toStored(integration: LoadedIntegration, report: CheckReport, version: string): StoredCheck {
  return {
    integration: integration.name,
    at: report.at,
    version,
    answers: report.lines.map(({ question, system, status }) => ({ question, system, status })),
    evidence: report.lines.flatMap((line) => {
      const question = QUESTIONS.find(({ id }) => id === line.question);
      if (!question) return [];
      const asked = question.probes.flatMap(({ id, writes }) => (writes && !report.marked ? [] : [id]));
      const gathered = line.evidence.filter(({ probe }) => asked.includes(probe));
      return gathered.map((one) => ({
        ...one,
        question: line.question,
        next: one.next ?? null,
        basis: basisOf(integration, question, one.side),
      }));
    }),
  };
}
