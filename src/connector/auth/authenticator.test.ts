import { createHash, createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../platform/http.ts';
import { ok, type Result } from '../../record/diagnostic.ts';
import { type AuthDefinition, connectorSchema } from '../definition.ts';
import type { TokenRequest } from './auth-parts.ts';
import { createAuthenticator } from './authenticator.ts';
import { passingTokens, type TokenStore } from './tokens.ts';

const v = (name: string) => `$${`{${name}}`}`;
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** As the schema completes it. */
const auth = (definition: Record<string, unknown>): AuthDefinition => connectorSchema.shape.auth.parse(definition);

const VARIABLES = { key: 's3cret', user: 'u', password: 'p', braces: '{body}', id: 'my-id', pem: '' };

interface World {
  definition: AuthDefinition;
  answer?: (request: TokenRequest) => Partial<HttpResponse>;
  variables?: Record<string, string>;
  tokens?: TokenStore;
}

function world({ definition, answer, variables, tokens = passingTokens() }: World) {
  const sent: TokenRequest[] = [];
  let now = NOW;
  const made = createAuthenticator(
    {
      variables: { ...VARIABLES, ...variables },
      clock: { now: () => now, sleep: async () => undefined },
      random: { next: () => 0.5, bytes: (length) => new Uint8Array(length).fill(0xab) },
      tokens,
      async send(request): Promise<Result<HttpResponse>> {
        sent.push(request);
        return ok({ status: 200, headers: {}, body: '{}', ...answer?.(request) });
      },
    },
    definition,
  );
  return {
    made,
    sent,
    get auth() {
      if (!made.ok) throw new Error(made.error.summary);
      return made.value;
    },
    wait: (ms: number) => {
      now += ms;
    },
  };
}

describe('credentials that never change', () => {
  it.each<[Record<string, unknown>, object]>([
    [{ type: 'none' }, { headers: {}, query: {} }],
    [
      { type: 'api_key', header: 'X-Key', value: v('key') },
      { headers: { 'x-key': 's3cret' }, query: {} },
    ],
    [
      { type: 'api_key', query: 'api_token', value: v('key') },
      { headers: {}, query: { api_token: 's3cret' } },
    ],
    [
      { type: 'api_key', cookie: 'sid', value: `a${v('key')}` },
      { headers: { cookie: 'sid=as3cret' }, query: {} },
    ],
    [
      { type: 'bearer', token: v('key') },
      { headers: { authorization: 'Bearer s3cret' }, query: {} },
    ],
    [
      { type: 'basic', user: v('user'), password: v('password') },
      { headers: { authorization: 'Basic dTpw' }, query: {} },
    ],
    [
      { type: 'basic', user: v('key') },
      { headers: { authorization: 'Basic czNjcmV0Og==' }, query: {} },
    ],
  ])('%j', async (definition, credentials) => {
    const { auth: it } = world({ definition: auth(definition) });
    expect(it.current()).toEqual(credentials);
    expect(await it.renew(it.current())).toMatchObject({ ok: false, error: { code: 'auth-failed' } });
  });

  it.each([
    { type: 'api_key', header: 'X-Key', value: v('absent') },
    { type: 'signature', key: v('absent'), signed: '{body}', headers: {} },
    { type: 'signature', key: 'k', signed: '{body}', headers: { x: v('absent') } },
    { type: 'session', login: { path: '/login', body: { a: v('absent') } }, token: { body: 't' }, header: 'x' },
    { type: 'oauth2', grant: 'client_credentials', token_url: '/t', client_id: v('absent') },
  ])('without a variable: $type', (definition) => {
    expect(world({ definition: auth(definition) }).made).toMatchObject({
      ok: false,
      error: { code: 'variable-missing', summary: 'The connection has no value for absent' },
    });
  });

  it('a key needs exactly one place', () => {
    const places = [{}, { header: 'a', query: 'b' }];
    expect(
      places.map((one) => connectorSchema.shape.auth.safeParse({ type: 'api_key', value: 'x', ...one }).success),
    ).toEqual([false, false]);
  });
});

describe('signature', () => {
  const request = { method: 'post', url: 'https://api.example/v1/items?b=2&a=%20', body: '{"name":"ä"}' };
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (text: string, algorithm = 'sha256') => createHmac(algorithm, 's3cret').update(text);

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    [
      'of method, path with query, time and body',
      {
        signed: '{method}{path_and_query}{timestamp}{body}',
        headers: { 'X-Sign': '{signature}', 'X-Time': '{timestamp}' },
      },
      {
        'x-sign': hmac('POST/v1/items?b=2&a=%201767323045{"name":"ä"}').digest('hex'),
        'x-time': '1767323045',
      },
    ],
    [
      'in base64, with milliseconds and a nonce',
      {
        algorithm: 'sha512',
        encoding: 'base64',
        timestamp: 'milliseconds',
        signed: '{host}|{path}|{query}|{nonce}',
        headers: { Authorization: `HMAC ${v('user')}:{signature}:{nonce}` },
      },
      {
        authorization: `HMAC u:${hmac(`api.example|/v1/items|b=2&a=%20|${'ab'.repeat(16)}`, 'sha512').digest('base64')}:${'ab'.repeat(16)}`,
      },
    ],
    [
      'with the digest of the body and an ISO time; braces in variables mean nothing',
      { timestamp: 'iso', signed: `{body_sha256}{timestamp}${v('braces')}`, headers: { x: '{signature}' } },
      {
        x: hmac(`${sha256(request.body)}2026-01-02T03:04:05.678Z{body}`).digest('hex'),
      },
    ],
  ])('%s', (_, definition, headers) => {
    const { auth: it } = world({ definition: auth({ type: 'signature', key: v('key'), ...definition }) });
    expect(it.current()?.sign?.(request)).toEqual(headers);
  });
});

