import type { WireRecord } from '../connector/port.ts';

/** A record of one side, kept from reading until it is matched. */
export interface SpooledRecord {
  id: string;
  /** Hex digests, one per match rule; null where the record has no value for the rule. */
  keys: (string | null)[];
  /** As read; its wire form holds only what JSON can write. */
  record: WireRecord;
}

/** What memory and disk have in common. */
export interface Spool {
  put(record: SpooledRecord): void;
  get(id: string): SpooledRecord | undefined;
  take(id: string): SpooledRecord | undefined;
  idsByKey(rule: number, digest: string): string[];
  /** Up to `n` ids, first come first. */
  first(n: number): string[];
  readonly size: number;
  /** Runs a batch of the above; a file makes one transaction of it. */
  together<T>(work: () => T): T;
  close(): void;
}

export class MemorySpool implements Spool {
  readonly #records = new Map<string, SpooledRecord>();
  readonly #idsByKey = new Map<string, Set<string>>();
  /** Estimated size of what is held. */
  bytes = 0;

  get size(): number {
    return this.#records.size;
  }

  records(): Iterable<SpooledRecord> {
    return this.#records.values();
  }

  put(record: SpooledRecord): void {
    this.take(record.id);
    this.#records.set(record.id, record);
    this.bytes += estimate(record);
    for (const [rule, digest] of record.keys.entries()) {
      if (digest === null) continue;
      const key = `${rule} ${digest}`;
      const ids = this.#idsByKey.get(key);
      if (ids) ids.add(record.id);
      else this.#idsByKey.set(key, new Set([record.id]));
    }
  }

  get(id: string): SpooledRecord | undefined {
    return this.#records.get(id);
  }

  take(id: string): SpooledRecord | undefined {
    const record = this.#records.get(id);
    if (record === undefined) return undefined;
    this.#records.delete(id);
    this.bytes -= estimate(record);
    for (const [rule, digest] of record.keys.entries()) {
      const key = `${rule} ${digest}`;
      const ids = this.#idsByKey.get(key);
      ids?.delete(id);
      if (ids?.size === 0) this.#idsByKey.delete(key);
    }
    return record;
  }

  idsByKey(rule: number, digest: string): string[] {
    return [...(this.#idsByKey.get(`${rule} ${digest}`) ?? [])];
  }

  first(n: number): string[] {
    return this.#records.keys().take(n).toArray();
  }

  together<T>(work: () => T): T {
    return work();
  }

  close(): void {
    this.#records.clear();
    this.#idsByKey.clear();
    this.bytes = 0;
  }
}

/** About the length of the value as JSON: near enough to bound memory, and several times sooner than writing it. */
function estimate(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (value === null || typeof value !== 'object') return 5;
  let length = 2;
  if (Array.isArray(value)) {
    for (const item of value) length += estimate(item) + 1;
    return length;
  }
  for (const [key, item] of Object.entries(value)) length += key.length + 4 + estimate(item);
  return length;
}
