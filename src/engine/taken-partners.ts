import { placingOf } from '../connector/within/place.ts';
import type { Park } from '../planning/plan-item.ts';
import { problem } from '../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { Applied } from './applied.ts';
import type { MappingRun } from './mapping-run.ts';
import type { Planned } from './pair.ts';
import { linkedAmong } from './recall.ts';

/**
 * Two records that match but were never linked, where one stood at a place that this run has given to another record since:
 * its id names that one now, so nothing may be written there for this pair. `created`: what is not on record yet. Ids that
 * systems give are never given again, and cost nothing here.
 */
export async function withoutTaken(
  run: MappingRun,
  planned: readonly Planned[],
  created: readonly Applied[],
): Promise<Planned[]> {
  let left = [...planned];
  for (const side of SIDES) {
    if (placingOf(run[side].definition) === null) continue;
    const isFirst = ({ pair, item }: Planned) =>
      pair.link === null && item.park === null && pair.ids.a !== null && pair.ids.b !== null;
    const taken = await linkedAmong(
      run,
      side,
      left.filter(isFirst).flatMap(({ pair }) => pair.ids[side] ?? []),
    );
    for (const { pair, written } of created) if (written[side] !== undefined) taken.add(pair.ids[side] ?? '');
    left = left.map((one) => (isFirst(one) && taken.has(one.pair.ids[side] ?? '') ? waiting(one, side) : one));
  }
  return left;
}

/** The record that is still itself waits, and is matched anew. */
function waiting({ pair, item }: Planned, taken: Side): Planned {
  const side = otherSide(taken);
  const diagnostic = problem('write-conflict', 'Another record was put in the place of the one that it matched', {
    next: 'It is matched anew in the next run.',
  });
  const park: Park = { side, id: pair.ids[side] ?? '', reason: 'write-conflict', diagnostic, waitsFor: null };
  pair.sides[taken] = { kind: 'none' };
  pair.ids[taken] = null;
  return {
    pair,
    item: { ...item, ...pair.ids, actions: {}, link: 'none', refresh: false, waits: null, park, ending: 'parked' },
  };
}
