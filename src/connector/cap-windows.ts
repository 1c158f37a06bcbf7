import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';

/** What is needed of a record to read on after it. */
export interface Stamped {
  id: string;
  modified: number | null;
}

/**
 * Reads past the number of rows that one query yields: sorted by modification stamp, each query begins at the last
 * stamp of the one before, and the records of that stamp that were there already are dropped.
 */
export class CapWindows {
  readonly #grain: number;
  readonly #inclusive: boolean;
  #since: number | null;
  /** The stamp reached, cut to the filter's grain, and the ids read at it. */
  #reached = Number.NEGATIVE_INFINITY;
  #atReached = new Set<string>();
  #sorted = true;

  /** `grain`: of the filter and the stamps, ms. `inclusive`: whether the filter yields what has exactly its stamp. */
  constructor(since: number | null, grain: number, inclusive: boolean) {
    this.#since = since;
    this.#grain = Math.max(1, grain);
    this.#inclusive = inclusive;
  }

  /** Notes a record of the current query; false when it was in the one before. */
  take({ id, modified }: Stamped): boolean {
    if (modified === null) {
      this.#sorted = false;
      return true;
    }
    const stamp = Math.floor(modified / this.#grain) * this.#grain;
    if (stamp > this.#reached) {
      this.#reached = stamp;
      this.#atReached.clear();
    } else if (stamp < this.#reached) {
      if (this.#isRepeated(stamp)) return false;
      this.#sorted = false;
      return true;
    }
    if (this.#atReached.has(id)) return false;
    this.#atReached.add(id);
    return true;
  }

  /** With a filter that is not inclusive, a query begins one grain early, and repeats that grain's records. */
  #isRepeated(stamp: number): boolean {
    return !this.#inclusive && this.#since !== null && stamp <= this.#since;
  }

  /** Where the next query begins; fails when the stamps don't lead on. */
  next(): Result<number> {
    if (!this.#sorted) return fail(unsorted());
    const since = this.#inclusive ? this.#reached : this.#reached - this.#grain;
    if (this.#since !== null && since <= this.#since) return fail(equalStamps());
    this.#since = since;
    return ok(since);
  }
}

const unsorted = () =>
  problem('list-unsorted', 'The list is longer than one query yields and not sorted by modification stamp', {
    detail: 'It could not be read to the end.',
    next: "Check the list's sort in the connector",
  });

const equalStamps = () =>
  problem('list-equal-stamps', 'More records carry one modification stamp than one query yields', {
    detail: 'They were probably written by one import. The list could not be read to the end.',
    next: 'Ask the operator of the system to raise the limit of rows, or touch some of the records',
  });

export const capReached = (cap: number): Diagnostic =>
  problem('list-capped', `The system yields no more than ${cap} records of this list`, {
    next: 'Declare a filter and a sort by modification stamp for the list, if the system has them',
  });
