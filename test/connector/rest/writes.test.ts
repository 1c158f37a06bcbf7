import { describe, expect, it } from 'vitest';
import { type Asked, connect, serve } from './world.ts';

const item = (wire: Record<string, unknown>) => ({ wire, idempotencyKey: 'k' });
const sent = ({ method, url, body }: Asked) => `${method} ${url} ${body}`;

describe('bodies', () => {
  it.each<[string, object, string]>([
    ['JSON', {}, 'POST /things {"name":"A & B","tags":[1,{"x":2}]}'],
    ['JSON, wrapped', { wrap: 'data.thing' }, 'POST /things {"data":{"thing":{"name":"A & B","tags":[1,{"x":2}]}}}'],
    [
      'JSON, with constants and a query',
      { wrap: 'thing', constant: { notify: false }, query: { send: 'no' } },
      'POST /things?send=no {"thing":{"name":"A & B","tags":[1,{"x":2}]},"notify":false}',
    ],
    ['a form', { body: 'form' }, 'POST /things name=A+%26+B&tags%5B%5D=1&tags%5B1%5D%5Bx%5D=2'],
    [
      'XML',
      { body: 'xml', xml_root: 'thing' },
      'POST /things <?xml version="1.0" encoding="UTF-8"?><thing><name>A &amp; B</name><tags>1</tags><tags><x>2</x></tags></thing>',
    ],
    [
      'XML, the wrapping as its root',
      { body: 'xml', wrap: 'thing' },
      'POST /things <?xml version="1.0" encoding="UTF-8"?><thing><name>A &amp; B</name><tags>1</tags><tags><x>2</x></tags></thing>',
    ],
    [
      'JSON-RPC',
      { body: 'json_rpc', rpc_method: 'thing.add', wrap: 'thing', constant: { silent: true } },
      'POST /things {"jsonrpc":"2.0","id":1,"method":"thing.add","params":{"thing":{"name":"A & B","tags":[1,{"x":2}]},"silent":true}}',
    ],
  ])('of %s', async (_, more, text) => {
    const server = await serve(({ headers }) => ({
      json: { id: 7, type: headers['content-type'] },
    }));
    const create = { method: 'POST', path: '/things', returns: 'id', ...more };
    const connection = connect(server.url, { things: { create } });
    const outcomes = await connection.create('things', [item({ name: 'A & B', tags: [1, { x: 2 }] })]);
    expect(outcomes).toEqual([{ kind: 'done', id: '7', record: null }]);
    expect(server.asked.map(sent)).toEqual([text]);
  });

  it('of updates and deletes say the id where the path does not', async () => {
    const server = await serve(() => ({ json: { result: true } }));
    const rpc = (method: string) => ({
      method: 'POST',
      path: '/rpc',
      body: 'json_rpc',
      rpc_method: method,
      constant: { key: '{id}' },
      returns: 'nothing',
    });
    const connection = connect(server.url, {
      things: { id: { type: 'integer' }, update: rpc('set'), delete: rpc('drop') },
    });
    await connection.update('things', [{ id: '7', wire: { name: 'x' }, version: null }]);
    await connection.remove('things', [{ id: '7', version: null }], false);
    expect(server.asked.map(({ body }) => JSON.parse(body))).toMatchObject([
      { method: 'set', params: { name: 'x', key: 7 } },
      { method: 'drop', params: { key: 7 } },
    ]);
  });

  it('answered by an error of JSON-RPC are refused, whatever the status', async () => {
    const server = await serve(() => ({
      json: { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'secret words' } },
    }));
    const create = { method: 'POST', path: '/rpc', body: 'json_rpc', rpc_method: 'add' };
    const [outcome] = await connect(server.url, { things: { create } }).create('things', [item({})]);
    expect(outcome).toMatchObject({
      kind: 'failed',
      class: 'invalid',
      diagnostic: { detail: 'Error -32602 of JSON-RPC.' },
    });
  });

  it('answered in XML, and by a plain id', async () => {
    const server = await serve(({ method }) =>
      method === 'POST'
        ? { json: { result: 12 } }
        : { text: '<?xml version="1.0"?><thing><id>12</id><name>B</name></thing>' },
    );
    const connection = connect(server.url, {
      things: {
        create: { method: 'POST', path: '/things', returns: 'id', record: 'result' },
        update: { method: 'PUT', path: '/things/{id}.xml', body: 'xml', xml_root: 'thing', record: 'thing' },
      },
    });
    expect(await connection.create('things', [item({ name: 'A' })])).toMatchObject([{ kind: 'done', id: '12' }]);
    const updated = await connection.update('things', [{ id: '12', wire: { name: 'B' }, version: null }]);
    expect(updated).toMatchObject([{ kind: 'done', record: { id: '12', wire: { name: 'B' } } }]);
  });

  it.each([
    ['application/merge-patch+json', { content_type: 'application/merge-patch+json' }],
    ['application/json', {}],
  ])('as %s', async (type, more) => {
    const server = await serve(() => ({ json: { id: 1 } }));
    const update = { method: 'PATCH', path: '/things/{id}', ...more };
    await connect(server.url, { things: { update } }).update('things', [{ id: '1', wire: { a: 1 }, version: null }]);
    expect(server.asked[0]?.headers['content-type']).toBe(type);
  });

  it.each([
    ['OK', 'nothing', 'done'],
    ['', 'nothing', 'done'],
    ['<html>Maintenance</html>', 'nothing', 'uncertain'],
    ['OK', 'record', 'uncertain'],
  ])('answered by %j, returning %s', async (text, returns, kind) => {
    const server = await serve(() => ({ text }));
    const update = { method: 'PATCH', path: '/things/{id}', returns };
    const connection = connect(server.url, { things: { update } });
    const outcomes = await connection.update('things', [{ id: '1', wire: { a: 1 }, version: null }]);
    expect(outcomes).toMatchObject([{ kind }]);
  });
});

