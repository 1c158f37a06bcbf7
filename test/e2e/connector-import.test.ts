import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConnector } from '../../src/connector/load.ts';
import { runIn } from './cli-world.ts';

const DOCUMENT = {
  openapi: '3.0.3',
  info: { title: 'Shop API', version: '1' },
  servers: [{ url: 'https://api.acme.io' }],
  components: {
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    schemas: {
      Contact: {
        type: 'object',
        required: ['name'],
        properties: {
          id: { type: 'string' },
          name: { type: 'string', maxLength: 80 },
          state: { type: 'string', enum: ['new', 'won'] },
          phone: { type: 'string' },
        },
      },
    },
  },
  security: [{ token: [] }],
  paths: {
    '/contacts': {
      get: {
        parameters: [{ name: 'page', in: 'query', schema: { type: 'integer' } }],
        responses: answer({ type: 'array', items: ref() }),
      },
      post: { requestBody: { content: { 'application/json': { schema: ref() } } }, responses: answer(ref()) },
    },
    '/contacts/{id}': { get: { responses: answer(ref()) }, delete: { responses: { 204: { description: 'gone' } } } },
    '/orders': { get: { responses: answer({ type: 'array', items: ref() }) } },
  },
};

function ref() {
  return { $ref: '#/components/schemas/Contact' };
}

