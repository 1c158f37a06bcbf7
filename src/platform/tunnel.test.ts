import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { httpProxy, type ProxyRules, socksProxy, sshProxy, type TestProxy } from '../../test/proxies.ts';
import type { TlsIdentity } from './http.ts';
import { undiciHttp } from './http-undici.ts';
import { LateSocket } from './late-socket.ts';
import { type ProxySettings, proxyAddress } from './proxy.ts';
import { openTunnel } from './tunnel.ts';

const KINDS: [string, (rules?: ProxyRules) => Promise<TestProxy>][] = [
  ['http', httpProxy],
  ['socks5', socksProxy],
  ['ssh', sshProxy],
];

const INSIDE = 'erp.inside.test';
const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

let plain: Server;
let secure: Server;
let tls: TlsIdentity;
let folder: string;
const ports = { plain: 0, secure: 0 };

const answer: RequestListener = (request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => response.end(`${request.method} ${request.headers.host} ${body}`));
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dovetail-tunnel-'));
  const [key, file] = [join(folder, 'key'), join(folder, 'pem')];
  const names = ['-subj', `/CN=${INSIDE}`, '-addext', `subjectAltName=DNS:${INSIDE}`];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', file, ...names], { stdio: 'ignore' });
  const [certificate, secret] = [readFileSync(file, 'utf8'), readFileSync(key, 'utf8')];
  tls = { certificate, key: secret, ca: certificate };
  plain = createServer(answer);
  secure = createSecureServer({ cert: certificate, key: secret }, answer);
  for (const [name, server] of [
    ['plain', plain],
    ['secure', secure],
  ] as const) {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    ports[name] = typeof address === 'object' && address ? address.port : 0;
  }
});
afterAll(() => {
  for (const server of [plain, secure]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

async function proxied(open: (rules?: ProxyRules) => Promise<TestProxy>, rules: ProxyRules = {}) {
  const proxy = await open({ hosts: { [INSIDE]: ports.plain, 'closed.test': 9 }, ...rules });
  const http = undiciHttp({ connections: 1 });
  opened.push(
    () => proxy.close(),
    () => http.close(),
  );
  const ask = (settings: ProxySettings, url: string, more = {}) =>
    http.request({
      method: 'POST',
      url,
      headers: {},
      body: 'x'.repeat(200_000),
      timeout: 5000,
      proxy: settings,
      ...more,
    });
  return { proxy, http, ask };
}

describe.each(KINDS)('%s', (kind, open) => {
  it('carries requests to a host that only the proxy knows, over one connection', async () => {
    const { proxy, ask } = await proxied(open);
    for (let turn = 0; turn < 3; turn++) {
      const result = await ask(proxy.settings, `http://${INSIDE}/a`);
      expect(result).toMatchObject({ ok: true, value: { status: 200 } });
      expect(result.ok && result.value.body).toBe(`POST ${INSIDE} ${'x'.repeat(200_000)}`);
    }
    expect(proxy.asked).toEqual([`${INSIDE}:80`]);
  });

  it('carries TLS to the end: the certificate is that of the system', async () => {
    const { proxy, ask } = await proxied(open, { hosts: { [INSIDE]: ports.secure } });
    expect(await ask(proxy.settings, `https://${INSIDE}/a`, { tls })).toMatchObject({
      ok: true,
      value: { status: 200 },
    });
    expect(await ask(proxy.settings, `https://${INSIDE}/a`)).toMatchObject({
      ok: false,
      error: { kind: 'tls', sent: 'no' },
    });
    expect(proxy.asked[0]).toBe(`${INSIDE}:443`);
  });

  it('lets in by user and password', async () => {
    const { proxy, ask } = await proxied(open, { user: 'dovetail', password: 'p:ä s' });
    expect(await ask(proxy.settings, `http://${INSIDE}/`)).toMatchObject({ ok: true });
  });

  it.each<[string, Partial<ProxySettings>, string]>([
    ['a wrong password', { password: 'wrong' }, 'proxy-login'],
    ['another user', { user: 'mallory' }, 'proxy-login'],
    ['a port where nothing listens', { port: 9 }, 'proxy-unreachable'],
    ['a name that nobody knows', { host: 'no-such-proxy.invalid' }, 'proxy-unreachable'],
  ])('%s: nothing was sent', async (_, change, code) => {
    const { proxy, ask } = await proxied(open, { user: 'dovetail', password: 'right' });
    const result = await ask({ ...proxy.settings, ...change }, `http://${INSIDE}/secret`);
    expect(result).toMatchObject({ ok: false, error: { kind: 'proxy', sent: 'no', diagnostic: { code } } });
    expect(JSON.stringify(result)).not.toMatch(/right|wrong|secret/);
  });

  it.each([
    ['forbidden.test', 'proxy-forbids'],
    ['closed.test', 'proxy-no-way'],
  ])('%s: %s', async (host, code) => {
    const { proxy, ask } = await proxied(open, { forbidden: ['forbidden.test'] });
    const result = await ask(proxy.settings, `http://${host}/`);
    expect(result).toMatchObject({ ok: false, error: { kind: 'proxy', sent: 'no', diagnostic: { code } } });
  });

  it('tells a server that is no proxy', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('220 mail.test ESMTP\r\n');
    }).listen(0, '127.0.0.1');
    await once(server.listen(0, '127.0.0.1'), 'listening');
    opened.push(() => new Promise((resolve) => server.close(resolve)));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { proxy, ask } = await proxied(open);
    expect(await ask({ ...proxy.settings, port }, `http://${INSIDE}/`)).toMatchObject({
      ok: false,
      error: { kind: 'proxy', diagnostic: { code: 'proxy-failed' } },
    });
  });

  it('gives up on a proxy that stays silent', async () => {
    const silent = createTcpServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    opened.push(() => new Promise((resolve) => silent.close(resolve)));
    const address = silent.address();
    const { proxy } = await proxied(open);
    const tunnel = openTunnel({ ...proxy.settings, port: typeof address === 'object' && address ? address.port : 0 });
    opened.push(() => tunnel.close());
    const result = await tunnel.open(INSIDE, 80, 60);
    expect(!result.ok && result.error.code).toMatch(/^proxy-/);
  });

  it('hands a socket to drivers that connect it themselves', async () => {
    const { proxy } = await proxied(open);
    const tunnel = openTunnel(proxy.settings);
    opened.push(() => tunnel.close());
    const socket = new LateSocket(async (host, port) => {
      const stream = await tunnel.open(host, port, 5000);
      if (!stream.ok) throw new Error(stream.error.code);
      return stream.value;
    });
    socket.connect(80, INSIDE);
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toContain('GET a');
    const lost = new LateSocket(() => Promise.reject(new Error('no way')));
    lost.connect(80, INSIDE);
    await expect(once(lost, 'connect')).rejects.toThrow('no way');
  });

  it('shows its address without user and password', async () => {
    const { proxy } = await proxied(open, { user: 'dovetail', password: 'right' });
    expect(proxyAddress(proxy.settings)).toBe(`${kind}://127.0.0.1:${proxy.settings.port}`);
  });
});

