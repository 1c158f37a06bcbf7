import type { GetOutcome } from '../connector/port.ts';
import type { Park } from '../planning/plan-item.ts';
import { problem } from '../record/diagnostic.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Link, ParkedRecord } from '../store/port.ts';
import { commit } from './commit.ts';
import { countEnding } from './counts.ts';
import { decodeOne } from './decode.ts';
import { type MappingRun, spoilPages } from './mapping-run.ts';
import type { Pair } from './pair.ts';
import { idOf, linkedAmong, recallLinks, undecided } from './recall.ts';

/** A record merged into one that was merged itself is followed so far. */
const MOST_STEPS = 10;

/**
 * A record merged into another one of its system hands its link over to the survivor, which keeps its own if it has one.
 * The link moves before anything is decided, so that the survivor is nowhere taken for a record without one. Returns the
 * pairs that are left: a survivor that was read too goes on as its own pair.
 */
export async function handOverLinks(run: MappingRun, from: Side, pairs: readonly Pair[]): Promise<Pair[]> {
  const merged = pairs.filter((pair) => pair.link !== null && pair.survivor !== null);
  if (merged.length === 0) return [...pairs];
  const ended = new Set<Pair>();
  const moved = new Set<string>();
  for (const pair of merged) {
    const found = await survivorOf(run, from, pair.survivor ?? '');
    if (found.kind === 'unknown') pair.sides[from] = { kind: 'unknown', diagnostic: found.diagnostic };
    // A survivor that is gone as well makes this a delete like any other.
    if (found.kind !== 'present' || found.record.archived || !pair.link) continue;
    const survivor = found.record.id;
    const taken = (await recallLinks(run, from, [survivor])).get(survivor);
    if ((taken && (await keepsPartner(run, from, taken, pair.link))) || moved.has(survivor)) {
      pair.park = parkMerged(from, pair.ids[from] ?? '', survivor);
      continue;
    }
    const before = await parkedAs(run, from, survivor);
    if (waits(run, from, survivor, before)) {
      pair.park = parkBehind(from, pair.ids[from] ?? '', survivor);
      continue;
    }
    moved.add(survivor);
    const link = await moveLink(run, from, pair.link, survivor, pair.before ? [pair.before, ...before] : before);
    const own = pairs.find((one) => one.link === null && one.ids[from] === survivor);
    if (own) {
      countEnding(run, from, 'applied');
      ended.add(pair);
      takeLink(own, from, link, idOf(pair.link, from));
    } else {
      takeLink(pair, from, link, idOf(pair.link, from));
      pair.inherited = pair.before !== null;
      pair.before = null;
      pair.sides[from] = { kind: 'present', seen: decodeOne(run, run[from], found.record) };
    }
  }
  return pairs.filter((pair) => !ended.has(pair));
}

/** Under what a survivor without a link waits. */
const parkedAs = async (run: MappingRun, side: Side, survivor: string): Promise<ParkedRecord[]> =>
  run.parked === 0 ? [] : run.context.store.parked({ mapping: run.key, side, ids: [survivor] });

/**
 * Whether a survivor without a link has a create that may yet turn out to have worked, or was left to wait by this very run,
 * as when its create was refused: that it has none was not to be known before, and a plan took it for linked.
 */
const waits = (run: MappingRun, from: Side, survivor: string, before: readonly ParkedRecord[]): boolean =>
  run.open[otherSide(from)].has(survivor) ||
  before.some(({ last, reason }) => last >= run.context.started && !BY_MATCH.includes(reason));

/** What the match step says of a record, in a plan as in a sync. */
const BY_MATCH = ['duplicate-source', 'ambiguous-match', 'match-linked', 'match-outside'];

/**
 * Whether a survivor keeps the partner of its own link. That of a closed one, as when the filter unlinked it, may still be
 * there: were another one put in its place and lost, the survivor would be created anew beside it.
 */
async function keepsPartner(run: MappingRun, from: Side, own: Link, moving: Link): Promise<boolean> {
  if (own.state !== 'closed') return true;
  const other = otherSide(from);
  const partner = idOf(own, other);
  if (partner === idOf(moving, other) || run.gone[other].has(partner)) return false;
  if ((await linkedAmong(run, other, [partner])).size > 0) return false;
  if (!run[other].can.get) return true;
  const [outcome] = await run[other].connection.get(run[other].object, [partner]);
  return outcome !== undefined && outcome.kind !== 'gone' && !(outcome.kind === 'present' && outcome.record.archived);
}

async function survivorOf(run: MappingRun, from: Side, first: string): Promise<GetOutcome> {
  let id = first;
  for (let step = 0; ; step += 1) {
    const [outcome] = await run[from].connection.get(run[from].object, [id]);
    if (!outcome) return { kind: 'gone' };
    const next = outcome.kind === 'present' && outcome.record.archived ? outcome.record.mergedInto : null;
    if (next === null || step === MOST_STEPS) return outcome;
    id = next;
  }
}

async function moveLink(
  run: MappingRun,
  from: Side,
  link: Link,
  survivor: string,
  before: readonly ParkedRecord[],
): Promise<Link> {
  const known = undecided(run, link);
  const moved: Link =
    from === 'a' ? { ...known, a: survivor, aVersion: null } : { ...known, b: survivor, bVersion: null };
  spoilPages(run, null);
  await commit(run.context, {
    unlinked: [{ mapping: run.key, a: link.a, b: link.b }],
    links: [moved],
    // What the survivor waited for has come: it has a partner.
    released: before.map(({ side, id }) => ({ mapping: run.key, side, id })),
    history: [
      {
        mapping: run.key,
        a: moved.a,
        b: moved.b,
        run: run.context.id,
        at: run.context.platform.clock.now(),
        kind: 'merge',
        rule: 'merged',
        fields: [],
        digests: null,
      },
    ],
  });
  return moved;
}

function takeLink(pair: Pair, from: Side, link: Link, merged: string): void {
  pair.merged = merged;
  pair.link = link;
  pair.ids = { a: link.a, b: link.b };
  pair.sides[otherSide(from)] = { kind: 'unread' };
  pair.survivor = null;
}

function parkBehind(side: Side, id: string, survivor: string): Park {
  const diagnostic = problem('merged-into-waiting', `Merged into ${survivor}, which waits itself`, {
    next: 'It goes on by itself in a later run.',
  });
  return { side, id, reason: 'merged-into-linked', diagnostic, waitsFor: null };
}

function parkMerged(side: Side, id: string, survivor: string): Park {
  const diagnostic = problem('merged-into-linked', `Merged into ${survivor}, which has a partner already`, {
    next: 'Merge the two records of the other system as well, or dismiss this one.',
  });
  return { side, id, reason: 'merged-into-linked', diagnostic, waitsFor: null };
}
