import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, request, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckReport } from '../../src/checklist/run-check.ts';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import type { ProxySettings } from '../../src/platform/proxy.ts';
import { openCheckWorld } from '../check-world.ts';
import { httpProxy, type ProxyRules, socksProxy, sshProxy, type TestProxy } from '../proxies.ts';

/** The name of the ERP in the network behind a proxy; nobody else knows it. */
export const INSIDE = 'erp.inside.test';

export const PROXIES = { http: httpProxy, socks5: socksProxy, ssh: sshProxy } satisfies Record<
  string,
  (rules: ProxyRules) => Promise<TestProxy>
>;
export type ProxyName = keyof typeof PROXIES;

export interface ThroughProxy {
  rules?: ProxyRules;
  /** What the file says of the proxy otherwise than it is. */
  settings?: Partial<ProxySettings>;
  /** What the answer of the echo is, given the address that it is called from; absent: there is none. */
  echo?: (address: string) => string;
  change?: (integration: LoadedIntegration) => void;
}

/** Checks a question where the ERP is reached through a proxy alone. */
export async function checkThrough(
  question: string,
  kind: ProxyName,
  { rules = {}, settings = {}, echo, change }: ThroughProxy = {},
): Promise<CheckReport> {
  const hosts: Record<string, number> = {};
  const world = await openCheckWorld();
  const proxy = await PROXIES[kind]({ hosts, ...rules });
  const telling = echo && (await listening(echoServer(echo)));
  if (telling) hosts['echo.test'] = telling.port;
  try {
    return await world.check({
      options: { only: [question] },
      change(integration) {
        hosts[INSIDE] = Number(new URL(integration.b.variables.base_url ?? '').port);
        integration.b.variables.base_url = `http://${INSIDE}`;
        integration.b.proxy = { ...proxy.settings, ...settings };
        if (telling) integration.echo = 'http://echo.test/ip';
        change?.(integration);
      },
    });
  } finally {
    await telling?.close();
    await proxy.close();
    await world.close();
  }
}

const echoServer = (echo: (address: string) => string): Server =>
  createHttpServer(({ socket }, response) => response.end(echo(socket.remoteAddress ?? '')));

async function listening(server: Server): Promise<{ port: number; close(): Promise<void> }> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Certificate {
  certificate: string;
  key: string;
}

/** Signed by itself. `days`: until it ends; `name`: whom it is for. */
export function selfSigned(days: number, name: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'dovetail-certificate-'));
  const file = (one: string) => join(folder, one);
  try {
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const names = ['-addext', `subjectAltName=${name}`, '-subj', '/CN=erp/O=Test authority'];
    const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
    run('req', ...kind, '-keyout', file('key'), '-out', file('csr'), ...names);
    const sign = ['-signkey', file('key'), '-days', String(days), '-copy_extensions', 'copy', '-out', file('pem')];
    run('x509', '-req', '-in', file('csr'), ...sign);
    return { certificate: readFileSync(file('pem'), 'utf8'), key: readFileSync(file('key'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Checks a question where the ERP speaks TLS with this certificate; `trusted`: the connection names it as an authority. */
export async function checkOverTls(question: string, shown: Certificate, trusted: boolean): Promise<CheckReport> {
  const world = await openCheckWorld();
  let behind = '';
  const front = createSecureServer({ cert: shown.certificate, key: shown.key }, (asked, answer) => {
    const { method, headers, url } = asked;
    const onward = request(`${behind}${url}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    asked.pipe(onward);
  });
  const { port, close } = await listening(front);
  try {
    return await world.check({
      options: { only: [question] },
      change({ b }) {
        behind = b.variables.base_url ?? '';
        b.variables = { ...b.variables, ...shown, base_url: `https://127.0.0.1:${port}` };
        if (!trusted) return;
        const named = (name: string) => `$${`{${name}}`}`;
        b.connector.tls = { certificate: named('certificate'), key: named('key'), ca: named('certificate') };
      },
    });
  } finally {
    await close();
    await world.close();
  }
}
