import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCrm } from '../../../sandbox/crm/crm.ts';
import { type Recognised, recognise, recogniseBy } from './recognise.ts';

let server: Server;
let folder: string;
let url = '';
/** What the server serves, by path; all else is 404. */
let served: Record<string, string> = {};
let asked: string[] = [];

const crm = createCrm({ seed: 1, size: 0, limit: null });
const document = (title: string): string => {
  const answer = crm.handle({ method: 'GET', path: '/openapi.json', headers: {}, body: '' }, Date.now());
  return answer.body.replace('"title":"Sandbox CRM"', `"title":${JSON.stringify(title)}`);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dovetail-recognise-'));
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const body = served[path];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(body ?? '{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const where = () => ({ folder, signal: new AbortController().signal });

function textOf(found: Recognised): string {
  const { kind, baseUrl, definition } = found;
  return `${kind} ${definition.connector} ${baseUrl?.replace(url, '<url>') ?? 'its own address'}`;
}

describe('a system', () => {
  test.each<[string, () => string, Record<string, string>, string]>([
    ['by the name of a connector', () => 'hubspot', {}, 'catalogue hubspot its own address'],
    ['by its host', () => 'https://api.hubapi.com/crm/v3/', {}, 'catalogue hubspot its own address'],
    ['by its host, without a scheme', () => 'api.stripe.com', {}, 'catalogue stripe its own address'],
    [
      'by what its document says it is',
      () => `${url}/`,
      { '/openapi.json': document('Sandbox CRM API') },
      'catalogue sandbox-crm <url>',
    ],
    [
      'as described, at a path',
      () => `${url}/api?x=1`,
      { '/api/v3/api-docs': document('Acme') },
      'description acme <url>/api',
    ],
    [
      'as described, at the origin',
      () => `${url}/api`,
      { '/swagger.json': document('Acme') },
      'description acme <url>/api',
    ],
    [
      'as described, past a document of nothing',
      () => url,
      {
        '/openapi.json': '{"openapi":"3.1.0","info":{"title":"No","version":"1"},"paths":{}}',
        '/openapi.yaml': document('Acme'),
      },
      'description acme <url>',
    ],
  ])('is recognised %s', async (_, address, pages, text) => {
    served = pages;
    const found = await recognise(address(), where());
    expect(found.ok ? textOf(found.value) : found.error).toBe(text);
  });

  test('that only shares the name of one in the catalogue is another one', async () => {
    served = { '/openapi.json': document('Stripe') };
    const found = await recognise(url, where());
    expect(found.ok && found.value.kind).toBe('description');
  });

  test('that tells nothing is not recognised, by a bounded number of requests', async () => {
    served = {};
    asked = [];
    const found = await recognise(`${url}/api`, where());
    expect(found.ok ? null : found.error.code).toBe('system-unrecognised');
    expect(asked.length).toBeLessThanOrEqual(24);
  });

  test('that nobody answers for is not asked at other places', async () => {
    const found = await recognise('http://127.0.0.1:9', where());
    expect(found.ok ? null : found.error.code).toBe('http-refused');
  });
});

describe('a word for it', () => {
  test('names a connector, an address or a file', async () => {
    served = { '/docs/api.json': document('Acme') };
    writeFileSync(join(folder, 'acme.json'), document('Acme'));
    const said = async (word: string) => {
      const found = await recogniseBy(word, url, where());
      return found.ok ? textOf(found.value) : found.error.code;
    };
    expect(await said('redmine')).toBe('catalogue redmine <url>');
    expect(await said(`${url}/docs/api.json`)).toBe('description acme <url>');
    expect(await said('acme.json')).toBe('description acme <url>');
    expect(await said('readmine')).toBe('connector-unknown');
    expect(await said(`${url}/none.json`)).toBe('fetch-failed');
  });
});
