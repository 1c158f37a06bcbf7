import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectorOf, readOpenapi } from '../../src/importers/openapi/import-openapi.ts';
import { fetchDescription } from '../../src/importers/openapi/source.ts';
import { isPrivateAddress, isPrivateHost } from '../../src/platform/address-guard.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';

const BIN = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));
const LIMIT_MS = 5000;
const LIMIT_MB = 500;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dovetail-hostile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head = 'openapi: 3.0.0\ninfo: { title: T, version: "1" }\n';
const emptyPath = 'paths: { /a: { get: { responses: { "200": { description: ok } } } } }\n';

/** Nine levels of nine aliases each: a billion values. */
function aliasBomb(): string {
  const lines = ['x0: &x0 [a, a, a, a, a, a, a, a, a]'];
  for (let level = 1; level <= 9; level++)
    lines.push(
      `x${level}: &x${level} [${Array(9)
        .fill(`*x${level - 1}`)
        .join(', ')}]`,
    );
  return `${head}${lines.join('\n')}\n`;
}

/** The same as the schema of an answer. */
function schemaBomb(): string {
  const lines = ['    L0: { type: object, properties: { a: { type: string } } }'];
  for (let level = 1; level <= 40; level++) {
    const parts = Array(9)
      .fill(`{ $ref: '#/components/schemas/L${level - 1}' }`)
      .join(', ');
    lines.push(`    L${level}: { allOf: [${parts}] }`);
  }
  return `${head}${answering("'#/components/schemas/L40'")}components:\n  schemas:\n${lines.join('\n')}\n`;
}

const answering = (ref: string) =>
  `paths: { /a: { get: { responses: { "200": { description: ok, content: { application/json: { schema: { type: array, items: { $ref: ${ref} } } } } } } } } }\n`;

function manyPaths(count: number, json: boolean): string {
  if (!json) return `${head}paths:\n${Array.from({ length: count }, (_, at) => `  /a${at}: {}`).join('\n')}\n`;
  const paths = Array.from({ length: count }, (_, at) => `"/a${at}":{}`).join(',');
  return `{"openapi":"3.0.0","info":{"title":"T","version":"1"},"paths":{${paths}}}`;
}

/** allOf of wide parts, each part holding the same names: quadratic where every merge copies. */
function wideSchemas(): string {
  const properties = Array.from({ length: 3000 }, (_, at) => `p${at}: {}`).join(', ');
  const parts = Array(3000).fill("{ $ref: '#/components/schemas/W' }").join(', ');
  return `${head}${answering("'#/components/schemas/A'")}components: { schemas: { W: { properties: { ${properties} } }, A: { allOf: [${parts}] } } }\n`;
}

const DOCUMENTS: [string, () => string, string | null][] = [
  ['aliases that multiply, beside the paths', aliasBomb, 'description-empty'],
  [
    'aliases without number',
    () => `${head}a: &a 1\nb: [${Array(20_000).fill('*a').join(', ')}]\n${emptyPath}`,
    'description-refused',
  ],
  ['schemas that multiply', schemaBomb, null],
  ['wide schemas combined without number', wideSchemas, 'description-refused'],
  [
    'brackets nested without end, JSON',
    () => '{"openapi":"3.0.0","paths":'.concat('{"a":'.repeat(1_000_000)),
    'description-refused',
  ],
  ['brackets nested without end, YAML', () => `${head}a: ${'['.repeat(500_000)}`, 'description-refused'],
  [
    'a schema nested deeply',
    () => `${head}paths:\n  /a: ${'{ a: '.repeat(5000)}1${' }'.repeat(5000)}\n`,
    'description-refused',
  ],
  ['a million paths, YAML', () => manyPaths(1_000_000, false), 'description-too-large'],
  ['a million paths, JSON', () => manyPaths(1_000_000, true), 'description-too-large'],
  ['a hundred thousand paths, YAML', () => manyPaths(100_000, false), 'description-too-large'],
  ['more than 20 MB', () => `${head}x: "${'a'.repeat(21 * 1024 * 1024)}"\n`, 'description-too-large'],
  [
    'a schema that is itself',
    () =>
      `${head}${answering("'#/components/schemas/A'")}components: { schemas: { A: { $ref: '#/components/schemas/A' } } }\n`,
    null,
  ],
  [
    'a circle of references',
    () =>
      `${head}${answering("'#/components/schemas/A'")}components: { schemas: { A: { allOf: [{ $ref: '#/components/schemas/B' }] }, B: { oneOf: [{ $ref: '#/components/schemas/A' }], properties: { id: { type: string }, a: { $ref: '#/components/schemas/A' } } } } }\n`,
    null,
  ],
  ['a reference to a file', () => `${head}paths: { /a: { $ref: 'file:///etc/passwd' } }\n`, 'description-empty'],
  [
    'a reference to a neighbour',
    () => `${head}paths: { /a: { $ref: '../../../etc/passwd#/a' } }\n`,
    'description-empty',
  ],
  [
    'a reference to a private address',
    () => `${head}paths: { /a: { $ref: 'http://169.254.169.254/latest/meta-data' } }\n`,
    'description-empty',
  ],
  [
    'a reference to the prototype',
    () => `${head}paths: { /a: { $ref: '#/constructor/prototype' } }\n`,
    'description-empty',
  ],
  [
    'names of every object',
    () =>
      `${head}paths: { /__proto__: { get: { responses: { "200": { description: ok, content: { application/json: { schema: { type: array, items: { properties: { __proto__: { type: string }, constructor: { type: string }, id: { type: string } } } } } } } } } } }\n`,
    null,
  ],
  ['no document', () => 'just a text', 'description-unknown'],
  ['nothing', () => '', 'description-unknown'],
  [
    'a merge key that multiplies',
    () =>
      `${head}${Array.from({ length: 2000 }, (_, at) => `k${at}: &k${at} { ${at > 0 ? `<<: *k${at - 1}, ` : ''}a${at}: 1 }`).join('\n')}\n${emptyPath}`,
    null,
  ],
];

