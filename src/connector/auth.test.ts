import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../platform/http.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { type AuthParts, createAuthenticator } from './auth.ts';
import type { AuthDefinition } from './definition.ts';

const variable = (name: string) => `$${`{${name}}`}`;

const oauth: AuthDefinition = {
  type: 'oauth2',
  grant: 'client_credentials',
  token_url: '/token',
  client_id: variable('id'),
  client_secret: variable('secret'),
  client_auth: 'body',
  scopes: [],
  scope_separator: ' ',
  pkce: true,
  parameters: {},
  refresh: 'single_use',
};

/** A token endpoint that gives out at1, at2… and rt1, rt2…, each refresh token for one use. */
function world(definition: AuthDefinition = oauth, stored: string | null = null) {
  let now = 1_000_000;
  let given = 0;
  const log: string[] = [];
  const unused = new Set(['rt0']);
  let down = false;
  const tokens = {
    json: stored,
    load: async () => tokens.json,
    save: async (json: string) => {
      tokens.json = json;
      log.push(`save ${JSON.parse(json).access}`);
    },
  };
  const parts: AuthParts = {
    definition,
    variables: { id: 'me', secret: 's3cret', user: 'u', password: 'p' },
    clock: { now: () => now, sleep: async () => {} },
    tokens,
    async send({ body }): Promise<Result<HttpResponse>> {
      const form = new URLSearchParams(body);
      log.push(form.get('grant_type') ?? '');
      if (down) return fail(problem('http-refused', 'The server could not be reached'));
      const refresh = form.get('refresh_token');
      if (refresh !== null && !unused.delete(refresh))
        return ok({ status: 400, headers: {}, body: '{"error":"invalid_grant"}' });
      given++;
      unused.add(`rt${given}`);
      const answer = { access_token: `at${given}`, refresh_token: `rt${given}`, expires_in: 600 };
      return ok({ status: 200, headers: {}, body: JSON.stringify(answer) });
    },
  };
  const made = createAuthenticator(parts);
  if (!made.ok) throw new Error(made.error.summary);
  return {
    auth: made.value,
    log,
    tokens,
    wait: (ms: number) => {
      now += ms;
    },
    breakDown: () => {
      down = true;
    },
  };
}

describe('fixed credentials', () => {
  it.each<[AuthDefinition, Record<string, string>]>([
    [{ type: 'none' }, {}],
    [{ type: 'api_key', header: 'X-Key', value: variable('secret') }, { 'x-key': 's3cret' }],
    [{ type: 'bearer', token: variable('secret') }, { authorization: 'Bearer s3cret' }],
    [{ type: 'basic', user: variable('user'), password: variable('password') }, { authorization: 'Basic dTpw' }],
  ])('%j', async (definition, headers) => {
    const { auth } = world(definition);
    expect(auth.current()).toEqual(headers);
    const renewed = await auth.renew(auth.current());
    expect(renewed.ok ? '' : renewed.error.code).toBe('auth-failed');
  });
});

describe('client credentials', () => {
  it('fetches a token once for all that wait, and saves it before it is used', async () => {
    const { auth, log } = world();
    expect(auth.current()).toBeNull();
    const renewed = await Promise.all([auth.renew(null), auth.renew(null), auth.renew(null)]);
    expect(renewed.map((one) => one.ok && one.value.authorization)).toEqual(Array(3).fill('Bearer at1'));
    expect(log).toEqual(['client_credentials', 'save at1']);
  });

  it('renews ahead of time, with the refresh token', async () => {
    const { auth, log, wait } = world();
    await auth.renew(null);
    wait(560_000);
    expect(auth.current()).not.toBeNull();
    wait(15_000);
    expect(auth.current()).toBeNull();
    await auth.renew(null);
    expect(log).toEqual(['client_credentials', 'save at1', 'refresh_token', 'save at2']);
  });

  it('falls back to the credentials when the refresh token is used up', async () => {
    const stored = JSON.stringify({ access: 'old', refresh: 'rt-used', expires: 0 });
    const { auth, log } = world(oauth, stored);
    expect(await auth.renew(null)).toMatchObject({ ok: true });
    expect(log).toEqual(['refresh_token', 'client_credentials', 'save at1']);
  });

  it('adopts what another process has saved meanwhile', async () => {
    const { auth, log, tokens, wait } = world();
    await auth.renew(null);
    const rejected = auth.current();
    wait(1000);
    tokens.json = JSON.stringify({ access: 'theirs', refresh: 'rt9', expires: 9_000_000 });
    expect(await auth.renew(rejected)).toEqual({ ok: true, value: { authorization: 'Bearer theirs' } });
    expect(log).toEqual(['client_credentials', 'save at1']);
  });

  it('does not renew again what was renewed since the request was sent', async () => {
    const { auth, log } = world();
    await auth.renew(null);
    const rejected = auth.current();
    await auth.renew(rejected);
    expect(await auth.renew(rejected)).toMatchObject({ ok: true, value: { authorization: 'Bearer at2' } });
    expect(log.filter((line) => line.startsWith('save'))).toEqual(['save at1', 'save at2']);
  });

  it('fails without the secret in its words', async () => {
    const { auth, breakDown } = world();
    breakDown();
    const renewed = await auth.renew(null);
    expect(renewed).toMatchObject({ ok: false, error: { code: 'http-refused' } });
    expect(JSON.stringify(renewed)).not.toContain('s3cret');
  });

  it('ignores stored tokens that can not be read', async () => {
    const { auth } = world(oauth, '{"half":');
    expect(await auth.renew(null)).toMatchObject({ ok: true });
  });
});
