import type { Clock } from '../platform/clock.ts';
import type { Store } from '../store/port.ts';
import type { Scheduler } from './clock.ts';

/** What happens to a process at one of its operations, counted from 1. */
export interface Trouble {
  kind: 'dies-before' | 'dies-after' | 'stalls';
  operation: number;
  /** Of a stall: how long nothing reaches the process, ms. */
  ms: number;
}

/**
 * A process of its own in the simulation. Every store call, request and sleep is an operation; at one of them it may
 * die, so that nothing after it is ever heard of, or stall, as a machine that is suspended does.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  operations = 0;
  readonly #scheduler: Scheduler;
  readonly #trouble: Trouble | null;
  #alive = true;
  #stalledUntil = 0;

  constructor(name: string, scheduler: Scheduler, trouble: Trouble | null = null) {
    this.name = name;
    this.#scheduler = scheduler;
    this.#trouble = trouble;
    this.clock = {
      now: () => scheduler.now,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Does something outside the process; never resolves when it dies there. */
  async operate<T>(effect: () => Promise<T>): Promise<T> {
    if (!this.enter()) return never();
    const result = await effect();
    if (!this.leave()) return never();
    if (this.#stalledUntil > this.#scheduler.now) await this.arrival(0);
    return result;
  }

  /** Counts an operation; false when the process is dead, or dies before it takes effect. */
  enter(): boolean {
    if (!this.#alive) return false;
    this.operations += 1;
    const trouble = this.#trouble;
    if (trouble?.operation !== this.operations) return true;
    if (trouble.kind === 'dies-before') this.#alive = false;
    if (trouble.kind === 'stalls') this.#stalledUntil = this.#scheduler.now + trouble.ms;
    return this.#alive;
  }

  /** False when the process died after the effect of its newest operation. */
  leave(): boolean {
    if (this.#trouble?.kind === 'dies-after' && this.#trouble.operation === this.operations) this.#alive = false;
    return this.#alive;
  }

  /** Resolves after so much time, later when the process is stalled then, never when it is dead. */
  arrival(ms: number): Promise<void> {
    return new Promise((resolve) => this.deliver(ms, resolve));
  }

  deliver(ms: number, work: () => void): void {
    this.#scheduler.after(ms, () => {
      if (!this.#alive) return;
      const left = this.#stalledUntil - this.#scheduler.now;
      if (left > 0) this.deliver(left, work);
      else work();
    });
  }

  async #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.enter() || !this.leave()) return never();
    if (signal?.aborted) return;
    await new Promise<void>((resolve) => {
      signal?.addEventListener('abort', () => resolve(), { once: true });
      this.deliver(ms, resolve);
    });
  }

  /** The store as this process reaches it. */
  store(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...given: unknown[]) => this.operate(async () => Reflect.apply(method, target, given));
      },
    });
  }
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