describe('ssh', () => {
  it('talks to no server whose key is another one than the file says, and shows that', async () => {
    const { proxy, ask } = await proxied(sshProxy);
    for (const hostKey of [null, 'SHA256:somethingElse']) {
      const result = await ask({ ...proxy.settings, hostKey }, `http://${INSIDE}/`);
      expect(result).toMatchObject({ ok: false, error: { diagnostic: { code: 'proxy-host-key' } } });
      expect(!result.ok && result.error.diagnostic.detail).toContain(proxy.settings.hostKey);
    }
    expect(proxy.asked).toEqual([]);
  });

  it('knows the server by any of its keys', async () => {
    const jump = await sshProxy({ hosts: { [INSIDE]: ports.plain } });
    const tunnel = openTunnel({ ...jump.settings, hostKey: jump.otherKey });
    opened.push(
      () => jump.close(),
      () => tunnel.close(),
    );
    expect(await tunnel.open(INSIDE, 80, 5000)).toMatchObject({ ok: true });
    expect(jump.otherKey).not.toBe(jump.settings.hostKey);
  });

  it('logs in once for many streams, and again when the session broke', async () => {
    const jump = await sshProxy({ hosts: { [INSIDE]: ports.plain } });
    opened.push(() => jump.close());
    const tunnel = openTunnel(jump.settings);
    opened.push(() => tunnel.close());
    const streams = await Promise.all([1, 2, 3].map(() => tunnel.open(INSIDE, 80, 5000)));
    expect([streams.every((one) => one.ok), jump.sessions()]).toEqual([true, 1]);
    const broken = streams.flatMap((one) => (one.ok ? [once(one.value, 'error')] : []));
    jump.breakOff();
    await Promise.all(broken);
    expect([(await tunnel.open(INSIDE, 80, 5000)).ok, jump.sessions()]).toEqual([true, 2]);
  });

  it.each([
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', "OpenSSH's own format"],
    ['nonsense', 'no PEM text'],
  ])('refuses a key that it can not read', async (key, told) => {
    const { proxy, ask } = await proxied(sshProxy);
    const result = await ask({ ...proxy.settings, key }, `http://${INSIDE}/`);
    expect(result).toMatchObject({ ok: false, error: { diagnostic: { code: 'proxy-key-unusable' } } });
    expect(!result.ok && result.error.diagnostic.detail).toContain(told);
  });
});
