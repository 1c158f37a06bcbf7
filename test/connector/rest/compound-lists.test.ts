import { describe, expect, it } from 'vitest';
import { type Asked, connect, drain, everything, NOW, serve } from './world.ts';

const NONE = { style: 'none' };
const urls = (asked: readonly Asked[]) => asked.map(({ url }) => url);

describe('lists below parents', () => {
  const orders = {
    id: { type: 'integer' },
    list: { path: '/orders', records: '', pagination: NONE },
    get: { path: '/orders/{id}' },
  };
  const lines = {
    parent: { object: 'orders', param: 'order', field: 'order_id' },
    fields: { order_id: { type: 'reference', reference: 'orders' } },
    list: {
      path: '/orders/{order}/lines',
      records: '',
      pagination: { style: 'page', param: 'page', size: 2, total_header: 'X-N' },
    },
  };

  it('are read parent by parent', async () => {
    const stock: Record<string, number[]> = {
      '/orders/1/lines': [1, 2, 3],
      '/orders/2/lines': [],
      '/orders/3/lines': [1],
    };
    const server = await serve(({ path, query }) => {
      const all = stock[path];
      if (!all) return { json: [{ id: 1 }, { id: 2 }, { id: 3 }] };
      const from = (Number(query.page) - 1) * 2;
      return { json: all.slice(from, from + 2).map((id) => ({ id })), headers: { 'x-n': String(all.length) } };
    });
    const read = await everything(connect(server.url, { orders, lines }), 'lines');
    expect(read).toMatchObject({ ids: ['1/1', '1/2', '1/3', '3/1'], complete: true });
    expect(read.records.map(({ wire }) => wire.order_id)).toEqual([1, 1, 1, 3]);
  });

  it.each([
    [404, true, undefined],
    [200, false, 'record-missing'],
  ])('that are missing are no failure only when their parent is gone too: %i', async (status, complete, code) => {
    const server = await serve(({ path }) => {
      if (path === '/orders') return { json: [{ id: 1 }, { id: 2 }] };
      if (path === '/orders/1') return status === 200 ? { json: { id: 1 } } : { status };
      return path === '/orders/1/lines' ? { status: 404 } : { json: [{ id: 9 }], headers: { 'x-n': '1' } };
    });
    expect(await everything(connect(server.url, { orders, lines }), 'lines')).toMatchObject({
      ids: ['2/9'],
      complete,
      code,
    });
  });

  it('are found by their parent', async () => {
    const server = await serve(() => ({ json: [{ id: 9 }], headers: { 'x-n': '1' } }));
    const connection = connect(server.url, { orders, lines });
    expect(connection.capabilities('lines').findable).toEqual(['order_id']);
    const found = await connection.find('lines', 'order_id', 2);
    expect(found.ok && found.value.map(({ id }) => id)).toEqual(['2/9']);
    expect(urls(server.asked)).toEqual(['/orders/2/lines?page=1']);
  });

  it('are not complete when their parents are not', async () => {
    const server = await serve(({ path }) => (path === '/orders' ? { status: 403 } : { json: [] }));
    expect(await everything(connect(server.url, { orders, lines }), 'lines')).toMatchObject({
      complete: false,
      code: 'forbidden',
    });
  });

  it('by another key of the parent, and read by ids below each', async () => {
    const server = await serve(({ path, query }) => {
      if (path === '/orders') return { json: [{ id: 1, code: 'A/1' }, { id: 2 }] };
      return { json: [{ id: query.ids ?? 7 }] };
    });
    const list = { ...lines.list, pagination: NONE };
    const byCode = { ...lines, list, parent: { ...lines.parent, key: 'code' } };
    expect(await everything(connect(server.url, { orders, lines: byCode }), 'lines')).toMatchObject({
      ids: ['1/7'],
      complete: true,
    });
    expect(urls(server.asked)).toEqual(['/orders', '/orders/A%2F1/lines']);
    server.asked.length = 0;
    const byIds = { ...lines, list: { ...list, ids: { param: 'ids', max: 50 } } };
    const got = await connect(server.url, { orders, lines: byIds }).get('lines', ['1/3', '2/4', '1/5']);
    expect(urls(server.asked).sort()).toEqual(['/orders/1/lines?ids=3,5', '/orders/2/lines?ids=4']);
    expect(got.map(({ kind }) => kind)).toEqual(['gone', 'present', 'gone']);
  });
});

