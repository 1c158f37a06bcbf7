import type { Connection, ReadRequest, ReadStep } from '../../src/connector/port.ts';
import type { RunEvent } from '../../src/engine/mapping-run.ts';
import type { MappingCounts, SideCounts, StateChange } from '../../src/store/port.ts';
import type { Scratch } from '../../src/store/scratch.ts';

/** What one run holds at a time: no more than a batch of pairs and a page of records, and no scratch once it is over. */
export class Held {
  readonly #batch: number;
  readonly #page: () => number;
  readonly #fail: (what: string) => void;
  readonly #deferred: () => number;
  readonly #scratches = new Set<Scratch>();
  /** By mapping, as the run tells of them; they go on counting. */
  readonly #counts = new Map<string, MappingCounts>();

  /**
   * `batch`: pairs. `page`: records of the largest page so far. `deferred`: how many pairs may wait for a removal, which
   * comes last.
   */
  constructor(batch: number, page: () => number, deferred: () => number, fail: (what: string) => void) {
    this.#batch = batch;
    this.#page = page;
    this.#deferred = deferred;
    this.#fail = fail;
  }

  /** A connection whose calls are looked at: each carries what is in hand. */
  connection(connection: Connection): Connection {
    const looked = ['get', 'create', 'update', 'remove'];
    return new Proxy(connection, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (name === 'read') return (request: ReadRequest) => this.#pages(target.read(request));
        if (typeof method !== 'function') return method;
        return (...given: unknown[]) => {
          const [, items] = given;
          if (looked.includes(String(name)) && Array.isArray(items)) this.#look(String(name), items.length);
          return Reflect.apply(method, target, given);
        };
      },
    });
  }

  /** What is read comes in pages no larger than those that the systems gave. */
  async *#pages(steps: AsyncIterable<ReadStep>): AsyncGenerator<ReadStep> {
    for await (const step of steps) {
      const size = step.kind === 'page' ? step.records.length : 0;
      if (size > this.#page()) this.#fail(`a page of ${size}, where the systems gave ${this.#page()} at most`);
      yield step;
    }
  }

  told(event: RunEvent): void {
    if (event.type === 'progress') this.#counts.set(event.mapping, event.counts);
  }

  committed({ links, intents, keys }: StateChange): void {
    this.#lookAtHand();
    this.#look('links of a commit', links?.length ?? 0);
    this.#look('match keys of a commit', (keys?.length ?? 0) / 2);
    for (const { items } of intents ?? []) this.#look('items of an intent', items.length);
  }

  scratch(scratch: Scratch): Scratch {
    this.#scratches.add(scratch);
    return new Proxy(scratch, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...given: unknown[]) => {
          if (name === 'close') this.#scratches.delete(scratch);
          return Reflect.apply(method, target, given);
        };
      },
    });
  }

  over(): void {
    if (this.#scratches.size > 0) this.#fail(`${this.#scratches.size} scratches were left open`);
  }

  /** What was read and is neither in the scratch nor accounted for: a batch that is not full, and the page that fills it. */
  #lookAtHand(): void {
    // The run is over: what it had not come to is given up together with the scratch.
    if (this.#scratches.size === 0) return;
    const open = [...this.#counts.values()].flatMap(({ a, b }) => [a, b]).reduce((sum, side) => sum + openOf(side), 0);
    const spooled = [...this.#scratches].reduce((sum, scratch) => sum + scratch.size, 0);
    // Of a pair both records may have been read.
    const most = 2 * (this.#batch + this.#largest()) + this.#deferred();
    if (open - spooled > most) this.#fail(`${open - spooled} records are in hand, where ${most} are the most`);
  }

  #largest(): number {
    return Math.max(this.#batch, this.#page());
  }

  #look(what: string, size: number): void {
    const most = this.#largest();
    if (size > most) this.#fail(`${what}: ${size}, where no batch and no page holds more than ${most}`);
  }
}

const openOf = ({ read, unchanged, applied, filtered, parked, held, failed }: SideCounts): number =>
  read - unchanged - applied - filtered - parked - held - failed;
