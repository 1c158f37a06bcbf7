import { otherSide, type Side } from '../../src/record/side.ts';
import type { Suspect } from './doubles.ts';
import { isEmptyWire, MAPPINGS, type MappingName, placeOn } from './fields.ts';
import type { Filtered } from './filtered.ts';
import type { Partners } from './partners.ts';
import type { Reads } from './reads.ts';
import { follows } from './rules.ts';
import { declaredLag, type WorldSpec } from './spec.ts';
import { type Overwritten, sameJson, type Tracked, type Write } from './tracked.ts';
import type { Raw } from './views.ts';

/** What a person let through, and when. */
export interface Approval {
  reason: string;
  at: number;
  /** Both records as they were then. */
  seen: Partial<Record<Side, Raw>>;
}

/** What the ledger tells. */
interface Known {
  readonly overwritten: Overwritten[];
  readonly suspects: Map<string, Suspect>;
  readonly partners: Partners;
  inWindow: number;
  tracked(mapping: MappingName, side: Side, id: string): Tracked | undefined;
  approvals(mapping: MappingName, side: Side, id: string, partner: string | null): Approval[];
  alive(mapping: MappingName, side: Side): Iterable<[string, Tracked]>;
  readonly filtered: Filtered;
  isWholeGone(mapping: MappingName, side: Side, id: string): boolean;
  readonly reads: Reads;
  fail(invariant: string, what: string): void;
}

interface Removed {
  mapping: MappingName;
  side: Side;
  id: string;
  tracked: Tracked;
}

/**
 * Dovetail removed a record: its partner must have been removed by a person, and nobody's edit may go with it. Says how it
 * came to that.
 */
export function checkRemoved(ledger: Known, spec: WorldSpec, removed: Removed, write: Write): string {
  const { mapping, side, id, tracked } = removed;
  const partner = ledger.partners.lastOf(mapping, side, id);
  const approved = ledger.approvals(mapping, side, id, partner);
  // Entered between the read of a whole and a write of it that asks for no version.
  if (placeOn(mapping, side) && ledger.reads.isInWindow(mapping, side, id, tracked.edited, write)) {
    ledger.inWindow += 1;
    return 'lost in the window';
  }
  // Put in at a new place by a move that could not be ended, since the record has left the old one: taken out again as it was.
  if (placeOn(mapping, side) && partner === null && isTakenBack(tracked, write)) return 'taken back';
  const place = placeLeft(ledger, spec, removed, partner, write);
  if (place === null) checkCause(ledger, spec, removed, partner, approved, write);
  // It goes with its whole, as fields do that no mapping names: whoever let that be deleted meant all of it.
  if (place === 'with its whole') return place;
  if (place) clearOfSuspicion(ledger, removed, place.moved, write);
  checkPending(ledger, spec, removed, place, approved, write);
  return place === null ? 'taken out' : 'moved';
}

/** What this very process put there, and nobody has touched since. */
const isTakenBack = (tracked: Tracked, write: Write): boolean => isPut(tracked, write) && tracked.held.length === 1;

/**
 * What is linked and moves to where its partner belongs is no new record there, though another one has its key by now: as
 * when the survivor of a merge, which waited for a match, took over the link of the other one (seed 29193).
 */
function clearOfSuspicion(ledger: Known, { mapping, side, id }: Removed, moved: Tracked, write: Write): void {
  if (ledger.partners.of(mapping, side, id) === null || !isPut(moved, write)) return;
  for (const [twin, { made }] of ledger.suspects) {
    const isIts = twin.startsWith(`${mapping} ${side} `) && ledger.tracked(mapping, side, made) === moved;
    if (isIts) ledger.suspects.delete(twin);
  }
}

function checkPending(
  ledger: Known,
  spec: WorldSpec,
  { mapping, side, id, tracked }: Removed,
  place: { moved: Tracked } | null,
  approved: readonly Approval[],
  write: Write,
): void {
  const informed = approved.filter((one) => one.reason === 'delete-update-conflict');
  const inSight = Math.max(...informed.map((one) => one.at));
  for (const [field, pending] of tracked.pending) {
    const name = MAPPINGS[mapping].fields.find((one) => one.a === field)?.[side] ?? '';
    // Whoever lets a delete through in spite of an edit has seen what there was by then.
    if (pending.at <= inSight) continue;
    // So has whoever saw what a later edit was taken back to (seed 13305).
    if (informed.some(({ seen }) => seen[side] && sameJson(seen[side][name], pending.value))) continue;
    const there = place?.moved;
    if (there && sameJson(there.raw[name], pending.value)) {
      there.pending.set(field, pending);
      continue;
    }
    // What the other side's value had overruled, though that is not carried over, must be on record.
    if (there || !follows(spec.policies[mapping].rules, otherSide(side))) {
      ledger.overwritten.push({ mapping, side, id, field: name, lost: pending.value, at: pending.at });
      continue;
    }
    if (ledger.reads.isInWindow(mapping, side, id, pending.at, write)) ledger.inWindow += 1;
    else {
      const where = `${mapping} ${side} ${id}`;
      ledger.fail('no-lost-update', `${where} was removed with an edit of ${field} that is nowhere else`);
    }
  }
}

