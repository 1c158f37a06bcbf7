import { hash } from 'node:crypto';
import type { LoadedIntegration } from '../integration/loaded.ts';
import { canonicalText } from '../record/canonical.ts';
import type { Side } from '../record/side.ts';
import type { StoredEvidence } from '../store/evidence.ts';
import { type Evidence, FRESH_DAYS, type Question } from './question.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Digest of all that the evidence of a question and side is about: when it changes, the evidence says nothing more. */
export function basisOf(integration: LoadedIntegration, question: Question, side: Side): string {
  const answers = question.answers(integration).filter((answer) => answer.side === null || answer.side === side);
  const about = {
    says: answers.map(({ status, says }) => `${status}: ${says}`),
    connector: JSON.stringify(integration[side].connector),
    mappings: question.restsOn === 'mappings' ? integration.mappings.map(({ rules }) => rules) : [],
  };
  return hash('sha256', canonicalText(about));
}

/** Whether evidence is too old, or about something else than today's connector, mappings and answer. `now`: epoch ms. */
export const isStale = (
  integration: LoadedIntegration,
  question: Question,
  evidence: Pick<StoredEvidence, 'at' | 'side' | 'basis'>,
  now: number,
): boolean =>
  now - evidence.at > (question.freshDays ?? FRESH_DAYS) * DAY ||
  evidence.basis !== basisOf(integration, question, evidence.side);

export function toEvidence({ question: _, basis: __, next, ...observed }: StoredEvidence): Evidence {
  return next === null ? observed : { ...observed, next };
}
