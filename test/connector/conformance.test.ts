import { describe, expect, it, test } from 'vitest';
import { createCrm } from '../../sandbox/crm/crm.ts';
import { createErp } from '../../sandbox/erp/erp.ts';
import { serve as serveSystem } from '../../sandbox/http.ts';
import { checkConnector } from '../../src/connector/conformance/conformance.ts';
import { connect, type Handler, serve } from './rest/world.ts';
import { jumpingClock, open } from './world.ts';

describe('the suite', () => {
  test('finds the CRM as its connector says, by writing too', async () => {
    const clock = jumpingClock(Date.now());
    const running = await serveSystem(createCrm({ size: 250, limit: null }), { clock });
    const variables = { client_id: 'sandbox-crm-client', client_secret: 'sandbox-crm-secret', base_url: running.url };
    const { connection, close } = open('sandbox-crm', variables, clock);
    const report = await checkConnector(connection, { write: { token: 'a1' } });
    await close();
    await running.close();
    expect(report.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    const passed = report.checks.filter((one) => one.object === 'companies' && one.outcome === 'passed');
    expect(new Set(passed.map(({ check }) => check)).size).toBe(14);
  });

  test('finds the ERP as its connector says', async () => {
    const clock = jumpingClock(Date.now());
    const running = await serveSystem(createErp({ size: 120 }), { clock });
    const { connection, close } = open('sandbox-erp', { api_key: 'sandbox-erp-key', base_url: running.url }, clock);
    const report = await checkConnector(connection, { write: { token: 'a1' }, objects: ['customers', 'articles'] });
    await close();
    await running.close();
    expect(report.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });
});

interface Thing {
  id: number;
  v: number;
  at: string;
  name: string;
  size: number;
  gone: boolean;
}

const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 0, 1);

/** A small system that does what its connector says. */
function system() {
  const things: Thing[] = Array.from({ length: 30 }, (_, i) => ({
    id: i + 1,
    v: 1,
    at: new Date(BEGIN + i * HOUR).toISOString(),
    name: `Thing ${i}`,
    size: i,
    gone: false,
  }));
  const handler: Handler = ({ method, path, query, headers, body }) => {
    const id = Number(/^\/things\/(\d+)/.exec(path)?.[1]);
    const thing = things.find((one) => one.id === id && !one.gone);
    if (path === '/things' && method === 'GET') {
      const found = things
        .filter((one) => !one.gone && one.at >= (query.since ?? '') && (query.name ?? one.name) === one.name)
        .slice(Number(query.at ?? 0));
      return { json: { data: found.slice(0, 10), total: found.length + Number(query.at ?? 0) } };
    }
    if (method === 'POST') {
      const created = {
        size: 0,
        name: '',
        ...JSON.parse(body),
        id: things.length + 1,
        v: 1,
        at: new Date(BEGIN).toISOString(),
        gone: false,
      };
      things.push(created);
      return { status: 201, json: created };
    }
    if (!thing) return { status: 404 };
    if (method === 'PATCH') {
      if (headers['if-match'] !== undefined && headers['if-match'] !== String(thing.v)) return { status: 412 };
      Object.assign(thing, JSON.parse(body), { v: thing.v + 1 });
    }
    if (method === 'DELETE') thing.gone = true;
    return { json: thing };
  };
  return { things, handler };
}

const CONNECTOR = {
  id: { type: 'integer' },
  version: 'v',
  modified: 'at',
  list: {
    path: '/things',
    records: 'data',
    pagination: { style: 'offset', param: 'at', size: 10, total: 'total' },
    since: { param: 'since' },
    equals: { name: 'name' },
  },
  get: { path: '/things/{id}' },
  create: { method: 'POST', path: '/things' },
  update: { method: 'PATCH', path: '/things/{id}', if_match: '{version}' },
  delete: { method: 'DELETE', path: '/things/{id}', returns: 'nothing' },
  fields: {
    name: { type: 'string', required: true },
    size: { type: 'integer' },
    at: { type: 'timestamp', read_only: true },
  },
};

type Twist = (handler: Handler, things: Thing[]) => Handler;
const isList = ({ method, path }: { method: string; path: string }) => method === 'GET' && path === '/things';

const check = async (twist: Twist, more: object = {}) => {
  const { things, handler } = system();
  const server = await serve(twist(handler, things));
  const connection = connect(server.url, { things: { ...CONNECTOR, ...more } });
  return checkConnector(connection, { write: { token: 'a1' } });
};

describe('a system', () => {
  it('that does what its connector says passes, and is left as it was', async () => {
    let left: Thing[] = [];
    const report = await check((handler, things) => {
      left = things;
      return handler;
    });
    expect(report).toMatchObject({ failed: 0, passed: 13, skipped: 1 });
    expect(report.checks.filter(({ outcome }) => outcome === 'skipped')).toMatchObject([{ check: 'options' }]);
    expect(left.filter(({ gone }) => !gone).length).toBe(30);
    expect(left.at(-1)).toMatchObject({ name: 'Dovetail test a1 2', gone: true });
  });

  let calls = 0;
  it.each<[string, string, Twist]>([
    [
      'list total-differs',
      'whose list ends early',
      (handler) => (asked) => (isList(asked) ? { json: { data: [], total: 30 } } : handler(asked)),
    ],
    [
      'stable list-unstable',
      'whose list has other records each time',
      (handler) => (asked) => {
        calls++;
        return isList(asked)
          ? { json: { data: [{ id: 100 + calls, v: 1, at: '2026-01-01T00:00:00Z' }], total: 1 } }
          : handler(asked);
      },
    ],
    [
      'get get-misses',
      'that does not know what it lists',
      (handler) => (asked) => (asked.path === '/things/1' ? { status: 404 } : handler(asked)),
    ],
    [
      'get get-differs',
      'that shows records otherwise in the list',
      (handler, things) => (asked) =>
        asked.path === '/things/1' ? { json: { ...things[0], name: 'Other' } } : handler(asked),
    ],
    [
      'missing missing-present',
      'that knows what is not there',
      (handler) => (asked) => (/\/\d{6}$/.test(asked.path) ? { json: { id: 987684 } } : handler(asked)),
    ],
    [
      'find find-misses',
      'that finds nothing',
      (handler) => (asked) => (asked.query.name !== undefined ? { json: { data: [], total: 0 } } : handler(asked)),
    ],
    [
      'since since-ignored',
      'that ignores the filter by stamp',
      (handler) => (asked) =>
        handler({
          ...asked,
          query: Object.fromEntries(Object.entries(asked.query).filter(([name]) => name !== 'since')),
        }),
    ],
    [
      'since since-misses',
      'that leaves out what changed',
      (handler) => (asked) => (asked.query.since !== undefined ? { json: { data: [], total: 0 } } : handler(asked)),
    ],
    [
      'fields fields-unreadable',
      'that sends another type',
      (handler, things) => (asked) => {
        Object.assign(things[3] ?? {}, { size: 'large' });
        return handler(asked);
      },
    ],
    [
      'create write-altered',
      'that cuts texts',
      (handler) => (asked) =>
        asked.method === 'POST'
          ? handler({ ...asked, body: JSON.stringify({ ...JSON.parse(asked.body), name: 'Dovet' }) })
          : handler(asked),
    ],
    [
      'update update-loses',
      'that empties what an update does not name',
      (handler) => (asked) =>
        asked.method === 'PATCH'
          ? handler({ ...asked, body: JSON.stringify({ size: 99, ...JSON.parse(asked.body) }) })
          : handler(asked),
    ],
    [
      'update update-lost',
      'that drops updates',
      (handler) => (asked) => (asked.method === 'PATCH' ? handler({ ...asked, method: 'GET' }) : handler(asked)),
    ],
    [
      'condition condition-ignored',
      'that ignores conditions',
      (handler) => (asked) => handler({ ...asked, headers: {} }),
    ],
    [
      'delete delete-ineffective',
      'that keeps what is deleted',
      (handler) => (asked) => (asked.method === 'DELETE' ? { status: 204 } : handler(asked)),
    ],
  ])('%s: %s', async (finding, _, twist) => {
    const report = await check(twist);
    const failed = report.checks.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ check, diagnostic }) => `${check} ${diagnostic?.code}`)).toContain(finding);
    expect(JSON.stringify(report)).not.toMatch(/Thing \d|Other/);
  });

  it('whose pages have no fixed order is found out', async () => {
    let reads = 0;
    const report = await check((handler, things) => (asked) => {
      if (isList(asked) && asked.query.at === '0') reads++;
      if (reads === 2) things.reverse();
      if (reads === 2) reads++;
      return handler(asked);
    });
    expect(report.checks.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { diagnostic: { code: 'list-order-unstable' } },
    ]);
  });

  it('without anything is skipped, with the reasons', async () => {
    const server = await serve(() => ({ status: 500 }));
    const report = await checkConnector(connect(server.url, { things: {} }), { write: { token: 'a1' } });
    expect(report).toMatchObject({ connector: 'toy', passed: 0, failed: 0 });
    expect(report.checks.every(({ seen }) => seen !== '')).toBe(true);
  });
});