describe('reading many by id', () => {
  const things = (ids: object, more: object = {}) => ({
    id: { type: 'integer' },
    list: {
      path: '/things',
      records: 'data',
      query: { x: 'y' },
      pagination: { style: 'page', param: 'p', size_param: 'n', size: 50 },
      ids,
      ...more,
    },
  });

  it.each<[string, object, string, unknown]>([
    ['in the query', { param: 'ids', max: 2 }, 'GET /things?x=y&ids=1,2&n=50', null],
    ['with another separator', { param: 'ids', max: 2, separator: '|' }, 'GET /things?x=y&ids=1%7C2&n=50', null],
    [
      'by POST elsewhere',
      { param: 'inputs', max: 2, method: 'POST', path: '/{object}/batch', body: { properties: ['name'] }, item: 'id' },
      'POST /things/batch',
      { properties: ['name'], inputs: [{ id: 1 }, { id: 2 }] },
    ],
  ])('%s', async (_, ids, request, body) => {
    const server = await serve(() => ({ json: { data: [{ id: 2 }] } }));
    const got = await connect(server.url, { things: things(ids) }).get('things', ['1', '2', '2']);
    expect(got.map(({ kind }) => kind)).toEqual(['gone', 'present', 'present']);
    expect(server.asked.length).toBe(2);
    const [first] = server.asked;
    expect(`${first?.method} ${first?.url}`).toBe(request);
    expect(first?.body === '' ? null : JSON.parse(first?.body ?? '')).toEqual(body);
  });
});

describe('lists of several values', () => {
  it.each<[unknown, Record<string, string>]>([
    [['open', 'in work'], {}],
    [`$${'{states}'}`, { states: 'open, in work' }],
  ])('%j', async (values, variables) => {
    const server = await serve(({ query }) => ({ json: [{ id: `${query.state} ${query.x}` }] }));
    const list = {
      path: '/things',
      records: '',
      pagination: NONE,
      each: { name: 'state', values },
      query: { state: '{state}', x: 'y' },
    };
    const read = await everything(connect(server.url, { things: { list } }, {}, variables));
    expect(read).toMatchObject({ ids: ['open y', 'in work y'], complete: true });
  });
});

describe('searches by POST', () => {
  it('have their parameters in the body, by dotted path, numbers as numbers', async () => {
    const server = await serve(({ body }) => {
      const { paging } = JSON.parse(body);
      return {
        json: { results: [{ item: { id: paging.offset + 1 } }, { item: { id: paging.offset + 2 } }], total: 4 },
      };
    });
    const list = {
      method: 'POST',
      path: '/search',
      query: { archived: 'false' },
      body: { filters: [{ field: 'kind', value: 'thing' }], paging: { sort: 'id' } },
      records: 'results',
      item: 'item',
      pagination: { style: 'offset', param: 'paging.offset', size_param: 'paging.limit', size: 2, total: 'total' },
      since: { param: 'filters.1', template: '{value}', time: 'epoch_ms' },
    };
    const read = await everything(connect(server.url, { things: { list } }), 'things', 5000);
    expect(read).toMatchObject({ ids: ['1', '2', '3', '4'], complete: true });
    expect(server.asked.map(({ method, url, body }) => [method, url, JSON.parse(body)])).toEqual(
      [0, 2].map((offset) => [
        'POST',
        '/search?archived=false',
        { filters: [{ field: 'kind', value: 'thing' }, 5000], paging: { sort: 'id', offset, limit: 2 } },
      ]),
    );
  });

  it('find by a filter that is JSON', async () => {
    const server = await serve(() => ({ json: { results: [{ id: 1, email: 'A"@x' }] } }));
    const list = {
      method: 'POST',
      path: '/search',
      records: 'results',
      pagination: NONE,
      equals: { email: 'groups' },
      equals_template: '[{"filters":[{"name":"{field}","is":"{value}"}]}]',
    };
    const fields = { email: { type: 'string', path: 'email' } };
    const found = await connect(server.url, { things: { fields, list } }).find('things', 'email', 'a"@x');
    expect(found.ok && found.value.map(({ id }) => id)).toEqual(['1']);
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({ groups: [{ filters: [{ name: 'email', is: 'a"@x' }] }] });
  });

  it('go to an endpoint of their own', async () => {
    const server = await serve(() => ({ json: { found: [{ id: 1, name: 'A' }] } }));
    const list = {
      path: '/export',
      query: { all: 'yes' },
      records: 'data',
      pagination: { style: 'cursor', param: 'c', next: 'n', size: 2 },
      since: { param: 'since', earliest: '2020-01-01' },
      equals: { name: 'q' },
      search: { path: '{object}/search', records: 'found', pagination: NONE },
    };
    const fields = { name: { type: 'string' } };
    const found = await connect(server.url, { things: { fields, list } }).find('things', 'name', 'A');
    expect(found.ok && found.value.map(({ id }) => id)).toEqual(['1']);
    expect(urls(server.asked)).toEqual(['/things/search?q=A']);
  });

  it('find by a filter language in the query, quotation marks escaped', async () => {
    const server = await serve(() => ({ json: [] }));
    const list = {
      path: '/things',
      records: '',
      pagination: NONE,
      equals: { name: '$filter' },
      equals_template: "{field} eq '{value}'",
    };
    const fields = { name: { type: 'string', path: 'Name' } };
    await connect(server.url, { things: { fields, list } }).find('things', 'name', "O'Hara");
    expect(server.asked[0]?.query).toEqual({ $filter: "Name eq 'O''Hara'" });
  });
});

