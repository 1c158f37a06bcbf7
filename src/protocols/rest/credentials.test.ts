import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { passingTokens } from '../../connector/auth/tokens.ts';
import { connectorSchema } from '../../connector/definition.ts';
import { systemClock } from '../../platform/clock.ts';
import { undiciHttp } from '../../platform/http-undici.ts';
import { silentLog } from '../../platform/log.ts';
import { systemRandom } from '../../platform/random.ts';
import { openRestConnection } from './connection.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}
type Reply = { status?: number; headers?: Record<string, string | string[]>; body?: unknown };

/** A real server that notes what it is asked. */
async function serving(answer: (seen: Seen) => Reply) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    seen.push(one);
    const { status = 200, headers = {}, body: data = {} } = answer(one);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return { seen, url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` };
}

async function getOne(url: string, more: Record<string, unknown>) {
  const http = undiciHttp();
  closing.push(() => http.close());
  const opened = openRestConnection({
    definition: connectorSchema.parse({
      connector: 'small',
      title: 'Small',
      protocol: 'rest',
      base_url: url,
      headers: { 'X-Secret': 'of the connector' },
      query: { tenant: 't-1' },
      objects: { things: { id: {}, get: { path: '/things/{id}' }, fields: {} } },
      ...more,
    }),
    variables: {},
    platform: { clock: systemClock, random: systemRandom, http, log: silentLog },
    tokens: passingTokens(),
  });
  if (!opened.ok) throw new Error(opened.error.summary);
  const [outcome] = await opened.value.get('things', ['1']);
  return outcome?.kind === 'unknown' ? outcome.diagnostic.code : outcome?.kind;
}

describe('what a server gets to see', () => {
  it('a key in the query, beside the parameters of the connector', async () => {
    const { url, seen } = await serving(() => ({ body: { id: '1' } }));
    expect(await getOne(url, { auth: { type: 'api_key', query: 'key', value: 'a&b' } })).toBe('present');
    expect(Object.fromEntries(new URL(seen[0]?.url ?? '', url).searchParams)).toEqual({ tenant: 't-1', key: 'a&b' });
  });

  it('a key in a cookie', async () => {
    const { url, seen } = await serving(() => ({ body: { id: '1' } }));
    expect(await getOne(url, { auth: { type: 'api_key', cookie: 'sid', value: 'x' } })).toBe('present');
    expect(seen[0]?.headers.cookie).toBe('sid=x');
  });

  it('a signature of the request as it is sent', async () => {
    const { url } = await serving(({ method, url: path, headers }) => {
      const signed = `${method}${path}${headers['x-time']}`;
      const fits = headers['x-sign'] === createHmac('sha256', 'k').update(signed).digest('hex');
      return fits ? { body: { id: '1' } } : { status: 401 };
    });
    const headers = { 'X-Sign': '{signature}', 'X-Time': '{timestamp}' };
    const auth = { type: 'signature', key: 'k', signed: '{method}{path_and_query}{timestamp}', headers };
    expect(await getOne(url, { auth })).toBe('present');
    expect(await getOne(url, { auth: { ...auth, key: 'other' } })).toBe('auth-failed');
  });

  it('a session, taken anew when the server has forgotten it and says so in a 200', async () => {
    let sessions = 0;
    const { url, seen } = await serving(({ url: path, headers }) => {
      if (path.startsWith('/login')) {
        sessions += 1;
        return { headers: { 'set-cookie': [`lang=de; Path=/`, `SID=s${sessions}; HttpOnly; Path=/`] } };
      }
      return { body: headers.cookie === 'SID=s2' ? { id: '1' } : { error: 'no_session' } };
    });
    const auth = {
      type: 'session',
      login: { path: '/login', form: true, body: { user: 'u' } },
      token: { cookie: 'SID' },
      cookie: 'SID',
    };
    const responses = [{ status: 200, body: { path: 'error', equals: 'no_session' }, action: 'refresh' }];
    expect(await getOne(url, { auth, responses })).toBe('present');
    expect(seen.map((one) => `${one.method} ${one.url.split('?')[0]}`)).toEqual([
      'POST /login',
      'GET /things/1',
      'POST /login',
      'GET /things/1',
    ]);
  });

  it('a token server elsewhere sees nothing of the connector but what it is asked with', async () => {
    const elsewhere = await serving(() => ({ body: { access_token: 'at' } }));
    const { url, seen } = await serving(() => ({ body: { id: '1' } }));
    const auth = { type: 'oauth2', grant: 'client_credentials', token_url: `${elsewhere.url}/token`, client_id: 'me' };
    expect(await getOne(url, { auth })).toBe('present');
    expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer at', 'x-secret': 'of the connector' });
    expect(elsewhere.seen).toMatchObject([{ url: '/token', body: 'grant_type=client_credentials&client_id=me' }]);
    expect(elsewhere.seen[0]?.headers).not.toHaveProperty('x-secret');
  });
});
