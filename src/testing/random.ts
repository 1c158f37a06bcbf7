import type { Random } from '../platform/random.ts';

/** Randomness that a seed decides: the same on every machine. */
export interface SeededRandom extends Random {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  chance(probability: number): boolean;
  /** Throws on an empty list. */
  pick<T>(list: readonly T[]): T;
  /** A stream of its own for one purpose: drawing more from one leaves the others as they are. */
  fork(purpose: string): SeededRandom;
}

/** xoshiro128** started from the text of the seed. */
export function seededRandom(seed: string | number): SeededRandom {
  const text = String(seed);
  const [a, b, c, d] = [startOf(text, 1), startOf(text, 2), startOf(text, 3), startOf(text, 4)];
  return new Xoshiro(text, new Uint32Array([a, b, c, d | 1]));
}

class Xoshiro implements SeededRandom {
  readonly #seed: string;
  readonly #state: Uint32Array;

  constructor(seed: string, state: Uint32Array) {
    this.#seed = seed;
    this.#state = state;
  }

  #word(): number {
    const s = this.#state;
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = s;
    const result = Math.imul(turn(Math.imul(s1, 5), 7), 9) >>> 0;
    const t2 = s2 ^ s0;
    const t3 = s3 ^ s1;
    s[1] = s1 ^ t2;
    s[0] = s0 ^ t3;
    s[2] = t2 ^ (s1 << 9);
    s[3] = turn(t3, 11);
    return result;
  }

  next(): number {
    return this.#word() / 4294967296;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#word() >>> 24);
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const at = this.below(list.length);
    const [found] = list.slice(at, at + 1);
    if (list.length === 0 || found === undefined) throw new RangeError('Nothing to pick from');
    return found;
  }

  fork(purpose: string): SeededRandom {
    return seededRandom(`${this.#seed}/${purpose}`);
  }
}

const turn = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** FNV-1a over the text and a number, mixed. */
function startOf(text: string, salt: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b9);
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
