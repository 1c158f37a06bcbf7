import type { Side } from '../../src/record/side.ts';
import type { Fault } from '../../src/testing/network.ts';
import { BASE_NAMES, type MappingName } from './fields.ts';
import { type ListHabits, plainLists } from './list-habits.ts';
import { type Outcome, type PlayOptions, play } from './play.ts';
import { plainRules, type Rules } from './rules.ts';
import type { WorldSpec } from './spec.ts';
import type { Violation } from './tracked.ts';

/** A violation told apart from others: its invariant, and what it says without the ids in it. */
export const kindOf = ({ invariant, what }: Violation): string =>
  `${invariant}: ${what.replace(/[a-z]{2}_[0-9a-f]{7}|\d{3,}/g, '#')}`;

/**
 * Cuts a world down as long as it still breaks the same invariant: faults, edits, records, troubles and rounds, one at
 * a time, in at most `budget` plays. Gives the smallest world found, and how it ends.
 */
export async function shrink(
  spec: WorldSpec,
  invariant: string,
  options: PlayOptions,
  budget = 400,
): Promise<{ spec: WorldSpec; outcome: Outcome }> {
  let left = budget;
  const breaks = async (candidate: WorldSpec): Promise<Outcome | null> => {
    left -= 1;
    const outcome = await play(candidate, options);
    return outcome.violations.some((one) => one.invariant === invariant) ? outcome : null;
  };
  let outcome = await play(spec, options);
  let best = spec;
  const fixed = { ...spec, struck: outcome.struck };
  const again = await breaks(fixed);
  if (again) [best, outcome] = [fixed, again];
  for (let progress = true; progress && left > 0; ) {
    progress = false;
    for (const candidate of smaller(best)) {
      if (left <= 0) break;
      if (isGone(best, candidate)) continue;
      const found = await breaks(candidate.spec(best));
      if (!found) continue;
      best = candidate.spec(best);
      outcome = found;
      progress = true;
    }
  }
  return { spec: best, outcome };
}

interface Cut {
  /** What is cut, as an object of the world before. */
  target: object | null;
  spec: (from: WorldSpec) => WorldSpec;
}

/** Whether an earlier cut has taken away what this one would. */
function isGone(best: WorldSpec, cut: Cut): boolean {
  if (cut.target === null) return false;
  const parts: object[] = [...best.first, ...best.rounds, ...best.rounds.flatMap((round) => round.edits)];
  return !parts.includes(cut.target);
}

/** Everything that could be left out, the largest parts first. */
function smaller(spec: WorldSpec): Cut[] {
  const cuts: Cut[] = [];
  for (const round of spec.rounds) {
    cuts.push({ target: round, spec: (from) => ({ ...from, rounds: from.rounds.filter((one) => one !== round) }) });
  }
  if (Object.keys(spec.struck ?? {}).length > 0) cuts.push({ target: null, spec: (from) => ({ ...from, struck: {} }) });
  for (const edit of spec.first) {
    cuts.push({ target: edit, spec: (from) => ({ ...from, first: from.first.filter((one) => one !== edit) }) });
  }
  for (const round of spec.rounds) {
    for (const edit of round.edits) {
      cuts.push({
        target: edit,
        spec: (from) => ({
          ...from,
          rounds: from.rounds.map((one) => ({ ...one, edits: one.edits.filter((each) => each !== edit) })),
        }),
      });
    }
  }
  for (const at of Object.keys(spec.struck ?? {})) {
    cuts.push({ target: null, spec: (from) => ({ ...from, struck: without(from.struck ?? {}, at) }) });
  }
  for (const index of spec.rounds.keys()) cuts.push(...calmer(index));
  cuts.push({ target: null, spec: (from) => ({ ...from, skewMs: { a: 0, b: 0 } }) });
  cuts.push({ target: null, spec: (from) => ({ ...from, limit: null }) });
  cuts.push({ target: null, spec: (from) => ({ ...from, batch: 600 }) });
  for (const side of ['a', 'b'] as const) cuts.push(...plainer(side));
  for (const mapping of spec.mappings) cuts.push(...simpler(mapping));
  cuts.push({ target: null, spec: (from) => ({ ...from, indexLagMs: 0 }) });
  if (spec.revised) cuts.push({ target: null, spec: (from) => ({ ...from, revised: null }) });
  for (const mapping of spec.mappings.filter((one) => !BASE_NAMES.some((base) => base === one)))
    cuts.push({ target: null, spec: (from) => withoutMapping(from, mapping) });
  return cuts;
}

/** A round without its trouble, its second process, its approval, its whole read. */
function calmer(index: number): Cut[] {
  const parts = [{ trouble: null }, { second: null }, { approve: false }, { full: false }, { mend: false }] as const;
  return parts.map((part) => ({
    target: null,
    spec: (from) => ({
      ...from,
      rounds: from.rounds.map((round, at) => (at === index ? { ...round, ...part } : round)),
    }),
  }));
}

/** A mapping without one of its rules. */
function simpler(mapping: MappingName): Cut[] {
  const parts: Partial<Rules>[] = [
    plainRules,
    { required: [] },
    { update: plainRules.update },
    { filter: plainRules.filter },
    { onLeave: 'keep' },
  ];
  return parts.map((part) => ({ target: null, spec: (from) => withRules(from, mapping, part) }));
}

function withRules(from: WorldSpec, mapping: MappingName, part: Partial<Rules>): WorldSpec {
  const policies = from.policies[mapping];
  // Which mapping a record belongs to is no rule that could be left out.
  const { byKind, filter } = policies.rules;
  const rules = { ...policies.rules, ...part, ...(byKind ? { byKind, filter } : {}) };
  const propagate = {
    a: { ...policies.propagate.a, update: rules.update.a },
    b: { ...policies.propagate.b, update: rules.update.b },
  };
  return { ...from, policies: { ...from.policies, [mapping]: { ...policies, rules, propagate } } };
}

/** Lists without one of their habits. */
function plainer(side: Side): Cut[] {
  const habits: (keyof ListHabits)[] = ['stale', 'shuffled', 'repeated', 'repeatedLater', 'order', 'most'];
  return habits.map((habit) => ({
    target: null,
    spec: (from) => ({
      ...from,
      lists: { ...from.lists, [side]: { ...from.lists[side], [habit]: plainLists[habit] } },
    }),
  }));
}

function without(struck: Record<string, Fault>, at: string): Record<string, Fault> {
  return Object.fromEntries(Object.entries(struck).filter(([key]) => key !== at));
}

const withoutMapping = (from: WorldSpec, mapping: MappingName): WorldSpec => ({
  ...from,
  mappings: from.mappings.filter((one) => one !== mapping),
  first: from.first.filter((edit) => edit.mapping !== mapping),
  rounds: from.rounds.map((round) => ({ ...round, edits: round.edits.filter((one) => one.edit.mapping !== mapping) })),
});
