import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange } from './exchange.ts';
import { type Decision, FAULT_KINDS, type Faults } from './faults.ts';
import {
  isJsonObject,
  type Json,
  parseObject,
  type SandboxRequest,
  type SandboxResponse,
  type SandboxSystem,
} from './system.ts';

export interface ServeOptions {
  /** 0: any free port. */
  port?: number;
  clock?: { now(): number };
}

export interface RunningSystem {
  /** Without a slash at the end. */
  url: string;
  close(): Promise<void>;
}

const WEBHOOK_PERIOD_MS = 50;

/** Puts a system on 127.0.0.1, applies the faults that need a socket and delivers the webhooks. */
export async function serve(system: SandboxSystem, options: ServeOptions = {}): Promise<RunningSystem> {
  const clock = options.clock ?? { now: () => Date.now() };
  let active = 0;
  const server = createServer(async (incoming, outgoing) => {
    const request = await readRequest(incoming);
    if (request === undefined) return;
    const control = await controlResponse(system, request);
    if (control !== undefined) return send(outgoing, control);
    active += 1;
    try {
      if (system.concurrency !== null && active > system.concurrency) return send(outgoing, system.busy());
      await answer(system, request, outgoing, incoming.socket, clock);
    } finally {
      active -= 1;
    }
  });
  const stopWebhooks = deliverWebhooks(system, clock);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await stopWebhooks();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  system: SandboxSystem,
  request: SandboxRequest,
  outgoing: ServerResponse,
  socket: Socket,
  clock: { now(): number },
): Promise<void> {
  const decision: Decision = system.decide(request);
  if (decision.latencyMs > 0) await delay(decision.latencyMs);
  try {
    const result = exchange(system, request, decision, clock.now());
    if ('dropped' in result) socket.destroy();
    else send(outgoing, result.response);
  } catch (error) {
    process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
    send(outgoing, system.faultResponse('error-after'));
  }
}

/** Undefined when the client went away. */
async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk);
  } catch {
    return undefined;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const body = Buffer.concat(chunks).toString('utf8');
  return { method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers, body };
}

function send(outgoing: ServerResponse, response: SandboxResponse): void {
  outgoing.writeHead(response.status, response.headers);
  outgoing.end(response.body);
}

/** `/__faults` and `/__stats`: the operator's side door, beyond faults, limits and credentials. */
function controlResponse(system: SandboxSystem, request: SandboxRequest): SandboxResponse | undefined {
  const json = (status: number, body: unknown): SandboxResponse => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (request.path === '/__stats' && request.method === 'GET') return json(200, system.stats());
  if (request.path !== '/__faults') return undefined;
  if (request.method === 'GET') return json(200, system.faults);
  const body = request.method === 'POST' ? parseObject(request.body) : undefined;
  const faults = body === undefined ? undefined : readFaults(body, system.faults);
  if (faults === undefined) return json(400, { error: 'invalid_faults' });
  system.setFaults(faults);
  if (body?.expire_tokens === true) system.expireTokens();
  return json(200, system.faults);
}

/** What is absent stays as it is. Undefined: can't be read. */
function readFaults(body: Record<string, Json>, current: Faults): Partial<Faults> | undefined {
  const faults: Partial<Faults> = {};
  if (body.rules !== undefined) {
    if (!Array.isArray(body.rules)) return undefined;
    faults.rules = [];
    for (const rule of body.rules) {
      const read = readRule(rule);
      if (read === undefined) return undefined;
      faults.rules.push(read);
    }
  }
  if (isJsonObject(body.stale)) faults.stale = { ...current.stale, ...numbers(body.stale) };
  if (isJsonObject(body.webhooks)) faults.webhooks = { ...current.webhooks, ...numbers(body.webhooks) };
  return faults;
}

function readRule(value: Json): Faults['rules'][number] | undefined {
  if (!isJsonObject(value)) return undefined;
  const kind = FAULT_KINDS.find((known) => known === value.kind);
  if (kind === undefined) return undefined;
  const { probability, next, latencyMs } = numbers(value);
  return {
    kind,
    ...(typeof value.method === 'string' ? { method: value.method } : {}),
    ...(typeof value.path === 'string' ? { path: value.path } : {}),
    ...(probability === undefined ? {} : { probability }),
    ...(next === undefined ? {} : { next }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  };
}

function numbers(value: Record<string, Json>): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [name, item] of Object.entries(value)) if (typeof item === 'number') out[name] = item;
  return out;
}

/** Looks for due deliveries until the returned function is called, which waits for those on their way. */
function deliverWebhooks(system: SandboxSystem, clock: { now(): number }): () => Promise<void> {
  const underway = new Set<Promise<void>>();
  const stop = new AbortController();
  const timer = setInterval(() => {
    for (const delivery of system.dueWebhooks(clock.now())) {
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)]);
      const sent = fetch(delivery.url, { method: 'POST', headers: delivery.headers, body: delivery.body, signal })
        .then(async (response) => {
          await response.body?.cancel();
          if (!response.ok) system.webhookFailed(delivery, clock.now());
        })
        .catch(() => system.webhookFailed(delivery, clock.now()))
        .finally(() => underway.delete(sent));
      underway.add(sent);
    }
  }, WEBHOOK_PERIOD_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    stop.abort();
    await Promise.all(underway);
  };
}