describe('what changed since an instant', () => {
  const NOON = Date.UTC(2026, 3, 30, 12);
  const list = (more: object) => ({ path: '/things', records: '', pagination: NONE, ...more });

  it.each<[string, object, number | null, string]>([
    [
      'in a template',
      { param: 'q', template: 'updated>={value}' },
      NOON,
      '/things?q=updated%3E%3D2026-04-30T12:00:00.000Z',
    ],
    ['as a number', { param: 's', time: 'epoch_s' }, NOON, '/things?s=1777550400'],
    [
      'from the earliest, where all is asked for',
      { param: 's', earliest: '2020-01-01' },
      null,
      '/things?s=2020-01-01T00:00:00.000Z',
    ],
    [
      'with the other end',
      { param: 's', time: 'epoch_s', until: { param: 'u' } },
      NOON,
      `/things?s=1777550400&u=${NOW / 1000}`,
    ],
    [
      'both ends in one text',
      { param: 's', time: 'epoch_s', template: '{value}..{until}' },
      NOON,
      `/things?s=1777550400..${NOW / 1000}`,
    ],
    ['everything', { param: 's', until: { param: 'u' } }, null, '/things'],
  ])('%s', async (_, since, from, url) => {
    const server = await serve(() => ({ json: [] }));
    await everything(connect(server.url, { things: { list: list({ since }) } }), 'things', from);
    expect(urls(server.asked)).toEqual([url]);
  });

  it('in a header, answered by "not modified"', async () => {
    const server = await serve(({ headers }) =>
      headers['if-modified-since'] ? { status: 304 } : { json: [{ id: 1 }] },
    );
    const time = { pattern: 'YYYY-MM-DDTHH:mm:ss' };
    const connection = connect(server.url, {
      things: { list: list({ since: { param: 'If-Modified-Since', header: true, time } }) },
    });
    expect(await everything(connection, 'things', NOON)).toMatchObject({ ids: [], complete: true });
    expect(server.asked[0]?.headers['if-modified-since']).toBe('2026-04-30T12:00:00');
    expect(await everything(connection)).toMatchObject({ ids: ['1'], complete: true });
  });

  const stamped = (minutes: readonly number[]) => minutes.map((minute, id) => ({ id, at: NOON + minute * 60_000 }));
  const clocked = (more: object, rows: readonly { id: number; at: number }[], cap = 1000) => ({
    things: {
      modified: 'at',
      fields: { at: { type: 'timestamp', time: 'epoch_ms' } },
      list: list({ since: { param: 's', until: { param: 'u' }, time: 'epoch_ms', ...more } }),
    },
    answer: ({ query }: Asked) => {
      const found = rows.filter(({ at }) => at >= Number(query.s ?? 0) && at <= Number(query.u ?? NOW));
      return { json: found.slice(0, cap) };
    },
  });

  it('window by window, each record once, though it stands where two windows touch', async () => {
    const rows = stamped([0, 60, 60, 90, 120, 700]);
    const { things, answer } = clocked({ step: '1h' }, rows);
    const server = await serve(answer);
    const read = await everything(connect(server.url, { things }), 'things', NOON);
    expect(read).toMatchObject({ ids: ['0', '1', '2', '3', '4', '5'], complete: true });
    expect(server.asked.length).toBe(12);
  });

  it.each([
    ['in windows that are halved until they fit', [0, 1, 2, 3, 60, 61, 62, 120, 400, 401], true, undefined],
    ['not to the end where too many have one stamp', [0, 5, 5, 5, 5, 5, 5, 60], false, 'list-capped'],
  ])('past a cap, %s', async (_, minutes, complete, code) => {
    const rows = stamped(minutes);
    const { things, answer } = clocked({ precision: '1m' }, rows, 4);
    const paged = {
      ...things,
      list: { ...things.list, cap: 4, pagination: { style: 'offset', param: 'at', size: 2 } },
    };
    const server = await serve((asked) => {
      const from = Number(asked.query.at);
      return { json: answer(asked).json.slice(from, from + 2) };
    });
    const read = await everything(connect(server.url, { things: paged }), 'things', NOON);
    expect(read).toMatchObject({ complete, code });
    if (complete) expect(read.ids.toSorted((a, b) => Number(a) - Number(b))).toEqual(rows.map(({ id }) => String(id)));
  });
});

