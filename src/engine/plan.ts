import { decidePair, type PairCase } from '../planning/pair-decision.ts';
import type { PlanItem, Presence } from '../planning/plan-item.ts';
import { problem } from '../record/diagnostic.ts';
import { DIGEST_BYTES, sameDigest } from '../record/digest.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import { isApproved } from './approval.ts';
import { decodeOne } from './decode.ts';
import { passes } from './filter.ts';
import { isPlanned } from './foreseen.ts';
import { map, ownDigest, validate } from './map.ts';
import type { MappingRun } from './mapping-run.ts';
import { matchByKeys } from './match-keys.ts';
import { parkOscillating } from './oscillation.ts';
import { withOpenReferences } from './outside.ts';
import { expressedOn, type Pair, type Planned, wasGone } from './pair.ts';
import { baseOf, fieldChanged, isAdded, isMarked, isOpened, isRemapped } from './recall.ts';
import { checkRecords, sideToCheck } from './record-rules.ts';
import { resolve } from './resolve.ts';

/** Step *plan*: the three-way decision of each pair. Where it needs a record that was not read, that one is read first. */
export async function plan(run: MappingRun, pairs: readonly Pair[]): Promise<Planned[]> {
  const planned: Planned[] = [];
  let open = [...pairs];
  while (open.length > 0) {
    const needs: Record<Side, Pair[]> = { a: [], b: [] };
    for (const pair of open) {
      const decided = decide(run, pair);
      const side = decided.kind === 'planned' ? sideToCheck(run, pair, decided.item) : decided.side;
      if (side) needs[side].push(pair);
      else if (decided.kind === 'planned') planned.push({ pair, item: decided.item });
    }
    open = [...needs.a, ...needs.b];
    await readPartners(run, 'a', needs.a);
    await readPartners(run, 'b', needs.b);
    await prepare(run, open);
  }
  return parkOscillating(run, checkRecords(run, planned));
}

/** Records whose match was gone when it was read may match another one, by the same rule or a later one. */
export async function matchAnew(run: MappingRun, pairs: readonly Pair[]): Promise<void> {
  for (const from of SIDES) {
    const alone = pairs.filter((pair) => pair.from === from && pair.sides[otherSide(from)].kind === 'none');
    // Of a side that is still being read the match may be yet to come.
    if (!run.reads[otherSide(from)].complete) for (const pair of alone) if (pair.joint) waitForRead(pair);
    await matchByKeys(run, from, alone);
  }
}

function waitForRead(pair: Pair): void {
  if (pair.link || pair.sides[pair.from].kind !== 'present') return;
  const diagnostic = problem('write-conflict', 'The record that it matched was deleted while it was being written', {
    next: 'It is matched anew in the next run.',
  });
  pair.park = { side: pair.from, id: pair.ids[pair.from] ?? '', reason: 'write-conflict', diagnostic, waitsFor: null };
}

/** The steps between match and plan, for pairs whose records changed under them. */
export async function prepare(run: MappingRun, pairs: readonly Pair[]): Promise<void> {
  if (pairs.length === 0) return;
  await matchAnew(run, pairs);
  await resolve(run, pairs);
  map(run, pairs);
  validate(run, pairs);
}

function decide(run: MappingRun, pair: Pair) {
  if (pair.park) {
    const item: PlanItem = {
      ...pair.ids,
      rule: 'match',
      actions: {},
      link: 'none',
      refresh: false,
      park: pair.park,
      waits: null,
      ending: 'parked',
    };
    return { kind: 'planned', item } as const;
  }
  const decided = decidePair(run.rules, caseOf(run, pair));
  return decided.kind === 'planned'
    ? { ...decided, item: withOpenReferences(pair, inTodaysLayout(run, pair, decided.item)) }
    : decided;
}

/** Where changed rules make no difference to a pair, that is on record too: else every later run would look into it again. */
function inTodaysLayout(run: MappingRun, { link }: Pair, item: PlanItem): PlanItem {
  const asWas = item.rule === 'unchanged' && item.ending === 'unchanged';
  return asWas && link && run.realigned.has(link) ? { ...item, link: 'keep', refresh: true } : item;
}

/** What is known of a pair, to be decided. */
export function caseOf(run: MappingRun, pair: Pair): PairCase {
  return {
    from: pair.from,
    link: pair.link ? (pair.link.state === 'silent' ? 'silent' : 'active') : 'none',
    ids: pair.ids,
    sides: pair.sides,
    inFilter: { a: passes(run, 'a', pair.sides.a), b: passes(run, 'b', pair.sides.b) },
    changed: (side, index) =>
      pair.link && isOpened(run, pair.link, index) ? null : hasChanged(run, pair, side, index),
    edited: (side, index) => mayBeEdited(run, pair, side, index),
    remapped: (side, index) => isRemapped(run, pair.link, side, index),
    expressed: (side, index) => expressedOn(pair, side, index),
    agrees: (target, index) => agreesOn(run, pair, target, index),
    approved: (reason) => isApproved(pair, reason),
    readable: { a: !run.a.writeOnly, b: !run.b.writeOnly },
  };
}

