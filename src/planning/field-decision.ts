import { otherSide, type Side } from '../record/side.ts';

export type ConflictPolicy = Side | 'newest' | 'hold';

/** What is known about one field of a linked pair. */
export interface FieldCase {
  flows: { aToB: boolean; bToA: boolean };
  /** Whether the side's digest differs from its baseline; null: that side has no baseline for this field. */
  changed: Record<Side, boolean | null>;
  /**
   * Whether the mapping makes another value of this side's record than when both last agreed: an expression, an option table
   * or the like was edited.
   */
  remapped: Record<Side, boolean>;
  /** Whether both say the same through the mapping, under the target's own normal form. */
  agree: boolean;
  /** Whether this side holds what the other one says, as today's mapping puts it. */
  holds: Record<Side, boolean>;
  /** Whether the side's value says nothing. */
  empty: Record<Side, boolean>;
  policy: ConflictPolicy;
  /** Modification stamps of both records, epoch ms; null where a system has none. */
  stamps: Record<Side, number | null>;
  /** For `newest`: stamps no further apart than this are a tie. */
  skewMs: number;
  targetEdits: 'leave' | 'restore';
  firstContact: { prefer: Side; emptyOverwrites: boolean } | null;
}

/** Why a field is written, refreshed or held; these words stand in plans, in history and in the docs. */
export type FieldRule =
  | 'unchanged'
  | 'agree'
  | 'changed'
  | 'mapping-changed'
  | 'outcome-unknown'
  | 'restore'
  | 'target-edit-left'
  | 'target-edit-overwritten'
  | 'conflict-side-wins'
  | 'conflict-newest-wins'
  | 'conflict-hold'
  | 'conflict-tie'
  | 'first-contact-filled'
  | 'first-contact-preferred';

export type FieldDecision =
  | { kind: 'none'; rule: FieldRule }
  | { kind: 'refresh'; rule: FieldRule }
  /** `overruled`: the target's own change is lost by this write, and goes on record. */
  | { kind: 'write'; to: Side; rule: FieldRule; overruled: boolean }
  | { kind: 'conflict'; rule: FieldRule };

const none: FieldDecision = { kind: 'none', rule: 'unchanged' };
const refresh: FieldDecision = { kind: 'refresh', rule: 'agree' };
const write = (to: Side, rule: FieldRule, overruled = false): FieldDecision => ({ kind: 'write', to, rule, overruled });

/** The three-way decision of docs/invariants.md for one field. Pure; symmetric in a and b. */
export function decideField(field: FieldCase): FieldDecision {
  const remapped = decideRemapped(field);
  if (remapped) return remapped;
  if (field.flows.aToB && field.flows.bToA) return decideTwoWay(field);
  return decideOneWay(field, field.flows.aToB ? 'a' : 'b');
}

/**
 * Where the mapping was edited, a side counts as changed, unless the other one holds today's value already. An edit of that
 * other side is not overwritten for it: that is a conflict. Null where the mapping makes no difference.
 */
function decideRemapped({ flows, changed, ...field }: FieldCase): FieldDecision | null {
  const news = {
    a: field.remapped.a && flows.aToB && !field.holds.b,
    b: field.remapped.b && flows.bToA && !field.holds.a,
  };
  if (!(news.a || news.b)) return null;
  if (!(flows.aToB && flows.bToA)) {
    const source: Side = news.a ? 'a' : 'b';
    if (changed[source] === null) return null;
    const overruled = changed[otherSide(source)] === true;
    return write(otherSide(source), overruled ? 'target-edit-overwritten' : 'mapping-changed', overruled);
  }
  if (changed.a === null || changed.b === null) return null;
  const moved = { a: changed.a || news.a, b: changed.b || news.b };
  if (moved.a && moved.b) {
    const edited = changed.a || changed.b;
    return edited
      ? decideConflict({ ...field, flows, changed })
      : decideFirstContact({ ...field, flows, changed, agree: false }, ['a', 'b']);
  }
  return write(moved.a ? 'b' : 'a', 'mapping-changed');
}

function decideTwoWay(field: FieldCase): FieldDecision {
  const { a, b } = field.changed;
  if (a === null && b === null) return decideFirstContact(field, ['a', 'b']);
  if (a === null || b === null) return decideHalfKnown(field, a === null ? 'a' : 'b');
  if (!a && !b) return none;
  if (field.agree) return refresh;
  if (!b) return write('b', 'changed');
  if (!a) return write('a', 'changed');
  return decideConflict(field);
}

function decideOneWay(field: FieldCase, source: Side): FieldDecision {
  const target = otherSide(source);
  if (field.changed[source] === null) return decideFirstContact(field, [source]);
  const sourceChanged = field.changed[source];
  const targetChanged = field.changed[target];
  if (!sourceChanged && targetChanged === false) return none;
  if (field.agree) return refresh;
  if (sourceChanged)
    return write(target, targetChanged ? 'target-edit-overwritten' : 'changed', targetChanged === true);
  return targetChanged && field.targetEdits === 'restore'
    ? write(target, 'restore', true)
    : { kind: 'refresh', rule: 'target-edit-left' };
}

/**
 * Only one side has a baseline: Dovetail was writing the other one when it lost track. What stands there now may be what it
 * wrote, in a form that the system gave it, or someone's edit: what was being written stands, else a value that the target
 * had cut would come back as a change.
 */
function decideHalfKnown(field: FieldCase, lost: Side): FieldDecision {
  return field.holds[lost] ? refresh : write(lost, 'outcome-unknown', true);
}

/** Without a merge base nobody can tell who changed what: filled beats empty, then the preferred side, then the policy. */
function decideFirstContact(field: FieldCase, sources: readonly Side[]): FieldDecision {
  if (field.agree) return refresh;
  const only = sources.length === 1 ? sources[0] : undefined;
  const overwrites = field.firstContact?.emptyOverwrites ?? false;
  if (field.empty.a !== field.empty.b && !overwrites) {
    const filled: Side = field.empty.a ? 'b' : 'a';
    return sources.includes(filled) ? write(otherSide(filled), 'first-contact-filled') : refresh;
  }
  const preferred = only ?? field.firstContact?.prefer;
  if (preferred) {
    return write(otherSide(preferred), 'first-contact-preferred', overwrites || !field.empty[otherSide(preferred)]);
  }
  return decideConflict(field);
}

function decideConflict(field: FieldCase): FieldDecision {
  if (field.policy === 'hold') return { kind: 'conflict', rule: 'conflict-hold' };
  if (field.policy !== 'newest') return write(otherSide(field.policy), 'conflict-side-wins', true);
  const { a, b } = field.stamps;
  if (a === null || b === null || Math.abs(a - b) <= field.skewMs) return { kind: 'conflict', rule: 'conflict-tie' };
  return write(a > b ? 'b' : 'a', 'conflict-newest-wins', true);
}
