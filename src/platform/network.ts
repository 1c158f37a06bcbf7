import type { Result } from '../record/diagnostic.ts';
import type { ProxySettings } from './proxy.ts';

/** A server, and the way to it. */
export interface NetworkTarget {
  host: string;
  port: number;
  /** Null: directly. */
  proxy: ProxySettings | null;
  /** Milliseconds until it is given up. */
  timeout: number;
}

/** What a server shows when TLS is spoken with it, whoever has signed it. */
export interface ServerCertificate {
  /** `TLSv1.3` */
  protocol: string;
  /** Who signed it: the organisation, else the name. */
  issuer: string;
  /** Epoch ms: when the first of the chain expires. */
  expires: number;
  /** Certificates that the server sent along. */
  chain: number;
  /** Why it is not to be trusted, as a code of OpenSSL or Node, such as CERT_HAS_EXPIRED; null where it is. */
  fault: string | null;
}

/** Looks at the way to a server, below HTTP; for `check`. Nothing throws. */
export interface Network {
  /** The addresses that a name stands for. Fails with `http-dns`. */
  resolve(host: string): Promise<Result<string[]>>;
  /** Connects and closes again. Milliseconds that it took; fails with `http-refused`, `http-timeout`, `http-dns` or `proxy-…`. */
  connect(target: NetworkTarget): Promise<Result<number>>;
  /** `authority`: another one that may have signed, PEM. Fails as `connect`, and with `http-tls` where TLS is not spoken. */
  certificate(target: NetworkTarget & { authority?: string }): Promise<Result<ServerCertificate>>;
}
