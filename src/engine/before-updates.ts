import { DIGEST_BYTES } from '../record/digest.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { Link } from '../store/port.ts';
import type { Applied } from './applied.ts';
import { commit, leaseEnding } from './commit.ts';
import { overruledBy } from './history.ts';
import type { MappingRun } from './mapping-run.ts';
import { leftEmpty } from './outside.ts';
import { presentSide } from './pair.ts';
import { moveIntents } from './places.ts';
import { baseOf, carryOver, NO_DIGEST, newLink, undecided } from './recall.ts';

/**
 * What must be durable before updates are sent, since afterwards a crash could leave no trace of it: which values are
 * overruled, and that the target's fields have no baseline until it is known what became of them. False when it can't be
 * recorded; then nothing must be written.
 */
export async function beforeUpdates(run: MappingRun, target: Side, updates: readonly Applied[]): Promise<boolean> {
  // Nothing is sent any more: what is to be written keeps its baseline, or an edit that is undone meanwhile would leave it without.
  run.context.stop ??= updates.length > 0 ? leaseEnding(run.context) : null;
  if (run.context.stop?.code === 'lease-lost') return false;
  const history = updates.flatMap((one) => overruledBy(run, target, one));
  const unlinked = updates.filter(({ pair }) => pair.link === null);
  const intents = moveIntents(run, target, updates);
  const links = [
    ...unlinked.flatMap(({ pair }) => pair.link ?? []),
    ...updates.flatMap((one) => withoutBaseline(run, target, one)),
  ];
  const nothing = history.length + links.length + intents.length === 0;
  return nothing || commit(run.context, { history, links, intents });
}

/**
 * What was surely not written has its baseline back. What the other side has been given by then is in the baselines, so
 * that Dovetail's own write is no edit when the pair is decided again.
 */
export async function afterUpdates(run: MappingRun, target: Side, updates: readonly Applied[]): Promise<void> {
  const links = updates.flatMap((one) => {
    const failed = one.stale || one.skipped || (one.park !== null && one.park.reason !== 'unknown');
    const { link } = one.pair;
    if (link || failed) one.pair.link = withWritten(run, one);
    if (!link && one.pair.link) run.counts.linked += 1;
    const changed = one.pair.link !== link || (link && withoutBaseline(run, target, one).length > 0);
    return failed && one.pair.link && changed ? [undecided(run, one.pair.link, writtenRows(one))] : [];
  });
  if (links.length > 0) await commit(run.context, { links });
}

/** The rows that the writes so far have brought into agreement. */
const writtenRows = ({ item, written }: Applied): ReadonlySet<number> =>
  new Set(
    SIDES.flatMap((side) => (written[side] ? (item.actions[side]?.changes ?? []) : [])).map(({ index }) => index),
  );

/**
 * The link with what was written so far as agreed; two records that were never linked are, once one was written. What they
 * agreed in then is agreed, too: an edit of it is one, and no first contact.
 */
function withWritten(run: MappingRun, one: Applied): Link | null {
  const { pair, item, written } = one;
  const sides = SIDES.filter((side) => written[side] !== undefined && item.actions[side]?.kind === 'update');
  if (sides.length === 0) return pair.link;
  const bases = { a: baseSoFar(run, one, 'a'), b: baseSoFar(run, one, 'b') };
  for (const side of sides) {
    for (const { index } of item.actions[side]?.changes ?? []) {
      const at = index * DIGEST_BYTES;
      const said = { [side]: written[side]?.digests, [otherSide(side)]: presentSide(pair, otherSide(side))?.digests };
      for (const one of SIDES) bases[one].set(said[one]?.subarray(at, at + DIGEST_BYTES) ?? NO_DIGEST, at);
    }
  }
  const link = pair.link ?? newLink(run, pair, bases);
  const touched = run.context.platform.clock.now();
  return carryOver(run, link, { ...link, aBase: bases.a, bBase: bases.b, touched });
}

/** The side's baselines before anything was written: at first contact of the rows that nothing was to be written of. */
function baseSoFar(run: MappingRun, { pair, item }: Applied, side: Side): Uint8Array {
  const base = new Uint8Array(run.layoutFields.length * DIGEST_BYTES);
  base.set(pair.link ? baseOf(pair.link, side) : (presentSide(pair, side)?.digests ?? []));
  if (pair.link) return base;
  const changes = SIDES.flatMap((one) => item.actions[one]?.changes ?? []);
  for (const { index } of [...changes, ...leftEmpty(pair, item)]) base.set(NO_DIGEST, index * DIGEST_BYTES);
  return base;
}

/** The link without the target's baseline for the fields that are about to be written, if their target's edits count. */
function withoutBaseline(run: MappingRun, target: Side, { pair, item }: Applied): Link[] {
  const base = pair.link ? baseOf(pair.link, target) : new Uint8Array(0);
  const indexes = (item.actions[target]?.changes ?? []).flatMap(({ index }) => {
    const flows = run.rules.fields[index]?.flows;
    return flows?.aToB && flows.bToA ? [index] : [];
  });
  if (!pair.link || base.length === 0 || indexes.length === 0) return [];
  const open = base.slice();
  for (const index of indexes) open.fill(0, index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
  const touched = run.context.platform.clock.now();
  const bare = target === 'a' ? { ...pair.link, aBase: open, touched } : { ...pair.link, bBase: open, touched };
  return [undecided(run, carryOver(run, pair.link, bare), new Set(indexes))];
}
