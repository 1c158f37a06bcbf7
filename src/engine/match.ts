import type { Ending, Presence, Seen } from '../planning/plan-item.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Link, ParkedRecord } from '../store/port.ts';
import { isOwnCreate } from './apply-creates.ts';
import { commit } from './commit.ts';
import { countEnding } from './counts.ts';
import { decodeOne } from './decode.ts';
import { isForeseen } from './foreseen.ts';
import type { MappingRun } from './mapping-run.ts';
import { matchByKeys } from './match-keys.ts';
import { handOverLinks } from './merged.ts';
import { PARENT_OUTSIDE } from './outside.ts';
import { digestText, type Pair, seenOf } from './pair.ts';
import { parkAtOpenPlaces } from './places.ts';
import { loseUnlinked, matchAnew, readPartners } from './plan.ts';
import { idOf, isUnchanged, linkedAmong, recallLinks } from './recall.ts';

/**
 * Step *match*: which record on the other side is the same: the link, else the match keys, else none. Records that
 * equal their baseline end here as unchanged; every other becomes a pair with what is known of its partner.
 */
export async function match(run: MappingRun, from: Side, page: readonly Seen[]): Promise<Pair[]> {
  const links = await recallLinks(
    run,
    from,
    page.map((seen) => seen.id),
  );
  const before = await parkedBefore(run, from, page);
  const found: Pair[] = [];
  const open: Seen[] = [];
  let unchanged = 0;
  for (const seen of page) {
    const link = links.get(seen.id) ?? null;
    const parked = before.get(seen.id) ?? null;
    if (!parked && (isUnchanged(run, from, seen, link) || isForeseen(run, link))) unchanged += 1;
    else if (mustWait(run, from, seen, parked)) {
      if (run.open[otherSide(from)].has(seen.id)) open.push(seen);
      countEnding(run, from, endingOf(parked));
    } else found.push(newPair(run, from, seen, link, parked));
  }
  await keepKeys(run, from, open);
  run.counts[from].unchanged += unchanged;
  if (unchanged === page.length) {
    run.pages[from]?.settle();
    run.context.onEvent({ type: 'progress', mapping: run.mapping.name, counts: run.counts });
    return [];
  }
  await readWritten(run, from, found);
  const pairs = await handOverLinks(run, from, found);
  parkAtOpenPlaces(run, from, pairs);
  takePartners(run, from, pairs);
  await readFormer(run, from, pairs);
  await matchByKeys(run, from, pairs);
  parkAtOpenPlaces(run, otherSide(from), pairs);
  await recallParkedPartners(run, from, pairs);
  const left = pairs.filter((pair) => !partnerWaits(run, pair));
  const matched = left.filter((pair) => pair.ids[otherSide(from)] !== null);
  await readDoubtful(run, from, left);
  // What it waited together with may be gone, and another one be its match by now.
  await matchAnew(
    run,
    matched.filter((pair) => pair.ids[otherSide(from)] === null),
  );
  return left;
}

/** The keys that records with an open create have by now: what matches one of them waits as well. */
async function keepKeys(run: MappingRun, side: Side, open: readonly Seen[]): Promise<void> {
  if (open.length === 0) return;
  const keys = open.map(({ id, fields }) => ({ mapping: run.key, side, id, keys: run[side].keysOf(fields) }));
  await commit(run.context, { keys });
}

/**
 * A record that comes up again after this run has dealt with its pair: it may have been read before the run wrote to it,
 * on a later page or as a parked record of the side that is read ahead, so what it says is no change. It is read once more.
 */
async function readWritten(run: MappingRun, from: Side, pairs: readonly Pair[]): Promise<void> {
  const written = pairs.filter((pair) => pair.link?.run === run.context.id);
  if (run[from].can.get) await readPartners(run, from, written);
}

/**
 * A record with an open intent is not touched. What was parked and read once more, as changes overlap, is not tried
 * again for that; nor is what a person dismissed, until it changes.
 */
function mustWait(run: MappingRun, from: Side, seen: Seen, parked: ParkedRecord | null): boolean {
  if (run.open[otherSide(from)].has(seen.id) || isOwnCreate(run, from, seen)) return true;
  // Of a record that is gone nothing is kept.
  if (!parked?.seen.startsWith(seen.archived ? ' ' : `${digestText(seen)} `)) return false;
  return parked.dismissed !== null || (parked.rules === run.parkDigest && !run.retried[from].has(seen.id));
}

/** The same for a pair that is parked under its other record: both are as they were then. */
function partnerWaits(run: MappingRun, pair: Pair): boolean {
  const { from, beforeOther } = pair;
  const parked = beforeOther;
  const other = otherSide(from);
  if (!parked || parked.partner !== pair.ids[from] || run.retried[other].has(parked.id)) return false;
  // A record that is gone is parked under its own id: when its partner was parked, it was not.
  if (pair.sides[from].kind !== 'present') return false;
  const [, ours = ''] = parked.seen.split(' ');
  const unread = pair.sides[other].kind === 'unread';
  if (unread ? !seenOf(pair, from).startsWith(`${ours} `) : parked.seen !== seenOf(pair, other)) return false;
  if (parked.dismissed === null && parked.rules !== run.parkDigest) return false;
  if (run.retried[from].has(pair.ids[from] ?? '')) return false;
  countEnding(run, from, endingOf(parked));
  if (pair.joint) countEnding(run, otherSide(from), endingOf(parked));
  return true;
}

const endingOf = (parked: ParkedRecord | null): Ending => (parked?.reason === PARENT_OUTSIDE ? 'unchanged' : 'parked');

