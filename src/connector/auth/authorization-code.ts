import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { AuthDefinition } from '../definition.ts';
import { parseBody } from '../response.ts';
import type { AuthParts } from './auth-parts.ts';
import { oauthClient } from './oauth-client.ts';
import { readAnswer } from './oauth2.ts';
import type { StoredTokens } from './tokens.ts';

type OAuthDefinition = Extract<AuthDefinition, { type: 'oauth2' }>;

/** A person is asked once, in the browser (RFC 6749, 4.1, with PKCE of RFC 7636). */
export interface Authorization {
  /** Where the browser is sent. */
  url: string;
  /** Whether the browser came back from there, and not from anywhere else. */
  isAnswer(callback: URL): boolean;
  /** Turns the browser's answer into tokens, as JSON for the token store. Fails where the person said no. */
  finish(callback: URL): Promise<Result<string>>;
}

export async function startAuthorization(
  parts: Pick<AuthParts, 'variables' | 'clock' | 'send'>,
  definition: OAuthDefinition,
  { baseUrl, redirectUri }: { baseUrl: string; redirectUri: string },
): Promise<Result<Authorization>> {
  const client = oauthClient(definition, parts.variables);
  if (!client.ok) return client;
  const { id, authorizeUrl, scope, account, parameters, request } = client.value;
  if (id === null || authorizeUrl === null) return fail(problem('auth-incomplete', 'There is nothing to ask for'));
  const absolute = /^https?:\/\//i.test(authorizeUrl) ? authorizeUrl : baseUrl + authorizeUrl;
  if (!URL.canParse(absolute)) return fail(problem('authorize-url-unusable', 'The authorize_url is no address'));
  const oauth = await import('oauth4webapi');
  const state = oauth.generateRandomState();
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(absolute);
  const asked: Record<string, string> = {
    ...parameters,
    response_type: 'code',
    client_id: id,
    redirect_uri: redirectUri,
    state,
    ...(scope === '' ? {} : { scope }),
    ...(definition.pkce
      ? { code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
      : {}),
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return ok({
    url: url.href,
    isAnswer: (callback) => callback.searchParams.get('state') === state,
    async finish(callback) {
      const answered = new URLSearchParams(callback.searchParams);
      // Which server it was is known: there is one. Its name for itself isn't.
      answered.delete('iss');
      const code = readCode(() =>
        oauth.validateAuthResponse({ issuer: url.origin }, { client_id: id }, answered, state),
      );
      if (!code.ok) return code;
      const sent = await parts.send(
        request({
          grant_type: 'authorization_code',
          code: code.value,
          redirect_uri: redirectUri,
          ...(definition.pkce ? { code_verifier: verifier } : {}),
        }),
      );
      if (!sent.ok) return sent;
      const { status, body } = sent.value;
      const answer = readAnswer(status, parseBody(body), {
        now: parts.clock.now(),
        refresh: null,
        endless: true,
        paths: definition.answer,
      });
      if (answer.kind !== 'tokens') return fail(answer.diagnostic);
      const tokens: StoredTokens = { ...answer.tokens, account };
      return ok(JSON.stringify(tokens));
    },
  });
}

/** The library tells by exceptions what the server answered; its texts may repeat it. */
function readCode(validate: () => URLSearchParams): Result<string> {
  const refused = (detail: string) =>
    fail(
      problem('auth-not-allowed', 'The system did not allow the connection', {
        detail,
        next: 'Run `dovetail connect` again, and say yes in the browser',
      }),
    );
  try {
    const code = validate().get('code');
    return code ? ok(code) : refused('Its answer holds no code.');
  } catch (error) {
    const told = error instanceof Error && 'error' in error ? String(error.error) : '';
    return refused(/^[a-z_]{1,60}$/.test(told) ? `It says ${told}.` : 'Its answer is not one to our question.');
  }
}
