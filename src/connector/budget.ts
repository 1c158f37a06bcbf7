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
  const quota = createQuota(limits);
  const queues: Record<Lane, Waiter[]> = { live: [], backfill: [] };
  let inFlight = 0;
  let pausedUntil = 0;
  let concurrency = limits.concurrency;
  let alarm: { at: number; stop: AbortController } | null = null;

  /** Epoch ms at which a place may be free; 0: now; Infinity: when one is released. */
  const nextPlace = (now: number): number => {
    if (inFlight >= Math.floor(concurrency)) return Number.POSITIVE_INFINITY;
    return Math.max(now < pausedUntil ? pausedUntil : 0, quota.nextAt(now, inFlight));
  };
  const take = (now: number) => {
    inFlight++;
    quota.spend(now);
  };
  const pump = () => {
    for (;;) {
      const waiter = queues.live[0] ?? queues.backfill[0];
      if (!waiter) break;
      const now = clock.now();
      const at = nextPlace(now);
      if (at > now) {
        wakeAt(at, now);
        return;
      }
      take(now);
      (queues.live.length > 0 ? queues.live : queues.backfill).shift();
      waiter.settle(true);
    }
    alarm?.stop.abort();
    alarm = null;
  };
  const wakeAt = (at: number, now: number) => {
    if (at === Number.POSITIVE_INFINITY || (alarm && alarm.at <= at)) return;
    alarm?.stop.abort();
    const mine = { at, stop: new AbortController() };
    alarm = mine;
    void clock.sleep(at - now, mine.stop.signal).then(() => {
      if (alarm !== mine) return;
      alarm = null;
      pump();
    });
  };

  return {
    tryAcquire() {
      if (queues.live.length + queues.backfill.length > 0) return false;
      const now = clock.now();
      if (nextPlace(now) > now) return false;
      take(now);
      return true;
    },
    acquire(lane, signal) {
      if (signal?.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        queues[lane].push(waiterFor(queues[lane], resolve, pump, signal));
        pump();
      });
    },
    release(report) {
      inFlight--;
      concurrency = Math.min(limits.concurrency, concurrency + 1 / (4 * concurrency));
      if (report) quota.report(report, clock.now(), inFlight);
      if (queues.live.length + queues.backfill.length > 0) pump();
    },
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
    shrink() {
      concurrency = Math.max(1, Math.floor(concurrency / 2));
    },
    left: () => quota.left(clock.now(), inFlight),
  };
}

interface Waiter {
  settle(granted: boolean): void;
}

function waiterFor(
  queue: Waiter[],
  resolve: (granted: boolean) => void,
  pump: () => void,
  signal: AbortSignal | undefined,
): Waiter {
  const abort = () => {
    const place = queue.indexOf(waiter);
    if (place >= 0) queue.splice(place, 1);
    resolve(false);
    pump();
  };
  const waiter: Waiter = {
    settle(granted) {
      signal?.removeEventListener('abort', abort);
      resolve(granted);
    },
  };
  signal?.addEventListener('abort', abort, { once: true });
  return waiter;
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
