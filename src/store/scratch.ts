import { MemorySpool, type Spool, type SpooledRecord } from './spool.ts';
import { openDiskSpool } from './spool-disk.ts';

export type { SpooledRecord } from './spool.ts';

/**
 * Holds the records of one side during a run. A failure of the disk is thrown: the run ends, and nothing is lost, as a
 * scratch holds only what can be read again.
 */
export interface Scratch {
  /** A record whose id is there already replaces it, and moves to the end. */
  put(records: readonly SpooledRecord[]): void;
  /** By id, left where they are; ids that aren't there are left out. */
  get(ids: readonly string[]): Map<string, SpooledRecord>;
  /** Takes (removes) by id; ids that aren't there are left out. */
  take(ids: readonly string[]): Map<string, SpooledRecord>;
  /** Ids in insertion order, by digest of match rule `rule`; digests without a record are left out. */
  byKey(rule: number, digests: readonly string[]): Map<string, string[]>;
  /** Takes the remaining records in insertion order, `batch` at a time, until none is left. */
  drain(batch: number): Iterable<SpooledRecord[]>;
  readonly size: number;
  close(): void;
}

export interface ScratchOptions {
  /** Records beyond this many bytes (estimated) go to a file. */
  memoryBytes: number;
  /** Where that file may be made; null: all stays in memory. */
  directory: string | null;
  /** `n` random bytes: the file's name and its key. */
  random: (n: number) => Uint8Array;
}

/**
 * Opens a scratch that keeps records in memory, and all of them in a temporary file from the moment they outgrow it. The
 * file holds ids and digests as they are and records encrypted, under a key that exists only in memory.
 */
export function openScratch(options: ScratchOptions): Scratch {
  return new SpillingScratch(options);
}

class SpillingScratch implements Scratch {
  readonly #options: ScratchOptions;
  readonly #memory = new MemorySpool();
  #spool: Spool = this.#memory;

  constructor(options: ScratchOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#spool.size;
  }

  put(records: readonly SpooledRecord[]): void {
    this.#spool.together(() => {
      for (const record of records) this.#spool.put(record);
    });
    const { directory, memoryBytes, random } = this.#options;
    if (directory !== null && this.#spool === this.#memory && this.#memory.bytes > memoryBytes) {
      const disk = openDiskSpool(directory, random);
      disk.together(() => {
        for (const record of this.#memory.records()) disk.put(record);
      });
      this.#memory.close();
      this.#spool = disk;
    }
  }

  get(ids: readonly string[]): Map<string, SpooledRecord> {
    const found = ids.map((id) => [id, this.#spool.get(id)] as const);
    return new Map(found.flatMap(([id, record]) => (record ? [[id, record] as const] : [])));
  }

  take(ids: readonly string[]): Map<string, SpooledRecord> {
    return this.#spool.together(() => {
      const taken = new Map<string, SpooledRecord>();
      for (const id of ids) {
        const record = this.#spool.take(id);
        if (record) taken.set(id, record);
      }
      return taken;
    });
  }

  byKey(rule: number, digests: readonly string[]): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const digest of digests) {
      const ids = this.#spool.idsByKey(rule, digest);
      if (ids.length > 0) found.set(digest, ids);
    }
    return found;
  }

  *drain(batch: number): Iterable<SpooledRecord[]> {
    while (this.size > 0) yield [...this.take(this.#spool.first(batch)).values()];
  }

  close(): void {
    this.#spool.close();
  }
}
