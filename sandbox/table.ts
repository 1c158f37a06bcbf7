import { FieldIndex } from './field-index.ts';

/** One version of a record; `record` is null once it is deleted without a trace. */
interface Version<R> {
  record: R | null;
  at: number;
  /** From when on lists show it. */
  visibleAt: number;
  /** What was before; null when nothing, or the seeded record, was. */
  prior: Version<R> | null;
  /** In the change log. */
  position: number;
}

/** A record as lists see it; `at` is when it last changed. */
export interface Entry<R> {
  n: number;
  at: number;
  record: R;
}

export interface TableOptions<R> {
  /** Records 0 to seedCount - 1 exist from the start and are made on demand. */
  seedCount: number;
  seedRecord(n: number): R;
  /** When a seeded record last changed; never falls as n grows. */
  seedAt(n: number): number;
  /** For the search index; null when the seeded records have no such value. */
  seedValue(n: number, field: string): string | null;
  /** As stored, for the search index. */
  value(record: R, field: string): string | null;
  /** Whether lists leave the record out unless asked for it. */
  hidden(record: R): boolean;
  /** Milliseconds until lists show the change, 0 to maxLag. */
  lag(n: number, at: number): number;
  maxLag: number;
}

/**
 * Records numbered from 0 in order of creation. Seeded records take no memory until they change; changed and new ones
 * lie in a map and in a log ordered by time of change, so that both "all from number n" and "changed since t" cost
 * what they return. Lists can lag: they see each change only after its own delay.
 */
export class Table<R> {
  readonly options: TableOptions<R>;
  /** How far back lists may be asked for; older versions are forgotten. */
  retentionMs = 0;
  private nextNumber: number;
  private readonly versions = new Map<number, Version<R>>();
  private readonly logNumber: number[] = [];
  private readonly logAt: number[] = [];
  private readonly logHidden: boolean[] = [];
  private superseded = 0;
  /** Changes that lists may not show yet, oldest first, from `settled` on. */
  private readonly recent: { n: number; at: number }[] = [];
  private settled = 0;
  private lastAt: number;
  private hiddenCount = 0;
  private readonly deleted: number[] = [];
  private readonly indexes = new Map<string, FieldIndex>();
  private mutations = 0;
  private changedCache: { since: number; mutations: number; numbers: number[] } | null = null;

  constructor(options: TableOptions<R>) {
    this.options = options;
    this.nextNumber = options.seedCount;
    this.lastAt = options.seedCount > 0 ? options.seedAt(options.seedCount - 1) : Number.NEGATIVE_INFINITY;
  }

  /** The number the next new record gets. */
  get next(): number {
    return this.nextNumber;
  }

  /** Records that are neither deleted nor hidden, as of the last change. */
  get currentCount(): number {
    return this.nextNumber - this.deleted.length - this.hiddenCount;
  }

  /** The stamp a change gets that happens now: stamps never run backwards. */
  stamp(now: number): number {
    return Math.max(now, this.lastAt);
  }

  current(n: number): R | null {
    const version = this.versions.get(n);
    if (version !== undefined) return version.record;
    return n >= 0 && n < this.options.seedCount ? this.options.seedRecord(n) : null;
  }

  /** Stores a new record under `next`, or a new version of an old one; `at` comes from `stamp`. */
  write(n: number, record: R | null, at: number, now: number): void {
    this.settle(now);
    const { options } = this;
    const old = this.versions.get(n) ?? null;
    const before = this.current(n);
    const hidden = record !== null && options.hidden(record);
    const position = this.logNumber.length;
    this.versions.set(n, { record, at, visibleAt: now + options.lag(n, at), prior: old, position });
    this.logNumber.push(n);
    this.logAt.push(at);
    this.logHidden.push(hidden || record === null);
    if (old !== null) {
      this.logNumber[old.position] = -1;
      this.superseded += 1;
    }
    if (before !== null && options.hidden(before)) this.hiddenCount -= 1;
    if (hidden) this.hiddenCount += 1;
    if (record === null && before !== null) insertSorted(this.deleted, n);
    if (record !== null && before === null && n < this.nextNumber) removeSorted(this.deleted, n);
    if (n >= this.nextNumber) this.nextNumber = n + 1;
    this.lastAt = at;
    this.mutations += 1;
    if (options.maxLag + this.retentionMs > 0) this.recent.push({ n, at: now });
    else this.forgetPrior(n, now);
    for (const [field, index] of this.indexes) {
      const was = old?.record ? options.value(old.record, field) : null;
      index.move(n, was, record === null ? null : options.value(record, field));
    }
    if (this.superseded > 1000 && this.superseded > this.logNumber.length / 2) this.compact();
  }

