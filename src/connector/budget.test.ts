import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../platform/clock.ts';
import { type Budget, type BudgetLimits, createBudget, type Lane } from './budget.ts';

/** Time that stands still until nothing else is left to do, and then goes on to the next alarm. */
function virtualClock() {
  let now = 1_000_000;
  const alarms: { at: number; ring: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const alarm = { at: now + ms, ring: resolve };
        alarms.push(alarm);
        signal?.addEventListener('abort', () => {
          const place = alarms.indexOf(alarm);
          if (place >= 0) alarms.splice(place, 1);
          resolve();
        });
      }),
  };
  async function run<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const finished = work.finally(() => {
      done = true;
    });
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      if (done) break;
      alarms.sort((a, b) => a.at - b.at);
      const next = alarms.shift();
      if (!next) throw new Error('Everybody waits for nothing');
      now = Math.max(now, next.at);
      next.ring();
    }
    return finished;
  }
  return { clock, run };
}

async function take(budget: Budget, lane: Lane = 'live'): Promise<void> {
  if (!budget.tryAcquire()) await budget.acquire(lane);
}

/** A server that allows so many requests in a window that begins with the first request in it. */
function fixedWindow(requests: number, windowMs: number) {
  let start = Number.NEGATIVE_INFINITY;
  let used = 0;
  return (now: number) => {
    if (now >= start + windowMs) {
      start = now;
      used = 0;
    }
    if (used >= requests) return { passed: false, remaining: 0, resetAt: start + windowMs };
    used++;
    return { passed: true, remaining: requests - used, resetAt: start + windowMs };
  };
}

const LIMITS: BudgetLimits = { requests: 5, windowMs: 1000, concurrency: 3 };
const millis = fc.integer({ min: 0, max: 400 });

