import { createServer, type IncomingHttpHeaders } from 'node:http';
import { afterEach } from 'vitest';
import { passingTokens } from '../../../src/connector/auth/tokens.ts';
import { connectorSchema } from '../../../src/connector/definition.ts';
import type { Connection, ReadStep, WireRecord } from '../../../src/connector/port.ts';
import { undiciHttp } from '../../../src/platform/http-undici.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { openRestConnection } from '../../../src/protocols/rest/connection.ts';
import { jumpingClock } from '../world.ts';

/** A request as a server of these tests sees it. */
export interface Asked {
  method: string;
  /** Path and query as they came over the wire. */
  url: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Reply {
  status?: number;
  json?: unknown;
  text?: string;
  headers?: Record<string, string>;
}

export type Handler = (asked: Asked) => Reply;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Starts a server on a free port of 127.0.0.1, until the test ends; notes what it is asked. */
export async function serve(handler: Handler): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '', 'http://host');
    const { method = '', headers } = request;
    const query = Object.fromEntries(url.searchParams);
    const one: Asked = { method, url: request.url ?? '', path: url.pathname, query, headers, body };
    asked.push(one);
    const { status = 200, json, text, headers: told = {} } = handler(one);
    response.writeHead(status, told).end(text ?? (json === undefined ? '' : JSON.stringify(json)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, asked };
}

export const NOW = Date.UTC(2026, 4, 1);

/** A connection, over a real socket, by a connector with these objects; time passes only by waiting. */
export function connect(
  url: string,
  objects: Record<string, object>,
  more: object = {},
  variables: Record<string, string> = {},
): Connection {
  const complete = Object.entries(objects).map(([name, object]) => [name, { id: {}, fields: {}, ...object }]);
  const definition = connectorSchema.parse({
    connector: 'toy',
    title: 'Toy',
    protocol: 'rest',
    base_url: url,
    ...more,
    objects: Object.fromEntries(complete),
  });
  const http = undiciHttp();
  closing.push(() => http.close());
  const random = { next: () => 0.5, bytes: (length: number) => new Uint8Array(length).fill(7) };
  const platform = { clock: jumpingClock(NOW), random, http, log: silentLog };
  const opened = openRestConnection({ definition, variables, platform, tokens: passingTokens() });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.summary}`);
  return opened.value;
}

/** What a read yields, to its end. */
export async function drain(steps: AsyncIterable<ReadStep>) {
  const records: WireRecord[] = [];
  for await (const step of steps) {
    if (step.kind === 'page') records.push(...step.records);
    else
      return { records, ids: records.map((record) => record.id), complete: step.complete, code: step.diagnostic?.code };
  }
  throw new Error('The read did not end');
}

export const everything = (connection: Connection, object = 'things', since: number | null = null) =>
  drain(connection.read({ object, since }));
