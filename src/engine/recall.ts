import type { Seen } from '../planning/plan-item.ts';
import { DIGEST_BYTES, sameDigest } from '../record/digest.ts';
import type { Side } from '../record/side.ts';
import type { Link } from '../store/port.ts';
import { passes } from './filter.ts';
import { compareLayouts, type Realignment } from './layout.ts';
import type { MappingRun } from './mapping-run.ts';
import type { Pair } from './pair.ts';

/** The links of these records, their bases laid out as the mapping is today. */
export async function recallLinks(run: MappingRun, side: Side, ids: readonly string[]): Promise<Map<string, Link>> {
  const links = await run.context.store.links(run.key, side, ids);
  for (const [id, link] of links) links.set(id, await inLayout(run, link));
  return links;
}

/** A link with its bases laid out as the mapping is today. */
export async function inLayout(run: MappingRun, link: Link): Promise<Link> {
  return link.layout === run.layout ? link : realign(run, link);
}

/** Which of these records have an open link, whose partner they are. */
export async function linkedAmong(run: MappingRun, side: Side, ids: readonly string[]): Promise<Set<string>> {
  const links = ids.length === 0 ? [] : await run.context.store.links(run.key, side, ids);
  return new Set([...links].flatMap(([id, link]) => (link.state === 'closed' ? [] : [id])));
}

/** Fields that the link's layout did not have get eight zero bytes: no baseline. */
async function realign(run: MappingRun, link: Link): Promise<Link> {
  const realignment = await realignmentOf(run, link.layout);
  const { positions } = realignment;
  const move = (base: Uint8Array): Uint8Array => {
    if (base.length === 0) return base;
    const moved = new Uint8Array(run.layoutFields.length * DIGEST_BYTES);
    for (const [to, from] of positions.entries()) {
      if (from >= 0) moved.set(base.subarray(from * DIGEST_BYTES, (from + 1) * DIGEST_BYTES), to * DIGEST_BYTES);
    }
    return moved;
  };
  const realigned = { ...link, layout: run.layout, aBase: move(link.aBase), bBase: move(link.bBase) };
  run.realigned.set(realigned, realignment);
  return realigned;
}

async function realignmentOf(run: MappingRun, layout: number): Promise<Realignment> {
  const known = run.layouts.get(layout);
  if (known) return known;
  const realignment = compareLayouts(await run.context.store.layoutFields(layout), run.layoutFields);
  run.layouts.set(layout, realignment);
  return realignment;
}

/** Whether the row makes another value of this side's record than when the link last agreed. */
export const isRemapped = (run: MappingRun, link: Link | null, side: Side, index: number): boolean =>
  link !== null && ((run.realigned.get(link)?.remapped[side].has(index) ?? false) || isMarked(link, side, index));

/** Whether that stands in the baseline itself: what else has become of the field on this side is not known then. */
export const isMarked = (link: Link, side: Side, index: number): boolean =>
  baseOf(link, side).length > 0 && sameDigest(baseOf(link, side), index * DIGEST_BYTES, REMAPPED_DIGEST, 0);

/** Whether the row goes in a new direction since the link last agreed: its baselines tell nothing about that. */
export const isOpened = (run: MappingRun, link: Link, index: number): boolean =>
  run.realigned.get(link)?.opened.has(index) ?? false;

export const isAdded = (run: MappingRun, link: Link, index: number): boolean =>
  run.realigned.get(link)?.added.has(index) ?? false;

/** `next` is the same link after a part of what was decided has been done: what its rows have become still holds. */
export function carryOver(run: MappingRun, link: Link, next: Link): Link {
  const realignment = run.realigned.get(link);
  if (realignment) run.realigned.set(next, realignment);
  return next;
}

/**
 * A link to be stored as it is today before its rows have been decided: what changed rules have yet to bring stands in its
 * baselines, as a digest that no value has (another value is made of the record) or as none (as at first contact).
 */
export function undecided(run: MappingRun, link: Link, done: ReadonlySet<number> = new Set()): Link {
  const realignment = run.realigned.get(link);
  if (!realignment) return link;
  const { opened, remapped } = realignment;
  const marked = (side: Side): Uint8Array => {
    const base = baseOf(link, side).slice();
    const mark = (rows: ReadonlySet<number>, digest: Uint8Array) => {
      for (const index of rows) {
        const at = index * DIGEST_BYTES;
        if (base.length > 0 && !done.has(index) && !sameDigest(base, at, NO_DIGEST, 0)) base.set(digest, at);
      }
    };
    mark(remapped[side], REMAPPED_DIGEST);
    mark(opened, NO_DIGEST);
    return base;
  };
  return { ...link, aBase: marked('a'), bBase: marked('b') };
}

/** A link of two records; a side without a base has no baseline yet. */
export function newLink(run: MappingRun, pair: Pair, bases: Partial<Record<Side, Uint8Array>>): Link {
  return {
    mapping: run.key,
    a: pair.ids.a ?? '',
    b: pair.ids.b ?? '',
    aVersion: null,
    bVersion: null,
    aBase: bases.a ?? new Uint8Array(0),
    bBase: bases.b ?? new Uint8Array(0),
    layout: run.layout,
    state: 'active',
    touched: run.context.platform.clock.now(),
    run: run.context.id,
  };
}

export const baseOf = (link: Link, side: Side): Uint8Array => (side === 'a' ? link.aBase : link.bBase);
export const idOf = (link: Link, side: Side): string => (side === 'a' ? link.a : link.b);
export const versionOf = (link: Link, side: Side): string | null => (side === 'a' ? link.aVersion : link.bVersion);

/** Of a field without a baseline. */
export const NO_DIGEST = new Uint8Array(DIGEST_BYTES);

/** Of a field of which the mapping makes another value than when the link last agreed. */
const REMAPPED_DIGEST = new Uint8Array(DIGEST_BYTES).fill(0xff);

/** Whether a field's digest differs from the baseline; null where there is no baseline. */
export function fieldChanged(link: Link, side: Side, digests: Uint8Array, index: number): boolean | null {
  const base = baseOf(link, side);
  const at = index * DIGEST_BYTES;
  if (base.length === 0 || sameDigest(base, at, NO_DIGEST, 0)) return null;
  return !sameDigest(base, at, digests, at) && !isMarked(link, side, index);
}

/** Whether a record is just as it was when both sides last agreed: one comparison for a record without changes. */
export function isUnchanged(run: MappingRun, side: Side, seen: Seen, link: Link | null): boolean {
  if (!link) return false;
  if (link.state === 'closed') return seen.archived || baseOf(link, side).length > 0;
  if (seen.archived || run.recheck || Buffer.compare(seen.digests, baseOf(link, side)) !== 0) return false;
  return !hasCrossed(run, side, seen, link) && !isOutdated(run, link);
}

/** Whether the link agreed by rows that have been edited since: no list showed it yet when all was read for that. */
const isOutdated = (run: MappingRun, link: Link): boolean => link.state === 'active' && run.realigned.has(link);

/**
 * Whether the filter says something else of a record than its link, perhaps just as it was. Of a silent pair that is back,
 * what has been changed on the other side meanwhile flows. Out of an edited filter, it was not yet listed when all was read
 * for that.
 */
const hasCrossed = (run: MappingRun, side: Side, seen: Seen, link: Link): boolean =>
  run.mapping.filter[side] !== null && passes(run, side, { kind: 'present', seen }) === (link.state === 'silent');