describe('upsert', () => {
  it('creates by its key, and is sent again after a lost answer', async () => {
    let lost = 1;
    const server = await serve(() => (lost-- > 0 ? { status: 502 } : { json: { id: 9, name: 'x' } }));
    const upsert = { method: 'PATCH', path: '/things/ext/{key}' };
    const fields = { external: { type: 'string', path: 'meta.ext' } };
    const connection = connect(server.url, { things: { fields, upsert, upsert_key: 'external' } });
    expect(connection.capabilities('things')).toMatchObject({ create: true, idempotencyMs: 86_400_000 });
    expect(await connection.create('things', [item({ meta: { ext: 'a/b' } })])).toMatchObject([
      { kind: 'done', id: '9' },
    ]);
    expect(server.asked.map(({ url }) => url)).toEqual(['/things/ext/a%2Fb', '/things/ext/a%2Fb']);
  });

  it('is not sent without its key', async () => {
    const server = await serve(() => ({ json: {} }));
    const upsert = { method: 'PATCH', path: '/things/{key}' };
    const connection = connect(server.url, { things: { upsert, upsert_key: 'external' } });
    expect(await connection.create('things', [item({})])).toMatchObject([
      { kind: 'failed', diagnostic: { code: 'path-unfilled' } },
    ]);
    expect(server.asked).toEqual([]);
  });
});

