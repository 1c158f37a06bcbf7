import type { Wire } from '../connector/port.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { Obstacle } from '../record/expressed.ts';
import type { Side } from '../record/side.ts';
import type { Fields, Value } from '../record/value.ts';
import type { RuleFinding } from '../validation/validate.ts';
import type { FieldRule } from './field-decision.ts';

/** A record as read and decoded in this run: the mapped fields only. */
export interface Seen {
  id: string;
  version: string | null;
  /** Epoch ms of the last modification by the system's own stamp. */
  modified: number | null;
  /** Soft-deleted in its system. */
  archived: boolean;
  mergedInto: string | null;
  fields: Fields;
  /** 8 bytes per watched field, in the order of the layout. */
  digests: Uint8Array;
  /** Fields that could not be decoded, by name. */
  problems: Record<string, Diagnostic>;
  wire: Wire;
}

/** What is known of one side of a pair in this run (docs/invariants.md). */
export type Presence =
  | { kind: 'present'; seen: Seen }
  /** Not among the changes read: unchanged since that side's cursor. */
  | { kind: 'unread' }
  | { kind: 'gone'; proof: 'tombstone' | 'direct-read' }
  /** There is no record on this side. */
  | { kind: 'none' }
  | { kind: 'unknown'; diagnostic: Diagnostic };

/** One value on its way: by the names of the field on both sides. Values live in memory only. */
export interface FieldChange {
  to: Side;
  /** Name of the field on the side that is written. */
  field: string;
  /** Position of the field mapping. */
  index: number;
  /** Canonical; undefined where the old value was not read. */
  from: Value | undefined;
  value: Value;
  rule: FieldRule;
  overruled: boolean;
}

export type ActionKind = 'create' | 'update' | 'delete' | 'archive';

/** What is to be written on one side. */
export interface Action {
  kind: ActionKind;
  /** null for a create. */
  id: string | null;
  changes: FieldChange[];
  /** References that can only be set once the referenced record exists: written after the create. */
  later: FieldChange[];
}

/** What becomes of the link. */
export type LinkStep = 'none' | 'keep' | 'make' | 'silence' | 'unlink' | 'close';

export interface Park {
  side: Side;
  id: string;
  reason: string;
  diagnostic: Diagnostic;
  waitsFor: Obstacle['waitsFor'];
  /** Digests of what was seen of the pair, where that is not at hand any more. */
  seen?: string;
}

/** How a record that was read ended; the counts of a run add up over these. */
export type Ending = 'unchanged' | 'applied' | 'filtered' | 'parked' | 'held' | 'failed';

/** A rule that what is written on `side` breaks, or was repaired for. */
export interface WrittenFinding extends RuleFinding {
  side: Side;
}

/** The decision about one pair, as plain data. */
export interface PlanItem {
  a: string | null;
  b: string | null;
  /** The rule of the record table of docs/invariants.md that decided, as a word for people and for history. */
  rule: string;
  actions: Partial<Record<Side, Action>>;
  link: LinkStep;
  /** What the mapping's propagation of updates leaves unwritten; an edit that it overrules goes on record all the same. */
  ignored?: readonly FieldChange[];
  /** Whether baselines are to be renewed from what was read, though nothing is written. */
  refresh: boolean;
  park: Park | null;
  /** What a record that is created waits for all the same: a reference that can't be set yet. */
  waits: Park | null;
  /** How the record ends if the actions succeed. */
  ending: Ending;
  /** Rules for data that what is written breaks all the same, or would break without repair. */
  findings?: readonly WrittenFinding[];
}

export type PairPlan =
  | { kind: 'planned'; item: PlanItem }
  /** The decision needs this side's record, which was not read: read it and decide again. */
  | { kind: 'needs'; side: Side };
