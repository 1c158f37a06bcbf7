import type { StoredCheck } from '../store/evidence.ts';
import type { CheckLine } from './question.ts';

/** An answer whose status is another one than in an earlier check. */
export interface AnswerChange {
  question: string;
  system: string | null;
  /** Null: it was not asked then. */
  before: string | null;
  now: CheckLine['status'];
}

/** What changed since an earlier check, of the answers that were asked now. In the order of the check list. */
export function changesSince(earlier: StoredCheck, lines: readonly CheckLine[]): AnswerChange[] {
  return lines.flatMap(({ question, system, status }) => {
    const before = earlier.answers.find((answer) => answer.question === question && answer.system === system);
    return before?.status === status ? [] : [{ question, system, before: before?.status ?? null, now: status }];
  });
}
