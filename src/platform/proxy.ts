import type { Socket } from 'node:net';
import type { Diagnostic, Result } from '../record/diagnostic.ts';

/** Ways out that a connection may take instead of connecting directly. */
export const PROXY_KINDS = ['http', 'https', 'socks5', 'ssh'] as const;
export type ProxyKind = (typeof PROXY_KINDS)[number];

/**
 * A server through which a connection reaches its system: by HTTP CONNECT (RFC 9110, 9.3.6), spoken in plain or over TLS,
 * by SOCKS5 (RFC 1928, 1929), or by a forwarded channel of an SSH jump host (RFC 4254, 7.2).
 */
export interface ProxySettings {
  kind: ProxyKind;
  host: string;
  port: number;
  user: string | null;
  password: string | null;
  /** ssh: the private key, as PEM text. */
  key: string | null;
  /** ssh: what the key of the server must be, as OpenSSH shows it: `SHA256:…`. */
  hostKey: string | null;
}

/** Opens streams to hosts through a proxy. Names are resolved by the proxy. */
export interface Tunnel {
  /** `timeout`: milliseconds until it is given up. Fails with a code that begins with `proxy-`. */
  open(host: string, port: number, timeout: number): Promise<Result<Socket>>;
  /** Open streams are broken off. */
  close(): Promise<void>;
}

/** A diagnostic where only errors can be passed on. */
export class ProxyError extends Error {
  readonly code: string;
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.summary);
    this.code = diagnostic.code;
    this.diagnostic = diagnostic;
  }
}

/** A stream through a tunnel for who takes errors only: rejects with a `ProxyError`. */
export async function streamThrough(tunnel: Tunnel, host: string, port: number, timeout: number): Promise<Socket> {
  const opened = await tunnel.open(host, port, timeout);
  if (!opened.ok) throw new ProxyError(opened.error);
  return opened.value;
}

/** Host and port, as they are shown: without user or password. */
export const proxyAddress = ({ kind, host, port }: ProxySettings): string =>
  `${kind}://${host.includes(':') ? `[${host}]` : host}:${port}`;