describe('records below a parent', () => {
  const lines = {
    id: { type: 'integer' },
    parent: { object: 'orders', param: 'order_id', field: 'order' },
    fields: { order: { type: 'reference', reference: 'orders' }, qty: { type: 'integer' } },
    get: { path: '/orders/{order_id}/lines/{id}' },
    create: { method: 'POST', path: '/orders/{order_id}/lines' },
    update: { method: 'PATCH', path: '/orders/{order_id}/lines/{id}' },
    delete: { method: 'DELETE', path: '/orders/{order_id}/lines/{id}', returns: 'nothing' },
  };
  const orders = { id: { type: 'integer' } };

  it('are created, read, updated and deleted there', async () => {
    const server = await serve(({ method }) => (method === 'DELETE' ? { status: 204 } : { json: { id: 3, qty: 1 } }));
    const connection = connect(server.url, { orders, lines });
    expect(await connection.create('lines', [item({ order: 5, qty: 1 })])).toMatchObject([
      { kind: 'done', id: '5/3', record: { id: '5/3', wire: { id: 3, qty: 1, order: 5 } } },
    ]);
    expect(await connection.get('lines', ['5/3'])).toMatchObject([
      { kind: 'present', record: { id: '5/3', wire: { order: 5 } } },
    ]);
    await connection.update('lines', [{ id: '5/3', wire: { order: 5, qty: 2 }, version: null }]);
    await connection.remove('lines', [{ id: '5/3', version: null }], false);
    expect(server.asked.map(sent)).toEqual([
      'POST /orders/5/lines {"qty":1}',
      'GET /orders/5/lines/3 ',
      'PATCH /orders/5/lines/3 {"qty":2}',
      'DELETE /orders/5/lines/3 ',
    ]);
  });

  it('are not created without one, nor reached by an id of another form', async () => {
    const server = await serve(() => ({ json: { id: 3 } }));
    const connection = connect(server.url, { orders, lines });
    expect(await connection.create('lines', [item({ qty: 1 })])).toMatchObject([
      { kind: 'failed', diagnostic: { code: 'parent-missing' } },
    ]);
    expect(await connection.get('lines', ['3', '5/../3', '5/3/1', '../3'])).toMatchObject(
      Array(4).fill({ kind: 'unknown', diagnostic: { code: 'id-unusable' } }),
    );
    expect(server.asked).toEqual([]);
  });

  it('go into batches by parent', async () => {
    const batch = { create: { method: 'POST', path: '/orders/{order_id}/lines/batch', max: 10, results: '' } };
    const server = await serve(({ body, path }) => ({
      json: JSON.parse(body).map(({ qty }: { qty: number }) => ({ id: qty, path })),
    }));
    const connection = connect(server.url, { orders, lines: { ...lines, batch } });
    const outcomes = await connection.create(
      'lines',
      [5, 6, 5].map((order, qty) => item({ order, qty })),
    );
    expect(outcomes.map((outcome) => outcome.kind === 'done' && outcome.id)).toEqual(['5/0', '6/1', '5/2']);
    expect(server.asked.map(sent).sort()).toEqual([
      'POST /orders/5/lines/batch [{"qty":0},{"qty":2}]',
      'POST /orders/6/lines/batch [{"qty":1}]',
    ]);
  });

  it('deeper down, and with ids of two parts', async () => {
    const server = await serve(() => ({ json: { sku: 'a/b', store: 2, n: 1 } }));
    const stock = {
      id: { paths: ['store', 'sku'] },
      parent: { object: 'lines', param: 'line', field: 'line' },
      get: { path: '/orders/{order_id}/lines/{line}/stock({store},{sku})' },
    };
    const connection = connect(server.url, { orders, lines, stock });
    expect(await connection.get('stock', ['5/3/2/a%2Fb'])).toMatchObject([
      { kind: 'present', record: { id: '5/3/2/a%2Fb', wire: { line: '5/3' } } },
    ]);
    expect(server.asked.map(({ url }) => url)).toEqual(['/orders/5/lines/3/stock(2,a%2Fb)']);
  });
});

describe('custom fields in pairs', () => {
  const things = {
    custom_fields: { container: 'custom', form: 'pairs' },
    get: { path: '/things/{id}' },
    version: 'v',
  };

  it('are kept in writes of whole records that do not name them', async () => {
    const server = await serve(() => ({ json: { id: 1 } }));
    const update = { method: 'PUT', path: '/things/{id}', whole: true };
    const current = {
      id: 1,
      custom: [
        { id: 1, value: 'a' },
        { id: 2, value: 'b' },
      ],
    };
    const wire = { custom: [{ id: '2', value: 'B' }] };
    await connect(server.url, { things: { ...things, update } }).update('things', [
      { id: '1', wire, version: null, current },
    ]);
    expect(JSON.parse(server.asked[0]?.body ?? '').custom).toEqual([
      { id: 1, value: 'a' },
      { id: '2', value: 'B' },
    ]);
  });

  it('are compared one by one after a lost answer', async () => {
    const replies = [{ status: 502 }, { status: 412 }];
    const server = await serve(({ method }) =>
      method === 'GET'
        ? {
            json: {
              id: 1,
              v: 2,
              custom: [
                { id: 1, value: 'other' },
                { id: 2, name: 'two', value: 'B' },
              ],
            },
          }
        : (replies.shift() ?? { status: 500 }),
    );
    const update = { method: 'PATCH', path: '/things/{id}', if_match: '{version}' };
    const wire = { custom: [{ id: 2, value: 'B' }] };
    const outcomes = await connect(server.url, { things: { ...things, update } }).update('things', [
      { id: '1', wire, version: '1' },
    ]);
    expect(outcomes).toMatchObject([{ kind: 'done', record: { version: '2' } }]);
  });
});
