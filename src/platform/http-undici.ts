import { rootCertificates } from 'node:tls';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Agent, type Dispatcher } from 'undici';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { publicLookup } from './address-guard.ts';
import type { HttpClient, HttpFailure, HttpRequest, HttpResponse, TlsIdentity } from './http.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const CONNECTIONS_PER_ORIGIN = 128;
const CONNECT_TIMEOUT_MS = 10_000;
/** Compression is never asked for; some servers send it all the same. */
const UNPACK = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ['br', brotliDecompress],
]);

/**
 * HTTP over undici's pools: keep-alive, one request at a time per connection, no redirects, bodies up to 64 MiB. With
 * `publicOnly`, names that resolve to private addresses are not connected to.
 */
export function undiciHttp(
  options: { connections?: number; maxBodyBytes?: number; publicOnly?: boolean } = {},
): HttpClient {
  const plain = openAgent(options);
  const known = new Map<TlsIdentity, Agent>();
  const agentOf = (tls: TlsIdentity | undefined): Agent => {
    if (!tls) return plain;
    const agent = known.get(tls) ?? openAgent(options, tls);
    known.set(tls, agent);
    return agent;
  };
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  return {
    request: (request) =>
      new Promise((resolve) => {
        new Exchange(request, maxBodyBytes, resolve).start(agentOf(request.tls));
      }),
    async close() {
      for (const agent of [plain, ...known.values()]) await agent.close();
    },
  };
}

function openAgent(options: { connections?: number; publicOnly?: boolean }, tls?: TlsIdentity): Agent {
  const trusted = tls?.ca === undefined ? {} : { ca: [...rootCertificates, tls.ca] };
  const identity = tls ? { cert: tls.certificate, key: tls.key, ...trusted } : {};
  return new Agent({
    connections: options.connections ?? CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(options.publicOnly ? { lookup: publicLookup } : {}), ...identity },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

type Outcome = Result<HttpResponse, HttpFailure>;

/** One request and its answer. undici calls the `on…` methods in their order. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #maxBodyBytes: number;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #timer: ReturnType<typeof setTimeout>;
  #controller: Dispatcher.DispatchController | null = null;
  #settled = false;
  #status = 0;
  #headers: Record<string, string> = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(request: HttpRequest, maxBodyBytes: number, resolve: (outcome: Outcome) => void) {
    this.#request = request;
    this.#maxBodyBytes = maxBodyBytes;
    this.#resolve = resolve;
    this.#timer = setTimeout(() => this.#stop('timeout'), request.timeout);
  }

  start(agent: Agent): void {
    const { url, method, headers, body, signal } = this.#request;
    if (signal?.aborted) {
      this.#stop('aborted');
      return;
    }
    signal?.addEventListener('abort', this.#abort, { once: true });
    const slash = url.indexOf('/', url.indexOf('://') + 3);
    const origin = slash < 0 ? url : url.slice(0, slash);
    const path = slash < 0 ? '/' : url.slice(slash);
    try {
      agent.dispatch({ origin, path, method, headers, body: body ?? null }, this);
    } catch (error) {
      this.onResponseError(null, error);
    }
  }

  /** Called right before the first byte is written: without it, nothing was sent. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) controller.abort(new Error('settled before it was sent'));
    else this.#controller = controller;
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    for (const [name, value] of Object.entries(headers)) {
      if (typeof value === 'string') this.#headers[name] = value;
      else if (value !== undefined) this.#headers[name] = value.join(', ');
    }
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#settled) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBodyBytes) this.#stop('too-large');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const bytes = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    const unpack = UNPACK.get(this.#headers['content-encoding']?.trim().toLowerCase() ?? '');
    if (!unpack || bytes.length === 0) {
      this.#answer(bytes);
      return;
    }
    unpack(bytes, { maxOutputLength: this.#maxBodyBytes }, (error, plain) => {
      if (!error) this.#answer(plain);
      else this.#stop('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'dropped');
    });
  }

  #answer(bytes: Buffer): void {
    const text = bytes.toString('utf8');
    const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    this.#settle(ok({ status: this.#status, headers: this.#headers, body }));
  }

  onResponseError(_: unknown, error: unknown): void {
    this.#stop(this.#controller ? 'dropped' : refusalOf(error));
  }

  readonly #abort = () => this.#stop('aborted');

  #stop(kind: HttpFailure['kind']): void {
    if (this.#settled) return;
    const sent = this.#controller ? 'maybe' : 'no';
    this.#settle(fail({ kind, sent, diagnostic: describe(kind, sent, this.#request) }));
    this.#controller?.abort(new Error(kind));
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#abort);
    this.#chunks = [];
    this.#resolve(outcome);
  }
}

/** Why a connection could not be made, by the error's code. */
function refusalOf(error: unknown): HttpFailure['kind'] {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'UND_ERR_INVALID_ARG') return 'unsendable';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'timeout';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'dns';
  return /TLS|SSL|CERT|SIGNATURE|EPROTO/.test(code) ? 'tls' : 'refused';
}

const SUMMARY: Record<HttpFailure['kind'], string> = {
  timeout: 'The server did not answer in time',
  dropped: 'The connection broke before the answer was complete',
  refused: 'The server could not be reached',
  dns: "The server's name could not be resolved",
  tls: "The server's certificate was not accepted",
  'too-large': 'The answer is larger than is read',
  unsendable: 'The request can not be sent: its address or a header holds what HTTP does not allow',
  aborted: 'The request was stopped',
};

const NEXT: Partial<Record<HttpFailure['kind'], string>> = {
  refused: 'Check the base URL, the port and the firewall',
  dns: "Check the base URL's host name",
  tls: "Check the server's certificate, or the base URL's host name",
  unsendable: 'Check the base URL and the credentials of this connection',
};

/** Method and host only: a path or query may hold field values. */
function describe(kind: HttpFailure['kind'], sent: HttpFailure['sent'], request: HttpRequest) {
  const host = request.url.split('/')[2] ?? '';
  const effect = sent === 'no' ? 'Nothing was sent.' : 'It may have been received.';
  const next = NEXT[kind];
  return problem(`http-${kind}`, SUMMARY[kind], {
    detail: `${request.method} to ${host}. ${effect}`,
    ...(next ? { next } : {}),
  });
}