describe('session', () => {
  const login = { path: '/login', body: { user: v('user'), password: v('password') } };

  it.each<[string, Record<string, unknown>, Partial<HttpResponse>, object]>([
    [
      'a token in the body, sent in a header',
      { token: { body: 'data.token' }, header: 'X-Session', value: 'Session {token}' },
      { body: '{"data":{"token":"t1"}}' },
      { headers: { 'x-session': 'Session t1' }, query: {} },
    ],
    [
      'a token in a header, sent in the query',
      { token: { header: 'X-Token' }, query: 'token' },
      { headers: { 'x-token': 't$&1' } },
      { headers: {}, query: { token: 't$&1' } },
    ],
    [
      'a cookie among others',
      { token: { cookie: 'SID' }, cookie: 'SID' },
      { headers: { 'set-cookie': 'lang=de; Expires=Fri, 02 Jan 2026 00:00:00 GMT; Path=/, SID=a=b; HttpOnly' } },
      { headers: { cookie: 'SID=a=b' }, query: {} },
    ],
  ])('%s', async (_, definition, answer, credentials) => {
    const { auth: it, sent } = world({
      definition: auth({ type: 'session', login, ...definition }),
      answer: () => answer,
    });
    expect(it.current()).toBeNull();
    expect(await it.renew(null)).toEqual({ ok: true, value: credentials });
    expect(sent).toEqual([
      {
        method: 'POST',
        url: '/login',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: '{"user":"u","password":"p"}',
      },
    ]);
  });

  it('by form, with headers of its own', async () => {
    const definition = auth({
      type: 'session',
      login: { ...login, form: true, headers: { 'X-App': v('key') } },
      token: { body: 't' },
      header: 'X',
    });
    const { auth: it, sent } = world({ definition, answer: () => ({ body: '{"t":7}' }) });
    expect(await it.renew(null)).toMatchObject({ ok: true, value: { headers: { x: '7' } } });
    expect(sent[0]).toMatchObject({
      body: 'user=u&password=p',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-app': 's3cret' },
    });
  });

  it('by JSON of any depth, with credentials of its own', async () => {
    const definition = auth({
      type: 'session',
      login: { path: '/in', basic: { user: 'app', password: v('key') }, body: { auth: { user: v('user'), ttl: 5 } } },
      token: { body: 't' },
      header: 'X',
    });
    const { auth: it, sent } = world({ definition, answer: () => ({ body: '{"t":"x"}' }) });
    await it.renew(null);
    expect(sent[0]).toMatchObject({
      body: '{"auth":{"user":"u","ttl":5}}',
      headers: { authorization: `Basic ${Buffer.from('app:s3cret').toString('base64')}` },
    });
  });

  it('by GET', async () => {
    const definition = auth({ type: 'session', login: { ...login, method: 'GET' }, token: { body: 't' }, header: 'X' });
    const { auth: it, sent } = world({ definition, answer: () => ({ body: '{"t":"x"}' }) });
    await it.renew(null);
    expect(sent[0]).toMatchObject({ method: 'GET', url: '/login?user=u&password=p' });
  });

  it.each<[string, Partial<HttpResponse>, string]>([
    ['refused', { status: 401, body: '{"t":"x"}' }, 'The login said HTTP 401.'],
    ['without a token', { body: '{"other":1}' }, 'The answer to the login (HTTP 200) holds no token.'],
  ])('%s', async (_, answer, detail) => {
    const definition = auth({ type: 'session', login, token: { body: 't' }, header: 'X' });
    const { auth: it } = world({ definition, answer: () => answer });
    expect(await it.renew(null)).toMatchObject({ ok: false, error: { code: 'auth-failed', detail } });
  });

  it('logs in again when the session ends or is refused, once for all', async () => {
    let count = 0;
    const definition = auth({ type: 'session', login, token: { body: 't' }, header: 'X', lives: '10m' });
    const {
      auth: it,
      sent,
      wait,
    } = world({
      definition,
      answer: () => {
        count += 1;
        return { body: `{"t":"t${count}"}` };
      },
    });
    await Promise.all([it.renew(null), it.renew(null)]);
    expect(sent).toHaveLength(1);
    const first = it.current();
    await Promise.all([it.renew(first), it.renew(first)]);
    expect(it.current()?.headers).toEqual({ x: 't2' });
    wait(600_000);
    expect(it.current()).toBeNull();
    await it.renew(null);
    expect(sent).toHaveLength(3);
  });
});

