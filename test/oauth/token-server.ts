import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What the server does when a token is asked for; given the number of the request, from 1. */
export type BeforeAnswer = (request: number) => Promise<'answer' | 'ignore'>;

/**
 * A system with OAuth: refresh tokens work once, and one that is shown again locks the account, as systems do that take
 * it for stolen. `/things/1` wants a valid access token.
 */
export interface TokenServer {
  url: string;
  /** Requests for a token. */
  asked: number;
  /** Tokens that were given out. */
  given: number;
  locked: boolean;
  /** Answers of `/things/1` by status. */
  reads: Record<number, number>;
  before: BeforeAnswer;
  /** Takes no access token that it has given so far. */
  revoke(): void;
  close(): Promise<void>;
}

export async function startTokenServer(): Promise<TokenServer> {
  let refresh = 'refresh-0';
  let access = '';
  const reply = (response: ServerResponse, status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const token = async (request: IncomingMessage, response: ServerResponse) => {
    const form = new URLSearchParams(await textOf(request));
    world.asked += 1;
    if ((await world.before(world.asked)) === 'ignore') return;
    if (form.get('refresh_token') !== refresh) world.locked = true;
    if (world.locked) return reply(response, 400, { error: 'invalid_grant' });
    world.given += 1;
    refresh = `refresh-${world.given}`;
    access = `access-${world.given}`;
    reply(response, 200, { access_token: access, refresh_token: refresh, expires_in: 3600, token_type: 'bearer' });
  };
  const server = createServer(async (request, response) => {
    if (request.url === '/token') return token(request, response);
    const fits = !world.locked && access !== '' && request.headers.authorization === `Bearer ${access}`;
    const status = fits ? 200 : 401;
    world.reads[status] = (world.reads[status] ?? 0) + 1;
    reply(response, status, fits ? { id: '1', name: 'One' } : { error: 'unauthorized' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const world: TokenServer = {
    url: `http://127.0.0.1:${port}`,
    asked: 0,
    given: 0,
    locked: false,
    reads: {},
    before: async () => 'answer',
    revoke: () => {
      access = '';
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return world;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
