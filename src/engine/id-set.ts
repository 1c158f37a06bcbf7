import { type DigestKey, digestInto } from '../record/digest.ts';

/**
 * A set of record ids in 8 bytes each, for proving absence over a million records in bounded memory. Two ids share an
 * entry with a chance of 2^-64; the mistake would hide a delete until the next sweep, never invent one.
 */
export class IdSet {
  readonly #key: DigestKey;
  readonly #word = new Uint8Array(8);
  readonly #halves = new Uint32Array(this.#word.buffer);
  #slots = new Uint32Array(2 * 1024);
  #size = 0;

  constructor(key: DigestKey) {
    this.#key = key;
  }

  get size(): number {
    return this.#size;
  }

  add(id: string): void {
    if (this.#size * 4 > this.#slots.length) this.#grow();
    this.#hash(id);
    if (IdSet.#insert(this.#slots, this.#halves[0] ?? 0, this.#halves[1] ?? 0)) this.#size += 1;
  }

  has(id: string): boolean {
    this.#hash(id);
    const [low = 0, high = 0] = this.#halves;
    const mask = this.#slots.length / 2 - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      const l = this.#slots[2 * at];
      const h = this.#slots[2 * at + 1];
      if (l === 0 && h === 0) return false;
      if (l === low && h === high) return true;
    }
  }

  #hash(id: string): void {
    digestInto(this.#key, id, this.#word, 0);
    if (this.#halves[0] === 0 && this.#halves[1] === 0) this.#halves[0] = 1;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += 2) {
      const low = this.#slots[at] ?? 0;
      const high = this.#slots[at + 1] ?? 0;
      if (low !== 0 || high !== 0) IdSet.#insert(larger, low, high);
    }
    this.#slots = larger;
  }

  static #insert(slots: Uint32Array, low: number, high: number): boolean {
    const mask = slots.length / 2 - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      const l = slots[2 * at];
      const h = slots[2 * at + 1];
      if (l === low && h === high) return false;
      if (l === 0 && h === 0) {
        slots[2 * at] = low;
        slots[2 * at + 1] = high;
        return true;
      }
    }
  }
}
