import type { Park, PlanItem } from '../planning/plan-item.ts';
import { problem } from '../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { Pair } from './pair.ts';

type Parent = NonNullable<Park['waitsFor']>;

/** Of a record that is done but for a reference that was left empty, as agreed, since its parent is not linked. */
export const PARENT_OUTSIDE = 'parent-outside';

/** Of counts of parked records by reason: how many wait for something that is to be done. */
export const waitingAmong = (counts: Readonly<Record<string, number>>): number =>
  Object.entries(counts).reduce((sum, [reason, count]) => (reason === PARENT_OUTSIDE ? sum : sum + count), 0);

interface LeftEmpty {
  source: Side;
  index: number;
  waitsFor: Parent;
}

const NONE: readonly LeftEmpty[] = [];

/** The references of a pair that stay empty: those which the other side's value does not take the place of. */
export function leftEmpty(pair: Pair, item: PlanItem): readonly LeftEmpty[] {
  // Nearly all: asked of every record.
  if (pair.outside.a.size === 0 && pair.outside.b.size === 0) return NONE;
  return SIDES.flatMap((target) => {
    const source = otherSide(target);
    const replaced = new Set(item.actions[source]?.changes.map(({ index }) => index));
    return [...pair.outside[target]].flatMap(([index, waitsFor]) =>
      replaced.has(index) ? [] : [{ source, index, waitsFor }],
    );
  });
}

/**
 * Puts on record for which parent a reference stays empty: once that is linked, the pair is decided anew. With several, it
 * is looked into from time to time, since a record waits for one other record only.
 */
export function withOpenReferences(pair: Pair, item: PlanItem): PlanItem {
  const [open, another] = leftEmpty(pair, item);
  if (!open || item.park || (item.link !== 'make' && item.link !== 'keep' && item.rule !== 'unchanged')) return item;
  const { source, waitsFor } = open;
  const summary = `It refers to ${waitsFor.id}, which is not linked; the reference was left empty`;
  const diagnostic = problem(PARENT_OUTSIDE, summary, { next: 'It is set by itself when that record is linked.' });
  const park: Park = {
    side: source,
    id: pair.ids[source] ?? '',
    reason: PARENT_OUTSIDE,
    diagnostic,
    waitsFor: another ? null : waitsFor,
  };
  // Also where nothing is written, the baselines are to say that the reference is open.
  return { ...item, link: item.link === 'none' ? 'keep' : item.link, refresh: true, waits: item.waits ?? park };
}
