/**
 * Virtual time. Whatever waits in a simulation waits here, and time jumps from one event to the next; events of one
 * instant run in the order in which they were asked for. Instants are epoch milliseconds.
 */
export class Scheduler {
  #now: number;
  #asked = 0;
  readonly #heap: Event[] = [];
  readonly #settle: () => Promise<void>;

  /** `settle` resolves once every promise that can go on without an event has gone on. */
  constructor(start: number, settle: () => Promise<void>) {
    this.#now = start;
    this.#settle = settle;
  }

  get now(): number {
    return this.#now;
  }

  /** Runs `work` at an instant; at once, but not before this call is through, where that is over. */
  at(instant: number, work: () => void): void {
    if (!Number.isFinite(instant)) throw new RangeError(`Nothing can happen at ${instant}`);
    this.#asked += 1;
    push(this.#heap, { at: Math.max(Math.ceil(instant), this.#now), order: this.#asked, work });
  }

  after(ms: number, work: () => void): void {
    this.at(this.#now + ms, work);
  }

  /** Lets time pass until `done` says so; false when nothing is left that could happen before. */
  async until(done: () => boolean): Promise<boolean> {
    await this.#settle();
    while (!done()) {
      const event = pop(this.#heap);
      if (!event) return false;
      this.#now = event.at;
      event.work();
      await this.#settle();
    }
    return true;
  }

  /** Lets this much time pass. */
  async pass(ms: number): Promise<void> {
    let over = false;
    this.after(ms, () => {
      over = true;
    });
    await this.until(() => over);
  }
}

interface Event {
  at: number;
  order: number;
  work: () => void;
}

const before = (one: Event, other: Event): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

function push(heap: Event[], event: Event): void {
  let at = heap.length;
  heap.push(event);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (!above || before(above, event)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const [one, other] = [heap[left], heap[left + 1]];
    if (!one) break;
    const child = other && before(other, one) ? left + 1 : left;
    const event = heap[child];
    if (!event || before(last, event)) break;
    heap[at] = event;
    at = child;
  }
  heap[at] = last;
  return first;
}
