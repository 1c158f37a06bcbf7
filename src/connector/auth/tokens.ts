import { z } from 'zod';
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
