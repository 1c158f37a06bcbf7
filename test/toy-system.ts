import { passingTokens } from '../src/connector/auth/tokens.ts';
import { connectorSchema } from '../src/connector/definition.ts';
import type { Connection } from '../src/connector/port.ts';
import type { HttpFailure, HttpRequest, HttpResponse } from '../src/platform/http.ts';
import { silentLog } from '../src/platform/log.ts';
import { openRestConnection } from '../src/protocols/rest/connection.ts';
import { fail, ok, problem } from '../src/record/diagnostic.ts';

export type Reply =
  | { status?: number; json?: unknown; body?: string; headers?: Record<string, string> }
  | 'refused'
  | 'dropped';
export type Handler = (
  request: HttpRequest & { path: string; sent: Record<string, unknown> },
) => Reply | Promise<Reply>;

export const failure = (kind: 'refused' | 'dropped'): HttpFailure => ({
  kind,
  sent: kind === 'refused' ? 'no' : 'maybe',
  diagnostic: problem(`http-${kind}`, kind),
});

/** A connection to a system that is a function; time passes only by waiting. */
export function connect(things: object, handler: Handler, more: object = {}): Connection & { waited(): number } {
  let now = Date.UTC(2026, 4, 1);
  const begin = now;
  const definition = connectorSchema.parse({
    connector: 'toy',
    title: 'Toy',
    protocol: 'rest',
    base_url: 'https://toy.example/api/',
    ...more,
    objects: { things: { id: {}, fields: { name: { type: 'string' } }, ...things } },
  });
  const request = async (asked: HttpRequest) => {
    const path = asked.url.slice('https://toy.example/api'.length);
    const reply = await handler({ ...asked, path, sent: asked.body === undefined ? {} : JSON.parse(asked.body) });
    if (typeof reply === 'string') return fail(failure(reply));
    const { status = 200, json, body, headers = {} } = reply;
    return ok<HttpResponse>({ status, headers, body: body ?? (json === undefined ? '' : JSON.stringify(json)) });
  };
  const opened = openRestConnection({
    definition,
    variables: {},
    platform: {
      clock: {
        now: () => now,
        sleep: async (ms) => {
          now += ms;
        },
      },
      random: { next: () => 0.5, bytes: (length) => new Uint8Array(length) },
      http: { request, close: async () => {} },
      log: silentLog,
    },
    tokens: passingTokens(),
  });
  if (!opened.ok) throw new Error(opened.error.summary);
  return Object.assign(opened.value, { waited: () => now - begin });
}
