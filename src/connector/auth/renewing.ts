import type { Clock } from '../../platform/clock.ts';
import { type Diagnostic, fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Authenticator, Credentials } from './credentials.ts';
import { readTokens, type StoredTokens, type TokenStore, underLock } from './tokens.ts';

/** Renewed this long before the end, or a tenth of the life of a short token. */
const AHEAD_MS = 30_000;

/** When tokens that live for `life` ms from now on are to be renewed. */
export const renewedAt = (now: number, life: number): number => now + life - Math.min(AHEAD_MS, life / 10);

export interface RenewingParts {
  clock: Clock;
  tokens: TokenStore;
  /** Digest of what the tokens are got with: tokens of other credentials are not used. */
  account: string;
  credentials(access: string): Credentials;
  /** Gets new tokens, by the kept ones or without them. Runs in one process at a time. */
  obtain(kept: StoredTokens | null): Promise<Obtained>;
}

/**
 * New tokens, which become durable before they are used; or why there are none. `remember` is kept all the same, so that
 * the other processes need not find it out too.
 */
export type Obtained =
  | { ok: true; value: StoredTokens }
  | { ok: false; error: Diagnostic; remember?: StoredTokens | undefined };

interface InUse {
  tokens: StoredTokens;
  credentials: Credentials;
}

/** Credentials that come and go: tokens of OAuth, sessions. Shared by all processes that use the account. */
export function renewing(parts: RenewingParts): Authenticator {
  return new Renewing(parts);
}

class Renewing implements Authenticator {
  readonly #parts: RenewingParts;
  #inUse: InUse | null = null;
  #unsaved: StoredTokens | null = null;
  #renewal: Promise<Result<Credentials>> | null = null;

  constructor(parts: RenewingParts) {
    this.#parts = parts;
  }

  current(): Credentials | null {
    return this.#inUse && this.#lives(this.#inUse.tokens) ? this.#inUse.credentials : null;
  }

  token(): string | null {
    return this.#inUse?.tokens.access ?? null;
  }

  scopes(): string | null {
    return this.#inUse?.tokens.scope ?? null;
  }

  expires(): number | null {
    return this.#inUse?.tokens.expires ?? null;
  }

  async renew(rejected: Credentials | null): Promise<Result<Credentials>> {
    const current = this.current();
    if (current && current !== rejected) return ok(current);
    this.#renewal ??= this.#replace().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /** The tokens in use are expired or refused: takes what another process has got meanwhile, or gets new ones. */
  #replace(): Promise<Result<Credentials>> {
    const { tokens, clock } = this.#parts;
    return underLock(
      tokens,
      clock,
      () => this.#obtain(),
      () => this.#takeNew(),
    );
  }

  /** What another process has got meanwhile; null where there is nothing newer. */
  async #takeNew(): Promise<Result<Credentials> | null> {
    const kept = await this.#load();
    return kept && this.#isNew(kept) ? ok(this.#use(kept)) : null;
  }

  async #obtain(): Promise<Result<Credentials>> {
    // Between the look at the tokens and the lock, the process that had the lock may have saved its own.
    const kept = await this.#load();
    if (kept && this.#isNew(kept)) return ok(this.#use(kept));
    const obtained: Obtained = this.#unsaved ? ok(this.#unsaved) : await this.#parts.obtain(kept);
    if (!obtained.ok) {
      // A process that stood still for longer than its lease may have come back with what it got.
      const later = await this.#load();
      if (later && this.#isNew(later)) return ok(this.#use(later));
      if (obtained.remember) await this.#save(obtained.remember);
      return fail(obtained.error);
    }
    // What could not be saved is not used; it is what the account depends on, so the next renewal tries to save it.
    this.#unsaved = obtained.value;
    const saved = await this.#save(obtained.value);
    if (!saved.ok) return saved;
    return ok(this.#use(obtained.value));
  }

  async #load(): Promise<StoredTokens | null> {
    const kept = readTokens(await this.#parts.tokens.load());
    return kept?.account === undefined || kept.account === this.#parts.account ? kept : null;
  }

  #save(tokens: StoredTokens): Promise<Result<void>> {
    return this.#parts.tokens.save(JSON.stringify({ ...tokens, account: this.#parts.account }));
  }

  #isNew(kept: StoredTokens): boolean {
    return kept.access !== '' && this.#lives(kept) && kept.access !== this.#inUse?.tokens.access;
  }

  #lives({ expires }: StoredTokens): boolean {
    return expires === null || expires > this.#parts.clock.now();
  }

  #use(tokens: StoredTokens): Credentials {
    this.#unsaved = null;
    this.#inUse = { tokens, credentials: this.#parts.credentials(tokens.access) };
    return this.#inUse.credentials;
  }
}
