import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { passingTokens } from '../../connector/auth/tokens.ts';
import { connectorSchema } from '../../connector/definition.ts';
import { systemClock } from '../../platform/clock.ts';
import { undiciHttp } from '../../platform/http-undici.ts';
import { silentLog } from '../../platform/log.ts';
import { systemRandom } from '../../platform/random.ts';
import { openRestConnection } from './connection.ts';

const v = (name: string) => `$${`{${name}}`}`;

let folder: string;
let server: Server;
let url: string;
let pem: Record<string, string>;

/** A self-signed certificate and its key. */
function certificate(name: string): [string, string] {
  const [key, file] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', key, '-out', file, ...names], { stdio: 'ignore' });
  return [readFileSync(file, 'utf8'), readFileSync(key, 'utf8')];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dovetail-tls-'));
  const [ours, ourKey] = certificate('client');
  const [other, otherKey] = certificate('stranger');
  const [theirs, theirKey] = certificate('server');
  server = createServer(
    { cert: theirs, key: theirKey, ca: ours, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const known = request.socket instanceof TLSSocket && request.socket.authorized;
      response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
      response.end('{"id":"1"}');
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  pem = { certificate: ours, key: ourKey, other, otherKey, ca: theirs };
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

it.each<[string, Record<string, string> | null, string]>([
  ['a certificate that the server knows', { certificate: v('certificate'), key: v('key'), ca: v('ca') }, 'present'],
  ['that of a stranger', { certificate: v('other'), key: v('otherKey'), ca: v('ca') }, 'auth-failed'],
  ['a server that we do not know', { certificate: v('certificate'), key: v('key') }, 'http-tls'],
  ['a key that is none', { certificate: v('certificate'), key: v('nonsense'), ca: v('ca') }, 'http-tls'],
])('mutual TLS with %s', async (_, tls, found) => {
  const http = undiciHttp();
  const definition = connectorSchema.parse({
    connector: 'bank',
    title: 'Bank',
    protocol: 'rest',
    base_url: url,
    tls,
    objects: { things: { id: {}, get: { path: '/things/{id}' }, fields: {} } },
  });
  const opened = openRestConnection({
    definition,
    // Line ends as they are written in the environment.
    variables: {
      nonsense: 'x',
      ...Object.fromEntries(Object.entries(pem).map(([k, text]) => [k, text.replaceAll('\n', '\\n')])),
    },
    platform: { clock: { ...systemClock, sleep: async () => undefined }, random: systemRandom, http, log: silentLog },
    tokens: passingTokens(),
  });
  if (!opened.ok) throw new Error(opened.error.summary);
  const [outcome] = await opened.value.get('things', ['1']);
  expect(outcome?.kind === 'unknown' ? outcome.diagnostic.code : outcome?.kind).toBe(found);
  await http.close();
});