function newPair(run: MappingRun, from: Side, seen: Seen, link: Link | null, before: ParkedRecord | null): Pair {
  const live = link && link.state !== 'closed' ? link : null;
  const pair = emptyPair(from, live, live ? { a: live.a, b: live.b } : sidesOf(from, seen.id, null));
  if (link && !live && run[otherSide(from)].can.get) {
    pair.ids[otherSide(from)] = idOf(link, otherSide(from));
    pair.sides[otherSide(from)] = { kind: 'unread' };
  }
  pair.former = link && !live ? idOf(link, otherSide(from)) : null;
  pair.before = before;
  pair.sides[from] = seen.archived ? { kind: 'gone', proof: 'tombstone' } : { kind: 'present', seen };
  pair.survivor = seen.archived ? seen.mergedInto : null;
  pair.keys[from] = run[from].keysOf(seen.fields);
  return pair;
}

/** The partners of records that come back after their link was closed: they may be gone, or another record's by now. */
async function readFormer(run: MappingRun, from: Side, pairs: readonly Pair[]): Promise<void> {
  const other = otherSide(from);
  const back = pairs.filter((pair) => !pair.link && pair.ids[other] !== null);
  const taken = await linkedAmong(
    run,
    other,
    back.map((pair) => pair.ids[other] ?? ''),
  );
  for (const pair of back) {
    const id = pair.ids[other] ?? '';
    if (taken.has(id) || run.claimed[other].has(id)) {
      loseUnlinked(pair, other);
      continue;
    }
    run.claimed[other].set(id, []);
    for (const [rule, digest] of (pair.keys[from] ?? []).entries()) {
      if (digest !== null) run.taken[from].set(`${rule} ${digest}`, pair.ids[from] ?? '');
    }
  }
  await readPartners(
    run,
    other,
    back.filter((pair) => pair.ids[other] !== null),
  );
}

export function emptyPair(from: Side, link: Link | null, ids: Record<Side, string | null>): Pair {
  return {
    from,
    link,
    ids,
    sides: { a: link ? { kind: 'unread' } : { kind: 'none' }, b: link ? { kind: 'unread' } : { kind: 'none' } },
    park: null,
    before: null,
    beforeOther: null,
    former: null,
    survivor: null,
    inherited: false,
    merged: null,
    joint: false,
    swept: false,
    keys: {},
    references: { a: null, b: null },
    outside: { a: new Map(), b: new Map() },
    lookedUp: { a: null, b: null },
    expressed: { a: [], b: [] },
    findings: { a: [], b: [] },
  };
}

const sidesOf = (side: Side, id: string, other: string | null): Record<Side, string | null> =>
  side === 'a' ? { a: id, b: other } : { a: other, b: id };

export async function parkedBefore(
  run: MappingRun,
  side: Side,
  page: readonly Seen[],
): Promise<Map<string, ParkedRecord>> {
  if (run.parked === 0) return new Map();
  const ids = page.map((seen) => seen.id);
  const parked = await run.context.store.parked({ mapping: run.key, side, ids, includeDismissed: true });
  return new Map(parked.map((one) => [one.id, one]));
}

/** What the other side holds of the linked pairs: read ahead, proved gone, or unread. */
function takePartners(run: MappingRun, from: Side, pairs: readonly Pair[]): void {
  const other = otherSide(from);
  const wanted = from === 'a' ? pairs.flatMap((pair) => (pair.link ? [idOf(pair.link, other)] : [])) : [];
  const spooled = run.scratch.take(wanted);
  for (const pair of pairs) {
    if (!pair.link) continue;
    const id = idOf(pair.link, other);
    const record = spooled.get(id)?.record;
    pair.sides[other] = record ? presentOrGone(decodeOne(run, run[other], record)) : { kind: 'unread' };
    if (record) pair.joint = true;
    else if (run.gone[other].has(id)) pair.sides[other] = { kind: 'gone', proof: 'direct-read' };
    for (const side of ['a', 'b'] as const) {
      if (run.gone[side].has(idOf(pair.link, side))) run.gone[side].set(idOf(pair.link, side), true);
    }
  }
}

/** Under which partners the pairs are parked. */
export async function recallParkedPartners(run: MappingRun, from: Side, pairs: readonly Pair[]): Promise<void> {
  const other = otherSide(from);
  const paired = pairs.filter((pair) => pair.ids[other] !== null);
  if (run.parked === 0 || paired.length === 0) return;
  const ids = paired.map((pair) => pair.ids[other] ?? '');
  const parked = await run.context.store.parked({ mapping: run.key, side: other, ids, includeDismissed: true });
  const known = new Map(parked.map((one) => [one.id, one]));
  for (const pair of paired) pair.beforeOther = known.get(pair.ids[other] ?? '') ?? null;
}

/** What was read of a parked pair is in no baseline, so an unread record of it may have changed: it is read again. */
export async function readDoubtful(run: MappingRun, from: Side, pairs: readonly Pair[]): Promise<void> {
  const other = otherSide(from);
  const unsure = (pair: Pair) =>
    pair.beforeOther !== null || pair.inherited || (pair.before !== null && pair.link !== null);
  await readPartners(
    run,
    other,
    pairs.filter((pair) => unsure(pair) && pair.sides[other].kind === 'unread'),
  );
}

export const presentOrGone = (seen: Seen): Presence =>
  seen.archived ? { kind: 'gone', proof: 'tombstone' } : { kind: 'present', seen };