describe('grants of OAuth 2', () => {
  const answer = () => ({ body: '{"access_token":"at","expires_in":"600"}' });
  const formOf = (request: TokenRequest | undefined) => Object.fromEntries(new URLSearchParams(request?.body));

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    [
      'client_credentials',
      { client_id: v('id'), client_secret: v('key'), scopes: ['a', 'b'], parameters: { audience: `x-${v('user')}` } },
      { grant_type: 'client_credentials', scope: 'a b', client_id: 'my-id', client_secret: 's3cret', audience: 'x-u' },
    ],
    [
      'password',
      { username: v('user'), password: v('password'), scopes: ['a', 'b'], scope_separator: ',' },
      { grant_type: 'password', username: 'u', password: 'p', scope: 'a,b' },
    ],
    [
      'refresh_token',
      { client_id: v('id'), refresh_token: v('key') },
      { grant_type: 'refresh_token', refresh_token: 's3cret', client_id: 'my-id' },
    ],
  ])('%s', async (grant, definition, form) => {
    const { auth: it, sent } = world({
      definition: auth({ type: 'oauth2', grant, token_url: `https://login.example/${v('id')}/token`, ...definition }),
      answer,
    });
    expect(await it.renew(null)).toMatchObject({ ok: true, value: { headers: { authorization: 'Bearer at' } } });
    expect(sent[0]?.url).toBe('https://login.example/my-id/token');
    expect(formOf(sent[0])).toEqual(form);
  });

  it('authorization_code needs a person first', async () => {
    const definition = auth({
      type: 'oauth2',
      grant: 'authorization_code',
      token_url: '/t',
      authorize_url: '/a',
      client_id: 'x',
    });
    const { auth: it, sent } = world({ definition, answer });
    expect(await it.renew(null)).toMatchObject({ ok: false, error: { code: 'auth-not-allowed-yet' } });
    expect(sent).toEqual([]);
  });

  it('client credentials by Basic, form-encoded first', async () => {
    const definition = auth({
      type: 'oauth2',
      grant: 'client_credentials',
      token_url: '/t',
      client_id: 'a-b.c',
      client_secret: 'x y:z',
      client_auth: 'basic',
    });
    const { auth: it, sent } = world({ definition, answer });
    await it.renew(null);
    const [, pair = ''] = /^Basic (.*)$/.exec(sent[0]?.headers.authorization ?? '') ?? [];
    expect(Buffer.from(pair, 'base64').toString()).toBe('a-b.c:x+y%3Az');
    expect(formOf(sent[0])).toEqual({ grant_type: 'client_credentials' });
  });

  it('as JSON, with further headers', async () => {
    const base = { type: 'oauth2', grant: 'client_credentials', token_url: '/t', client_id: 'x' };
    const { auth: it, sent } = world({
      definition: auth({ ...base, json: true, headers: { 'X-App': v('key') } }),
      answer,
    });
    await it.renew(null);
    expect(sent[0]).toMatchObject({
      body: '{"grant_type":"client_credentials","client_id":"x"}',
      headers: { 'content-type': 'application/json', 'x-app': 's3cret' },
    });
  });

  it('the token goes where the connector says', async () => {
    const base = { type: 'oauth2', grant: 'client_credentials', token_url: '/t', client_id: 'x' };
    const { auth: it } = world({ definition: auth({ ...base, sends: { header: 'X-Shopify-Access-Token' } }), answer });
    expect(await it.renew(null)).toMatchObject({ ok: true, value: { headers: { 'x-shopify-access-token': 'at' } } });
  });

  it.each(['client_credentials', 'authorization_code', 'password', 'jwt_bearer', 'refresh_token'])(
    '%s says what it lacks',
    (grant) => {
      const { made } = world({ definition: auth({ type: 'oauth2', grant, token_url: '/t' }) });
      expect(made).toMatchObject({ ok: false, error: { code: 'auth-incomplete' } });
    },
  );
});

