import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConnector } from '../../src/connector/load.ts';
import { runIn } from './cli-world.ts';

const MANIFEST = `
type: DeclarativeSource
version: 4.6.2
streams:
  - name: contacts
    primary_key: id
    retriever:
      requester:
        url_base: https://api.example.com/v1
        path: contacts
        authenticator: { type: BearerAuthenticator, api_token: "{{ config['token'] }}" }
      record_selector: { extractor: { field_path: [data] } }
    schema_loader: { type: InlineSchemaLoader, schema: { type: object, properties: { id: { type: integer }, name: { type: string } } } }
  - name: odd
    retriever:
      requester: { url_base: https://api.example.com/v1, path: odd, authenticator: { class_name: components.Odd } }
      record_selector: { extractor: { field_path: [] } }
spec: { connection_specification: { type: object, required: [token], properties: { token: { type: string, airbyte_secret: true } } } }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dovetail-airbyte-'));
  writeFileSync(join(folder, 'source-toy.yaml'), MANIFEST);
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => runIn(folder, ['connector', 'import', 'airbyte', ...args]);

test('a manifest becomes a connector; what needs code is refused by name', async () => {
  const ran = await run('source-toy.yaml', '--out', 'toy/connector.yaml');
  expect(ran.exit).toBe(0);
  expect(ran.out).toContain('1 stream of 2 written to toy/connector.yaml');
  expect(ran.out).toContain('odd: CustomAuthenticator');
  const loaded = loadConnector(readFileSync(join(folder, 'toy/connector.yaml'), 'utf8'), 'connector.yaml');
  expect(loaded).toMatchObject({ ok: true, value: { connector: 'toy', auth: { type: 'bearer', token: '${token}' } } });
});

test('the report as JSON', async () => {
  const ran = await run('source-toy.yaml', '--json');
  expect(ran.exit).toBe(0);
  expect(ran.last()).toMatchObject({
    written: 'connector.yaml',
    variables: ['token'],
    streams: [
      { stream: 'contacts', outcome: 'imported' },
      { stream: 'odd', outcome: 'refused', refusedFor: 'CustomAuthenticator' },
    ],
  });
});

test('a file that is there stays, unless it is to be replaced', async () => {
  writeFileSync(join(folder, 'connector.yaml'), 'mine');
  const refused = await run('source-toy.yaml');
  expect(refused.exit).toBe(2);
  expect(refused.err).toContain('The connector file is there already');
  expect(readFileSync(join(folder, 'connector.yaml'), 'utf8')).toBe('mine');
  expect((await run('source-toy.yaml', '--replace')).exit).toBe(0);
});

test('what is no manifest, or not there, ends with 2', async () => {
  writeFileSync(join(folder, 'other.yaml'), 'openapi: 3.1.0');
  const other = await run('other.yaml');
  expect(other.exit).toBe(2);
  expect(other.err).toContain('no declarative manifest of Airbyte');
  expect((await run('missing.yaml')).exit).toBe(2);
});