  /** Forgets versions that no list can show any more. */
  settle(now: number): void {
    const horizon = this.options.maxLag + this.retentionMs;
    for (let change = this.recent[this.settled]; change !== undefined; change = this.recent[this.settled]) {
      if (change.at + horizon > now) break;
      this.forgetPrior(change.n, now);
      this.settled += 1;
    }
    if (this.settled === 0 || this.settled < this.recent.length / 2) return;
    this.recent.splice(0, this.settled);
    this.settled = 0;
  }

  private forgetPrior(n: number, now: number): void {
    let version = this.versions.get(n) ?? null;
    while (version !== null && version.visibleAt > now - this.retentionMs) version = version.prior;
    if (version !== null) version.prior = null;
  }

  /** The record as lists see it at that time, null when they don't. */
  visible(n: number, asOf: number): Entry<R> | null {
    const { options } = this;
    let version = this.versions.get(n) ?? null;
    while (version !== null && version.visibleAt > asOf) version = version.prior;
    if (version !== null) return version.record === null ? null : { n, at: version.at, record: version.record };
    if (n >= options.seedCount) return null;
    return { n, at: options.seedAt(n), record: options.seedRecord(n) };
  }

  /** The numbers whose visible version may not be the current one. */
  private lagging(): Set<number> {
    const numbers = new Set<number>();
    for (let i = this.settled; i < this.recent.length; i += 1) numbers.add(this.recent[i]?.n ?? -1);
    return numbers;
  }

  private laggingEntries(numbers: Set<number>, asOf: number): Entry<R>[] {
    const entries: Entry<R>[] = [];
    for (const n of numbers) {
      const entry = this.visible(n, asOf);
      if (entry !== null) entries.push(entry);
    }
    return entries.sort(byChange);
  }

  /** Visible records in order of number, from `from` on. */
  *byNumber(from: number, asOf: number): Generator<Entry<R>> {
    for (let n = from; n < this.nextNumber; n += 1) {
      const entry = this.visible(n, asOf);
      if (entry !== null) yield entry;
    }
  }

  /** Visible records that changed at or after `since`, in order of (time of change, number), after the given key. */
  *changedFrom(since: number, after: { at: number; n: number } | null, asOf: number): Generator<Entry<R>> {
    const start = after === null ? since : Math.max(since, after.at);
    const lagging = this.lagging();
    const isDue = (entry: Entry<R>) => entry.at >= since && (after === null || byChange(entry, after) > 0);
    const sources = [this.seedsFrom(start), this.logFrom(start, lagging)];
    sources.push(this.laggingEntries(lagging, asOf)[Symbol.iterator]());
    for (const entry of merge(sources, byChange)) if (isDue(entry)) yield entry;
  }

  /** The same set from the newest change down to the oldest, before the given key. */
  *changedDownFrom(since: number, before: { at: number; n: number } | null, asOf: number): Generator<Entry<R>> {
    const lagging = this.lagging();
    const start = before === null ? Number.POSITIVE_INFINITY : before.at;
    const sources = [this.seedsDownFrom(start, since), this.logDownFrom(start, since, lagging)];
    sources.push(this.laggingEntries(lagging, asOf).reverse()[Symbol.iterator]());
    for (const entry of merge(sources, (a, b) => byChange(b, a))) {
      if (entry.at < since) return;
      if (before === null || byChange(entry, before) < 0) yield entry;
    }
  }

  private *seedsFrom(start: number): IterableIterator<Entry<R>> {
    for (let n = this.firstSeedAt(start); n < this.options.seedCount; n += 1) {
      if (!this.versions.has(n)) yield { n, at: this.options.seedAt(n), record: this.options.seedRecord(n) };
    }
  }

  private *seedsDownFrom(start: number, since: number): IterableIterator<Entry<R>> {
    const first = this.firstSeedAt(since);
    for (let n = this.firstSeedAt(start + 1) - 1; n >= first; n -= 1) {
      if (!this.versions.has(n)) yield { n, at: this.options.seedAt(n), record: this.options.seedRecord(n) };
    }
  }

