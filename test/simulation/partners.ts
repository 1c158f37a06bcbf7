import { otherSide, type Side } from '../../src/record/side.ts';
import type { MappingName } from './fields.ts';

/** Which records of the two systems are linked by the store, and which ever were. */
export class Partners {
  /** By `mapping side id`. */
  readonly everLinked = new Set<string>();
  readonly #now = new Map<string, string>();
  readonly #last = new Map<string, string>();
  readonly #ever = new Map<string, Set<string>>();

  of(mapping: MappingName, side: Side, id: string): string | null {
    return this.#now.get(`${mapping} ${side} ${id}`) ?? null;
  }

  /** The one that it was linked to last, even where it is not any more. */
  lastOf(mapping: MappingName, side: Side, id: string): string | null {
    return this.#last.get(`${mapping} ${side} ${id}`) ?? null;
  }

  were(mapping: MappingName, side: Side, id: string, partner: string): boolean {
    return this.#ever.get(`${mapping} ${side} ${id}`)?.has(partner) ?? false;
  }

  link(mapping: MappingName, side: Side, id: string, partner: string): void {
    const key = `${mapping} ${side} ${id}`;
    this.#now.set(key, partner);
    this.#last.set(key, partner);
    this.#ever.set(key, (this.#ever.get(key) ?? new Set()).add(partner));
    this.everLinked.add(key);
  }

  unlink(mapping: MappingName, side: Side, id: string): void {
    const partner = this.of(mapping, side, id);
    this.#now.delete(`${mapping} ${side} ${id}`);
    const back = `${mapping} ${otherSide(side)} ${partner}`;
    if (this.#now.get(back) === id) this.#now.delete(back);
  }
}