describe('budget', () => {
  it('never sends more in any window than declared, nor more at once, and wastes no time', async () => {
    const shape = fc.record({
      requests: fc.integer({ min: 1, max: 8 }),
      concurrency: fc.integer({ min: 1, max: 6 }),
      durations: fc.array(millis, { minLength: 1, maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ requests, concurrency, durations }) => {
        const { clock, run } = virtualClock();
        const budget = createBudget({ requests, windowMs: 1000, concurrency }, clock);
        const sent: number[] = [];
        let inFlight = 0;
        let most = 0;
        const one = async (duration: number) => {
          await take(budget);
          sent.push(clock.now());
          most = Math.max(most, ++inFlight);
          await clock.sleep(duration);
          inFlight--;
          budget.release();
        };
        const begin = clock.now();
        await run(Promise.all(durations.map(one)));
        expect(most).toBeLessThanOrEqual(concurrency);
        for (const [i, at] of sent.entries())
          expect(at - (sent[i - requests] ?? at - 1000)).toBeGreaterThanOrEqual(1000);
        const windows = Math.ceil(durations.length / requests) * 1000;
        const work = durations.reduce((sum, each) => sum + each, 0) / concurrency;
        expect(clock.now() - begin).toBeLessThanOrEqual(windows + work + 400);
      }),
      { numRuns: 150 },
    );
  });

  it("follows the server's own window to the last request", async () => {
    const { clock, run } = virtualClock();
    const budget = createBudget({ requests: 10, windowMs: 1000, concurrency: 4 }, clock);
    // The account was given twice what the connector declares.
    const server = fixedWindow(20, 1000);
    let refused = 0;
    const one = async () => {
      await take(budget);
      const answer = server(clock.now());
      if (!answer.passed) refused++;
      await clock.sleep(10);
      budget.release(answer);
    };
    const begin = clock.now();
    await run(Promise.all(Array.from({ length: 100 }, one)));
    expect([refused, clock.now() - begin < 5100]).toEqual([0, true]);
  });

  it('waits as told, all of it', async () => {
    const { clock, run } = virtualClock();
    const budget = createBudget(LIMITS, clock);
    const until = clock.now() + 7000;
    budget.pause(until);
    expect(budget.tryAcquire()).toBe(false);
    await run(take(budget));
    expect(clock.now()).toBe(until);
  });

  it('lets live requests go before a backfill that waits longer', async () => {
    const { clock, run } = virtualClock();
    const budget = createBudget({ ...LIMITS, concurrency: 1 }, clock);
    const order: string[] = [];
    await take(budget);
    const waiting = (['backfill', 'backfill', 'live'] as const).map(async (lane, i) => {
      await take(budget, lane);
      order.push(`${lane} ${i}`);
      budget.release();
    });
    budget.release();
    await run(Promise.all(waiting));
    expect(order).toEqual(['live 2', 'backfill 0', 'backfill 1']);
  });

  it('halves what is in flight when the server is overloaded, and grows back', async () => {
    const { clock } = virtualClock();
    const budget = createBudget({ requests: null, windowMs: 1000, concurrency: 8 }, clock);
    const room = () => {
      let places = 0;
      while (budget.tryAcquire()) places++;
      for (let i = 0; i < places; i++) budget.release();
      return places;
    };
    expect(room()).toBe(8);
    budget.shrink();
    budget.shrink();
    expect(room()).toBe(2);
    for (let i = 0; i < 60; i++) room();
    expect(room()).toBe(8);
  });

  it('gives up a place in the queue when told to stop', async () => {
    const { clock, run } = virtualClock();
    const budget = createBudget({ ...LIMITS, concurrency: 1 }, clock);
    await take(budget);
    const stop = new AbortController();
    const stopped = budget.acquire('live', stop.signal);
    const next = budget.acquire('live');
    stop.abort();
    budget.release();
    expect(await run(Promise.all([stopped, next]))).toEqual([false, true]);
    expect(await budget.acquire('live', stop.signal)).toBe(false);
  });

  it('waits for the window that answers tell, where the connector declares no limit', async () => {
    const { clock, run } = virtualClock();
    const budget = createBudget({ ...LIMITS, requests: null, concurrency: 9 }, clock);
    const server = fixedWindow(20, 1000);
    let refused = 0;
    const one = async () => {
      await take(budget);
      const answer = server(clock.now());
      if (!answer.passed) refused++;
      await clock.sleep(10);
      budget.release(answer);
    };
    const begin = clock.now();
    await run(Promise.all(Array.from({ length: 100 }, one)));
    expect([refused, clock.now() - begin < 5100]).toEqual([0, true]);
    budget.release({ remaining: 3, resetAt: clock.now() + 500 });
    expect(budget.left()).not.toBeNull();
  });

  it('counts what a request costs', async () => {
    const { clock, run } = virtualClock();
    const budget = createBudget({ requests: 10, windowMs: 1000, concurrency: 9 }, clock);
    const begin = clock.now();
    const sent: number[] = [];
    const one = async (cost: number) => {
      if (!budget.tryAcquire(cost)) await budget.acquire('live', undefined, cost);
      sent.push(clock.now() - begin);
      budget.release(undefined, cost);
    };
    await run(Promise.all([4, 4, 2, 5, 5, 100].map(one)));
    expect(sent).toEqual([0, 0, 0, 1000, 1000, 2000]);
    expect(budget.left()).toBe(0);
  });

  it('tells what is left', async () => {
    const { clock } = virtualClock();
    const budget = createBudget(LIMITS, clock);
    await take(budget);
    expect(budget.left()).toBe(4);
    budget.release({ remaining: 17, resetAt: clock.now() + 500 });
    expect(budget.left()).toBe(17);
    await take(budget);
    budget.release({ remaining: Number.POSITIVE_INFINITY, resetAt: clock.now() + 500 });
    expect(budget.left()).toBe(17);
    expect(createBudget({ ...LIMITS, requests: null }, clock).left()).toBeNull();
  });
});
