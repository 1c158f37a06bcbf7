import { type Item, isNothing, Refused, WholeFloat } from './items.ts';

/** Characters and items of one value, all levels together. */
export const MOST_SIZE = 200_000;
/** Steps, and characters and items of all results together. */
const MOST_WORK = 5_000_000;
const STEP = 20;

/**
 * What one evaluation may still spend: counted in steps and sizes, never in time, so that a template always comes to the
 * same end. Whatever makes a value hands it through `made`, and asks `room` before it makes a large one.
 */
export class Work {
  #left = MOST_WORK;
  #sizes: WeakMap<object, number> | null = null;

  /** To be called before something large is made: `size` is that of the result. */
  room(size: number): void {
    if (size > MOST_SIZE) throw new Refused(`A value in it is too large (more than ${MOST_SIZE} characters)`);
    this.spend(size);
  }

  spend(work: number): void {
    this.#left -= work;
    if (this.#left < 0) throw new Refused('It takes too long');
  }

  /** Counts a step with its result. */
  made<T extends Item>(item: T): T {
    if (typeof item === 'string') this.room(item.length);
    else if (typeof item === 'object' && item !== null) this.room(this.#sizeOf(item));
    this.spend(STEP);
    return item;
  }

  #sizeOf(item: Item): number {
    if (typeof item === 'string') return item.length;
    if (isNothing(item) || typeof item !== 'object' || item instanceof WholeFloat) return 1;
    this.#sizes ??= new WeakMap();
    const known = this.#sizes.get(item);
    if (known !== undefined) return known;
    let size = 1;
    if (Array.isArray(item)) for (const each of item) size += this.#sizeOf(each);
    else for (const [key, each] of Object.entries(item)) size += key.length + this.#sizeOf(each);
    this.#sizes.set(item, size);
    return size;
  }
}
