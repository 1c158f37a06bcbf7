import type { WriteOutcome } from '../connector/port.ts';
import { PLACE_TAKEN } from '../connector/within/holding.ts';
import type { Ending, Park, PlanItem, Seen } from '../planning/plan-item.ts';
import type { Side } from '../record/side.ts';
import type { MappingRun } from './mapping-run.ts';
import type { Pair } from './pair.ts';
import { presentSide } from './pair.ts';

/** The code under which writes are refused once a person has stopped the run. */
export const INTERRUPTED = 'interrupted';

/** A pair after its writes: what became of it, and each written record in the form its system now holds it. */
export interface Applied {
  pair: Pair;
  item: PlanItem;
  ending: Ending;
  park: Park | null;
  /** By written side: the record as it is now; null where it was not read back. */
  written: Partial<Record<Side, Seen | null>>;
  /** The precondition of a write did not hold: decide again. */
  stale: boolean;
  /** A person stopped the run before this was written: nothing is recorded of it, and the next run does it. */
  skipped: boolean;
  /** A delete: done, held or counted after all mappings. */
  deferred: boolean;
  /** The intent of an update that gives the record another place. */
  moveIntent: string | null;
}

export function expectedVersion(pair: Pair, target: Side): string | null {
  const linked = pair.link ? (target === 'a' ? pair.link.aVersion : pair.link.bVersion) : null;
  return presentSide(pair, target)?.version ?? linked;
}

/** Why a write that failed parks its record, and whether the run can go on. */
export function failureOf(run: MappingRun, one: Applied, outcome: Exclude<WriteOutcome, { kind: 'done' }>): void {
  const { pair } = one;
  if (outcome.kind === 'failed' && outcome.class === 'conflict') {
    one.stale = true;
    return;
  }
  if (outcome.diagnostic.code === INTERRUPTED) {
    one.skipped = true;
    one.ending = 'failed';
    return;
  }
  if (outcome.kind === 'failed' && (outcome.class === 'fatal' || outcome.class === 'auth'))
    run.context.stop ??= outcome.diagnostic;
  const reason = outcome.kind === 'uncertain' ? unclear(one) : refusalOf(outcome);
  one.park = { side: pair.from, id: pair.ids[pair.from] ?? '', reason, diagnostic: outcome.diagnostic, waitsFor: null };
  one.ending = PARKING.includes(reason) ? 'parked' : 'failed';
}

/** What a write says of the record, not of the system. */
const PARKING = ['invalid', 'uncertain', PLACE_TAKEN];

const refusalOf = (outcome: Extract<WriteOutcome, { kind: 'failed' }>): string =>
  outcome.diagnostic.code === PLACE_TAKEN ? PLACE_TAKEN : outcome.class;

/** A create with unknown outcome waits to be settled; whatever else may have been written is decided anew. */
const unclear = ({ item }: Applied): string =>
  [item.actions.a, item.actions.b].some((action) => action?.kind === 'create') ? 'uncertain' : 'unknown';
