import { fillVariables } from '../connector/template.ts';
import type { LoadedSystem } from '../integration/loaded.ts';
import { isPrivateAddress } from '../platform/address-guard.ts';
import type { HttpClient, HttpResponse } from '../platform/http.ts';
import type { ServerCertificate } from '../platform/network.ts';
import type { Platform } from '../platform/platform.ts';
import { proxyAddress } from '../platform/proxy.ts';
import { throughProxy } from '../platform/through-proxy.ts';
import { tlsOf } from '../protocols/rest/connection.ts';

/** Milliseconds until a system that stays silent is given up. */
export const WAY_TIMEOUT_MS = 10_000;

export const NO_ADDRESS = 'no address';

/** What a system is reached by, filled in; '' where that can't be. May hold a password. */
export function urlOf({ connector, variables }: LoadedSystem): string {
  const template = connector.protocol === 'sql' ? connector.database : connector.base_url;
  const filled = fillVariables(template ?? '', variables);
  return filled.ok ? filled.value : '';
}

/** Host and port; user names and passwords stay out of sight. */
export function addressOf(system: LoadedSystem): string {
  const url = urlOf(system);
  if (/^sqlite:/.test(url)) return 'a file of this machine';
  return URL.canParse(url) ? new URL(url).host : NO_ADDRESS;
}

const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443, 'postgres:': 5432, 'postgresql:': 5432 };

/** Null where there is no server: a file, or an address that can't be read. */
export function serverOf(system: LoadedSystem): { host: string; port: number; secure: boolean } | null {
  const text = urlOf(system);
  const url = URL.canParse(text) && !text.startsWith('sqlite:') ? new URL(text) : null;
  if (!url || url.hostname === '') return null;
  const port = url.port === '' ? (PORTS[url.protocol] ?? 0) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, secure: url.protocol === 'https:' };
}

/** Without a proxy, on this machine: behind one, its own loopback is meant. */
export const isLoopback = (system: LoadedSystem): boolean =>
  system.proxy === null && /^(127\.|localhost(:|$)|\[::1\]|a file)/.test(addressOf(system));

/** ` through socks5://…`, or nothing. */
export const throughWords = ({ proxy }: LoadedSystem): string => (proxy ? ` through ${proxyAddress(proxy)}` : '');

/** The client by which this system is reached, and its own certificate where it shows one. */
export function wayTo(system: LoadedSystem, { http }: Platform): HttpClient {
  const way = throughProxy(http, system.proxy);
  const tls = tlsOf(system.connector, system.variables);
  const identity = tls.ok && tls.value ? { tls: tls.value } : {};
  return { request: (request) => way.request({ ...request, ...identity }), close: () => way.close() };
}

/** The addresses that the name of a server stands for, as this machine sees it; null where that can't be told. */
export async function addressesOf(system: LoadedSystem, { network }: Platform): Promise<string[] | null> {
  const server = serverOf(system);
  const resolved = server && !system.proxy ? await network?.resolve(server.host) : undefined;
  return resolved?.ok ? resolved.value : null;
}

export const arePrivate = (addresses: readonly string[]): boolean => addresses.every(isPrivateAddress);

/** What a server that speaks TLS shows; null where it does not, or can't be asked. */
export async function certificateOf(system: LoadedSystem, { network }: Platform): Promise<ServerCertificate | null> {
  const server = serverOf(system);
  if (!server?.secure || !network) return null;
  const tls = tlsOf(system.connector, system.variables);
  const authority = tls.ok && tls.value?.ca !== undefined ? { authority: tls.value.ca } : {};
  const shown = await network.certificate({ ...server, proxy: system.proxy, timeout: WAY_TIMEOUT_MS, ...authority });
  return shown.ok ? shown.value : null;
}

/** What stands in place of an API: it answers, and is somebody else. */
export interface Stranger {
  kind: 'allow-list' | 'elsewhere' | 'https' | 'page' | 'login';
  found: string;
  next: string;
}

const ADDRESSES = 'Ask for our addresses to be allowed: `dovetail ticket static-ip` writes the mail';

/** Whether an answer looks like that of a firewall or a captive page rather than of an API. */
export function strangerIn({ status, headers, body }: HttpResponse, url: string): Stranger | null {
  const isHtml = /\bhtml\b/i.test(headers['content-type'] ?? '') || /^\s*<(!doctype|html)/i.test(body);
  const to =
    headers.location !== undefined && URL.canParse(headers.location, url) ? new URL(headers.location, url) : null;
  const elsewhere = status >= 300 && status < 400 && to !== null && to.hostname !== new URL(url).hostname;
  if (status === 511) return loginPage('It answers 511, as a network does that wants somebody to log in first');
  if (elsewhere) {
    const found = `It leads elsewhere, to ${to.hostname}, as captive pages and logins for people do`;
    return {
      kind: 'elsewhere',
      found,
      next: 'Check the base URL, and whether a proxy or a login stands before the API',
    };
  }
  if (status >= 300 && status < 400 && to?.protocol === 'https:' && url.startsWith('http:')) {
    return {
      kind: 'https',
      found: 'It leads to https, where requests do not follow',
      next: 'Write https:// in the base URL',
    };
  }
  if (status === 407) return loginPage('A proxy on the way wants credentials (HTTP 407)');
  const told = headers['www-authenticate'] !== undefined || /^\s*[[{]/.test(body);
  if (status === 403 && !told) {
    return {
      kind: 'allow-list',
      found: 'It answers 403 before it looks at credentials, as an allow-list does',
      next: ADDRESSES,
    };
  }
  if (status === 200 && isHtml) {
    const next = 'Check the base URL; a proxy or a maintenance page in between looks like this too';
    return { kind: 'page', found: 'It answers with a page for people where an API would send data', next };
  }
  return null;
}

const loginPage = (found: string): Stranger => ({
  kind: 'login',
  found,
  next: 'Name the proxy and its credentials under connections of the system, or leave the guest network',
});
