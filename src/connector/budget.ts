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
  /** Takes a place at once, or says that one must wait for it with `acquire`. `cost`: requests that it counts for. */
  tryAcquire(cost?: number): boolean;
  /** Waits for a place; false when the signal aborted first. */
  acquire(lane: Lane, signal?: AbortSignal, cost?: number): Promise<boolean>;
  /** Gives the place back, with what the answer said and the cost that it was taken with. */
  release(report?: QuotaReport, cost?: number): void;
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
  cost: number;
  settle(granted: boolean): void;
}

class AccountBudget implements Budget {
  readonly #limits: BudgetLimits;
  readonly #clock: Clock;
  readonly #quota: Quota;
  readonly #queues: Record<Lane, Waiter[]> = { live: [], backfill: [] };
  #inFlight = 0;
  /** What those in flight count for. */
  #costInFlight = 0;
  #pausedUntil = 0;
  #concurrency: number;
  #alarm: { at: number; stop: AbortController } | null = null;

  constructor(limits: BudgetLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#quota = createQuota(limits);
    this.#concurrency = limits.concurrency;
  }

  tryAcquire(cost = 1): boolean {
    if (this.#isWaitedFor()) return false;
    const now = this.#clock.now();
    if (this.#nextPlace(now, cost) > now) return false;
    this.#take(now, cost);
    return true;
  }

  acquire(lane: Lane, signal?: AbortSignal, cost = 1): Promise<boolean> {
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
        cost,
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

  release(report?: QuotaReport, cost = 1): void {
    this.#inFlight--;
    this.#costInFlight -= cost;
    this.#concurrency = Math.min(this.#limits.concurrency, this.#concurrency + 1 / (4 * this.#concurrency));
    if (report) this.#quota.report(report, this.#clock.now(), this.#costInFlight);
    if (this.#isWaitedFor()) this.#pump();
  }

  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  shrink(): void {
    this.#concurrency = Math.max(1, Math.floor(this.#concurrency / 2));
  }

  left(): number | null {
    return this.#quota.left(this.#clock.now(), this.#costInFlight);
  }

  #isWaitedFor(): boolean {
    return this.#queues.live.length + this.#queues.backfill.length > 0;
  }

  /** Epoch ms at which there may be a place; 0: there is one now; infinite: when one is given back. */
  #nextPlace(now: number, cost: number): number {
    if (this.#inFlight >= Math.floor(this.#concurrency)) return Number.POSITIVE_INFINITY;
    return Math.max(now < this.#pausedUntil ? this.#pausedUntil : 0, this.#quota.nextAt(now, this.#costInFlight, cost));
  }

  #take(now: number, cost: number): void {
    this.#inFlight++;
    this.#costInFlight += cost;
    this.#quota.spend(now, cost);
  }

  /** Gives places to those who wait, as long as there are any, and sets the alarm for the next. */
  #pump(): void {
    while (this.#isWaitedFor()) {
      const now = this.#clock.now();
      const queue = this.#queues.live.length > 0 ? this.#queues.live : this.#queues.backfill;
      const cost = queue[0]?.cost ?? 1;
      const at = this.#nextPlace(now, cost);
      if (at > now) {
        this.#wakeAt(at, now);
        return;
      }
      this.#take(now, cost);
      queue.shift()?.settle(true);
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
  nextAt(now: number, inFlight: number, cost: number): number;
  spend(now: number, cost: number): void;
  report(report: QuotaReport, now: number, inFlight: number): void;
  left(now: number, inFlight: number): number | null;
}

/** The server's own window: its end, epoch ms, and what it says remains; null where that is only counted here. */
interface Served {
  end: number;
  remaining: number | null;
  spent: number;
}

/** A server's next window is told from the same one, told a little later, by this, ms. */
const LATER_MS = 1500;

/** Without a declared limit, only what answers say counts, until the end of the window that they tell. */
function createToldQuota(): Quota {
  let served: Served | null = null;
  const enter = (now: number) => {
    if (served && now >= served.end) served = null;
    return served;
  };
  const leftOf = ({ remaining }: Served, inFlight: number) => (remaining ?? 0) - inFlight;
  return {
    nextAt(now, inFlight, cost) {
      const window = enter(now);
      return !window || leftOf(window, inFlight) >= cost ? 0 : window.end;
    },
    spend() {},
    report({ remaining, resetAt }, now) {
      if (remaining === null || resetAt === null || resetAt <= now) return;
      const window = enter(now);
      if (!window || resetAt > window.end + LATER_MS) served = { end: resetAt, remaining, spent: 0 };
      else window.remaining = Math.min(window.remaining ?? remaining, remaining);
    },
    left(now, inFlight) {
      const window = enter(now);
      return window && window.remaining !== Number.POSITIVE_INFINITY ? Math.max(0, leftOf(window, inFlight)) : null;
    },
  };
}

/**
 * Counts requests per window. Where answers tell what remains and until when, the server's own window is followed, so
 * that its quota is used to the last request and starts afresh at its reset. Else no window of the declared length,
 * wherever it starts, holds more than the declared number.
 */
function createQuota({ requests, windowMs }: BudgetLimits): Quota {
  if (requests === null) return createToldQuota();
  /** Send times of the last `requests` requests, as a ring; one that costs more stands there as often. */
  const sent: number[] = [];
  let oldest = 0;
  let served: Served | null = null;
  const places = (cost: number) => Math.min(requests, Math.ceil(cost));

  const enter = (now: number, inFlight: number) => {
    if (served && now >= served.end) served = { end: now + windowMs, remaining: null, spent: inFlight };
    return served;
  };
  const leftOf = (window: Served, inFlight: number) =>
    window.remaining === null ? requests - window.spent : window.remaining - inFlight;

  return {
    nextAt(now, inFlight, cost) {
      const needed = places(cost);
      const window = enter(now, inFlight);
      if (window) return leftOf(window, inFlight) >= needed ? 0 : window.end;
      const taken = sent.length + needed - requests;
      return taken <= 0 ? 0 : (sent[(oldest + taken - 1) % requests] ?? 0) + windowMs;
    },
    spend(now, cost) {
      if (served) served.spent += cost;
      for (let left = places(cost); left > 0; left--) {
        if (sent.length < requests) sent.push(now);
        else {
          sent[oldest] = now;
          oldest = (oldest + 1) % requests;
        }
      }
    },
    report({ remaining, resetAt }, now, inFlight) {
      if (remaining === null || resetAt === null || resetAt <= now) return;
      const window = enter(now, inFlight);
      const another = !window || window.remaining === null || resetAt > window.end + Math.max(windowMs / 2, LATER_MS);
      // The server's reset may be rounded up; its window began before this answer, so it ends a window's length from now.
      if (another) served = { end: Math.min(resetAt, now + windowMs), remaining, spent: window?.spent ?? 0 };
      else window.remaining = Math.min(window.remaining ?? remaining, remaining);
    },
    left(now, inFlight) {
      const window = enter(now, inFlight);
      if (window)
        return leftOf(window, inFlight) === Number.POSITIVE_INFINITY ? null : Math.max(0, leftOf(window, inFlight));
      return requests - sent.filter((at) => at > now - windowMs).length;
    },
  };
}
