import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import { ok, type Result } from '../../record/diagnostic.ts';
import { parseBody } from '../response.ts';

/**
 * Where the tokens of one account outlive the process, encrypted by whoever provides it. A single-use refresh token that
 * is not saved before its successor is used locks the account out, so tokens are saved before they are sent anywhere.
 */
export interface TokenStore {
  load(): Promise<string | null>;
  /** Durable once it succeeds: a crash right afterwards loses nothing. */
  save(json: string): Promise<Result<void>>;
  /**
   * The right to renew the tokens, which one process at a time has; null while another has it. That of a process that
   * died ends by itself within seconds.
   */
  lock(): Promise<Result<TokenLock | null>>;
}

export interface TokenLock {
  release(): Promise<void>;
}

/** Tokens that live as long as the process, and are nobody else's. */
export function passingTokens(): TokenStore {
  let kept: string | null = null;
  return {
    load: async () => kept,
    save: async (json) => {
      kept = json;
      return ok(undefined);
    },
    lock: async () => ok({ release: async () => undefined }),
  };
}

const storedTokens = z.object({
  access: z.string(),
  refresh: z.string().nullable(),
  /** Epoch ms; null: until it is refused. */
  expires: z.number().nullable(),
  /** The scopes that they were given, where the server told. */
  scope: z.string().optional(),
  /** Digest of what they were got with: other credentials make them worthless. */
  account: z.string().optional(),
  /** The refresh token was refused for good: nobody tries it again. */
  refused: z.boolean().optional(),
});
export type StoredTokens = z.infer<typeof storedTokens>;

/** Null where there are none, or where they can't be read. */
export function readTokens(json: string | null): StoredTokens | null {
  const parsed = storedTokens.safeParse(json === null ? null : parseBody(json));
  return parsed.success ? parsed.data : null;
}

/** While another process renews the tokens, the lock is tried this often. */
const LOOK_MS = 50;

/** Does `work` once the lock is to be had. `spared`, asked before each try, may give the outcome without it. */
export async function underLock<T>(
  tokens: TokenStore,
  clock: Clock,
  work: () => Promise<Result<T>>,
  spared: () => Promise<Result<T> | null> = async () => null,
): Promise<Result<T>> {
  for (;;) {
    const outcome = await spared();
    if (outcome) return outcome;
    const lock = await tokens.lock();
    if (!lock.ok) return lock;
    if (!lock.value) {
      await clock.sleep(LOOK_MS);
      continue;
    }
    try {
      return await work();
    } finally {
      await lock.value.release();
    }
  }
}

/**
 * Keeps tokens that a person has just allowed, after whatever process renews the old ones: else what that one finds out
 * about them would take their place.
 */
export const replaceTokens = (tokens: TokenStore, json: string, clock: Clock): Promise<Result<void>> =>
  underLock(tokens, clock, () => tokens.save(json));
