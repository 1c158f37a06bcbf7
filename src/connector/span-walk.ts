import type { Stamped } from './cap-windows.ts';
import type { SinceFilter, Span } from './since-filter.ts';

/**
 * The stretches of time that a list is read in, one query each: all of it in one, unless the system takes no longer
 * ones, or yields too few rows of it.
 */
export class SpanWalk {
  readonly #filter: SinceFilter | null;
  /** Ids are kept, since a query may turn out to be too long after some of its records were yielded. */
  readonly #mayBeSplit: boolean;
  #current: Span;
  readonly #rest: Span[] = [];
  #isDivided: boolean;
  /** Ids that this query yielded. */
  #taken = new Set<string>();
  /** Ids that queries yielded which turned out to be too long. */
  readonly #abandoned = new Set<string>();
  /** Ids at the end of this stretch and of the one before: where two touch, a record may be in both. */
  #edge = new Set<string>();
  #edgeBefore = new Set<string>();

  constructor(filter: SinceFilter | null, since: number | null, now: number, mayBeSplit: boolean) {
    this.#filter = filter;
    this.#mayBeSplit = mayBeSplit && filter?.bounded === true;
    this.#current = filter ? filter.whole(since, now) : { since, until: null };
    this.#divide();
    this.#isDivided = this.#mayBeSplit || this.#rest.length > 0;
  }

  get current(): Span {
    return this.#current;
  }

  /** Whether `take` must be asked about each record. */
  get isDivided(): boolean {
    return this.#isDivided;
  }

  /** Notes a record of the current stretch; false when it was yielded before. */
  take({ id, modified }: Stamped): boolean {
    if (this.#edgeBefore.has(id) || this.#abandoned.has(id)) return false;
    if (this.#mayBeSplit) this.#taken.add(id);
    const { until } = this.#current;
    const grain = this.#filter?.grain ?? 1;
    if (until !== null && modified !== null && modified >= until - grain) this.#edge.add(id);
    return true;
  }

  /** Goes on to the next stretch; false when all was read. */
  next(): boolean {
    const next = this.#rest.pop();
    if (!next) return false;
    this.#edgeBefore = this.#edge;
    this.#edge = new Set();
    this.#taken = new Set();
    this.#current = next;
    this.#divide();
    return true;
  }

  /** Begins the current stretch anew in two halves; false when it can't be divided. */
  split(): boolean {
    const halves = this.#mayBeSplit ? this.#filter?.halves(this.#current) : null;
    if (!halves) return false;
    for (const id of this.#taken) this.#abandoned.add(id);
    this.#taken = new Set();
    this.#edge = new Set();
    this.#rest.push(halves[1]);
    this.#current = halves[0];
    return true;
  }

  /** Goes on within the current stretch from a later instant. */
  continueAt(since: number): void {
    this.#current = { since, until: this.#current.until };
  }

  #divide(): void {
    const parts = this.#filter?.first(this.#current);
    if (!parts?.rest) return;
    this.#rest.push(parts.rest);
    this.#current = parts.span;
  }
}
