import type { Clock } from '../platform/clock.ts';
import type { ConnectorDefinition } from './definition.ts';
import { milliseconds } from './duration.ts';

/** `live` requests go before `backfill` ones that wait at the same time. */
export type Lane = 'live' | 'backfill';

export interface BudgetLimits {
  /** Requests per window; null where the account has no such limit. */
  requests: number | null;
  windowMs: number;
  /** Requests in flight. */
  concurrency: number;
}

/** What an answer said about the quota. */
export interface QuotaReport {
  /** Requests left in the server's window; infinite where it turned out to count none. */
  remaining: number | null;
  /** Epoch ms by our clock when the server's window ends. */
  resetAt: number | null;
}

/**
 * The rate budget of one account, shared by all that use the account. Nothing fails for want of quota: it waits.
 * Every successful `acquire` or `tryAcquire` is followed by exactly one `release`.
 */
export interface Budget {
  /** Takes a place at once, or says that one must wait for it with `acquire`. */
  tryAcquire(): boolean;
  /** Waits for a place; false when the signal aborted first. */
  acquire(lane: Lane, signal?: AbortSignal): Promise<boolean>;
  /** Gives the place back, with what the answer said. */
  release(report?: QuotaReport): void;
  /** Nobody sends before `until` (epoch ms): the server said so. */
  pause(until: number): void;
  /** The server was overloaded: half as many in flight from now on, growing back with each good answer. */
  shrink(): void;
  /** Requests left in the current window; null where there is no limit. */
  left(): number | null;
}

/** The limits that a connector declares. */
export function limitsOf(connector: ConnectorDefinition): BudgetLimits {
  const { requests, window, concurrency } = connector.limits;
  return { requests: requests ?? null, windowMs: window === undefined ? 1000 : milliseconds(window), concurrency };
}

export function createBudget(limits: BudgetLimits, clock: Clock): Budget {
  return new AccountBudget(limits, clock);
}

interface Waiter {
  settle(granted: boolean): void;
}

class AccountBudget implements Budget {
  readonly #limits: BudgetLimits;
  readonly #clock: Clock;
  readonly #quota: Quota;
  readonly #queues: Record<Lane, Waiter[]> = { live: [], backfill: [] };
  #inFlight = 0;
  #pausedUntil = 0;
  #concurrency: number;
  #alarm: { at: number; stop: AbortController } | null = null;

  constructor(limits: BudgetLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#quota = createQuota(limits);
    this.#concurrency = limits.concurrency;
  }

