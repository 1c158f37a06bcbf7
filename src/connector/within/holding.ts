import { createHash } from 'node:crypto';
import { isEmpty, sameValue } from '../../record/canonical.ts';
import { type Diagnostic, problem, type Result } from '../../record/diagnostic.ts';
import { compileReader } from '../codec/path.ts';
import type { ObjectCodec } from '../codec.ts';
import type { ObjectDefinition } from '../definition.ts';
import type { Wire, WireRecord, WriteOutcome } from '../port.ts';

/** Where the fields that Dovetail adds stand in the wire form of a part or line: in no record of any system. */
export const WHOLE_PATH = '@whole';
export const POSITION_PATH = '@position';
/** The version of the whole that a part was read with. */
export const VERSION_PATH = '@version';

/**
 * What is to be done to one part or line of a whole. `version`: what it must still be; null where that is not asked.
 * `reserved`: ids that it can't be given, though nothing stands there. `isNew`: no earlier attempt may have put it there.
 */
export type Step =
  | { kind: 'put'; wire: Wire; reserved: readonly string[]; isNew: boolean }
  | { kind: 'change'; id: string; wire: Wire; version: string | null; reserved: readonly string[] }
  | { kind: 'take'; id: string; version: string | null };

export type Refusal = Extract<WriteOutcome, { kind: 'failed' }>;

/** Where a step leaves its record: its id, null where the system is yet to give one, or why nothing was done. */
export type Placed = { kind: 'placed'; id: string | null } | Refusal;

/** Steps carried out on a whole as it was read. */
export interface Rewritten {
  /** What of the whole is to be written; null where that is nothing. */
  wire: Wire | null;
  steps: Placed[];
}

/** How the records of one object, parts or lines, stand within those of another, the wholes. Pure. */
export interface Holding {
  name: string;
  /** The object of the wholes. */
  whole: string;
  /** The field that refers to the whole. */
  wholeField: string;
  /** Where it is a list, all of it stands in the whole: a line that is not in it is gone. */
  listed: boolean;
  createsWhole: boolean;
  /** The id of the whole in the id of a part or line. */
  wholeOf(id: string): string;
  /** The records within a whole; fails where they can't be told apart. */
  recordsIn(whole: WireRecord): Result<WireRecord[]>;
  /** What stands for a record that its whole does not hold: a deleted one. */
  absent(whole: WireRecord, id: string): WireRecord;
  /** All that a record says, in the form in which another whole is given it. */
  carried(record: WireRecord): Result<Wire>;
  rewrite(whole: WireRecord, steps: readonly Step[]): Rewritten;
}

export const refused = (failure: Refusal['class'], diagnostic: Diagnostic): Refusal => ({
  kind: 'failed',
  class: failure,
  diagnostic,
});

/** What was read is no longer so: to be decided anew. */
export const moved = (name: string): Refusal =>
  refused('conflict', problem('version-conflict', `The record of ${name} has changed since it was read`));

/** Reasons for which a place can't be had now; they pass when what stands there goes or changes. */
export const PLACE_TAKEN = 'place-taken';

/** Whether a record says all that was sent, in the form in which its system would hold that. */
function saysAll(codec: ObjectCodec, names: readonly string[], record: Wire, sent: Wire): boolean {
  const wanted = codec.decode(sent, names);
  const there = codec.decode(record, names);
  return Object.entries(wanted.fields).every(([name, value]) => {
    const held = codec.normalise(name, value);
    return held.ok && sameValue(held.value, there.fields[name] ?? null);
  });
}

/**
 * Whether what stands at a place is what is to be put there. What an earlier attempt left says all that was sent, and perhaps
 * defaults of the system; what somebody else put there has to say the very same, or its other fields would be lost.
 */
export function isPut(
  codec: ObjectCodec,
  names: readonly string[],
  there: Wire,
  { wire, isNew }: Extract<Step, { kind: 'put' }>,
): boolean {
  const sent = withoutAdded(wire);
  if (!saysAll(codec, names, there, sent)) return false;
  if (!isNew) return true;
  const said = codec.decode(sent, names).fields;
  const { fields, problems } = codec.decode(there, names);
  return names.every((name) => name in said || (isEmpty(fields[name]) && !(name in problems)));
}

/** The fields that are declared, without those that Dovetail adds. */
export function ownNames({ fields, part_of: part, lines_of: lines }: ObjectDefinition): string[] {
  const added = [part?.whole, lines?.whole, lines?.position];
  return Object.keys(fields).filter((name) => !added.includes(name));
}

/**
 * The version of a part or line, of what it says itself: another one when that is another, whatever becomes of the rest of its
 * whole. It is held against a read right before a write, which is made on condition of the version of the whole.
 */
export const contentVersion = (said: unknown): string =>
  createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 16);

/** The wire form without what Dovetail adds to it. */
export function withoutAdded({ [WHOLE_PATH]: _, [POSITION_PATH]: __, [VERSION_PATH]: ___, ...wire }: Wire): Wire {
  return wire;
}

/** The whole that a wire form names; null where it names none. */
export function wholeIn(wire: Wire): string | null {
  const id = wire[WHOLE_PATH];
  return typeof id === 'string' && id !== '' ? id : null;
}

/** Reads a declared field of a wire form. */
export const readerOf = ({ fields }: ObjectDefinition, name: string) => compileReader(fields[name]?.path ?? name);