function mayBeEdited(run: MappingRun, pair: Pair, side: Side, index: number): boolean {
  if (pair.link && isAdded(run, pair.link, index)) return false;
  const changed = hasChanged(run, pair, side, index);
  // A reference that was left empty has no baseline.
  if (changed === null && run.mapping.fields[index]?.outside === 'empty') return false;
  return changed !== false || (pair.link !== null && isMarked(pair.link, side, index));
}

function hasChanged(run: MappingRun, { link, sides }: Pair, side: Side, index: number): boolean | null {
  const presence = sides[side];
  if (!link) return null;
  if (presence.kind !== 'present') return fieldChanged(link, side, baseOf(link, side), index);
  const { digests } = presence.seen;
  const own = fieldChanged(link, side, digests, index);
  if (own !== false) return own;
  // What an expression makes of several fields has changed with any of them.
  return run[side].sources[index]?.some((at) => fieldChanged(link, side, digests, at)) ?? false;
}

function agreesOn(run: MappingRun, pair: Pair, target: Side, index: number): boolean {
  const held = digestsHeld(pair, target);
  if (held === null) return false;
  const own = ownDigest(run, target, index, expressedOn(pair, target, index));
  return own !== null && sameDigest(own, 0, held, index * DIGEST_BYTES);
}

/** What a side holds now: from the record or, unread, from its baseline. */
function digestsHeld(pair: Pair, side: Side): Uint8Array | null {
  const presence = pair.sides[side];
  if (presence.kind === 'present') return presence.seen.digests;
  const base = pair.link ? baseOf(pair.link, side) : null;
  return base && base.length > 0 ? base : null;
}

/** Direct reads of partners that were not among the changes, in bulk where the system can. */
export async function readPartners(run: MappingRun, side: Side, pairs: readonly Pair[]): Promise<void> {
  for (const pair of pairs) if (isPlanned(run, pair.ids[side])) pair.sides[side] = notYetThere;
  const there = pairs.filter((pair) => !isPlanned(run, pair.ids[side]));
  if (there.length === 0) return;
  const outcomes = await run[side].connection.get(
    run[side].object,
    there.map((pair) => pair.ids[side] ?? ''),
  );
  for (const [index, pair] of there.entries()) {
    const outcome = outcomes[index];
    if (!outcome || outcome.kind === 'unknown') {
      if (outcome) pair.sides[side] = { kind: 'unknown', diagnostic: outcome.diagnostic };
    } else if (!pair.link && (outcome.kind === 'gone' || outcome.record.archived)) {
      run.lost[side].add(pair.ids[side] ?? '');
      loseUnlinked(pair, side);
    } else if (outcome.kind === 'gone') {
      pair.sides[side] = missing(run, side, pair);
    } else {
      const seen = decodeOne(run, run[side], outcome.record);
      pair.sides[side] = seen.archived ? { kind: 'gone', proof: 'tombstone' } : { kind: 'present', seen };
    }
  }
}

const notYetThere: Presence = {
  kind: 'unknown',
  diagnostic: problem('planned', 'The record is yet to be created, by this very plan'),
};

/** One of two records that match but were never linked is gone: what is left is the other one, if it is there and was read. */
export function loseUnlinked(pair: Pair, side: Side): void {
  const other = otherSide(side);
  if (pair.sides[other].kind === 'none' || (side === pair.from && !pair.joint)) {
    pair.sides[side] = { kind: 'gone', proof: 'direct-read' };
    // The other one was not read for its own sake: it stays what it is, above all where it is parked.
    if (pair.sides[other].kind !== 'none') pair.beforeOther = null;
    pair.sides[other] = { kind: 'none' };
    pair.ids[other] = null;
    return;
  }
  if (side === pair.from) pair.from = other;
  pair.sides[side] = { kind: 'none' };
  pair.ids = side === 'a' ? { a: null, b: pair.ids.b } : { a: pair.ids.a, b: null };
}

/**
 * A direct read that finds nothing proves a delete only together with a sweep, of this run or of the one that found what is
 * parked since; until then nothing follows from it.
 */
function missing(run: MappingRun, side: Side, pair: Pair): Presence {
  const id = pair.ids[side] ?? '';
  const isProved = [pair.before, pair.beforeOther].some((known) => known?.side === side && wasGone(known));
  if (isProved || run.gone[side].has(id)) return { kind: 'gone', proof: 'direct-read' };
  const diagnostic = problem('partner-missing', `${run[side].system} ${run[side].object} ${id} was not found`, {
    next: 'The next sweep decides whether it was deleted; `dovetail sync --sweep` runs one now.',
  });
  return { kind: 'unknown', diagnostic };
}
