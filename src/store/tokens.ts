import { z } from 'zod';
import type { TokenLock, TokenStore } from '../connector/auth/tokens.ts';
import { parseBody } from '../connector/response.ts';
import type { Clock } from '../platform/clock.ts';
import { type Random, randomToken } from '../platform/random.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { Fence, Store } from './port.ts';

/** A process that died while it renewed tokens holds the others up for this long. */
const LEASE_MS = 8000;
const RENEW_MS = 2000;

const SAVE_TRIES = 20;
const SAVE_AGAIN_MS = 250;

/** The tokens of one system in the store: encrypted, and renewed by one process at a time. */
export function storedTokens(store: Store, system: string, clock: Clock, random: Random): TokenStore {
  const name = `tokens/${system}`;
  return {
    load: () => store.secret(name),
    save: (json) => saveSurely(store, name, json, clock),
    async lock() {
      const fence = await store.acquire(name, randomToken(random), LEASE_MS, clock.now());
      if (fence.ok) return ok(held(store, fence.value, clock));
      return fence.error.code === 'lease-held' ? ok(null) : fence;
    },
  };
}

function held(store: Store, fence: Fence, clock: Clock): TokenLock {
  const done = new AbortController();
  const renewal = keepRenewing(store, fence, clock, done.signal);
  return {
    async release() {
      done.abort();
      await renewal;
      // A store too busy for this changes nothing: the lease ends by itself.
      await store.release(fence).catch(() => undefined);
    },
  };
}

async function keepRenewing(store: Store, fence: Fence, clock: Clock, done: AbortSignal): Promise<void> {
  while (!done.aborted) {
    await clock.sleep(RENEW_MS, done);
    if (!done.aborted) await store.renew(fence, LEASE_MS, clock.now());
  }
}

/** With a single-use refresh token an account hangs on this: a store that is busy for a while is waited for. */
async function saveSurely(store: Store, name: string, json: string, clock: Clock): Promise<Result<void>> {
  for (let tries = 1; ; tries += 1) {
    try {
      await store.putSecret(name, json);
      return ok(undefined);
    } catch {
      if (tries >= SAVE_TRIES) return fail(unsaved());
      await clock.sleep(SAVE_AGAIN_MS);
    }
  }
}

const unsaved = () =>
  problem('tokens-unsaved', 'The store refused to keep new tokens', {
    detail: 'They are not used, since nobody could renew them later.',
    next: 'Run `dovetail doctor`; if the credentials are refused afterwards, run `dovetail connect`',
  });

const keptVariables = z.record(z.string(), z.string());

/** What `dovetail connect` has kept of a system's variables, by their names in the connector. */
export async function loadVariables(store: Store, system: string): Promise<Record<string, string>> {
  const kept = await store.secret(`variables/${system}`);
  const parsed = keptVariables.safeParse(kept === null ? null : parseBody(kept));
  return parsed.success ? parsed.data : {};
}

export function keepVariables(
  store: Store,
  system: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  return store.putSecret(`variables/${system}`, JSON.stringify(variables));
}