function answer(schema: object) {
  return { 200: { description: 'ok', content: { 'application/json': { schema } } } };
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dovetail-import-'));
  write('api.json', JSON.stringify(DOCUMENT));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

async function run(...args: string[]) {
  const ran = await runIn(folder, ['connector', 'import', 'openapi', ...args]);
  return { ...ran, json: (): Record<string, unknown> => JSON.parse(ran.out) };
}

describe('dovetail connector import openapi', () => {
  test('shows what there is, and writes nothing, where nothing is asked for', async () => {
    const { exit, out } = await run('api.json');
    expect(exit).toBe(0);
    expect(out).toContain('contacts  yes   yes  yes     -       yes');
    expect(out).toContain('--objects contacts,orders');
    expect(() => read('connector.yaml')).toThrow();
  });

  test('writes a connector that loads, the same each time', async () => {
    const { exit, out } = await run('api.json', '--objects', 'contacts', '--out', 'shop/connector.yaml');
    expect({ exit, out }).toMatchObject({
      exit: 0,
      out: expect.stringContaining('Written to shop/connector.yaml with 1 object: contacts.'),
    });
    const text = read('shop/connector.yaml');
    expect(loadConnector(text, 'connector.yaml')).toMatchObject({ ok: true });
    await run('api.json', '--objects', 'contacts', '--out', 'again.yaml');
    expect(read('again.yaml')).toBe(text);
    expect((await run('api.json', '--out', 'shop/connector.yaml', '--json')).json()).toMatchObject({
      written: { outcome: 'unchanged' },
    });
  });

  test('keeps what a person changed, comments too, and tells what the API changed, breaking first', async () => {
    await run('api.json', '--objects', 'contacts');
    const edited = read('connector.yaml')
      .replace('label: Contact', 'label: Customer # ours')
      .replace('phone: { type: string }', 'phone: { type: phone, default_country: DE }')
      .replace(/pagination: .*\n/, 'pagination: { style: page, param: page, first: 0, size: 25 } # seen on staging\n');
    write('connector.yaml', edited);
    const changed = structuredClone(DOCUMENT);
    const { Contact } = changed.components.schemas;
    Object.assign(Contact.properties, {
      state: { type: 'string', enum: ['new', 'lost'] },
      email: { type: 'string', format: 'email' },
    });
    Contact.properties.name.maxLength = 40;
    Reflect.deleteProperty(changed.paths['/contacts/{id}'], 'delete');
    changed.info.version = '2';
    write('api.json', JSON.stringify(changed));
    const report = (await run('api.json', '--json')).json();
    expect(report).toMatchObject({
      written: {
        outcome: 'updated',
        changes: [
          { breaking: true, at: 'objects.contacts.delete' },
          { breaking: true, at: 'objects.contacts.fields.name.max_length' },
          { breaking: true, at: 'objects.contacts.fields.state.options', what: 'options are gone: won' },
          { breaking: false, at: 'objects.contacts.fields.state.options', what: 'new options: lost' },
          { breaking: false, at: 'objects.contacts.fields.email' },
        ],
        kept: expect.arrayContaining([
          { at: 'objects.contacts.label', outcome: 'kept' },
          { at: 'objects.contacts.list.pagination', outcome: 'kept' },
          { at: 'objects.contacts.fields.phone.type', outcome: 'kept' },
        ]),
      },
    });
    const text = read('connector.yaml');
    expect(text).toContain('label: Customer # ours');
    expect(text).toContain('first: 0, size: 25 } # seen on staging');
    expect(text).toContain(
      "{ at: objects.contacts.list.pagination, ground: 'by hand' }".replaceAll("'by hand'", 'by hand'),
    );
    const loaded = loadConnector(text, 'connector.yaml');
    expect(loaded).toMatchObject({ ok: true });
    if (!loaded.ok) return;
    const { contacts } = loaded.value.objects;
    expect(contacts).toMatchObject({
      label: 'Customer',
      list: { pagination: { first: 0, size: 25 } },
      fields: { phone: { type: 'phone', default_country: 'DE' }, name: { max_length: 40 }, email: { type: 'email' } },
    });
    expect(contacts).not.toHaveProperty('delete');
    expect((await run('api.json', '--json')).json()).toMatchObject({ written: { outcome: 'unchanged', changes: [] } });
  });

  test('where the last import is not known, nothing that is in the file is lost', async () => {
    await run('api.json', '--objects', 'contacts');
    write('connector.yaml', read('connector.yaml').replace('max_length: 80', 'max_length: 60'));
    rmSync(join(folder, 'connector.imported.json'));
    await run('api.json');
    expect(read('connector.yaml')).toContain('max_length: 60');
  });

  test('more objects can be added later', async () => {
    await run('api.json', '--objects', 'contacts');
    await run('api.json', '--objects', 'orders');
    const loaded = loadConnector(read('connector.yaml'), 'connector.yaml');
    expect(loaded.ok && Object.keys(loaded.value.objects)).toEqual(['contacts', 'orders']);
  });

  test.each<[string, string[], string]>([
    ['an unknown object', ['api.json', '--objects', 'contact'], 'object-unknown'],
    ['a missing file', ['none.json'], 'file-missing'],
    ['another file', ['other.json'], 'description-unknown'],
    ['a private address', ['http://127.0.0.1:1/api.json'], 'address-private'],
    ['a file address', ['file:///etc/passwd'], 'source-refused'],
  ])('refuses %s', async (_, args, code) => {
    write('other.json', '{"a":1}');
    const { exit, err } = await run(...args);
    expect(exit).not.toBe(0);
    expect(err).toContain(code);
  });

  test('from an address', async () => {
    const server = createServer((_, response) => response.end(JSON.stringify(DOCUMENT))).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api.json?key=k3y-of-mine`;
    const { exit } = await run(address, '--allow-private', '--objects', 'all');
    server.close();
    expect(exit).toBe(0);
    expect(read('connector.yaml')).toContain('/api.json,');
    expect(read('connector.yaml')).not.toContain('k3y-of-mine');
  });

  test('references to files are followed into an allowed folder only', async () => {
    const split = structuredClone(DOCUMENT);
    Object.assign(split.paths, { '/orders': { $ref: 'paths/orders.yaml' }, '/etc': { $ref: '../../etc/passwd' } });
    write('api.json', JSON.stringify(split));
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(folder, 'paths'));
    write(
      'paths/orders.yaml',
      'get: { responses: { "200": { description: ok, content: { application/json: { schema: { type: array, items: { $ref: "#/item" } } } } } } }\nitem: { properties: { id: { type: integer } } }\n',
    );
    expect((await run('api.json')).out).not.toContain('orders');
    await run('api.json', '--refs', '.', '--objects', 'orders');
    expect(read('connector.yaml')).toContain('id: { path: id, type: integer }');
  });
});