  private *logFrom(start: number, lagging: Set<number>): IterableIterator<Entry<R>> {
    let position = lowerBound(this.logAt.length, (i) => (this.logAt[i] ?? 0) < start);
    while (position < this.logAt.length) {
      const at = this.logAt[position] ?? 0;
      const first = position;
      while (position < this.logAt.length && this.logAt[position] === at) position += 1;
      yield* this.group(first, position, lagging);
    }
  }

  private *logDownFrom(start: number, since: number, lagging: Set<number>): IterableIterator<Entry<R>> {
    let end = lowerBound(this.logAt.length, (i) => (this.logAt[i] ?? 0) <= start);
    while (end > 0) {
      const at = this.logAt[end - 1] ?? 0;
      if (at < since) return;
      let first = end - 1;
      while (first > 0 && this.logAt[first - 1] === at) first -= 1;
      yield* this.group(first, end, lagging).reverse();
      end = first;
    }
  }

  /** The settled records at log positions of one equal stamp, by number. */
  private group(first: number, end: number, lagging: Set<number>): Entry<R>[] {
    const entries: Entry<R>[] = [];
    for (let i = first; i < end; i += 1) {
      const n = this.logNumber[i] ?? -1;
      if (n < 0 || lagging.has(n)) continue;
      const version = this.versions.get(n);
      if (version?.record) entries.push({ n, at: version.at, record: version.record });
    }
    return entries.length > 1 ? entries.sort(byChange) : entries;
  }

  /** How many visible records changed at or after `since`; hidden ones count only when asked for. */
  count(since: number, withHidden: boolean, asOf: number): number {
    const { options } = this;
    let total: number;
    if (since === Number.NEGATIVE_INFINITY) {
      total = this.nextNumber - this.deleted.length - (withHidden ? 0 : this.hiddenCount);
    } else {
      const firstSeed = this.firstSeedAt(since);
      total = options.seedCount - firstSeed;
      if (total > 0) for (const n of this.versions.keys()) if (n >= firstSeed && n < options.seedCount) total -= 1;
      const first = lowerBound(this.logAt.length, (i) => (this.logAt[i] ?? 0) < since);
      for (let i = first; i < this.logAt.length; i += 1) {
        const n = this.logNumber[i] ?? -1;
        if (n < 0) continue;
        if (!this.logHidden[i] || (withHidden && this.versions.get(n)?.record)) total += 1;
      }
    }
    const counts = (entry: { at: number; record: R } | null) =>
      entry !== null && entry.at >= since && (withHidden || !options.hidden(entry.record)) ? 1 : 0;
    for (const n of this.lagging()) {
      const version = this.versions.get(n);
      const now = version?.record ? { at: version.at, record: version.record } : null;
      total += counts(this.visible(n, asOf)) - counts(now);
    }
    return total;
  }

  private index(field: string): FieldIndex {
    let index = this.indexes.get(field);
    if (index === undefined) {
      index = new FieldIndex(this.options.seedCount, (n) => this.options.seedValue(n, field));
      for (const [n, version] of this.versions) {
        if (version.record !== null) index.move(n, null, this.options.value(version.record, field));
      }
      this.indexes.set(field, index);
    }
    return index;
  }

  /** Visible records with that value, in order of number. */
  findVisible(field: string, value: string, asOf: number): Entry<R>[] {
    const numbers = this.lagging();
    for (const n of this.index(field).find(value)) numbers.add(n);
    const entries: Entry<R>[] = [];
    for (const n of numbers) {
      const entry = this.visible(n, asOf);
      if (entry !== null && this.options.value(entry.record, field) === value) entries.push(entry);
    }
    return entries.sort((a, b) => a.n - b.n);
  }

  /** Numbers of the records whose current version has that value, in order. */
  find(field: string, value: string): number[] {
    const found = this.index(field)
      .find(value)
      .filter((n) => {
        const record = this.current(n);
        return record !== null && this.options.value(record, field) === value;
      });
    return [...new Set(found)].sort((a, b) => a - b);
  }

