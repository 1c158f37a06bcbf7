import type { Socket } from 'node:net';
import { SocksClient } from 'socks';
import { fail, ok } from '../record/diagnostic.ts';
import { connectTo } from './connect.ts';
import type { ProxySettings, Tunnel } from './proxy.ts';
import { type ProxyRefusal, proxyFailure } from './proxy-failure.ts';

/** By SOCKS5. */
export function socksTunnel(settings: ProxySettings): Tunnel {
  const sockets = new Set<Socket>();
  return {
    async open(host, port, timeout) {
      const started = performance.now();
      // Connected to here: else the silence of the proxy could not be told from that of the system behind it.
      const reached = await connectTo(settings.host, settings.port, timeout);
      if (!reached.ok) return fail(proxyFailure('unreachable', settings, reached.error));
      const left = Math.max(1, timeout - (performance.now() - started));
      try {
        const { socket } = await SocksClient.createConnection({
          proxy: { host: settings.host, port: settings.port, type: 5, ...login(settings) },
          existing_socket: reached.value,
          command: 'connect',
          destination: { host, port },
          timeout: left,
        });
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        return ok(socket);
      } catch (error) {
        reached.value.destroy();
        const said = error instanceof Error ? error.message : '';
        return fail(proxyFailure(refusalOf(said), settings, replyOf(said)));
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

const login = ({ user, password }: ProxySettings) => (user === null ? {} : { userId: user, password: password ?? '' });

/** The words of the library for the replies of RFC 1928, 6, and RFC 1929, 2. */
const REFUSALS: [RegExp, ProxyRefusal][] = [
  [/Authentication failed|no accepted authentication|unknown authentication/i, 'login'],
  [/NotAllowed/, 'forbidden'],
  [/Failure|NetworkUnreachable|HostUnreachable|ConnectionRefused|TTLExpired|timed out/i, 'no-way'],
];

const refusalOf = (said: string): ProxyRefusal => REFUSALS.find(([form]) => form.test(said))?.[1] ?? 'failed';

/** The name of the reply alone: texts of other programs are not repeated. */
const replyOf = (said: string): string =>
  / - (\w+)$/.exec(said)?.[1] ?? (/timed out/i.test(said) ? 'no reply' : 'SOCKS5');
