import { createServer, type IncomingMessage } from 'node:http';
import { NotServable, type VendorAnswer, type VendorList, type VendorRequest } from './vendor-list.ts';

export interface VendorServer {
  port: number;
  /** What answers now, to requests that carry the number it returns; late ones to another vendor are nobody's. */
  serve(lists: readonly VendorList[], auth: (request: VendorRequest) => VendorAnswer | null): number;
  /** What went wrong on the server's side. */
  faults: string[];
  close(): Promise<void>;
}

/** One HTTP server for all vendors, one after the other. */
export async function startVendorServer(): Promise<VendorServer> {
  let lists: readonly VendorList[] = [];
  let auth: (request: VendorRequest) => VendorAnswer | null = () => null;
  const faults: string[] = [];
  let turn = 0;
  const server = createServer(async (incoming, outgoing) => {
    const request = await read(incoming);
    const isLate = request.headers['x-vendor-turn'] !== String(turn);
    const answer = isLate ? { status: 410, headers: {}, body: {} } : answerTo(request);
    outgoing.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    outgoing.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  const answerTo = (request: VendorRequest): VendorAnswer => {
    const found = lists
      .filter(
        (list) =>
          list.path.test(decodeURIComponent(request.url.pathname + request.url.search)) &&
          list.method === request.method,
      )
      .toSorted((a, b) => a.wildcards - b.wildcards)[0];
    if (!found) {
      const granted = auth(request);
      if (granted) return granted;
      faults.push(`no list at ${request.method} ${request.url.pathname}`);
      return { status: 404, headers: {}, body: { error: 'not found' } };
    }
    try {
      return found.answer(request);
    } catch (error) {
      faults.push(error instanceof NotServable ? `server: ${error.message}` : String(error));
      return { status: 400, headers: {}, body: {} };
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    serve(next, grant) {
      lists = next;
      auth = grant;
      faults.length = 0;
      turn++;
      return turn;
    },
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function read(incoming: IncomingMessage): Promise<VendorRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  const origin = String(incoming.headers['x-vendor-origin'] ?? 'https://vendor.example');
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', origin),
    headers: incoming.headers,
    body: parsed(text),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}