  /** Numbers of the visible records that changed at or after `since`, in order; hidden ones are among them. */
  changedNumbers(since: number, asOf: number): number[] {
    const cached = this.changedCache;
    const cacheable = this.recent.length === this.settled;
    if (cacheable && cached?.since === since && cached.mutations === this.mutations) return cached.numbers;
    const numbers: number[] = [];
    for (let n = this.firstSeedAt(since); n < this.options.seedCount; n += 1)
      if (!this.versions.has(n)) numbers.push(n);
    const lagging = this.lagging();
    for (const entry of this.logFrom(since, lagging)) numbers.push(entry.n);
    for (const entry of this.laggingEntries(lagging, asOf)) if (entry.at >= since) numbers.push(entry.n);
    numbers.sort((a, b) => a - b);
    if (cacheable) this.changedCache = { since, mutations: this.mutations, numbers };
    return numbers;
  }

  /** The visible records among the given ascending numbers, from number `from` on. */
  *entries(numbers: readonly number[], from: number, asOf: number): Generator<Entry<R>> {
    for (let i = lowerBound(numbers.length, (at) => (numbers[at] ?? 0) < from); i < numbers.length; i += 1) {
      const entry = this.visible(numbers[i] ?? -1, asOf);
      if (entry !== null) yield entry;
    }
  }

  /** Up to `limit` visible records after skipping `offset` of them, in order of number. */
  slice(offset: number, limit: number, asOf: number): Entry<R>[] {
    const gone = this.recent.length === this.settled ? this.deleted : this.goneAt(asOf);
    const skipped = lowerBound(gone.length, (i) => (gone[i] ?? 0) - i <= offset);
    const entries: Entry<R>[] = [];
    for (const entry of this.byNumber(offset + skipped, asOf)) {
      if (entries.length >= limit) break;
      entries.push(entry);
    }
    return entries;
  }

  private goneAt(asOf: number): number[] {
    const gone = new Set(this.deleted);
    for (const n of this.lagging()) {
      if (this.visible(n, asOf) === null) gone.add(n);
      else gone.delete(n);
    }
    return [...gone].sort((a, b) => a - b);
  }

  /** Current records that differ from the seeded ones, deleted ones as null, by number. */
  differences(): [number, R | null][] {
    return [...this.versions]
      .map(([n, version]): [number, R | null] => [n, version.record])
      .sort((a, b) => a[0] - b[0]);
  }

  /** The first seeded number that changed at or after the given time. */
  private firstSeedAt(at: number): number {
    return lowerBound(this.options.seedCount, (n) => this.options.seedAt(n) < at);
  }

  private compact(): void {
    let kept = 0;
    for (let i = 0; i < this.logNumber.length; i += 1) {
      const n = this.logNumber[i] ?? -1;
      const version = n < 0 ? undefined : this.versions.get(n);
      if (version === undefined) continue;
      this.logNumber[kept] = n;
      this.logAt[kept] = this.logAt[i] ?? 0;
      this.logHidden[kept] = this.logHidden[i] ?? false;
      version.position = kept;
      kept += 1;
    }
    this.logNumber.length = kept;
    this.logAt.length = kept;
    this.logHidden.length = kept;
    this.superseded = 0;
  }
}

function byChange(a: { at: number; n: number }, b: { at: number; n: number }): number {
  return a.at - b.at || a.n - b.n;
}

/** The first i in 0..length for which `isBelow` no longer holds. */
function lowerBound(length: number, isBelow: (i: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insertSorted(list: number[], value: number): void {
  list.splice(
    lowerBound(list.length, (i) => (list[i] ?? 0) < value),
    0,
    value,
  );
}

function removeSorted(list: number[], value: number): void {
  const i = lowerBound(list.length, (at) => (list[at] ?? 0) < value);
  if (list[i] === value) list.splice(i, 1);
}

function* merge<T>(sources: Iterator<T>[], compare: (a: T, b: T) => number): Generator<T> {
  const heads = sources.map((source) => source.next());
  for (;;) {
    let best = -1;
    for (let i = 0; i < heads.length; i += 1) {
      const head = heads[i];
      if (head === undefined || head.done) continue;
      const leader = heads[best];
      if (leader === undefined || leader.done || compare(head.value, leader.value) < 0) best = i;
    }
    const winner = heads[best];
    const source = sources[best];
    if (winner === undefined || winner.done || source === undefined) return;
    yield winner.value;
    heads[best] = source.next();
  }
}
