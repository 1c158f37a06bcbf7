import type { HttpClient } from './http.ts';
import type { ProxySettings } from './proxy.ts';

/** A client whose requests go through the proxy, where there is one. */
export const throughProxy = (http: HttpClient, proxy: ProxySettings | null): HttpClient =>
  proxy ? { request: (request) => http.request({ ...request, proxy }), close: () => http.close() } : http;
