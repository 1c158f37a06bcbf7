import type { Json } from '../../sandbox/system.ts';
import type { Side } from '../../src/record/side.ts';
import type { MappingName } from './fields.ts';
import type { Raw } from './views.ts';

export interface Violation {
  /** Its id in docs/invariants.md. */
  invariant: string;
  what: string;
  at: number;
}

/** A value that a person wrote and that is not known to be on the other side yet. */
export interface Pending {
  value: Json;
  at: number;
}

export interface Tracked {
  raw: Raw;
  /** All forms that it ever had. */
  held: Raw[];
  by: 'person' | 'dovetail';
  /** Null while it is there. */
  goneBy: 'person' | 'dovetail' | null;
  /** When it last came or went. */
  since: number;
  /** When a person last touched it. */
  edited: number;
  /** When it last changed, by the system's own clock. */
  changed: number;
  /** When its system last stamped it, also for what another mapping's record within it says (seed 514); absent: as it came. */
  stamped?: number;
  /** Since when the filter keeps it out; null while it lets it in. */
  outside: number | null;
  /** By the CRM's name of the field. */
  pending: Map<string, Pending>;
  /** The values at which both sides ever said the same: going back to one of them is no edit that a merge can see. */
  agreed: Map<string, Set<string>>;
}

/** A request by which Dovetail wrote. */
export interface Write {
  process: string;
  /** When that process started its run. */
  started: number;
  /** Whether the system was asked to check the version. */
  conditional: boolean;
}

/** A person's value that Dovetail wrote over before it reached the other side: conflict policy, or lost. */
export interface Overwritten {
  mapping: MappingName;
  side: Side;
  id: string;
  field: string;
  lost: Json;
  at: number;
}

export const sameJson = (one: Json | undefined, other: Json | undefined): boolean =>
  one === other || JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

export function remember(tracked: Tracked, field: string, value: Json): void {
  const known = tracked.agreed.get(field) ?? new Set();
  tracked.agreed.set(field, known.add(JSON.stringify(value)));
}

/** Whether a record is in these fields as it once was. */
export const isBack = ({ held, raw }: Tracked, names: readonly string[]): boolean =>
  held.some((before) => before !== raw && names.every((name) => sameJson(before[name], raw[name])));

/** What a create with unknown outcome left is its baseline once it is found: what a person put back to it is no edit. */
export const isAsMade = ({ by, held: [first] }: Tracked, read: (raw: Raw) => Json, value: Json): boolean =>
  by === 'dovetail' && first !== undefined && sameJson(read(first), value);
