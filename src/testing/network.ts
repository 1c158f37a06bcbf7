import type { HttpClient, HttpFailure, HttpRequest, HttpResponse } from '../platform/http.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { Scheduler } from './clock.ts';
import type { SimulatedProcess } from './process.ts';

/** A request as a simulated system gets it: its path with the query, without the host. */
export interface SystemRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface SystemResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A business system without a network: a function of its state, the request and the time. */
export interface SimulatedSystem {
  /** Requests served at once; more get `busy()`. Null: no limit. */
  readonly concurrency: number | null;
  handle(request: SystemRequest, now: number): SystemResponse;
  busy(): SystemResponse;
  /** What it answers when something within fails, or when it asks to wait. */
  faultResponse(kind: 'error-before' | 'error-after' | 'rate-limited' | 'unavailable'): SystemResponse;
  expireTokens(): void;
}

export const FAULTS = [
  'refused',
  'drop-before',
  'drop-after',
  'timeout-before',
  'timeout-after',
  'error-before',
  'error-after',
  'slow',
  'rate-limited',
  'unavailable',
  'expire-tokens',
  'forbidden',
] as const;

/** `before` and `after` say on which side of the effect the fault strikes. */
export type Fault = (typeof FAULTS)[number];

/** What the network does to one request. */
export interface Passage {
  fault: Fault | null;
  /** Until the answer is back, ms; the effect is half-way. */
  latencyMs: number;
}

/** One request and what became of it, for whoever watches. */
export interface Exchange {
  process: SimulatedProcess;
  system: string;
  request: SystemRequest;
  /** Null where it never reached the system. */
  response: SystemResponse | null;
  fault: Fault | null;
  sentAt: number;
  /** Null where it never reached the system. */
  effectAt: number | null;
}

export interface NetworkOptions {
  scheduler: Scheduler;
  /** By the host of their URLs. */
  systems: Record<string, SimulatedSystem>;
  /** How far a system's clock is ahead of ours, ms, by host. */
  skewMs: Record<string, number>;
  decide: (system: string, process: SimulatedProcess) => Passage;
  /** Called right after the effect, or where there will be none. */
  watch: (exchange: Exchange) => void;
}

/** Carries requests to simulated systems in virtual time, with the faults that `decide` names. */
export class SimulatedNetwork {
  readonly #options: NetworkOptions;
  readonly #inFlight = new Map<string, number>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** The network as one process reaches it. */
  client(process: SimulatedProcess): HttpClient {
    return {
      request: (request) => this.#request(process, request),
      close: async () => undefined,
    };
  }

  #request(process: SimulatedProcess, request: HttpRequest): Promise<Result<HttpResponse, HttpFailure>> {
    const { scheduler, decide } = this.#options;
    return new Promise((resolve) => {
      if (!process.enter()) return;
      if (request.signal?.aborted) {
        resolve(failure('aborted', 'no'));
        return;
      }
      const url = new URL(request.url);
      const host = url.host;
      const passage = decide(host, process);
      const { fault, latencyMs } = passage;
      const sentAt = scheduler.now;
      const plain: SystemRequest = {
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers,
        body: request.body ?? '',
      };
      const exchange: Exchange = {
        process,
        system: host,
        request: plain,
        response: null,
        fault,
        sentAt,
        effectAt: null,
      };
      this.#inFlight.set(host, (this.#inFlight.get(host) ?? 0) + 1);
      const lost = fault === 'refused' || fault === 'drop-before' || fault === 'timeout-before';
      scheduler.after(latencyMs / 2, () => {
        if (!lost) this.#reach(exchange);
        this.#options.watch(exchange);
      });
      const outcome = this.#outcomeOf(exchange, request.timeout, latencyMs);
      scheduler.after(Math.min(latencyMs, request.timeout), () => this.#leave(host));
      request.signal?.addEventListener('abort', () => resolve(failure('aborted', 'maybe')), { once: true });
      process.deliver(outcome.ms, () => resolve(outcome.give()));
      process.leave();
    });
  }

  #leave(host: string): void {
    this.#inFlight.set(host, (this.#inFlight.get(host) ?? 1) - 1);
  }

  /** The moment in which the request takes effect in the system. */
  #reach(exchange: Exchange): void {
    const { scheduler, systems, skewMs } = this.#options;
    const system = systems[exchange.system];
    if (!system) throw new Error(`There is no simulated system ${exchange.system}`);
    const now = scheduler.now + (skewMs[exchange.system] ?? 0);
    exchange.effectAt = scheduler.now;
    exchange.response = this.#answer(system, exchange, now);
    exchange.response.headers.date = new Date(now).toUTCString();
  }

  #answer(system: SimulatedSystem, { system: host, fault, request }: Exchange, now: number): SystemResponse {
    if (fault === 'forbidden') return { status: 403, headers: {}, body: '{}' };
    if (fault === 'error-before' || fault === 'rate-limited' || fault === 'unavailable') {
      return system.faultResponse(fault);
    }
    if (system.concurrency !== null && (this.#inFlight.get(host) ?? 0) > system.concurrency) return system.busy();
    if (fault === 'expire-tokens') system.expireTokens();
    const response = system.handle(request, now);
    return fault === 'error-after' ? system.faultResponse(fault) : response;
  }

  #outcomeOf(exchange: Exchange, timeout: number, latencyMs: number) {
    const { fault } = exchange;
    if (fault === 'refused') return { ms: latencyMs, give: () => failure('refused', 'no') };
    if (fault === 'drop-before' || fault === 'drop-after') {
      return { ms: latencyMs, give: () => failure('dropped', 'maybe') };
    }
    if (fault === 'timeout-before' || fault === 'timeout-after' || latencyMs > timeout) {
      return { ms: timeout, give: () => failure('timeout', 'maybe') };
    }
    const give = (): Result<HttpResponse, HttpFailure> => {
      const { response } = exchange;
      return response ? ok({ ...response }) : failure('dropped', 'maybe');
    };
    return { ms: latencyMs, give };
  }
}

function failure(kind: HttpFailure['kind'], sent: HttpFailure['sent']): Result<never, HttpFailure> {
  return fail({ kind, sent, diagnostic: problem(`http-${kind}`, 'The simulated network failed') });
}
