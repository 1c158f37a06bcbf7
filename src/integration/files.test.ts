import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findConnector, openIntegration, readEnvironmentFile } from './files.ts';

const root = mkdtempSync(join(tmpdir(), 'dovetail-files-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folder = join(root, 'mine');
const integration = join(folder, 'integration.yaml');
const CONNECTOR = `
connector: tiny
title: Tiny
protocol: rest
base_url: \${url}
auth: { type: bearer, token: '\${token}' }
objects:
  things:
    id: { path: id }
    create: { method: POST, path: /things }
    update: { method: PATCH, path: '/things/{id}' }
    fields: { name: { type: string } }
`;
const system = (connector: string) => `
    connector: ${connector}
    environments: { staging: { url: 'https://one.example', token: '\${TINY_TOKEN}' } }`;
const INTEGRATION = `
integration: tiny
purpose: Things.
systems:
  one: ${system('./tiny.yaml')}
  two: ${system('../theirs/tiny.yaml')}
mappings:
  things:
    one: things
    two: things
    match: [[name]]
    fields: [{ one: name, two: name }]
`;

mkdirSync(folder);
mkdirSync(join(root, 'theirs'));
writeFileSync(join(folder, 'tiny.yaml'), CONNECTOR);
writeFileSync(join(root, 'theirs', 'tiny.yaml'), CONNECTOR);
writeFileSync(join(folder, 'faulty.yaml'), CONNECTOR.replace('title', 'titel'));
symlinkSync(join(root, 'theirs', 'tiny.yaml'), join(folder, 'link.yaml'));
mkdirSync(join(folder, 'folder.yaml'));
writeFileSync(integration, INTEGRATION);
writeFileSync(join(folder, '.env'), '# secrets\nTINY_TOKEN=from-file\n');

const codes = (result: ReturnType<typeof findConnector>) => (result.ok ? [] : result.error.map((each) => each.code));

describe('an integration on disk', () => {
  test('is read with its connectors and the .env file beside it', async () => {
    const result = await openIntegration(integration, 'staging', {});
    expect(result.ok && result.value.a.variables).toEqual({ url: 'https://one.example', token: 'from-file' });
  });

  test('the environment of the process goes before .env', async () => {
    const result = await openIntegration(integration, 'staging', { TINY_TOKEN: 'from-process' });
    expect(result.ok && result.value.b.variables).toMatchObject({ token: 'from-process' });
  });

  test('a file that is not there is named', async () => {
    const result = await openIntegration(join(folder, 'integraton.yaml'), 'staging', {});
    expect(!result.ok && result.error).toMatchObject([{ code: 'file-unreadable' }]);
  });
});

describe('a connector', () => {
  test.each<[string, string[]]>([
    ['./tiny.yaml', []],
    ['tiny.yaml', []],
    ['../theirs/tiny.yaml', []],
    ['./missing.yaml', ['file-unreadable']],
    ['./folder.yaml', ['file-unreadable']],
    ['./link.yaml', ['connector-path']],
    [join(folder, 'tiny.yaml'), ['connector-path']],
    ['C:\\tiny.yaml', ['connector-path']],
    ['./.env', ['connector-path']],
    ['tyni', ['connector-unknown']],
    ['../integration', ['connector-path']],
    ['__proto__', ['connector-unknown']],
    ['./faulty.yaml', ['key-missing', 'key-unknown']],
  ])('%s: %j', (reference, expected) => {
    expect(codes(findConnector(reference, integration)).sort()).toEqual(expected);
  });
});

test.each<[string, string, Record<string, string> | number]>([
  ['names and values', 'A=1\n\n# note\nB="two words"\nexport C=3\r\n', { A: '1', B: 'two words', C: '3' }],
  ['nothing', '', {}],
  ['a line without =', 'A=1\nS3cret\n', 2],
  ['a value of two lines', 'A="1\n2"\n', 2],
])('.env: %s', (_, text, expected) => {
  const path = join(root, '.env');
  writeFileSync(path, text);
  const result = readEnvironmentFile(path);
  if (result.ok) expect(result.value).toEqual(expected);
  else expect(result.error[0]?.where?.line).toBe(expected);
  expect(JSON.stringify(result)).not.toContain('S3cret');
});
