import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { passingTokens } from '../../src/connector/auth/tokens.ts';
import { loadConnector } from '../../src/connector/load.ts';
import type { Connection, Wire } from '../../src/connector/port.ts';
import { type RunOptions, runIntegration } from '../../src/engine/run.ts';
import { loadIntegration } from '../../src/integration/load.ts';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openRestConnection } from '../../src/protocols/rest/connection.ts';
import { fail, problem } from '../../src/record/diagnostic.ts';
import type { ParkedRecord, Run, Store } from '../../src/store/port.ts';
import { openScratch } from '../../src/store/scratch.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

/** One request as a stub got it. `path` is without the query. */
export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: Wire;
}

/** What a stub answers instead of what is right. */
export interface Reply {
  status?: number;
  json?: unknown;
  raw?: string | Buffer;
  headers?: Record<string, string>;
  /** Waits before the answer, ms of real time. */
  after?: number;
  /** Instead of an answer: the connection breaks. */
  drop?: boolean;
  /** Takes over the whole answer. */
  write?: (response: ServerResponse, socket: Socket) => void;
}

/** A small system with one object `things`, on a socket: well behaved until `answer` says otherwise. */
export interface Stub {
  url: string;
  records: Map<string, Wire>;
  asked: Asked[];
  /** Consulted first; undefined: as it should be. */
  answer: (asked: Asked) => Reply | undefined;
  /** Its own clock. */
  now: () => number;
  /** Whether answers carry the time of the server. */
  tellsTime: boolean;
  /** A person's edit. */
  put(id: string, fields: Wire): void;
  right(asked: Asked): Reply;
  close(): Promise<void>;
}