/** Why a part or line is no longer where it was, although its partner is there: null where there is no such reason. */
function placeLeft(
  ledger: Known,
  spec: WorldSpec,
  removed: Removed,
  partner: string | null,
  write: Write,
): { moved: Tracked } | 'with its whole' | null {
  const { mapping, side, id } = removed;
  if (!placeOn(mapping, side)) return null;
  if (ledger.isWholeGone(mapping, side, id)) return 'with its whole';
  const other = otherSide(side);
  const reference = MAPPINGS[mapping].fields.find((field) => field.kind === 'reference');
  const theirs = partner === null ? undefined : ledger.tracked(mapping, other, partner);
  // Two records that match and stand at different places are brought together before they are linked.
  if (partner === null) return movedUnlinked(ledger, removed, write);
  const { parent } = reference ?? {};
  if (!theirs || !reference || !parent) return null;
  const placeIn = (raw: Raw): Tracked | null => {
    const whole = ledger.partners.lastOf(parent, other, String(raw[reference[other]] ?? ''));
    const there = whole === null || whole === id ? undefined : ledger.tracked(mapping, side, whole);
    // Somebody may have deleted it at its new place before it was taken out of the old one (seed 17138).
    const isThere = there?.goneBy === null || (there?.goneBy === 'person' && there.since >= write.started);
    return there && isThere ? there : null;
  };
  // A list that lags shows where it stood before an edit of the last moments (seed 2727).
  const isRecent = theirs.edited > write.started - declaredLag(spec)[other];
  const before = isRecent ? theirs.held.map(placeIn).find((one) => one !== null && isPut(one, write)) : null;
  const moved = placeIn(theirs.raw) ?? before ?? null;
  return moved && { moved };
}

/** What this very process put there. */
const isPut = ({ by, since }: Tracked, { started }: Write): boolean => by === 'dovetail' && since >= started;

function movedUnlinked(ledger: Known, { mapping, side, tracked }: Removed, write: Write): { moved: Tracked } | null {
  const said = MAPPINGS[mapping].fields.filter((field) => field.kind !== 'reference').map((field) => field[side]);
  const [found] = [...ledger.alive(mapping, side)].filter(
    ([, one]) =>
      isPut(one, write) &&
      said.some((name) => !isEmptyWire(tracked.raw[name]) && sameJson(one.held[0]?.[name], tracked.raw[name])),
  );
  return found ? { moved: found[1] } : null;
}

function checkCause(
  ledger: Known,
  spec: WorldSpec,
  { mapping, side, id }: Removed,
  partner: string | null,
  approved: readonly Approval[],
  write: Write,
): void {
  const where = `${mapping} ${side} ${id}`;
  const other = otherSide(side);
  const theirs = partner === null ? undefined : ledger.tracked(mapping, other, partner);
  const { onLeave } = spec.policies[mapping].rules;
  const left =
    (onLeave === 'delete' || onLeave === 'archive') &&
    partner !== null &&
    ledger.filtered.wasOutside(mapping, other, partner);
  if (!theirs) ledger.fail('proved-delete', `${where} was removed without ever having had a partner`);
  // What stood within a record of which Dovetail removed the whole is gone as if a person had removed it.
  else if (
    !left &&
    !ledger.isWholeGone(mapping, other, partner ?? '') &&
    theirs.goneBy !== 'person' &&
    theirs.since < write.started
  ) {
    ledger.fail('proved-delete', `${where} was removed, but nobody removed its partner ${partner}`);
  }
  if (left || approved.some((one) => one.reason.includes('delete'))) return;
  // A person decides about deletes where the mapping says so.
  const policy = spec.policies[mapping].propagate[other].delete;
  if (policy === 'delete' || policy === 'archive') return;
  ledger.fail('proved-delete', `${where} was removed, although such deletes are to ${policy} and nobody approved it`);
}
