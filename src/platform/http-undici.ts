import { rootCertificates } from 'node:tls';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { publicLookup } from './address-guard.ts';
import type { HttpClient, HttpFailure, HttpRequest, HttpResponse, TlsIdentity } from './http.ts';
import { ProxyError, type ProxySettings, type Tunnel } from './proxy.ts';
import { openTunnel } from './tunnel.ts';

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
  const ways = new Ways(options);
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  return {
    request: (request) =>
      new Promise((resolve) => {
        new Exchange(request, maxBodyBytes, resolve).start(ways.agentOf(request));
      }),
    close: () => ways.close(),
  };
}

interface AgentOptions {
  connections?: number;
  publicOnly?: boolean;
}

/** The pools, by who we say we are and through which proxy we go. */
class Ways {
  readonly #options: AgentOptions;
  readonly #plain: Agent;
  readonly #agents = new Map<ProxySettings | null, Map<TlsIdentity | null, Agent>>();
  readonly #tunnels = new Map<ProxySettings, Tunnel>();

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#plain = openAgent(options);
  }

  agentOf(request: HttpRequest): Agent {
    const tls = request.tls ?? null;
    const proxy = request.proxy ?? null;
    if (!tls && !proxy) return this.#plain;
    const known = this.#agents.get(proxy) ?? new Map<TlsIdentity | null, Agent>();
    this.#agents.set(proxy, known);
    const agent = known.get(tls) ?? openAgent(this.#options, tls, proxy && this.#tunnel(proxy));
    known.set(tls, agent);
    return agent;
  }

  #tunnel(proxy: ProxySettings): Tunnel {
    const tunnel = this.#tunnels.get(proxy) ?? openTunnel(proxy);
    this.#tunnels.set(proxy, tunnel);
    return tunnel;
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()].flatMap((known) => [...known.values()]);
    for (const agent of [this.#plain, ...agents]) await agent.close();
    for (const tunnel of this.#tunnels.values()) await tunnel.close();
  }
}

function openAgent(options: AgentOptions, tls: TlsIdentity | null = null, tunnel: Tunnel | null = null): Agent {
  const trusted = tls?.ca === undefined ? {} : { ca: [...rootCertificates, tls.ca] };
  const identity = tls ? { cert: tls.certificate, key: tls.key, ...trusted } : {};
  const direct = { timeout: CONNECT_TIMEOUT_MS, ...(options.publicOnly ? { lookup: publicLookup } : {}), ...identity };
  return new Agent({
    connections: options.connections ?? CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    connect: tunnel ? throughTunnel(tunnel, buildConnector(direct)) : direct,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** Connects through a tunnel; TLS, where the address asks for it, is spoken with the server at its end. */
function throughTunnel(tunnel: Tunnel, secure: buildConnector.connector): buildConnector.connector {
  return (options, done) => {
    const { protocol, hostname, port } = options;
    const open = tunnel.open(hostname, Number(port) || (protocol === 'https:' ? 443 : 80), CONNECT_TIMEOUT_MS);
    void open.then((opened) => {
      if (!opened.ok) done(new ProxyError(opened.error), null);
      else if (protocol === 'https:') secure({ ...options, httpSocket: opened.value }, done);
      else done(null, opened.value);
    });
  };
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
    if (!this.#controller && error instanceof ProxyError) {
      this.#settle(fail({ kind: 'proxy', sent: 'no', diagnostic: error.diagnostic }));
    } else this.#stop(this.#controller ? 'dropped' : refusalOf(error));
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
  proxy: 'The proxy gives no way to the server',
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
