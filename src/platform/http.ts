import type { Diagnostic, Result } from '../record/diagnostic.ts';
import type { ProxySettings } from './proxy.ts';

/** Who we are to a server that wants to know it from the first byte on (mutual TLS): PEM texts. */
export interface TlsIdentity {
  certificate: string;
  key: string;
  /** Another authority that may have signed the server's certificate. */
  ca?: string;
}

export interface HttpRequest {
  method: string;
  /** Absolute. */
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds until the request counts as timed out, headers and body together. */
  timeout: number;
  signal?: AbortSignal;
  /** The same object for every request of a connection: connections to the server are kept by it. */
  tls?: TlsIdentity;
  /** Through which the server is reached; likewise the same object for every request of a connection. */
  proxy?: ProxySettings;
}

export interface HttpResponse {
  status: number;
  /** Names in lower case; repeated headers joined by `, `. */
  headers: Record<string, string>;
  body: string;
}

/**
 * Why there is no response. `sent` says whether the request may have reached the server: only `'no'` allows sending a
 * create again; `'maybe'` is an unknown outcome.
 */
export interface HttpFailure {
  kind: 'timeout' | 'dropped' | 'refused' | 'dns' | 'tls' | 'proxy' | 'too-large' | 'unsendable' | 'aborted';
  sent: 'no' | 'maybe';
  diagnostic: Diagnostic;
}

/** HTTP, passed in: the real one uses undici, the simulation calls its systems directly. Never throws. */
export interface HttpClient {
  request(request: HttpRequest): Promise<Result<HttpResponse, HttpFailure>>;
  close(): Promise<void>;
}
