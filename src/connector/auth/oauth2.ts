import { z } from 'zod';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { AuthDefinition } from '../definition.ts';
import { parseBody } from '../response.ts';
import { wireReader } from '../wire-path.ts';
import { assertionOf } from './assertion.ts';
import type { AuthParts } from './auth-parts.ts';
import { type Authenticator, credentialsAt, inHeader, refused } from './credentials.ts';
import { type OAuthClient, oauthClient } from './oauth-client.ts';
import { type Obtained, renewedAt, renewing } from './renewing.ts';
import type { StoredTokens } from './tokens.ts';

type OAuthDefinition = Extract<AuthDefinition, { type: 'oauth2' }>;

/**
 * OAuth 2.0 (RFC 6749): gets access tokens by the declared grant, or by the refresh token that came with the last one.
 * Of a single-use refresh token the successor is durable before the access token beside it is used.
 */
export function oauth2Auth(parts: AuthParts, definition: OAuthDefinition): Result<Authenticator> {
  const client = oauthClient(definition, parts.variables);
  if (!client.ok) return client;
  const grants = new Grants(parts, definition, client.value);
  const { sends } = definition;
  return ok(
    renewing({
      clock: parts.clock,
      tokens: parts.tokens,
      account: client.value.account,
      credentials: (access) => (sends ? credentialsAt(sends, access) : inHeader('authorization', `Bearer ${access}`)),
      obtain: (kept) => grants.obtain(kept),
    }),
  );
}

class Grants {
  readonly #parts: AuthParts;
  readonly #definition: OAuthDefinition;
  readonly #client: OAuthClient;

  constructor(parts: AuthParts, definition: OAuthDefinition, client: OAuthClient) {
    this.#parts = parts;
    this.#definition = definition;
    this.#client = client;
  }

  async obtain(kept: StoredTokens | null): Promise<Obtained> {
    const form = await this.#grantForm();
    if (!form.ok) return form;
    const refresh = this.#refreshToken(kept);
    if (refresh !== null && !kept?.refused) {
      const answer = await this.#ask({ grant_type: 'refresh_token', refresh_token: refresh }, refresh);
      if (answer.kind === 'tokens') return ok(answer.tokens);
      if (answer.kind === 'failed') return fail(answer.diagnostic);
      if (form.value === null) {
        if (!answer.forGood) return fail(answer.diagnostic);
        // The other processes of this account must not try it too: some systems lock accounts for that.
        const remember = { ...(kept ?? NOTHING), refresh, expires: 0, refused: true };
        return { ok: false, error: allowAgain(answer.diagnostic.detail), remember };
      }
    }
    if (form.value === null) return fail(kept?.refused ? allowAgain() : allowFirst());
    const answer = await this.#ask(form.value, null);
    return answer.kind === 'tokens' ? ok(answer.tokens) : fail(answer.diagnostic);
  }

  #refreshToken(kept: StoredTokens | null): string | null {
    const { grant, refresh } = this.#definition;
    const taken = refresh !== 'none' || grant === 'refresh_token';
    return taken ? (kept?.refresh ?? this.#client.firstRefreshToken) : null;
  }

  /** The parameters that get a token without a refresh token; null where only a person can. */
  async #grantForm(): Promise<Result<Record<string, string> | null>> {
    const { scope, username, password } = this.#client;
    const scoped = scope === '' ? {} : { scope };
    switch (this.#definition.grant) {
      case 'client_credentials':
        return ok({ grant_type: 'client_credentials', ...scoped });
      case 'password':
        return ok({ grant_type: 'password', username, password, ...scoped });
      case 'jwt_bearer': {
        const { clock, random, variables } = this.#parts;
        const assertion = await assertionOf(this.#definition.assertion, { clock, random, variables, scope });
        if (!assertion.ok) return assertion;
        return ok({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertion.value, ...scoped });
      }
      case 'authorization_code':
      case 'refresh_token':
        return ok(null);
    }
  }

