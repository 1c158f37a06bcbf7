import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';

/** Waits on this machine for the browser to come back (RFC 8252, 7.3). */
export interface Loopback {
  redirectUri: string;
  /** The first address that is called and `fits`; null when the signal aborts before. All others are turned away. */
  wait(fits: (callback: URL) => boolean, signal: AbortSignal): Promise<URL | null>;
  close(): Promise<void>;
}

const PATH = '/callback';

/** Listens on 127.0.0.1 alone. Port 0: any free one. */
export async function openLoopback(port: number): Promise<Result<Loopback>> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    return fail(
      problem('port-unavailable', `Port ${port} of this machine can not be listened on`, {
        detail: code,
        next: 'Name another with --port, and register its address with the system',
      }),
    );
  }
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}`;
  return ok({
    redirectUri: origin + PATH,
    wait: (fits, signal) => waitFor(server, origin, fits, signal),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function waitFor(
  server: Server,
  origin: string,
  fits: (callback: URL) => boolean,
  signal: AbortSignal,
): Promise<URL | null> {
  return new Promise((resolve) => {
    const stop = () => resolve(null);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    server.on('request', (request, response) => {
      const url = URL.canParse(request.url ?? '', origin) ? new URL(request.url ?? '', origin) : null;
      if (request.method !== 'GET' || url?.origin !== origin || url.pathname !== PATH)
        reply(response, 404, 'Not found.');
      else if (!fits(url)) reply(response, 400, 'This is not the answer that Dovetail waits for.');
      else {
        reply(response, 200, 'Thank you. You may close this window and go back to the terminal.');
        signal.removeEventListener('abort', stop);
        resolve(url);
      }
    });
  });
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(`${text}\n`);
}