describe('a hostile document is refused, or read without harm, within 5 s and 500 MB', () => {
  test.each(DOCUMENTS)('%s', async (name, text, code) => {
    const file = join(folder, `${name.replace(/\W+/g, '-')}.yaml`);
    writeFileSync(file, text());
    const { ms, megabytes, out, exit } = await measured(file);
    expect(ms).toBeLessThan(LIMIT_MS);
    expect(megabytes).toBeLessThan(LIMIT_MB);
    if (code === null) expect({ exit, out }).toMatchObject({ exit: 0 });
    else expect({ exit, out }).toMatchObject({ exit: 2, out: expect.stringContaining(`"code":"${code}"`) });
    expect(out).not.toContain('root:');
  });
});

/** The command in a process of its own, with the processor time it took and the most memory it held. */
function measured(file: string): Promise<{ ms: number; megabytes: number; out: string; exit: number }> {
  const report =
    "process.on('exit',()=>{const u=process.resourceUsage();process.stderr.write('\\nUSED '+u.maxRSS+' '+(u.userCPUTime+u.systemCPUTime))})";
  const watch = `data:text/javascript,${encodeURIComponent(report)}`;
  const command = ['connector', 'import', 'openapi', file, '--objects', 'all', '--out', `${file}.out.yaml`, '--json'];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', watch, BIN, ...command],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => {
        const [, kilobytes, microseconds] = /USED (\d+) (\d+)/.exec(err) ?? [];
        const exit = error ? Number(error.code ?? -1) : 0;
        resolve({ ms: Number(microseconds) / 1000, megabytes: Number(kilobytes) / 1024, out, exit });
      },
    );
  });
}

describe('addresses', () => {
  const http = undiciHttp({ publicOnly: true });
  afterAll(() => http.close());

  test.each([
    'http://127.0.0.1/a.json',
    'http://localhost/a.json',
    'http://[::1]/a.json',
    'http://[::ffff:127.0.0.1]/a.json',
    'http://2130706433/a.json',
    'http://0x7f.1/a.json',
    'http://10.1.2.3/a.json',
    'http://169.254.169.254/latest/meta-data',
    'http://192.168.0.1/a.json',
    'http://[fd00::1]/a.json',
    'http://100.64.0.1/a.json',
    'http://0.0.0.0/a.json',
  ])('%s is not fetched', async (address) => {
    const fetched = await fetchDescription(address, { http, isPrivate: isPrivateHost });
    expect(fetched).toMatchObject({ ok: false, error: { code: 'address-private' } });
  });

  test.each(['file:///etc/passwd', 'ftp://example.com/a', 'gopher://example.com', 'https://user:secret@example.com/a'])(
    '%s is refused',
    async (address) => {
      const fetched = await fetchDescription(address, { http, isPrivate: isPrivateHost });
      expect(fetched).toMatchObject({ ok: false, error: { code: 'source-refused' } });
    },
  );

  test('a public address that leads to a private one is not followed', async () => {
    const asked: string[] = [];
    const fake = {
      request: async ({ url }: { url: string }) => {
        asked.push(url);
        return { ok: true as const, value: { status: 302, headers: { location: 'http://127.0.0.1:1/a' }, body: '' } };
      },
      close: async () => undefined,
    };
    const fetched = await fetchDescription('http://192.0.3.1/a', {
      http: fake,
      isPrivate: async (host) => isPrivateAddress(host),
    });
    expect(fetched).toMatchObject({ ok: false, error: { code: 'address-private' } });
    expect(asked).toEqual(['http://192.0.3.1/a']);
  });

  test('a name that turns private between the look and the connection is not connected to', async () => {
    const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const fetched = await fetchDescription(`http://localhost:${port}/a`, { http, isPrivate: async () => false });
    expect(fetched.ok).toBe(false);
    server.close();
  });

  test('with leave, a private address is fetched', async () => {
    const server = createServer((_, response) => response.end('{"swagger":"2.0"}')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const open = undiciHttp();
    expect(await fetchDescription(`http://127.0.0.1:${port}/a`, { http: open, isPrivate: null })).toEqual({
      ok: true,
      value: '{"swagger":"2.0"}',
    });
    await open.close();
    server.close();
  });
});

test('what a document says can not break out of the file that is written', () => {
  const evil = 'x\n- "\': {}\n${HOME} # &a *b !!js';
  const document = {
    openapi: '3.1.0',
    info: { title: evil, version: evil },
    paths: {
      [`/${evil}`]: {
        get: {
          responses: {
            200: {
              content: {
                'application/json': {
                  schema: {
                    type: 'array',
                    items: {
                      type: 'object',
                      properties: { id: { type: 'string' }, [evil]: { type: 'string', title: evil, enum: [evil] } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  };
  const read = readOpenapi(JSON.stringify(document), 'evil.json');
  expect(read.ok).toBe(true);
  if (!read.ok) return;
  const made = connectorOf(read.value, null, 'evil.json');
  expect(made.ok).toBe(true);
});