  async #ask(form: Record<string, string>, refresh: string | null): Promise<TokenAnswer> {
    const sent = await this.#parts.send(this.#client.request(form));
    if (!sent.ok) return { kind: 'failed', diagnostic: sent.error };
    const { status, body } = sent.value;
    return readAnswer(status, parseBody(body), {
      now: this.#parts.clock.now(),
      refresh: this.#definition.refresh === 'single_use' ? null : refresh,
      endless: this.#definition.grant === 'authorization_code' || this.#definition.grant === 'refresh_token',
      paths: this.#definition.answer,
    });
  }
}

const NOTHING: StoredTokens = { access: '', refresh: null, expires: 0 };

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish().catch(null),
  expires_in: z.coerce.number().positive().nullish().catch(null),
  scope: z
    .union([z.string(), z.array(z.string()).transform((scopes) => scopes.join(' '))])
    .nullish()
    .catch(null),
});

/** `forGood`: what was shown is worthless from now on; else the client's own credentials or parameters are wrong. */
export type TokenAnswer =
  | { kind: 'tokens'; tokens: StoredTokens }
  | { kind: 'refused'; forGood: boolean; diagnostic: Diagnostic }
  | { kind: 'failed'; diagnostic: Diagnostic };

/** Of a token whose end isn't told. */
const LIFE_MS = 3_600_000;

/** Errors of RFC 6749 that say nothing about the refresh token or code itself. */
const NOT_THE_GRANT = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'temporarily_unavailable',
  'server_error',
];

export interface AnswerContext {
  now: number;
  /** The token that stays where none comes along. */
  refresh: string | null;
  /** Without an end and a refresh token, the access token is used until it is refused. */
  endless: boolean;
  /** Where the answer holds what. */
  paths: OAuthDefinition['answer'];
}

/** What a token endpoint's answer means. */
export function readAnswer(status: number, body: unknown, context: AnswerContext): TokenAnswer {
  const { now, refresh, endless, paths } = context;
  const answer = tokenAnswer.safeParse({
    access_token: wireReader(paths.access_token)(body),
    refresh_token: wireReader(paths.refresh_token)(body),
    expires_in: wireReader(paths.expires_in)(body),
    scope: wireReader(paths.scope)(body),
  });
  if (status >= 200 && status < 300 && answer.success) {
    const { access_token, refresh_token, expires_in, scope } = answer.data;
    const next = refresh_token ?? refresh;
    const life = expires_in ? expires_in * 1000 : endless && next === null ? null : LIFE_MS;
    return {
      kind: 'tokens',
      tokens: {
        access: access_token,
        refresh: next,
        expires: life === null ? null : renewedAt(now, life),
        ...(scope == null ? {} : { scope }),
      },
    };
  }
  const error = errorIn(body);
  const detail = `The token endpoint said HTTP ${status}${error === null ? '' : ` with ${error}`}.`;
  const passing = status >= 500 || status === 408 || status === 425 || status === 429;
  if (passing)
    return { kind: 'failed', diagnostic: problem('server-error', 'The system failed to answer', { detail }) };
  const diagnostic = refused(detail);
  return { kind: 'refused', forGood: error === null || !NOT_THE_GRANT.includes(error), diagnostic };
}

/** Only what looks like a code; a sentence may hold values. */
function errorIn(body: unknown): string | null {
  const parsed = z.object({ error: z.string().regex(/^[a-z][a-z_]{0,59}$/) }).safeParse(body);
  return parsed.success ? parsed.data.error : null;
}

const ALLOW = 'Run `dovetail connect` for this system';

const allowFirst = (): Diagnostic =>
  problem('auth-not-allowed-yet', 'Nobody has allowed this connection yet', {
    detail: 'A person must say yes once, in the browser.',
    next: ALLOW,
  });

const allowAgain = (detail = 'The refresh token was refused before.'): Diagnostic =>
  problem('auth-expired', 'The permission of this connection has ended', {
    detail: `${detail} It was withdrawn, has expired, or its last renewal broke off before the new token was kept.`,
    next: ALLOW,
  });
