import { type Diagnostic, problem } from '../record/diagnostic.ts';

/** A record of the other side that has the same key under a match rule. */
export interface Candidate {
  id: string;
  /** Linked to another record already. */
  linked: boolean;
  /** Parked because several records of this side match it: a person picks. */
  contested: boolean;
  /** Whether a create of its own took effect is not known yet: it may be linked, or as free as any other. */
  unsettled: boolean;
}

export type MatchDecision =
  | { kind: 'match'; id: string; rule: number }
  | { kind: 'none' }
  | { kind: 'park'; reason: 'ambiguous-match' | 'match-linked' | 'duplicate-source'; diagnostic: Diagnostic };

/**
 * Which record of the other side is the same (docs/invariants.md). `candidates` holds, per match rule in order,
 * what the rule found on the other side; `twins` the ids of this side's other records with the same key that are linked
 * or about to be. The first rule that finds anything decides. Pure.
 */
export function decideMatch(
  candidates: readonly (readonly Candidate[])[],
  twins: readonly (readonly string[])[],
): MatchDecision {
  for (const [rule, found] of candidates.entries()) {
    const unsettled = found.find((candidate) => candidate.unsettled);
    if (unsettled) {
      return park('match-linked', `The record with the same key waits for its interrupted create: ${unsettled.id}`);
    }
    const free = found.filter((candidate) => !candidate.linked);
    const only = free[0];
    if (only?.contested) {
      return park('ambiguous-match', `The record with the same key has several candidates: ${only.id}`);
    }
    if (free.length > 1) {
      return park(
        'ambiguous-match',
        `${free.length} records of the other system have the same key: ${list(free.map((one) => one.id))}`,
      );
    }
    if (only && (twins[rule]?.length ?? 0) === 0) return { kind: 'match', id: only.id, rule };
    if (found.length > 0) {
      return park(
        'match-linked',
        `The record with the same key is linked already: ${list(found.map((one) => one.id))}`,
      );
    }
    const twin = twins[rule];
    if (twin && twin.length > 0) {
      return park('duplicate-source', `Another record of the same system has the same key: ${list(twin)}`);
    }
  }
  return { kind: 'none' };
}

function park(reason: 'ambiguous-match' | 'match-linked' | 'duplicate-source', summary: string): MatchDecision {
  const next = 'Merge the duplicates in their system, correct the key, or change the match rule.';
  return { kind: 'park', reason, diagnostic: problem(reason, summary, { next }) };
}

const list = (ids: readonly string[]) => ids.slice(0, 5).join(', ') + (ids.length > 5 ? ', …' : '');
