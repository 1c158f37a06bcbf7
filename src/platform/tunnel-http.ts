import { type ClientRequest, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import { fail, ok, type Result } from '../record/diagnostic.ts';
import type { ProxySettings, Tunnel } from './proxy.ts';
import { errorCode, type ProxyRefusal, proxyFailure } from './proxy-failure.ts';

/** By HTTP CONNECT. */
export function httpTunnel(settings: ProxySettings): Tunnel {
  const streams = new Set<Socket>();
  return {
    open: (host, port, timeout) =>
      new Promise((resolve) => {
        const request = connectRequest(settings, authority(host, port));
        const timer = setTimeout(() => request.destroy(new TimedOut()), timeout);
        const settle = (result: Result<Socket>) => {
          clearTimeout(timer);
          resolve(result);
        };
        request.on('connect', ({ statusCode = 0, socket: stream }, _, head) => {
          if (statusCode < 200 || statusCode > 299) {
            stream.destroy();
            settle(fail(proxyFailure(refusalOf(statusCode), settings, `HTTP ${statusCode}`)));
            return;
          }
          if (head.length > 0) stream.unshift(head);
          streams.add(stream);
          stream.once('close', () => streams.delete(stream));
          settle(ok(stream));
        });
        // A server that is no proxy answers as to any other request.
        request.on('response', ({ statusCode = 0 }) => {
          request.destroy();
          settle(fail(proxyFailure(refusalOf(statusCode), settings, `HTTP ${statusCode}`)));
        });
        request.on('error', (error) => settle(fail(brokenBy(error, settings))));
        request.end();
      }),
    async close() {
      for (const stream of streams) stream.destroy();
    },
  };
}

function connectRequest(settings: ProxySettings, target: string): ClientRequest {
  const { kind, host, port, user, password } = settings;
  const login = user === null ? {} : { 'proxy-authorization': `Basic ${basic(user, password ?? '')}` };
  const options = {
    host,
    port,
    method: 'CONNECT',
    path: target,
    headers: { host: target, 'user-agent': 'dovetail', ...login },
    agent: false,
  };
  return kind === 'https' ? secureRequest(options) : plainRequest(options);
}

const basic = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString('base64');

const authority = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

class TimedOut extends Error {
  readonly code = 'ETIMEDOUT';
}

/** What the answer of a proxy means for the connection through it. */
function refusalOf(status: number): ProxyRefusal {
  if (status === 407 || status === 401) return 'login';
  if (status === 403) return 'forbidden';
  return status >= 500 ? 'no-way' : 'failed';
}

function brokenBy(error: unknown, settings: ProxySettings) {
  const code = errorCode(error);
  const broken = /^(HPE_|ECONNRESET|EPIPE)/.test(code);
  return proxyFailure(broken ? 'failed' : 'unreachable', settings, code);
}
