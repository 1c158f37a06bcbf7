import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, rootCertificates, connect as secure, type TLSSocket } from 'node:tls';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { connectTo } from './connect.ts';
import type { Network, NetworkTarget, ServerCertificate } from './network.ts';
import { errorCode } from './proxy-failure.ts';
import { openTunnel } from './tunnel.ts';

/** The network of this machine. */
export const nodeNetwork: Network = {
  async resolve(host) {
    try {
      return ok((await lookup(host, { all: true })).map(({ address }) => address));
    } catch {
      return fail(nameUnknown(host));
    }
  },
  async connect(target) {
    const started = performance.now();
    const reached = await reach(target);
    if (!reached.ok) return reached;
    await reached.value.close();
    return ok(Math.round(performance.now() - started));
  },
  async certificate({ authority, ...target }) {
    const reached = await reach(target);
    if (!reached.ok) return reached;
    const shown = await shownBy(reached.value.socket, target, authority);
    await reached.value.close();
    return shown;
  },
};

interface Reached {
  socket: Socket;
  close(): Promise<void>;
}

function reach(target: NetworkTarget): Promise<Result<Reached>> {
  const { host, port, proxy, timeout } = target;
  if (!proxy) return reachDirectly(target);
  const tunnel = openTunnel(proxy);
  return tunnel.open(host, port, timeout).then(async (opened) => {
    if (opened.ok) {
      const socket = opened.value.on('error', () => undefined);
      return ok({ socket, close: () => tunnel.close() });
    }
    await tunnel.close();
    return opened;
  });
}

async function reachDirectly({ host, port, timeout }: NetworkTarget): Promise<Result<Reached>> {
  const reached = await connectTo(host, port, timeout);
  if (reached.ok) {
    const socket = reached.value.on('error', () => undefined);
    return ok({ socket, close: async () => void socket.destroy() });
  }
  const code = reached.error;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return fail(nameUnknown(host));
  return fail(code === 'ETIMEDOUT' ? silent(host, port) : refused(host, port, code));
}

/** Speaks TLS with whoever is there; whether to trust them is told, not decided. */
function shownBy(
  socket: Socket,
  { host, port, timeout }: NetworkTarget,
  authority: string | undefined,
): Promise<Result<ServerCertificate>> {
  return new Promise((resolve) => {
    const named = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
    const trusted = authority === undefined ? {} : { ca: [...rootCertificates, authority] };
    const stream = secure({ socket, host, ...named, ...trusted, rejectUnauthorized: false });
    const settle = (result: Result<ServerCertificate>) => {
      clearTimeout(timer);
      resolve(result);
      stream.destroy();
    };
    const timer = setTimeout(() => settle(fail(silent(host, port))), timeout);
    stream.on('error', (error) => settle(fail(notSpoken(host, port, errorCode(error)))));
    stream.once('secureConnect', () => settle(ok(certificateOf(stream))));
  });
}

function certificateOf(stream: TLSSocket): ServerCertificate {
  const chain = chainOf(stream.getPeerCertificate(true));
  const [first] = chain;
  const fault: unknown = stream.authorizationError;
  return {
    protocol: stream.getProtocol() ?? '',
    issuer: oneOf(first?.issuer?.O) ?? oneOf(first?.issuer?.CN) ?? '',
    expires: Math.min(...chain.map((one) => Date.parse(one.valid_to))),
    chain: chain.length,
    fault: stream.authorized ? null : fault instanceof Error ? errorCode(fault) : String(fault),
  };
}

const oneOf = (name: string | string[] | undefined): string | undefined => (Array.isArray(name) ? name[0] : name);

/** Up to the root, which signs itself; where a server sends no chain, the first alone. */
function chainOf(first: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain = [first];
  for (let one = first.issuerCertificate; one && !chain.includes(one); one = one.issuerCertificate) chain.push(one);
  return chain;
}

const nameUnknown = (host: string) =>
  problem('http-dns', "The server's name could not be resolved", {
    detail: `${host}.`,
    next: 'Check the host name, and whether it is known here or behind a VPN only',
  });

const silent = (host: string, port: number) =>
  problem('http-timeout', 'The server did not answer in time', {
    detail: `${host}:${port}.`,
    next: 'Ask whether a firewall lets this machine through; a closed one often just stays silent',
  });

const refused = (host: string, port: number, code: string) =>
  problem('http-refused', 'The server could not be reached', {
    detail: `${host}:${port}, ${code}.`,
    next: 'Check host and port; a firewall that refuses looks the same as a port where nothing listens',
  });

const notSpoken = (host: string, port: number, code: string) =>
  problem('http-tls', 'TLS is not spoken there', { detail: `${host}:${port}, ${code}.`, next: 'Check the port' });
