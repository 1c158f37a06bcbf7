import { connect, type Socket } from 'node:net';
import { SocksClient } from 'socks';
import { fail, ok, type Result } from '../record/diagnostic.ts';
import type { ProxySettings, Tunnel } from './proxy.ts';
import { errorCode, type ProxyRefusal, proxyFailure } from './proxy-failure.ts';

/** By SOCKS5. */
export function socksTunnel(settings: ProxySettings): Tunnel {
  const sockets = new Set<Socket>();
  return {
    async open(host, port, timeout) {
      const started = performance.now();
      const reached = await reach(settings, timeout);
      if (!reached.ok) return reached;
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

/** Connects to the proxy itself: else its silence could not be told from that of the system behind it. */
function reach(settings: ProxySettings, timeout: number): Promise<Result<Socket>> {
  return new Promise((resolve) => {
    const socket = connect({ host: settings.host, port: settings.port, noDelay: true });
    const give = (seen: string) => {
      socket.destroy();
      resolve(fail(proxyFailure('unreachable', settings, seen)));
    };
    const timer = setTimeout(() => give('ETIMEDOUT'), timeout);
    const failed = (error: Error) => {
      clearTimeout(timer);
      give(errorCode(error));
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(ok(socket));
    });
  });
}

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
