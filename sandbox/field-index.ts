import { hashText } from './draw.ts';

/** Numbers stay below this, so that hash and number fit one double exactly. */
const NUMBERS = 2 ** 21;

/**
 * Finds records by the exact value of one field. Seeded records cost 8 bytes each: a sorted list of (hash, number),
 * made at the first search. Changed and new ones lie in a map.
 */
export class FieldIndex {
  private readonly seedCount: number;
  private readonly seedValue: (n: number) => string | null;
  private seeds: Float64Array | null = null;
  private readonly changed = new Map<string, Set<number>>();

  constructor(seedCount: number, seedValue: (n: number) => string | null) {
    this.seedCount = seedCount;
    this.seedValue = seedValue;
  }

  /** A changed or new record went from one value to another; seeded values are known already. */
  move(n: number, from: string | null, to: string | null): void {
    if (from === to) return;
    if (from !== null) {
      const numbers = this.changed.get(from);
      numbers?.delete(n);
      if (numbers?.size === 0) this.changed.delete(from);
    }
    if (to !== null) {
      const numbers = this.changed.get(to);
      if (numbers === undefined) this.changed.set(to, new Set([n]));
      else numbers.add(n);
    }
  }

  /** Candidates: a seeded record may have another value by now, or only the same hash. */
  find(value: string): number[] {
    const seeds = this.seeds ?? this.build();
    const numbers = [...(this.changed.get(value) ?? [])];
    const first = hashText(value) * NUMBERS;
    for (let i = position(seeds, first); i < seeds.length; i += 1) {
      const key = seeds[i] ?? 0;
      if (key >= first + NUMBERS) break;
      numbers.push(key - first);
    }
    return numbers;
  }

  private build(): Float64Array {
    const keys = new Float64Array(this.seedCount);
    let size = 0;
    for (let n = 0; n < this.seedCount; n += 1) {
      const value = this.seedValue(n);
      if (value === null) continue;
      keys[size] = hashText(value) * NUMBERS + n;
      size += 1;
    }
    this.seeds = keys.slice(0, size).sort();
    return this.seeds;
  }
}

function position(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
