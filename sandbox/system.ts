import type { Decision, FaultRule, Faults } from './faults.ts';
import type { SandboxRequest, SandboxResponse } from './message.ts';

export type { SandboxRequest, SandboxResponse } from './message.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

export interface WebhookDelivery {
  url: string;
  /** Names in lower case; the signature is among them. */
  headers: Record<string, string>;
  body: string;
  /** Counts from 1. */
  attempt: number;
}

/** What was asked of a system since it was made. */
export interface Stats {
  requests: number;
  reads: number;
  writes: number;
  /** Requests by method and path, ids replaced: `GET /companies/{id}`. */
  kinds: Record<string, number>;
  /** Responses by status. */
  statuses: Record<string, number>;
}

/**
 * A business system as a pure state machine: no clock, no randomness and no network of its own, so that the real HTTP
 * server, the tests and the simulation run the same code. All instants are milliseconds since 1970-01-01T00:00:00Z.
 */
export interface SandboxSystem {
  readonly name: 'crm' | 'erp';
  /** How many requests it serves at once; more get `busy()`. Whoever runs the network enforces it. */
  readonly concurrency: number | null;
  /** Synchronous; every state change happens inside. `now` must not be earlier than the newest seeded record. */
  handle(request: SandboxRequest, now: number): SandboxResponse;
  /** Takes the webhook deliveries that are due out of the queue, signed; sending them is the caller's work. */
  dueWebhooks(now: number): WebhookDelivery[];
  /** Queues a delivery that failed once more, later; gives up after five attempts. */
  webhookFailed(delivery: WebhookDelivery, now: number): void;
  readonly faults: Faults;
  setFaults(faults: Partial<Faults>): void;
  /** What the network shall do to this request, by the faults that are set. */
  decide(request: SandboxRequest): Decision;
  /** The response this system gives when a fault hits it. */
  faultResponse(kind: FaultRule['kind']): SandboxResponse;
  busy(): SandboxResponse;
  /** Access tokens given out so far count as expired; without effect where there are none. */
  expireTokens(): void;
  stats(): Stats;
  /** Of the whole business state; equal states have equal digests. */
  digest(): string;
}

export function jsonResponse(status: number, body: Json, headers: Record<string, string> = {}): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** The path without its query in segments, and the query. */
export function splitPath(path: string): { segments: string[]; query: URLSearchParams } {
  const mark = path.indexOf('?');
  const plain = mark < 0 ? path : path.slice(0, mark);
  return {
    segments: plain.split('/').filter((part) => part !== ''),
    query: new URLSearchParams(mark < 0 ? '' : path.slice(mark + 1)),
  };
}

/** The JSON object in a body, or undefined when it holds none. */
export function parseObject(body: string): Record<string, Json> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Counts requests by kind and status. */
export class Counter {
  private readonly counts: Stats = { requests: 0, reads: 0, writes: 0, kinds: {}, statuses: {} };

  add(method: string, kind: string, status: number): void {
    const { counts } = this;
    counts.requests += 1;
    if (method === 'GET') counts.reads += 1;
    else counts.writes += 1;
    counts.kinds[kind] = (counts.kinds[kind] ?? 0) + 1;
    counts.statuses[status] = (counts.statuses[status] ?? 0) + 1;
  }

  read(): Stats {
    return { ...this.counts, kinds: { ...this.counts.kinds }, statuses: { ...this.counts.statuses } };
  }
}
