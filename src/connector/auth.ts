import { z } from 'zod';
import type { Clock } from '../platform/clock.ts';
import type { HttpRequest, HttpResponse } from '../platform/http.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { AuthDefinition } from './definition.ts';
import { parseBody } from './response.ts';
import { fillVariables, type Variables } from './template.ts';

/**
 * Where tokens outlive the process, encrypted by whoever provides it. A single-use refresh token that is not saved
 * before its successor is used locks the account out, so tokens are saved before they are sent anywhere.
 */
export interface TokenStore {
  load(): Promise<string | null>;
  save(json: string): Promise<void>;
}

export type AuthHeaders = Readonly<Record<string, string>>;

/** Gives each request its credentials. */
export interface Authenticator {
  /** The headers, where they are valid now; null when `renew` must be awaited first. */
  current(): AuthHeaders | null;
  /**
   * Headers other than `rejected` (those that the server did not accept, or null where there were none). One renewal
   * runs at a time; all who wait share its outcome. Fails when there is nothing better to offer.
   */
  renew(rejected: AuthHeaders | null): Promise<Result<AuthHeaders>>;
}

export interface AuthParts {
  definition: AuthDefinition;
  variables: Variables;
  clock: Clock;
  tokens: TokenStore;
  /** Sends a token request, within the budget, retrying what is transient. */
  send(request: Pick<HttpRequest, 'method' | 'headers' | 'body'> & { path: string }): Promise<Result<HttpResponse>>;
}

export function createAuthenticator(parts: AuthParts): Result<Authenticator> {
  const { definition, variables } = parts;
  switch (definition.type) {
    case 'none':
      return ok(fixed({}));
    case 'api_key': {
      const value = fillVariables(definition.value, variables);
      if (!value.ok) return value;
      return definition.header === undefined
        ? fail(notYet('An API key outside of a header'))
        : ok(fixed({ [definition.header.toLowerCase()]: value.value }));
    }
    case 'bearer': {
      const token = fillVariables(definition.token, variables);
      return token.ok ? ok(fixed({ authorization: `Bearer ${token.value}` })) : token;
    }
    case 'basic': {
      const pair = fillVariables(`${definition.user}:${definition.password}`, variables);
      if (!pair.ok) return pair;
      return ok(fixed({ authorization: `Basic ${Buffer.from(pair.value, 'utf8').toString('base64')}` }));
    }
    case 'oauth2': {
      if (definition.grant !== 'client_credentials') return fail(notYet(`The grant ${definition.grant}`));
      const id = fillVariables(definition.client_id ?? '', variables);
      if (!id.ok) return id;
      const secret = fillVariables(definition.client_secret ?? '', variables);
      if (!secret.ok) return secret;
      return ok(new ClientCredentials(parts, definition, id.value, secret.value));
    }
    case 'session':
    case 'signature':
      return fail(notYet(`Authentication by ${definition.type}`));
  }
}

/** Credentials that never change: when they are refused, nothing helps. */
function fixed(headers: AuthHeaders): Authenticator {
  return {
    current: () => headers,
    renew: async (rejected) => (rejected === null ? ok(headers) : fail(refused('The credentials were refused.'))),
  };
}

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  expires_in: z.coerce.number().positive().nullish(),
});

const storedTokens = z.object({
  access: z.string(),
  refresh: z.string().nullable(),
  /** Epoch ms. */
  expires: z.number(),
});
type StoredTokens = z.infer<typeof storedTokens>;

/** Renewed this long before the end, or a tenth of the life of a short token. */
const AHEAD_MS = 30_000;
const LIFE_MS = 3_600_000;

class ClientCredentials implements Authenticator {
  readonly #parts: AuthParts;
  readonly #definition: Extract<AuthDefinition, { type: 'oauth2' }>;
  readonly #id: string;
  readonly #secret: string;
  #tokens: StoredTokens | null = null;
  #headers: AuthHeaders | null = null;
  #renewal: Promise<Result<AuthHeaders>> | null = null;

  constructor(parts: AuthParts, definition: Extract<AuthDefinition, { type: 'oauth2' }>, id: string, secret: string) {
    this.#parts = parts;
    this.#definition = definition;
    this.#id = id;
    this.#secret = secret;
  }

  current(): AuthHeaders | null {
    return this.#tokens && this.#tokens.expires > this.#parts.clock.now() ? this.#headers : null;
  }

  async renew(rejected: AuthHeaders | null): Promise<Result<AuthHeaders>> {
    const current = this.current();
    if (current && current !== rejected) return ok(current);
    this.#renewal ??= this.#replace(rejected?.authorization).finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #replace(rejected: string | undefined): Promise<Result<AuthHeaders>> {
    const stored = readStored(await this.#parts.tokens.load());
    // Another process may have renewed the tokens meanwhile; its refresh token is the one that still works.
    if (stored && stored.expires > this.#parts.clock.now() && bearer(stored) !== rejected) return ok(this.#use(stored));
    const refresh = stored?.refresh ?? this.#tokens?.refresh ?? null;
    if (this.#definition.refresh !== 'none' && refresh !== null) {
      const refreshed = await this.#grant({ grant_type: 'refresh_token', refresh_token: refresh }, refresh);
      if (refreshed.ok) return refreshed;
    }
    return this.#grant({ grant_type: 'client_credentials' }, null);
  }

  async #grant(form: Record<string, string>, oldRefresh: string | null): Promise<Result<AuthHeaders>> {
    const sent = await this.#parts.send({
      method: 'POST',
      path: this.#definition.token_url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams({ ...form, client_id: this.#id, client_secret: this.#secret }).toString(),
    });
    if (!sent.ok) return sent;
    const { status, body } = sent.value;
    const answer = tokenAnswer.safeParse(parseBody(body));
    if (status < 200 || status > 299 || !answer.success)
      return fail(refused(`The token endpoint said HTTP ${status}.`));
    const { access_token, refresh_token, expires_in } = answer.data;
    const life = expires_in ? expires_in * 1000 : LIFE_MS;
    const kept = this.#definition.refresh === 'reusable' ? oldRefresh : null;
    const tokens: StoredTokens = {
      access: access_token,
      refresh: refresh_token ?? kept,
      expires: this.#parts.clock.now() + life - Math.min(AHEAD_MS, life / 10),
    };
    await this.#parts.tokens.save(JSON.stringify(tokens));
    return ok(this.#use(tokens));
  }

  #use(tokens: StoredTokens): AuthHeaders {
    this.#tokens = tokens;
    this.#headers = { authorization: bearer(tokens) };
    return this.#headers;
  }
}

const bearer = (tokens: StoredTokens) => `Bearer ${tokens.access}`;

function readStored(json: string | null): StoredTokens | null {
  const parsed = storedTokens.safeParse(json === null ? null : parseBody(json));
  return parsed.success ? parsed.data : null;
}

const notYet = (what: string): Diagnostic => problem('auth-unsupported', `${what} is not supported`);

function refused(detail: string): Diagnostic {
  return problem('auth-failed', 'The system does not accept the credentials', {
    detail,
    next: 'Check the credentials of this connection',
  });
}
