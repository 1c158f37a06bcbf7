import { describe, expect, it } from 'vitest';
import { connect, everything, type Handler, NOW, serve } from './world.ts';

const rows = (count: number, from = 1) => Array.from({ length: count }, (_, i) => ({ id: from + i }));
const ids = (count: number) => rows(count).map(({ id }) => String(id));

/** A server with so many records, never more than `clamp` on a page. */
const paged = (count: number, clamp: number, tell: (from: number, size: number, count: number) => object): Handler =>
  function answer({ query, path }) {
    if (path !== '/things') return { status: 404 };
    const size = Math.min(Number(query.limit ?? clamp), clamp);
    const from = Number(query.after ?? query.at ?? 0);
    return { json: { data: rows(count).slice(from, from + size), ...tell(from, size, count) } };
  };

describe('lists by cursor', () => {
  it.each<[string, object, Handler, number, boolean, string | undefined]>([
    [
      'the end by null',
      { next: 'next' },
      paged(5, 2, (from, size, n) => ({ next: from + size < n ? from + size : null })),
      5,
      true,
      undefined,
    ],
    [
      'the end by nothing, after a next',
      { next: 'next' },
      paged(4, 2, (from, size, n) => (from + size < n ? { next: from + size } : {})),
      4,
      true,
      undefined,
    ],
    [
      'a full first page without next',
      { next: 'nxet' },
      paged(5, 2, () => ({ next: 2 })),
      2,
      false,
      'page-full-without-next',
    ],
    ['the same, declared', { next: 'next', may_end_full: true }, paged(2, 2, () => ({})), 2, true, undefined],
    ['the same, with a total', { next: 'next', total: 'n' }, paged(2, 2, () => ({ n: 2 })), 2, true, undefined],
    [
      'a total that is not reached',
      { next: 'next', total: 'n' },
      paged(2, 2, () => ({ n: 3, next: null })),
      2,
      false,
      'total-differs',
    ],
    [
      'a flag',
      { next: 'next', more: 'more' },
      paged(5, 2, (from, size, n) => ({ next: from + size, more: from + size < n })),
      5,
      true,
      undefined,
    ],
    [
      'a flag, and no cursor',
      { next: 'next', more: 'more' },
      paged(5, 2, () => ({ more: true })),
      2,
      false,
      'page-next-missing',
    ],
    [
      'the opposite flag',
      { next: 'next', last: 'done' },
      paged(5, 2, (from, size, n) => ({ next: from + size, done: from + size >= n })),
      5,
      true,
      undefined,
    ],
    [
      'the same page again and again',
      { next: 'next' },
      () => ({ json: { data: rows(2), next: 'x' } }),
      4,
      false,
      'page-repeated',
    ],
    ['the last id, to a short page', { last_id: true }, paged(5, 2, () => ({})), 5, true, undefined],
    ['the last id, to an empty page', { last_id: true }, paged(4, 2, () => ({})), 4, true, undefined],
    [
      'the last id, of a server that gives less than asked for',
      { last_id: true, size: 4 },
      paged(5, 2, () => ({})),
      5,
      true,
      undefined,
    ],
    [
      'the last id, with a flag',
      { last_id: true, more: 'more' },
      paged(4, 2, (f, s, n) => ({ more: f + s < n })),
      4,
      true,
      undefined,
    ],
    ['a text of cursor and size', { last_id: true, sent_as: '{value}' }, paged(3, 2, () => ({})), 3, true, undefined],
  ])('%s', async (_, pagination, handler, count, complete, code) => {
    const server = await serve(handler);
    const list = {
      path: '/things',
      records: 'data',
      pagination: { style: 'cursor', param: 'after', size_param: 'limit', size: 2, ...pagination },
    };
    const read = await everything(connect(server.url, { things: { list } }));
    expect([read.ids.length, read.complete, read.code]).toEqual([count, complete, code]);
    if (complete) expect(read.ids).toEqual(ids(count));
  });

  it('in a header', async () => {
    const server = await serve(({ query }) =>
      query.after === 'b' ? { json: [{ id: 3 }] } : { json: rows(2), headers: { 'X-Next': 'b' } },
    );
    const list = {
      path: '/things',
      records: '',
      pagination: { style: 'cursor', param: 'after', next_header: 'X-Next', size: 2 },
    };
    expect(await everything(connect(server.url, { things: { list } }))).toMatchObject({ ids: ids(3), complete: true });
  });
});

