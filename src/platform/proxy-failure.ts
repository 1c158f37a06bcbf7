import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { type ProxySettings, proxyAddress } from './proxy.ts';

/** Why a proxy gives no way to a host. */
export type ProxyRefusal = 'unreachable' | 'login' | 'host-key' | 'forbidden' | 'no-way' | 'failed';

const WORDS: Record<ProxyRefusal, { code: string; summary: string; next: string }> = {
  unreachable: {
    code: 'proxy-unreachable',
    summary: 'The proxy can not be reached',
    next: 'Check host and port of the proxy, and the firewall before it',
  },
  login: {
    code: 'proxy-login',
    summary: 'The proxy does not accept the credentials',
    next: 'Check user, password or key of the proxy',
  },
  'host-key': {
    code: 'proxy-host-key',
    summary: 'The jump host shows another key than the file says',
    next: 'Ask its administrator for the fingerprint of its ECDSA or RSA key; if it is this one, write it as host_key',
  },
  forbidden: {
    code: 'proxy-forbids',
    summary: 'The proxy does not allow connections to the system',
    next: 'Ask the administrator of the proxy to allow this host and port',
  },
  'no-way': {
    code: 'proxy-no-way',
    summary: 'The proxy does not reach the system',
    next: 'Check the address of the system as the proxy sees it, and the firewall between them',
  },
  failed: {
    code: 'proxy-failed',
    summary: 'The proxy broke off, or speaks another protocol',
    next: 'Check the kind of the proxy: http, https, socks5 or ssh',
  },
};

/** `seen`: what the proxy said, in words without values. */
export function proxyFailure(refusal: ProxyRefusal, settings: ProxySettings, seen?: string): Diagnostic {
  const { code, summary, next } = WORDS[refusal];
  const detail = `${proxyAddress(settings)}${seen === undefined ? '' : `: ${seen}`}.`;
  return problem(code, summary, { detail, next });
}

/** Whether a proxy, not the system, is where a connection failed. */
export const isProxyFailure = ({ code }: Diagnostic): boolean => code.startsWith('proxy-');

/** The code of an error of the operating system, such as ECONNREFUSED; else its class. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'an error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