describe('JWT bearer', () => {
  const bearer = (key: string, algorithm: string) =>
    auth({
      type: 'oauth2',
      grant: 'jwt_bearer',
      token_url: '/t',
      scopes: ['read'],
      assertion: {
        issuer: v('id'),
        subject: v('user'),
        audience: 'https://login.example',
        key: v(key),
        algorithm,
        key_id: 'k1',
      },
    });

  it.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ] as const)('%s', async (algorithm, { privateKey, publicKey }) => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { auth: it, sent } = world({
      definition: bearer('pem', algorithm),
      variables: { pem: pem.replaceAll('\n', '\\n') },
      answer: () => ({ body: '{"access_token":"at"}' }),
    });
    expect(await it.renew(null)).toMatchObject({ ok: true, value: { headers: { authorization: 'Bearer at' } } });
    const form = new URLSearchParams(sent[0]?.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }));
    const verified = await jwtVerify(form.get('assertion') ?? '', key, { currentDate: new Date(NOW) });
    expect(verified.protectedHeader).toEqual({ alg: algorithm, typ: 'JWT', kid: 'k1' });
    expect(verified.payload).toEqual({
      iss: 'my-id',
      sub: 'u',
      aud: 'https://login.example',
      scope: 'read',
      iat: Math.floor(NOW / 1000),
      exp: Math.floor(NOW / 1000) + 300,
      jti: 'ab'.repeat(16),
    });
  });

  it.each([
    ['no key at all', 'nonsense'.repeat(9), 'RS256'],
    [
      'a key of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
      'RS256',
    ],
  ])('%s', async (_, pem, algorithm) => {
    const { auth: it, sent } = world({ definition: bearer('pem', algorithm), variables: { pem } });
    const renewed = await it.renew(null);
    expect(renewed).toMatchObject({ ok: false, error: { code: 'auth-key-unusable' } });
    expect(JSON.stringify(renewed)).not.toContain(pem.slice(-60));
    expect(sent).toEqual([]);
  });
});
