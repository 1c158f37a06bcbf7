import type { LookedUp } from '../mapping/map-field.ts';
import type { Park, PlanItem, Presence, Seen } from '../planning/plan-item.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import { ABSENT, type Expressed } from '../record/expressed.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import type { Link, ParkedRecord } from '../store/port.ts';
import type { RuleFinding } from '../validation/validate.ts';

/** What a reference field of one side becomes on the other. */
export type ResolvedReference =
  | { kind: 'id'; id: Value }
  /** Plan mode: the parent is created by the same plan. */
  | { kind: 'planned' }
  | { kind: 'missing'; waitsFor: NonNullable<Park['waitsFor']> }
  /** Which record is meant can't be told. */
  | { kind: 'unknown'; diagnostic: Diagnostic };

/** A pair on its way through the steps of the cycle. */
export interface Pair {
  /** The side whose record brought it up. */
  from: Side;
  link: Link | null;
  ids: Record<Side, string | null>;
  sides: Record<Side, Presence>;
  /** Decided by the match step already. */
  park: Park | null;
  /** Parked before, under the record that brought it up. */
  before: ParkedRecord | null;
  /** Parked before, under its partner. */
  beforeOther: ParkedRecord | null;
  /** Of a record that is back after its link was closed: the id of its partner then. */
  former: string | null;
  /** The record it was merged into, in its own system. */
  survivor: string | null;
  /** Its link was that of a record that was parked and has been merged into this one. */
  inherited: boolean;
  /** The record of its side that was merged into it in this run, and gave it its link. */
  merged: string | null;
  /** Both records were read in this run, so both are counted. */
  joint: boolean;
  /** Brought up by a sweep, not by a record that was read: it is in no count. */
  swept: boolean;
  keys: Partial<Record<Side, (string | null)[]>>;
  /** By target side and position of the field: the reference in the target's ids. */
  references: Record<Side, Map<number, ResolvedReference> | null>;
  /** The same of references that are left empty, since their parents are not linked: whom they are for. */
  outside: Record<Side, Map<number, NonNullable<Park['waitsFor']>>>;
  /** By the side of the record: what the mapping's lookups found for it. */
  lookedUp: Record<Side, LookedUp | null>;
  /** By target side and position: the other side's values, as the *map* and *validate* steps make them; may be empty. */
  expressed: Record<Side, Expressed[]>;
  /** By target side: what the rules for data found among these values. */
  findings: Record<Side, RuleFinding[]>;
}

/** The other side's value of a field, in this side's form. */
export function expressedOn(pair: Pair, side: Side, index: number): Expressed {
  const said = pair.expressed[side][index];
  return said === undefined ? ABSENT : said;
}

/** The record of a side, if it was read and is there. */
export function presentSide(pair: Pair, side: Side): Seen | null {
  const presence = pair.sides[side];
  return presence.kind === 'present' ? presence.seen : null;
}

/** A decided pair: what is to be done, and what the decision was made from. */
export interface Planned {
  pair: Pair;
  item: PlanItem;
}

/** Digests of what was seen of a pair, the parked record's first: what a parked record is compared with later. */
export function seenOf(pair: Pair, side: Side, written: Partial<Record<Side, Seen | null>> = {}): string {
  const [own, other] = [side, otherSide(side)].map((one) => written[one] ?? presentSide(pair, one));
  return `${own ? digestText(own) : ''} ${other ? digestText(other) : ''}`;
}

/** Whether a record was proved deleted when it was parked. */
export const wasGone = ({ seen }: ParkedRecord): boolean => seen.startsWith(' ');

export const digestText = (seen: Seen): string => Buffer.from(seen.digests).toString('base64url');