  tryAcquire(): boolean {
    if (this.#isWaitedFor()) return false;
    const now = this.#clock.now();
    if (this.#nextPlace(now) > now) return false;
    this.#take(now);
    return true;
  }

  acquire(lane: Lane, signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const queue = this.#queues[lane];
      const abort = () => {
        const place = queue.indexOf(waiter);
        if (place >= 0) queue.splice(place, 1);
        resolve(false);
        this.#pump();
      };
      const waiter: Waiter = {
        settle(granted) {
          signal?.removeEventListener('abort', abort);
          resolve(granted);
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      queue.push(waiter);
      this.#pump();
    });
  }

  release(report?: QuotaReport): void {
    this.#inFlight--;
    this.#concurrency = Math.min(this.#limits.concurrency, this.#concurrency + 1 / (4 * this.#concurrency));
    if (report) this.#quota.report(report, this.#clock.now(), this.#inFlight);
    if (this.#isWaitedFor()) this.#pump();
  }

  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  shrink(): void {
    this.#concurrency = Math.max(1, Math.floor(this.#concurrency / 2));
  }

  left(): number | null {
    return this.#quota.left(this.#clock.now(), this.#inFlight);
  }

  #isWaitedFor(): boolean {
    return this.#queues.live.length + this.#queues.backfill.length > 0;
  }

  /** Epoch ms at which there may be a place; 0: there is one now; infinite: when one is given back. */
  #nextPlace(now: number): number {
    if (this.#inFlight >= Math.floor(this.#concurrency)) return Number.POSITIVE_INFINITY;
    return Math.max(now < this.#pausedUntil ? this.#pausedUntil : 0, this.#quota.nextAt(now, this.#inFlight));
  }

  #take(now: number): void {
    this.#inFlight++;
    this.#quota.spend(now);
  }

  /** Gives places to those who wait, as long as there are any, and sets the alarm for the next. */
  #pump(): void {
    while (this.#isWaitedFor()) {
      const now = this.#clock.now();
      const at = this.#nextPlace(now);
      if (at > now) {
        this.#wakeAt(at, now);
        return;
      }
      const waiter = this.#queues.live.shift() ?? this.#queues.backfill.shift();
      this.#take(now);
      waiter?.settle(true);
    }
    this.#alarm?.stop.abort();
    this.#alarm = null;
  }

  #wakeAt(at: number, now: number): void {
    if (at === Number.POSITIVE_INFINITY || (this.#alarm && this.#alarm.at <= at)) return;
    this.#alarm?.stop.abort();
    const alarm = { at, stop: new AbortController() };
    this.#alarm = alarm;
    void this.#clock.sleep(at - now, alarm.stop.signal).then(() => {
      if (this.#alarm !== alarm) return;
      this.#alarm = null;
      this.#pump();
    });
  }
}

interface Quota {
  nextAt(now: number, inFlight: number): number;
  spend(now: number): void;
  report(report: QuotaReport, now: number, inFlight: number): void;
  left(now: number, inFlight: number): number | null;
}

/**
 * Counts requests per window. Where answers tell what remains and until when, the server's own window is followed, so
 * that its quota is used to the last request and starts afresh at its reset. Else no window of the declared length,
 * wherever it starts, holds more than the declared number.
 */
function createQuota(limits: BudgetLimits): Quota {
  const { requests, windowMs } = limits;
  /** Send times of the last `requests` requests, as a ring. */
  const sent: number[] = [];
  let oldest = 0;
  let served: { end: number; remaining: number | null; spent: number } | null = null;

  const enter = (now: number, inFlight: number) => {
    if (served && now >= served.end) served = { end: now + windowMs, remaining: null, spent: inFlight };
    return served;
  };
  const leftOf = (window: { remaining: number | null; spent: number }, inFlight: number) =>
    window.remaining === null ? (requests ?? 0) - window.spent : window.remaining - inFlight;

  return {
    nextAt(now, inFlight) {
      if (requests === null) return 0;
      const window = enter(now, inFlight);
      if (window) return leftOf(window, inFlight) > 0 ? 0 : window.end;
      return sent.length < requests ? 0 : (sent[oldest] ?? 0) + windowMs;
    },
    spend(now) {
      if (requests === null) return;
      if (served) served.spent++;
      if (sent.length < requests) sent.push(now);
      else {
        sent[oldest] = now;
        oldest = (oldest + 1) % requests;
      }
    },
    report({ remaining, resetAt }, now, inFlight) {
      if (requests === null || remaining === null || resetAt === null || resetAt <= now) return;
      const window = enter(now, inFlight);
      const another = !window || window.remaining === null || resetAt > window.end + Math.max(windowMs / 2, 1500);
      // The server's reset may be rounded up; its window began before this answer, so it ends a window's length from now.
      if (another) served = { end: Math.min(resetAt, now + windowMs), remaining, spent: window?.spent ?? 0 };
      else window.remaining = Math.min(window.remaining ?? remaining, remaining);
    },
    left(now, inFlight) {
      if (requests === null) return null;
      const window = enter(now, inFlight);
      if (window)
        return leftOf(window, inFlight) === Number.POSITIVE_INFINITY ? null : Math.max(0, leftOf(window, inFlight));
      return requests - sent.filter((at) => at > now - windowMs).length;
    },
  };
}
