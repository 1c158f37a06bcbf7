import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Terminal } from '../../src/cli/terminal.ts';
import { runIn } from './cli-world.ts';

/** A system with OAuth and a browser page, and one with a key. */
interface Account {
  url: string;
  /** What the browser page was asked with. */
  asked: URLSearchParams | null;
  /** What the person says there. */
  says: 'yes' | 'no';
  tokenForms: Record<string, string>[];
  reads: (string | undefined)[];
  close(): Promise<void>;
}

async function startAccount(): Promise<Account> {
  let given = 0;
  const reply = (response: ServerResponse, status: number, body: object, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
  const authorize = (query: URLSearchParams, response: ServerResponse) => {
    account.asked = query;
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('state', query.get('state') ?? '');
    if (account.says === 'yes') back.searchParams.set('code', 'code-1');
    else back.searchParams.set('error', 'access_denied');
    reply(response, 302, {}, { location: back.href });
  };
  const token = async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const form = Object.fromEntries(new URLSearchParams(text));
    account.tokenForms.push(form);
    const challenge = createHash('sha256')
      .update(form.code_verifier ?? '')
      .digest('base64url');
    const byCode = form.code === 'code-1' && challenge === account.asked?.get('code_challenge');
    const fits = byCode || form.refresh_token === `refresh-${given}`;
    if (!fits || form.client_secret !== 's3cret') return reply(response, 400, { error: 'invalid_grant' });
    given += 1;
    reply(response, 200, { access_token: `access-${given}`, refresh_token: `refresh-${given}`, expires_in: 3600 });
  };
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (url.pathname === '/authorize') return authorize(url.searchParams, response);
    if (url.pathname === '/token') return token(request, response);
    const shown = request.headers.authorization ?? (request.headers['x-key'] as string | undefined);
    account.reads.push(shown);
    if (shown !== `Bearer access-${given}` && shown !== 'k-e-y') return reply(response, 401, {});
    reply(response, 200, {
      items: [
        { id: '1', name: 'One' },
        { id: '2', name: 'Two' },
      ],
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const account: Account = {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    asked: null,
    says: 'yes',
    tokenForms: [],
    reads: [],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return account;
}

const v = (name: string) => `$${`{${name}}`}`;
const OBJECTS = `
objects:
  things:
    list: { path: /things, records: items, pagination: { style: none } }
    id: { type: string }
    fields: { name: { type: string } }
`;
const CLOUD = `
connector: cloud
title: Cloud
protocol: rest
base_url: ${v('base_url')}
auth:
  type: oauth2
  grant: authorization_code
  authorize_url: /authorize
  token_url: /token
  client_id: ${v('client_id')}
  client_secret: ${v('client_secret')}
  scopes: [things.read]
  refresh: single_use
${OBJECTS}`;
const KEYED = `
connector: keyed
title: Keyed
protocol: rest
base_url: ${v('base_url')}
auth: { type: api_key, header: X-Key, value: "${v('code')}" }
variables: { code: { secret: true, label: Code } }
${OBJECTS}`;
const INTEGRATION = `
integration: small
purpose: A test
systems:
  cloud:
    connector: ./cloud.yaml
    environments: { live: { base_url: "${v('CLOUD_URL')}", client_id: "${v('CLOUD_CLIENT')}" } }
  keyed:
    connector: ./keyed.yaml
    environments: { live: { base_url: "${v('KEYED_URL')}" } }
mappings:
  things:
    cloud: things
    keyed: things
    match: [[name]]
    propagate: { cloud: { create: ignore, update: ignore, delete: ignore }, keyed: { create: ignore, update: ignore, delete: ignore } }
    fields: [{ cloud: name, keyed: name }]
`;

let account: Account;
let folder: string;
beforeEach(async () => {
  account = await startAccount();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dovetail-connect-')));
  writeFileSync(join(folder, 'cloud.yaml'), CLOUD);
  writeFileSync(join(folder, 'keyed.yaml'), KEYED);
  writeFileSync(join(folder, 'integration.yaml'), INTEGRATION);
});
afterEach(async () => {
  await account.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: string[], more: Partial<Terminal> = {}) => runIn(folder, args, more);

/** Goes where the page sends it, as a browser does. */
const browse = (url: string) => void fetch(url).catch(() => undefined);
const CONNECT_CLOUD = ['connect', 'cloud', '--port', '0', '--stdin'];
const given = () => ({
  browse,
  input: async () => `base_url=${account.url}\nclient_secret=s3cret\n`,
  variables: { CLOUD_CLIENT: 'me' },
});
const connectKeyed = () =>
  run(['connect', 'keyed', '--set', `base_url=${account.url}`, '--stdin', '--json'], {
    input: async () => 'code=k-e-y',
  });

describe('connect', () => {
  it('asks in the browser, with PKCE, keeps what comes of it, and tries it', async () => {
    const { exit, out, err } = await run([...CONNECT_CLOUD, '--json'], given());
    expect([exit, JSON.parse(out)]).toEqual([
      0,
      {
        system: 'cloud',
        environment: 'live',
        kept: ['base_url', 'client_id', 'client_secret'],
        allowed: true,
        checked: { object: 'things', records: 2 },
      },
    ]);
    expect(Object.fromEntries(account.asked ?? [])).toMatchObject({
      response_type: 'code',
      client_id: 'me',
      scope: 'things.read',
      code_challenge_method: 'S256',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
    });
    expect(account.tokenForms).toMatchObject([{ grant_type: 'authorization_code', code: 'code-1', client_id: 'me' }]);
    expect(account.reads).toEqual(['Bearer access-1']);
    expect(err).toContain(`${account.url}/authorize?`);
    for (const secret of ['s3cret', 'access-1', 'refresh-1']) {
      expect(out + err).not.toContain(secret);
      expect(filesBelow(join(folder, '.dovetail')).some((text) => text.includes(secret))).toBe(false);
    }
  });

  it('leaves the other commands with what they need', async () => {
    await run(CONNECT_CLOUD, given());
    expect((await run(['status'])).err).toContain('dovetail connect keyed');
    expect(JSON.parse((await connectKeyed()).out)).toMatchObject({ kept: ['base_url', 'code'], allowed: false });
    account.reads.length = 0;
    const plan = await run(['plan', '--json']);
    expect([plan.exit, plan.err]).toEqual([0, '']);
    expect(account.reads).toEqual(expect.arrayContaining(['Bearer access-1', 'k-e-y']));
  });

  it('says so when the person says no', async () => {
    account.says = 'no';
    const { exit, err } = await run(CONNECT_CLOUD, given());
    expect(exit).toBe(1);
    expect(err).toContain('It says access_denied.');
    expect(account.tokenForms).toEqual([]);
  });

  it('takes no answer to another question', async () => {
    const { exit, err } = await run([...CONNECT_CLOUD, '--wait', '1'], {
      ...given(),
      browse: (url) => {
        const back = new URL(new URL(url).searchParams.get('redirect_uri') ?? '');
        back.search = '?code=code-1&state=guessed';
        browse(back.href);
      },
    });
    expect([exit, account.tokenForms]).toEqual([1, []]);
    expect(err).toContain('auth-not-answered');
  });

  it.each<[string, string[], Partial<Terminal>, number, string]>([
    ['a secret on the command line', ['--set', 'code=k-e-y'], {}, 2, 'secret-in-arguments'],
    ['nothing to ask', [], {}, 2, 'There is no value for base_url, code'],
    ['a wrong key', ['--stdin'], { input: async () => `base_url=${account.url}\ncode=wrong` }, 1, 'auth-failed'],
    ['a person who leaves', [], { ask: async () => null }, 2, 'left'],
  ])('fails with %s', async (_, args, more, exit, code) => {
    const ran = await run(['connect', 'keyed', ...args], more);
    expect([ran.exit, ran.err]).toEqual([exit, expect.stringContaining(code)]);
    expect(ran.err).not.toContain('wrong');
  });

  it('asks the person, and keeps what they said', async () => {
    const answers: Record<string, string> = { base_url: account.url, code: 'k-e-y' };
    const ask = async ({ name }: { name: string }) => answers[name] ?? null;
    expect((await run(['connect', 'keyed'], { ask })).out).toContain('2 records on the first page of things');
    expect((await run(['connect', 'keyed'])).exit).toBe(0);
  });

  it('needs no mapping that is right', async () => {
    writeFileSync(
      join(folder, 'integration.yaml'),
      INTEGRATION.replace('cloud: name, keyed: name', 'cloud: nome, keyed: name'),
    );
    expect((await connectKeyed()).exit).toBe(0);
  });

  it('does not know any system', async () => {
    expect((await run(['connect', 'clod'])).err).toContain('Did you mean "cloud"?');
  });
});

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}
