import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type ChannelMessage,
  ChannelOpenConfirmationMessage,
  ChannelOpenFailureMessage,
  type KeyPair,
  NodeStream,
  SshAlgorithms,
  SshAuthenticationType,
  type SshChannel,
  SshChannelOpenFailureReason,
  SshServerSession,
  SshSessionConfiguration,
  SshStream,
} from '@microsoft/dev-tunnels-ssh';
import { exportPrivateKey } from '@microsoft/dev-tunnels-ssh-keys';
import { PortForwardChannelOpenMessage, PortForwardingService } from '@microsoft/dev-tunnels-ssh-tcp';
import type { ProxySettings } from '../src/platform/proxy.ts';

/** A proxy on a socket of this machine. */
export interface TestProxy {
  settings: ProxySettings;
  /** `host:port` of all that was asked for, in order. */
  asked: string[];
  close(): Promise<void>;
}

export interface ProxyRules {
  /** Names that only the proxy knows: host → port of this machine. */
  hosts?: Record<string, number>;
  /** Hosts to which it lets nobody. */
  forbidden?: string[];
  user?: string;
  password?: string;
}

const settingsOf = (kind: ProxySettings['kind'], port: number, { user, password }: ProxyRules): ProxySettings => ({
  kind,
  host: '127.0.0.1',
  port,
  user: user ?? null,
  password: password ?? null,
  key: null,
  hostKey: null,
});

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** What ends all connections of a server, and what ends the server. */
function closing(server: Server): { breakOff(): void; close(): Promise<void> } {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  const breakOff = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    breakOff,
    async close() {
      breakOff();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Where a host is, as the proxy sees it; null where it is not let through. */
function reached({ hosts = {}, forbidden = [] }: ProxyRules, host: string, port: number): Socket | null {
  if (forbidden.includes(host)) return null;
  const known = hosts[host];
  return connect(known === undefined ? { host, port } : { host: '127.0.0.1', port: known });
}

function joined(one: Duplex, other: Duplex): void {
  one.pipe(other).pipe(one);
  for (const [stream, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    stream.on('error', () => peer.destroy());
    stream.on('close', () => peer.destroy());
  }
}

/** A proxy that speaks HTTP CONNECT. */
export async function httpProxy(rules: ProxyRules = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createHttpServer((_, response) => response.writeHead(405).end());
  const { close } = closing(server);
  server.on('connect', ({ url = '', headers }, client) => {
    asked.push(url);
    const [, host = '', port] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(url) ?? [];
    const login = `Basic ${Buffer.from(`${rules.user}:${rules.password}`).toString('base64')}`;
    if (rules.user !== undefined && headers['proxy-authorization'] !== login) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    const target = reached(rules, host, Number(port));
    if (!target) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    target.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    target.once('connect', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      joined(client, target);
    });
  });
  return { settings: settingsOf('http', await listening(server), rules), asked, close };
}

/** A proxy that speaks SOCKS5 (RFC 1928), with user and password (RFC 1929) where there is a user. */
export async function socksProxy(rules: ProxyRules = {}): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createServer((client) => void serveSocks(client, rules, asked).catch(() => client.destroy()));
  const { close } = closing(server);
  return { settings: settingsOf('socks5', await listening(server), rules), asked, close };
}

async function serveSocks(client: Socket, rules: ProxyRules, asked: string[]): Promise<void> {
  const [, methods = 0] = await take(client, 2);
  const offered = await take(client, methods);
  const method = rules.user === undefined ? 0 : 2;
  if (!offered.includes(method)) {
    client.end(Buffer.from([5, 0xff]));
    return;
  }
  client.write(Buffer.from([5, method]));
  if (method === 2) {
    const [, length = 0] = await take(client, 2);
    const user = (await take(client, length)).toString();
    const password = (await take(client, (await take(client, 1))[0] ?? 0)).toString();
    const good = user === rules.user && password === rules.password;
    client.write(Buffer.from([1, good ? 0 : 1]));
    if (!good) {
      client.end();
      return;
    }
  }
  const [, , , kind] = await take(client, 4);
  const host =
    kind === 3
      ? (await take(client, (await take(client, 1))[0] ?? 0)).toString()
      : [...(await take(client, 4))].join('.');
  const port = (await take(client, 2)).readUInt16BE();
  asked.push(`${host}:${port}`);
  const reply = (code: number) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
  const target = reached(rules, host, port);
  if (!target) {
    client.end(reply(2));
    return;
  }
  target.once('error', () => client.end(reply(5)));
  target.once('connect', () => {
    client.write(reply(0));
    joined(client, target);
  });
}

async function take(socket: Socket, count: number): Promise<Buffer> {
  if (count === 0) return Buffer.alloc(0);
  for (;;) {
    const bytes: unknown = socket.read(count);
    if (Buffer.isBuffer(bytes)) return bytes;
    if (socket.readableEnded || socket.destroyed) throw new Error('ended');
    await once(socket, 'readable');
  }
}

/** An SSH server that forwards, and lets in the one user by password or by the key that comes with the settings. */
export async function sshProxy(
  rules: ProxyRules = {},
): Promise<TestProxy & { sessions(): number; breakOff(): void; otherKey: string }> {
  const asked: string[] = [];
  const { ecdsaSha2Nistp384: ecdsa, rsaWithSha512: rsa } = SshAlgorithms.publicKey;
  if (!ecdsa || !rsa) throw new Error('no algorithms');
  const [host, client] = [await ecdsa.generateKeyPair(), await ecdsa.generateKeyPair()];
  const second = await rsa.generateKeyPair(2048);
  const known = await client.getPublicKeyBytes();
  const hostKey = await fingerprintOf(host);
  let sessions = 0;
  const server = createServer((socket) => {
    const configuration = new SshSessionConfiguration();
    configuration.addService(PortForwardingService);
    const session = new SshServerSession(configuration);
    session.credentials = { publicKeys: [host, second] };
    session.onAuthenticating((one) => {
      one.authenticationPromise = (async () => {
        const { authenticationType: type, username, password, publicKey } = one;
        if (username !== (rules.user ?? 'dovetail')) return null;
        if (type === SshAuthenticationType.clientPassword) return password === rules.password ? {} : null;
        const shown = await publicKey?.getPublicKeyBytes();
        return shown && known?.equals(shown) ? {} : null;
      })();
    });
    session.activateService(PortForwardingService).forwardConnectionsToLocalPorts = false;
    session.onChannelOpening((opening) => {
      const { request, channel } = opening;
      if (!(request instanceof PortForwardChannelOpenMessage)) return;
      asked.push(`${request.host}:${request.port}`);
      opening.openingPromise = forwarded(channel, reached(rules, request.host, request.port));
    });
    sessions += 1;
    session.connect(new NodeStream(socket)).catch(() => socket.destroy());
  });
  const { breakOff, close } = closing(server);
  const settings = {
    ...settingsOf('ssh', await listening(server), { user: 'dovetail', ...rules }),
    key: rules.password === undefined ? await exportPrivateKey(client) : null,
    hostKey,
  };
  return { settings, asked, close, sessions: () => sessions, breakOff, otherKey: await fingerprintOf(second) };
}

/** Joined once the host answers; else why not. */
async function forwarded(channel: SshChannel, target: Socket | null): Promise<ChannelMessage> {
  const failure = new ChannelOpenFailureMessage();
  failure.reasonCode = target
    ? SshChannelOpenFailureReason.connectFailed
    : SshChannelOpenFailureReason.administrativelyProhibited;
  if (!target) return failure;
  try {
    await once(target, 'connect');
  } catch {
    return failure;
  }
  joined(new SshStream(channel), target);
  return new ChannelOpenConfirmationMessage();
}

async function fingerprintOf(key: KeyPair): Promise<string> {
  const bytes = await key.getPublicKeyBytes();
  return `SHA256:${createHash('sha256')
    .update(bytes ?? '')
    .digest('base64')
    .replace(/=+$/, '')}`;
}
