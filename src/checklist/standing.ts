import { hash } from 'node:crypto';
import type { LoadedIntegration } from '../integration/loaded.ts';
import { canonicalText } from '../record/canonical.ts';
import { SIDES, type Side } from '../record/side.ts';
import type { StoredCheck, StoredEvidence } from '../store/evidence.ts';
import { lineOf, staleLine } from './line.ts';
import { type Answer, type CheckLine, type Evidence, FRESH_DAYS, type Question } from './question.ts';
import { QUESTIONS } from './registry.ts';
import type { CheckReport } from './run-check.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Where the check list stands by what is on record, without asking any system. `now`: epoch ms. */
export function standing(integration: LoadedIntegration, stored: readonly StoredEvidence[], now: number): CheckLine[] {
  return QUESTIONS.flatMap((question) =>
    question.answers(integration).map((answer) => {
      const known = answer.status === 'declared' ? knownOf(question, answer, stored) : [];
      const evidence = known.map(toEvidence);
      const stale = known.some(
        (one) => now - one.at > lastsMs(question) || one.basis !== basisOf(integration, question, one.side),
      );
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

const lastsMs = ({ freshDays = FRESH_DAYS }: Question): number => freshDays * DAY;

/** Digest of all that the evidence of a question and side is about: when it changes, the evidence says nothing more. */
function basisOf(integration: LoadedIntegration, question: Question, side: Side): string {
  const answers = question.answers(integration).filter((answer) => answer.side === null || answer.side === side);
  const about = {
    says: answers.map(({ status, says }) => `${status}: ${says}`),
    connector: JSON.stringify(integration[side].connector),
    mappings: question.restsOn === 'mappings' ? integration.mappings.map(({ rules }) => rules) : [],
  };
  return hash('sha256', canonicalText(about));
}

/** A check as it is kept: the status of each answer, and the evidence with what it is about. */
export function toStored(integration: LoadedIntegration, report: CheckReport, version: string): StoredCheck {
  return {
    integration: integration.name,
    at: report.at,
    version,
    answers: report.lines.map(({ question, system, status }) => ({ question, system, status })),
    evidence: report.lines.flatMap((line) => {
      const question = QUESTIONS.find(({ id }) => id === line.question);
      if (!question) return [];
      return line.evidence.map((one) => ({
        ...one,
        question: line.question,
        next: one.next ?? null,
        basis: basisOf(integration, question, one.side),
      }));
    }),
  };
}

function toEvidence({ question: _, basis: __, next, ...observed }: StoredEvidence): Evidence {
  return next === null ? observed : { ...observed, next };
}