describe('formats', () => {
  it.each<[string, string, string, Record<string, unknown>[]]>([
    [
      'csv',
      '',
      '\ufeffid,name\r\n1,"a ""b"", c"\r\n2,\r\n',
      [
        { id: '1', name: 'a "b", c' },
        { id: '2', name: '' },
      ],
    ],
    ['jsonl', '', '{"id":1}\n{"id":2}\n', [{ id: 1 }, { id: 2 }]],
    ['xml', 'r.thing', '<r><thing id="1"><name>A &amp; B</name></thing></r>', [{ '@id': '1', name: 'A & B' }]],
    ['xml', 'r.thing', '<r><thing id="1"/><thing id="2"/></r>', [{ '@id': '1' }, { '@id': '2' }]],
    ['xml', 'r.thing', '<r/>', []],
    ['json', 'a.*.b', '{"a":[{"b":[{"id":1}]},{"b":[{"id":2}]}]}', [{ id: 1 }, { id: 2 }]],
    ['json', '*', '{"x":{"id":1},"y":{"id":2}}', [{ id: 1 }, { id: 2 }]],
  ])('%s at %j: %s', async (format, records, text, wires) => {
    const server = await serve(() => ({ text }));
    const id = { path: format === 'xml' ? '@id' : 'id' };
    const read = await everything(
      connect(server.url, { things: { id, list: { path: '/x', records, format, pagination: NONE } } }),
    );
    expect(read.complete).toBe(true);
    expect(read.records.map(({ wire }) => wire)).toEqual(wires);
  });

  it.each<[string, string, string]>([
    ['csv', 'id,name\n1\n', 'answer-not-json'],
    ['csv', '{"error":"x"}', 'records-missing'],
    ['xml', '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r><thing>&b;</thing></r>', 'answer-not-json'],
    ['xml', `${'<a>'.repeat(2000)}${'</a>'.repeat(2000)}`, 'answer-not-json'],
    ['xml', '<r><thing></r>', 'answer-not-json'],
    ['jsonl', '{"id":1}\n{"id"', 'answer-not-json'],
  ])('%s that is none: %s', async (format, text, code) => {
    const server = await serve(() => ({ text }));
    const list = { path: '/x', records: format === 'xml' ? 'r.thing' : '', format, pagination: NONE };
    expect(await everything(connect(server.url, { things: { list } }))).toMatchObject({
      ids: [],
      complete: false,
      code,
    });
  });
});

describe('kept answers', () => {
  it.each(['etag', 'last_modified'])('by %s are the answer again when nothing has changed', async (conditional) => {
    let version = 1;
    const server = await serve(({ headers }) => {
      const same = headers['if-none-match'] === `"${version}"` || headers['if-modified-since'] === `day ${version}`;
      const day = new Date(NOW + version * 86_400_000).toUTCString();
      if (same || headers['if-modified-since'] === day) return { status: 304 };
      return {
        json: [{ id: version }],
        headers: { etag: `"${version}"`, 'last-modified': day, date: new Date(NOW + 9 * 86_400_000).toUTCString() },
      };
    });
    const connection = connect(server.url, {
      things: { list: { path: '/things', records: '', pagination: NONE, conditional } },
    });
    const read = async () => (await drain(connection.read({ object: 'things', since: null }))).ids;
    expect([await read(), await read()]).toEqual([['1'], ['1']]);
    version = 2;
    expect([await read(), await read()]).toEqual([['2'], ['2']]);
    expect(server.asked.length).toBe(4);
  });
});

describe('parameters of every request', () => {
  it('stand beside its own, with defaults of variables', async () => {
    const server = await serve(() => ({ json: [] }));
    const variables = { tenant: { default: 't1' }, lang: { default: 'de' } };
    const query = { tenant: `$${'{tenant}'}`, lang: `$${'{lang}'}`, v: '1' };
    const list = { path: 'things', records: '', pagination: NONE, query: { v: '2' } };
    await everything(connect(server.url, { things: { list } }, { variables, query }, { lang: 'en' }));
    expect(urls(server.asked)).toEqual(['/things?v=2&tenant=t1&lang=en']);
  });
});
