import type { Diagnostic } from './diagnostic.ts';
import type { Side } from './side.ts';
import type { Value } from './value.ts';

/** What a field of one side becomes on the other: a value, nothing to write, or why it can't be said there. */
export type Expressed = Value | typeof ABSENT | Obstacle;

/** Nothing is to be written: the source does not tell, or its value must not be propagated. */
export const ABSENT = Symbol('absent');

/** Why a value can't be said on the other side. A class, so that none can be taken for a value. */
export class Obstacle {
  /** Under which the record is parked. */
  readonly reason: string;
  readonly diagnostic: Diagnostic;
  /** The record without which it can't be said. */
  readonly waitsFor: { mapping: string; side: Side; id: string } | null;

  constructor(reason: string, diagnostic: Diagnostic, waitsFor: Obstacle['waitsFor'] = null) {
    this.reason = reason;
    this.diagnostic = diagnostic;
    this.waitsFor = waitsFor;
  }
}