describe('lists by the address of the next page', () => {
  const things = (pagination: object) => ({
    list: { path: '/things', records: 'data', pagination: { style: 'next_url', size: 2, ...pagination } },
  });

  it('in the Link header, with the credentials once', async () => {
    const server = await serve(({ query, url, headers }) => {
      const page = Number(query.page ?? 1);
      const link = `<http://${headers.host}/things?page=${page + 1}&key=k>; rel="next", </things>; rel="first"`;
      expect(url).toBe(page === 1 ? '/things?key=k' : `/things?page=${page}&key=k`);
      return { json: { data: rows(2, page * 2 - 1) }, headers: page < 3 ? { link } : {} };
    });
    const auth = { type: 'api_key', query: 'key', value: 'k' };
    const read = await everything(connect(server.url, { things: things({}) }, { auth }));
    expect(read).toMatchObject({ ids: ids(6), complete: true });
  });

  it.each(['/things?at=2', '?at=2', 'things?at=2'])('in the body, as %s', async (next) => {
    const server = await serve(({ query }) => ({
      json: query.at === '2' ? { data: [{ id: 3 }], next: null } : { data: rows(2), next },
    }));
    const read = await everything(connect(server.url, { things: things({ next: 'next' }) }));
    expect(read).toMatchObject({ ids: ids(3), complete: true });
    expect(server.asked.map(({ path }) => path)).toEqual(['/things', '/things']);
  });

  it.each([
    ['another host', () => 'http://elsewhere.invalid/things?at=2'],
    ['another port', () => 'http://127.0.0.1:1/things'],
    ['a name before the host', (url: string) => url.replace('//', '//user@')],
    ['a host hidden behind an @', (url: string) => url.replace('//', '//127.0.0.1:x@elsewhere.invalid/')],
    ['another scheme', () => 'file:///etc/passwd'],
    ['no scheme', () => '//elsewhere.invalid/things'],
  ])('never at %s', async (_, address) => {
    const server = await serve(({ headers }) => ({
      json: { data: rows(2), next: address(`http://${headers.host}/things`) },
    }));
    const auth = { type: 'bearer', token: 's3cret' };
    const read = await everything(connect(server.url, { things: things({ next: 'next' }) }, { auth }));
    expect(read).toMatchObject({ ids: ids(2), complete: false, code: 'page-elsewhere' });
    expect(server.asked.length).toBe(1);
  });

  it('a full page without one is no end', async () => {
    const server = await serve(() => ({ json: { data: rows(2) } }));
    expect(await everything(connect(server.url, { things: things({}) }))).toMatchObject({
      complete: false,
      code: 'page-full-without-next',
    });
    expect(await everything(connect(server.url, { things: things({ may_end_full: true }) }))).toMatchObject({
      complete: true,
    });
  });
});

describe('lists by number', () => {
  it.each<[string, object, Record<string, string>]>([
    ['total_header', { total_header: 'X-Total-Count' }, { 'x-total-count': '5' }],
    ['pages_header', { pages_header: 'X-Pages' }, { 'x-pages': '3' }],
  ])('with %s', async (_, pagination, headers) => {
    const server = await serve(({ query }) => {
      const from = (Number(query.page) - 1) * 2;
      return { json: rows(5).slice(from, from + 2), headers };
    });
    const list = { path: '/things', records: '', pagination: { style: 'page', param: 'page', size: 2, ...pagination } };
    expect(await everything(connect(server.url, { things: { list } }))).toMatchObject({ ids: ids(5), complete: true });
    expect(server.asked.length).toBe(3);
  });

  it('to an empty page where nothing tells the end, also when less is given than asked for', async () => {
    const server = await serve(paged(5, 2, () => ({})));
    const list = {
      path: '/things',
      records: 'data',
      pagination: { style: 'offset', param: 'at', size_param: 'limit', size: 4 },
    };
    expect(await everything(connect(server.url, { things: { list } }))).toMatchObject({ ids: ids(5), complete: true });
  });

  it.each([
    ['page', 'total'],
    ['offset', 'total'],
    ['page', undefined],
    ['offset', undefined],
  ])('of a server that gives more than asked for: %s, %s', async (style, total) => {
    const server = await serve(({ query }) => {
      const from = style === 'page' ? (Number(query.at) - 1) * 5 : Number(query.at);
      return { json: { data: rows(12).slice(from, from + 5), total: 12 } };
    });
    const list = {
      path: '/things',
      records: 'data',
      pagination: { style, param: 'at', size_param: 'limit', size: 2, total },
    };
    expect(await everything(connect(server.url, { things: { list } }))).toMatchObject({ ids: ids(12), complete: true });
  });

  it('with the number in a text', async () => {
    const server = await serve(({ query }) => {
      const [from = 0, size = 0] = (query.limit ?? '').split(',').map(Number);
      return { json: rows(3).slice(from, from + size) };
    });
    const list = {
      path: '/things',
      records: '',
      pagination: { style: 'offset', param: 'limit', sent_as: '{value},{size}', size: 2 },
    };
    expect(await everything(connect(server.url, { things: { list } }))).toMatchObject({ ids: ids(3), complete: true });
  });
});

describe('lists by keyset', () => {
  const at = (id: number, second: number) => ({ id, at: new Date(NOW + second * 1000).toISOString() });
  const things = (pagination: object) => ({
    modified: 'at',
    fields: { at: { type: 'timestamp' } },
    list: { path: '/things', records: '', pagination: { style: 'keyset', time_param: 'from', size: 2, ...pagination } },
  });
  const all = [at(1, 0), at(2, 1), at(3, 1), at(4, 2), at(5, 3)];

  it('of stamp and id', async () => {
    const server = await serve(({ query }) => {
      const after = all.filter(
        ({ id, at }) => query.from === undefined || at > query.from || (at === query.from && id > Number(query.last)),
      );
      return { json: after.slice(0, 2) };
    });
    const read = await everything(connect(server.url, { things: things({ id_param: 'last' }) }));
    expect(read).toMatchObject({ ids: ids(5), complete: true });
  });

  it.each([
    [3, 5, true, undefined],
    [2, 3, false, 'list-equal-stamps'],
  ])('of the stamp alone, %i at a time', async (size, count, complete, code) => {
    const server = await serve(({ query }) => ({
      json: all.filter(({ at }) => at >= (query.from ?? '')).slice(0, size),
    }));
    const read = await everything(connect(server.url, { things: things({ size }) }));
    expect(read).toMatchObject({ ids: ids(count), complete, code });
  });

  it('not sorted', async () => {
    const server = await serve(({ query }) => ({ json: query.from === undefined ? [at(1, 5), at(2, 3)] : [] }));
    expect(await everything(connect(server.url, { things: things({}) }))).toMatchObject({
      complete: false,
      code: 'list-unsorted',
    });
  });
});
