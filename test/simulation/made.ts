import type { Tracked } from './tracked.ts';

/**
 * What Dovetail made of which record. A part or line has the id of its place, which another one may be given once it is
 * empty: what is tracked anew there is another record, not the one that was made.
 */
export class Made {
  /** By source, then by the id of what was made of it. */
  readonly #bySource = new Map<string, Map<string, Tracked>>();
  readonly #linked = new WeakSet<Tracked>();

  /** Whether it is linked for the first time since it came. */
  isFirstLink(record: Tracked): boolean {
    const isFirst = !this.#linked.has(record);
    this.#linked.add(record);
    return isFirst;
  }

  /** Notes a record and tells the ids of those that were made of the same source before, each as it was tracked then. */
  note(source: string, id: string, record: Tracked): [string, Tracked][] {
    const made = this.#bySource.get(source) ?? new Map<string, Tracked>();
    const before = [...made].filter(([one]) => one !== id);
    this.#bySource.set(source, made.set(id, record));
    return before;
  }
}