export async function openStub(prefix: string, now: () => number): Promise<Stub> {
  const records = new Map<string, Wire>();
  let count = 0;
  const stub: Stub = {
    url: '',
    records,
    asked: [],
    answer: () => undefined,
    now,
    tellsTime: true,
    put(id, fields) {
      records.set(id, { ...records.get(id), id, updated: stub.now(), ...fields });
    },
    right(asked) {
      const [, , encoded] = asked.path.split('/');
      const id = encoded === undefined ? undefined : decodeURIComponent(encoded);
      if (id === undefined && asked.method === 'GET') return { json: list(records, asked.query) };
      if (id === undefined) {
        count += 1;
        const made = { ...asked.body, id: `${prefix}${count}`, updated: stub.now() };
        records.set(made.id, made);
        return { status: 201, json: made };
      }
      const known = records.get(id);
      if (!known) return { status: 404, json: {} };
      if (asked.method === 'GET') return { json: known };
      if (asked.method === 'DELETE') {
        records.delete(id);
        return { status: 204, raw: '' };
      }
      stub.put(id, asked.body);
      return { json: records.get(id) };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer(async (incoming, outgoing) => {
    const asked = await read(incoming);
    stub.asked.push(asked);
    const reply = stub.answer(asked) ?? stub.right(asked);
    if (reply.after) await delay(reply.after);
    send(stub, outgoing, incoming.socket, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  stub.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return stub;
}

/** Changes since, a page of three where a page is asked for, with the total. */
function list(records: Map<string, Wire>, query: URLSearchParams): unknown {
  const since = Number(query.get('since') ?? Number.NEGATIVE_INFINITY);
  const found = [...records.values()].filter((one) => !(Number(one.updated ?? since) < since));
  const page = query.get('page');
  const size = Number(query.get('size') ?? 3);
  const from = page === null ? 0 : (Number(page) - 1) * size;
  return { items: page === null ? found : found.slice(from, from + size), total: found.length };
}

async function read(incoming: IncomingMessage): Promise<Asked> {
  let body = '';
  for await (const chunk of incoming) body += chunk;
  const url = new URL(incoming.url ?? '/', 'http://host');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    body: body === '' ? {} : JSON.parse(body),
  };
}

function send(stub: Stub, outgoing: ServerResponse, socket: Socket, reply: Reply): void {
  if (reply.drop) socket.destroy();
  else if (reply.write) reply.write(outgoing, socket);
  else {
    outgoing.sendDate = false;
    const date = stub.tellsTime ? { date: new Date(stub.now()).toUTCString() } : {};
    outgoing.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...date, ...reply.headers });
    outgoing.end(reply.raw ?? JSON.stringify(reply.json));
  }
}

/** The connector of a stub; `object` and `fields` say what differs. */
export function stubConnector(name: string, more: Wire = {}, object: Wire = {}, fields: Wire = {}): Wire {
  return {
    connector: name,
    title: name,
    protocol: 'rest',
    base_url: `$${'{base_url}'}`,
    auth: { type: 'api_key', header: 'x-key', value: `$${'{key}'}` },
    timeout: '2s',
    ...more,
    objects: {
      things: {
        id: {},
        modified: 'updated',
        list: {
          path: '/things',
          records: 'items',
          pagination: { style: 'none' },
          since: { param: 'since', time: 'epoch_ms' },
        },
        get: { path: '/things/{id}' },
        create: { method: 'POST', path: '/things' },
        update: { method: 'PATCH', path: '/things/{id}' },
        delete: { method: 'DELETE', path: '/things/{id}' },
        ...object,
        fields: {
          name: { type: 'string' },
          email: { type: 'string' },
          updated: { type: 'timestamp', time: 'epoch_ms', read_only: true },
          ...fields,
        },
      },
    },
  };
}

const both = { create: 'create', update: 'update', delete: 'delete' };

/** Things on the left are things on the right, deletes included. */
export const MAPPING = {
  left: 'things',
  right: 'things',
  match: [['email']],
  conflict: 'left',
  propagate: { left: both, right: both },
  delete_guard: { share: 0.5, records: 100 },
  fields: [
    { left: 'name', right: 'name' },
    { left: 'email', right: 'email' },
  ],
};

export interface HostileOptions {
  left?: Wire;
  right?: Wire;
  mapping?: Wire;
  file?: Wire;
}

/** Two stubs, an integration over them, a store in memory, and a clock ten times as fast as the real one. */
export interface Hostile {
  left: Stub;
  right: Stub;
  store: Store;
  platform: Platform;
  /** Lets time pass. */
  skip(ms: number): void;
  /** From now on another integration file: other rules. */
  agree(options: HostileOptions): void;
  sync(more?: Partial<RunOptions>): Promise<Run>;
  parked(): Promise<ParkedRecord[]>;
  close(): Promise<void>;
}

const SPEED = 10;

export async function openHostile(options: HostileOptions = {}): Promise<Hostile> {
  const begin = Date.now();
  let skipped = 0;
  const clock = {
    now: () => begin + (Date.now() - begin) * SPEED + skipped,
    sleep: async (ms: number, signal?: AbortSignal) => {
      await delay(ms / SPEED, undefined, signal ? { signal } : {}).catch(() => undefined);
    },
  };
  const left = await openStub('L', clock.now);
  const right = await openStub('R', clock.now);
  const http = undiciHttp();
  const platform: Platform = { clock, random: systemRandom, http, log: silentLog };
  const opened = openSqliteStore(':memory:', { key: new Uint8Array(32), random: systemRandom, clock });
  if (!opened.ok) throw new Error(opened.error.summary);
  const store = opened.value;
  let integration = load(options, left, right);
  return {
    left,
    right,
    store,
    platform,
    skip(ms) {
      skipped += ms;
    },
    agree(changed) {
      integration = load({ ...options, ...changed }, left, right);
    },
    async sync(more = {}) {
      const result = await runIntegration({
        integration,
        store,
        platform,
        mode: 'sync',
        connections: { a: connect(integration, 'a', platform), b: connect(integration, 'b', platform) },
        keys: { fields: new Uint8Array(16).fill(7), strong: new Uint8Array(32).fill(9) },
        openScratch: () =>
          openScratch({ memoryBytes: 1_000_000, directory: null, random: (n) => systemRandom.bytes(n) }),
        ...more,
      });
      if (!result.ok) throw new Error(result.error.summary);
      return result.value;
    },
    parked: () => store.parked({}),
    async close() {
      await http.close();
      await store.close();
      await left.close();
      await right.close();
    },
  };
}

function load(options: HostileOptions, left: Stub, right: Stub): LoadedIntegration {
  const connectors: Record<string, Wire> = {
    left: options.left ?? stubConnector('left'),
    right: options.right ?? stubConnector('right'),
  };
  const text = JSON.stringify({
    integration: 'left-right',
    purpose: 'Things.',
    systems: {
      left: { connector: 'left', environments: { staging: { base_url: left.url, key: `$${'{KEY}'}` } } },
      right: { connector: 'right', environments: { staging: { base_url: right.url, key: `$${'{KEY}'}` } } },
    },
    mappings: { things: { ...MAPPING, ...options.mapping } },
    ...options.file,
  });
  const loaded = loadIntegration('integration.yaml', text, {
    environment: 'staging',
    variables: { KEY: 'k-e-y' },
    connectors: (name) => {
      const source = connectors[name];
      if (!source) return fail([problem('connector-unknown', name)]);
      const found = loadConnector(JSON.stringify(source), `${name}.yaml`);
      return found.ok ? { ok: true, value: { definition: found.value, file: `${name}.yaml` } } : found;
    },
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error, null, 2));
  return loaded.value;
}

function connect(integration: LoadedIntegration, side: 'a' | 'b', platform: Platform): Connection {
  const { connector: definition, variables } = integration[side];
  const tokens = passingTokens();
  const opened = openRestConnection({ definition, variables, platform, tokens });
  if (!opened.ok) throw new Error(opened.error.summary);
  return opened.value;
}

/** How many writes a run made. */
export const wrote = (run: Run): number =>
  Object.values(run.counts)
    .flatMap((counts) => [...Object.values(counts.wrote.a), ...Object.values(counts.wrote.b)])
    .reduce((sum, n) => sum + n, 0);

export const codes = (run: Run): string[] => run.diagnostics.map((one) => one.code);

export const names = (stub: Stub): unknown[] => [...stub.records.values()].map((one) => one.name);
