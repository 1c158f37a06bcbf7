import { describe, expect, test } from 'vitest';
import { passingTokens } from '../../connector/auth/tokens.ts';
import { connectorSchema } from '../../connector/definition.ts';
import type { HttpRequest, HttpResponse } from '../../platform/http.ts';
import { silentLog } from '../../platform/log.ts';
import { ok } from '../../record/diagnostic.ts';
import { learn } from './learn.ts';

const ALL = Array.from({ length: 55 }, (_, i) => ({ id: `r${String(i).padStart(3, '0')}`, name: `Name ${i}` }));
const BASE = 'https://toy.example/api';

type Reply = { json: unknown; headers?: Record<string, string>; status?: number };
type Server = (query: URLSearchParams, page: (size: string, most: number, from: number) => typeof ALL) => Reply;

/** Ways in which systems of the wild page their lists, told nothing about in the connector. */
const STYLES: [string, Server, object][] = [
  [
    'page and per_page, the total in a header',
    (query, page) => ({
      json: page('per_page', 30, (Number(query.get('page') ?? 1) - 1) * Number(query.get('per_page') ?? 20)),
      headers: { 'x-total-count': '55' },
    }),
    {
      records: '',
      pagination: {
        style: 'page',
        param: 'page',
        first: 1,
        size_param: 'per_page',
        size: 30,
        total_header: 'x-total-count',
      },
    },
  ],
  [
    'pages from 0',
    (query, page) => ({
      json: {
        content: page('size', 20, Number(query.get('page') ?? 0) * Number(query.get('size') ?? 20)),
        totalElements: 55,
      },
    }),
    {
      records: 'content',
      pagination: { style: 'page', param: 'page', first: 0, size_param: 'size', total: 'totalElements' },
    },
  ],
  [
    'a Link header',
    (query, page) => {
      const from = Number(query.get('after') ?? 0);
      const items = page('limit', 25, from);
      const next = from + items.length;
      const link =
        next < 55 ? { link: `<${BASE}/things?limit=${query.get('limit') ?? 20}&after=${next}>; rel="next"` } : {};
      return { json: { data: items }, headers: link };
    },
    { records: 'data', pagination: { style: 'next_url', size_param: 'limit', size: 25 } },
  ],
  [
    'the next address in the body',
    (query, page) => {
      const from = Number(query.get('from') ?? 0);
      const items = page('count', 20, from);
      const next = from + items.length;
      return {
        json: {
          results: items,
          links: { next: next < 55 ? `/api/things?count=${query.get('count') ?? 20}&from=${next}` : null },
        },
      };
    },
    { records: 'results', pagination: { style: 'next_url', next: 'links.next' } },
  ],
  [
    'a nested cursor',
    (query, page) => {
      const from = Number(atob(query.get('after') ?? btoa('0')));
      const items = page('limit', 20, from);
      const next = from + items.length;
      return { json: { results: items, ...(next < 55 ? { paging: { next: { after: btoa(String(next)) } } } : {}) } };
    },
    {
      records: 'results',
      pagination: { style: 'cursor', param: 'after', next: 'paging.next.after', size_param: 'limit' },
    },
  ],
  [
    'the id of the last record',
    (query, page) => {
      const after = query.get('starting_after');
      const from = after === null ? 0 : ALL.findIndex(({ id }) => id === after) + 1;
      const items = page('limit', 20, from);
      return { json: { data: items, has_more: from + items.length < 55 } };
    },
    { records: 'data', pagination: { style: 'cursor', param: 'starting_after', last_id: true, more: 'has_more' } },
  ],
  ['all in one answer', () => ({ json: ALL }), { records: '', pagination: { style: 'none' } }],
];

async function learnt(server: Server) {
  const file = {
    connector: 'toy',
    title: 'Toy',
    protocol: 'rest',
    base_url: BASE,
    objects: {
      things: {
        id: {},
        list: { path: '/things', records: 'items', pagination: { style: 'none' } },
        fields: { name: { type: 'string' } },
      },
    },
  };
  let now = Date.UTC(2026, 4, 1);
  const request = async ({ url }: HttpRequest) => {
    const query = new URL(url).searchParams;
    const page = (size: string, most: number, from: number) =>
      ALL.slice(from, from + Math.min(most, Number(query.get(size) ?? 20)));
    const { json, headers = {}, status = 200 } = server(query, page);
    return ok<HttpResponse>({ status, headers, body: JSON.stringify(json) });
  };
  const sleep = async (ms: number) => {
    now += ms;
  };
  const done = await learn({
    definition: connectorSchema.parse(file),
    data: file,
    variables: {},
    platform: {
      clock: { now: () => now, sleep },
      random: { next: () => 0.5, bytes: (length) => new Uint8Array(length) },
      http: { request, close: async () => {} },
      log: silentLog,
    },
    tokens: passingTokens(),
    options: { write: false, patienceMs: 1000, burst: 0, mostPages: 40 },
  });
  if (!done.ok) throw new Error(done.error.summary);
  return done.value;
}

describe('how the next page is asked for, where nothing is declared', () => {
  test.each(STYLES)('%s', async (_, server, expected) => {
    const { connector, report } = await learnt(server);
    expect(connector.objects.things?.list).toMatchObject(expected);
    const end = report.findings.at(-1);
    expect([end?.at, end?.seen]).toEqual(['objects.things', 'the list, single records and filters do as declared']);
  });
});
