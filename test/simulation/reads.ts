import type { Side } from '../../src/record/side.ts';
import { MAPPINGS, type MappingName, namesOf, placeOn, wholeOf } from './fields.ts';
import { isBack, sameJson, type Tracked, type Write } from './tracked.ts';
import type { Raw } from './views.ts';

/** Direct reads by the processes. Between such a read and a write without a condition nobody can close the window. */
export class Reads {
  /** By process, side, object and id: when it was read last. */
  readonly #last = new Map<string, number>();

  note(process: string, side: Side, object: string, id: string, at: number): void {
    this.#last.set(`${process} ${side} ${object} ${id}`, at);
  }

  /** Whether something was done to a record after it was read, and before this write of it. */
  isInWindow(mapping: MappingName, side: Side, id: string, done: number, { process, conditional }: Write): boolean {
    const read = this.#last.get(`${process} ${side} ${MAPPINGS[mapping].objects[side]} ${wholeOf(id)}`);
    // The CRM checks versions: there is no such window.
    return side === 'b' && !conditional && read !== undefined && done >= read;
  }

  /** A whole that is written takes along what stood in it when it was read, though a person has changed that since. */
  isTakenAlong(mapping: MappingName, side: Side, id: string, tracked: Tracked, write: Write): boolean {
    return this.isInWindow(mapping, side, id, tracked.edited, write) && isBack(tracked, namesOf(mapping, side));
  }

  /** The same of a part or line that a person has taken out of it. */
  isPutBack(mapping: MappingName, side: Side, id: string, gone: Tracked, now: Raw, write: Write): boolean {
    const isAsWas = namesOf(mapping, side).every((name) => sameJson(gone.raw[name], now[name]));
    const isPlaced = placeOn(mapping, side) !== undefined;
    return isPlaced && gone.goneBy === 'person' && isAsWas && this.isInWindow(mapping, side, id, gone.since, write);
  }
}
