import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../platform/http.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { type AuthDefinition, connectorSchema } from '../definition.ts';
import type { AuthParts } from './auth-parts.ts';
import { createAuthenticator } from './authenticator.ts';
import { readAnswer } from './oauth2.ts';
import type { TokenStore } from './tokens.ts';

const variable = (name: string) => `$${`{${name}}`}`;

const oauth2 = (more: Record<string, unknown>): AuthDefinition =>
  connectorSchema.shape.auth.parse({
    type: 'oauth2',
    token_url: '/token',
    client_id: variable('id'),
    client_secret: variable('secret'),
    refresh: 'single_use',
    ...more,
  });

const oauth = oauth2({ grant: 'client_credentials' });

/** A token endpoint that gives out at1, at2… and rt1, rt2…, each refresh token for one use. */
function world(definition: AuthDefinition = oauth, stored: string | null = null, meanwhile: () => void = () => {}) {
  let now = 1_000_000;
  let given = 0;
  const log: string[] = [];
  const unused = new Set(['rt0']);
  let down = false;
  const tokens: TokenStore & { json: string | null } = {
    json: stored,
    load: async () => tokens.json,
    save: async (json: string) => {
      tokens.json = json;
      const { access, refused } = JSON.parse(json);
      log.push(`save ${refused ? 'that it is over' : access}`);
      return ok(undefined);
    },
    lock: async () => ok({ release: async () => undefined }),
  };
  const parts: AuthParts = {
    variables: { id: 'me', secret: 's3cret', user: 'u', password: 'p' },
    clock: { now: () => now, sleep: async () => {} },
    random: { next: () => 0.5, bytes: (length) => new Uint8Array(length) },
    tokens,
    async send({ body }): Promise<Result<HttpResponse>> {
      const form = new URLSearchParams(body);
      log.push(form.get('grant_type') ?? '');
      meanwhile();
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
  const made = createAuthenticator(parts, definition);
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

describe('client credentials', () => {
  it('fetches a token once for all that wait, and saves it before it is used', async () => {
    const { auth, log } = world();
    expect(auth.current()).toBeNull();
    const renewed = await Promise.all([auth.renew(null), auth.renew(null), auth.renew(null)]);
    expect(renewed.map((one) => one.ok && one.value.headers.authorization)).toEqual(Array(3).fill('Bearer at1'));
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
    expect(await auth.renew(rejected)).toEqual({
      ok: true,
      value: { headers: { authorization: 'Bearer theirs' }, query: {} },
    });
    expect(log).toEqual(['client_credentials', 'save at1']);
  });

  it('does not renew again what was renewed since the request was sent', async () => {
    const { auth, log } = world();
    await auth.renew(null);
    const rejected = auth.current();
    await auth.renew(rejected);
    expect(await auth.renew(rejected)).toMatchObject({ ok: true, value: { headers: { authorization: 'Bearer at2' } } });
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

describe('a refresh token that only a person can replace', () => {
  const person = oauth2({ grant: 'authorization_code', authorize_url: '/authorize' });
  const kept = (refresh: string) => JSON.stringify({ access: 'old', refresh, expires: 0 });

  it('is used once, and its successor saved before the access token is used', async () => {
    const { auth, log, tokens, wait } = world(person, kept('rt0'));
    expect(await auth.renew(null)).toMatchObject({ ok: true, value: { headers: { authorization: 'Bearer at1' } } });
    wait(600_000);
    expect(await auth.renew(null)).toMatchObject({ ok: true });
    expect(log).toEqual(['refresh_token', 'save at1', 'refresh_token', 'save at2']);
    expect(JSON.parse(tokens.json ?? '')).toMatchObject({ access: 'at2', refresh: 'rt2' });
  });

  it('is not tried again once it was refused, by no process', async () => {
    const { auth, log, tokens } = world(person, kept('rt-used'));
    const renewed = await auth.renew(null);
    expect(renewed).toMatchObject({ ok: false, error: { code: 'auth-expired' } });
    expect(renewed.ok ? '' : renewed.error.next).toContain('dovetail connect');
    expect(log).toEqual(['refresh_token', 'save that it is over']);
    const other = world(person, tokens.json);
    expect(await other.auth.renew(null)).toMatchObject({ ok: false, error: { code: 'auth-expired' } });
    expect(other.log).toEqual([]);
  });

  it('is not taken for refused when a process that stood still comes back with its successor', async () => {
    const late = JSON.stringify({ access: 'theirs', refresh: 'rt5', expires: null });
    const { auth, log, tokens } = world(person, kept('rt-used'), () => {
      tokens.json = late;
    });
    expect(await auth.renew(null)).toMatchObject({ ok: true, value: { headers: { authorization: 'Bearer theirs' } } });
    expect([log, tokens.json]).toEqual([['refresh_token'], late]);
  });

  it('is kept where the server could not be reached', async () => {
    const { auth, log, tokens, breakDown } = world(person, kept('rt0'));
    breakDown();
    expect(await auth.renew(null)).toMatchObject({ ok: false, error: { code: 'http-refused' } });
    expect(log).toEqual(['refresh_token']);
    expect(tokens.json).toBe(kept('rt0'));
  });

  it('of other credentials is left alone', async () => {
    const refreshing = oauth2({ grant: 'refresh_token', refresh_token: 'rt0' });
    const { auth, log } = world(refreshing, JSON.stringify({ access: 'x', refresh: 'y', expires: 9e15, account: 'z' }));
    expect(await auth.renew(null)).toMatchObject({ ok: true, value: { headers: { authorization: 'Bearer at1' } } });
    expect(log).toEqual(['refresh_token', 'save at1']);
  });
});

describe('a store that refuses', () => {
  const busy = problem('store-busy', 'The store is locked by another process');

  it('new tokens are not used before they are saved, nor asked for twice', async () => {
    const { auth, log, tokens } = world();
    const { save } = tokens;
    tokens.save = async () => fail(busy);
    expect(await auth.renew(null)).toMatchObject({ ok: false, error: { code: 'store-busy' } });
    expect(auth.current()).toBeNull();
    tokens.save = save;
    expect(await auth.renew(null)).toMatchObject({ ok: true, value: { headers: { authorization: 'Bearer at1' } } });
    expect(log).toEqual(['client_credentials', 'save at1']);
  });

  it('without the lock nothing is asked for', async () => {
    const { auth, log, tokens } = world();
    tokens.lock = async () => fail(busy);
    expect(await auth.renew(null)).toMatchObject({ ok: false, error: { code: 'store-busy' } });
    expect(log).toEqual([]);
  });

  it('while another process has the lock, its tokens are waited for', async () => {
    const { auth, log, tokens } = world();
    let looks = 0;
    tokens.lock = async () => {
      looks += 1;
      if (looks === 3) tokens.json = JSON.stringify({ access: 'theirs', refresh: null, expires: null });
      return ok(null);
    };
    expect(await auth.renew(null)).toMatchObject({ ok: true, value: { headers: { authorization: 'Bearer theirs' } } });
    expect([looks, log]).toEqual([3, []]);
  });
});

describe('an answer of a token endpoint', () => {
  const paths = {
    access_token: 'access_token',
    refresh_token: 'refresh_token',
    expires_in: 'expires_in',
    scope: 'scope',
  };
  const state = { now: 1000, refresh: 'old', endless: false, paths };
  const error = (name: string) => ({ error: name });
  it.each<[string, number, unknown, object, object]>([
    ['without an end: an hour', 200, { access_token: 'a' }, {}, { tokens: { expires: 3_571_000, refresh: 'old' } }],
    ['without any end', 200, { access_token: 'a' }, { refresh: null, endless: true }, { tokens: { expires: null } }],
    ['an end of zero', 200, { access_token: 'a', expires_in: 0 }, {}, { tokens: { expires: 3_571_000 } }],
    [
      'other places',
      200,
      { data: { token: 'a', again: 'r' }, life: '60' },
      { paths: { access_token: 'data.token', refresh_token: 'data.again', expires_in: 'life', scope: 'scope' } },
      { tokens: { access: 'a', refresh: 'r', expires: 55_000 } },
    ],
    ['invalid_grant', 400, error('invalid_grant'), {}, { kind: 'refused', forGood: true }],
    ['no known error', 401, { message: 'x' }, {}, { kind: 'refused', forGood: true }],
    ['invalid_client', 401, error('invalid_client'), {}, { kind: 'refused', forGood: false }],
    ['a failing server', 503, undefined, {}, { kind: 'failed', diagnostic: { code: 'server-error' } }],
    ['a 200 without a token', 200, error('bad_verification_code'), {}, { kind: 'refused', forGood: true }],
  ])('%s', (_, status, body, change, meaning) => {
    expect(readAnswer(status, body, { ...state, ...change })).toMatchObject(meaning);
  });
});
