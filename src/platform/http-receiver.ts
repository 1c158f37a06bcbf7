import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';

/** A request that somebody sent to this machine. */
export interface ReceivedRequest {
  method: string;
  /** Path and query. */
  path: string;
  /** Names in lower case; repeated ones joined by `, `. */
  headers: Record<string, string>;
  /** The bytes as they came. */
  body: Uint8Array;
}

export interface ReceiverAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface HttpReceiver {
  /** The port that is listened on. */
  port: number;
  close(): Promise<void>;
}

/** Longer bodies are turned away. */
const MOST_BYTES = 1_000_000;

/** Listens for requests, on this machine alone or on all its addresses, and answers each at once. Port 0: any free one. */
export async function openReceiver(
  { port, everywhere }: { port: number; everywhere: boolean },
  answer: (request: ReceivedRequest) => ReceiverAnswer,
): Promise<Result<HttpReceiver>> {
  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing, answer));
  server.listen(port, everywhere ? undefined : '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const detail = error instanceof Error && 'code' in error ? `${error.code}.` : undefined;
    return fail(
      problem('port-unavailable', `Port ${port} of this machine can not be listened on`, detail ? { detail } : {}),
    );
  }
  const address = server.address();
  return ok({
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: ReceivedRequest) => ReceiverAnswer,
): Promise<void> {
  const body = await bodyOf(incoming);
  if (!body) {
    outgoing.writeHead(413).end();
    return;
  }
  const { method = '', url = '/' } = incoming;
  const headers = Object.fromEntries(
    Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
  );
  const given = answer({ method, path: url, headers, body });
  outgoing.writeHead(given.status, { ...given.headers }).end(given.body);
}

/** Null where it is too long, or broke off. */
async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of incoming) {
      if (!Buffer.isBuffer(part)) continue;
      length += part.length;
      if (length > MOST_BYTES) return null;
      parts.push(part);
    }
  } catch {
    return null;
  }
  return Buffer.concat(parts);
}
