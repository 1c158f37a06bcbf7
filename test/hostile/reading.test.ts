import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wire } from '../../src/connector/port.ts';
import { type Asked, codes, type Hostile, names, openHostile, openStub, stubConnector, wrote } from './world.ts';

let world: Hostile;
const open = async (options?: Parameters<typeof openHostile>[0]) => {
  await world.close();
  world = await openHostile(options);
};
beforeEach(async () => {
  world = await openHostile();
});
afterEach(() => world.close());

const isList = (asked: Asked) => asked.method === 'GET' && asked.path === '/things';
const isGet = (asked: Asked) => asked.method === 'GET' && asked.path !== '/things';
const deletes = () => [...world.left.asked, ...world.right.asked].filter((asked) => asked.method === 'DELETE');
const thing = (id: string, more: Wire = {}): Wire => ({
  id,
  name: id,
  email: `${id}@x.example`,
  updated: 1000,
  ...more,
});

const pagedList = (pagination: Wire) => ({
  list: {
    path: '/things',
    records: 'items',
    pagination,
    since: { param: 'since', time: 'epoch_ms' },
  },
});
const PAGES = { style: 'page', param: 'page', size_param: 'size', size: 3 };
const paged = (pagination: Wire) => stubConnector('left', {}, pagedList({ ...PAGES, ...pagination }));

function fill(count: number) {
  for (let i = 0; i < count; i += 1) world.left.put(`t${i}`, { name: `Thing ${i}`, email: `t${i}@x.example` });
}

describe('lists that lie', () => {
  it.each([
    ['steady pages', {}],
    ['shifting pages', { shifts: true }],
    ['shifting pages with a total', { shifts: true, total: 'total' }],
  ])('the first page again and again is not the end: %s', async (_, pagination) => {
    await open({ left: paged({ ...pagination, size: 7 }) });
    fill(16);
    world.left.answer = (asked) => (isList(asked) ? firstPage() : undefined);
    expect((await world.sync()).outcome).toBe('failed');
    expect(names(world.right)).toHaveLength(7);
    world.left.answer = () => undefined;
    expect((await world.sync()).outcome).toBe('done');
    expect(names(world.right)).toHaveLength(16);
  });

  const firstPage = () => ({
    json: { items: [...world.left.records.values()].slice(0, 7), total: 16, more: false },
  });

  it.each([
    ['no page', { style: 'cursor', param: 'cursor', next: 'next', size: 7, total: 'total' }],
    ['steady pages', { ...PAGES, size: 7, more: 'more', total: 'total' }],
    ['shifting pages', { ...PAGES, size: 7, more: 'more', total: 'total', shifts: true }],
  ])('one page and success, though a total says more: %s', async (_, pagination) => {
    await open({ left: stubConnector('left', {}, pagedList(pagination)) });
    fill(16);
    world.left.answer = (asked) => (isList(asked) ? firstPage() : undefined);
    const lying = await world.sync();
    expect(lying.outcome).toBe('failed');
    expect(codes(lying)).toContain('total-differs');
  });

  it.each(['left', 'right'] as const)('a record that appears twice in one page of %s is one record', async (side) => {
    await open({ mapping: { match: [] } });
    const old = thing('t1', { name: 'old', updated: 1000 });
    const young = thing('t1', { name: 'new', updated: 2000 });
    world[side].records.set('t1', young);
    world[side].answer = (asked) => (isList(asked) ? { json: { items: [young, old] } } : undefined);
    await world.sync();
    const other = world[side === 'left' ? 'right' : 'left'];
    expect(names(other)).toEqual(['new']);
    world.skip(3_600_000);
    await world.sync();
    expect(names(other)).toEqual(['new']);
    expect(names(world[side])).toEqual(['new']);
  });

  it.each(['left', 'right'] as const)(
    'a record that comes again on the next page of %s is one record',
    async (side) => {
      const connector = (name: string) => stubConnector(name, {}, pagedList(PAGES));
      await open({ mapping: { match: [] }, left: connector('left'), right: connector('right') });
      for (const id of ['t1', 't2', 't3', 't4']) world[side].records.set(id, thing(id));
      const pages = [['t1', 't2', 't3'], ['t3', 't4', 't1'], []];
      world[side].answer = (asked) =>
        isList(asked)
          ? { json: { items: pages[Number(asked.query.get('page')) - 1]?.map((id) => world[side].records.get(id)) } }
          : undefined;
      const run = await world.sync();
      expect(names(world[side === 'left' ? 'right' : 'left']).sort()).toEqual(['t1', 't2', 't3', 't4']);
      expect(run.outcome).toBe('done');
      expect(wrote(await world.sync({ full: true }))).toBe(0);
    },
  );

  it('a list that ignores the filter costs time and nothing else', async () => {
    fill(4);
    await world.sync();
    world.left.answer = (asked) =>
      isList(asked) ? { json: { items: [...world.left.records.values()], total: 4 } } : undefined;
    world.left.put('t2', { name: 'Edited' });
    const run = await world.sync();
    expect([run.outcome, wrote(run), run.counts.things?.a.unchanged]).toEqual(['done', 1, 3]);
  });
});

describe('absence that proves nothing', () => {
  const sweeping = { sweep: 'always' as const };

  it.each([
    ['every record is there when asked for', (): undefined => undefined],
    ['403', () => ({ status: 403, json: {} })],
    ['401', () => ({ status: 401, json: {} })],
    ['500', () => ({ status: 500, raw: '<html>' })],
    ['200 with null', () => ({ raw: 'null' })],
    ['200 with an empty body', () => ({ raw: '' })],
    ['200 with a list', () => ({ json: [] })],
    ['a redirect to the login', () => ({ status: 302, headers: { location: '/login' }, raw: '' })],
  ])('an empty list deletes nothing when a direct read says: %s', async (_, reply) => {
    fill(4);
    await world.sync();
    world.left.answer = (asked) =>
      isList(asked) ? { json: { items: [], total: 0 } } : isGet(asked) ? reply() : undefined;
    const run = await world.sync(sweeping);
    expect(deletes()).toEqual([]);
    expect(run.outcome).not.toBe('done');
    const whole = await world.sync({ full: true });
    expect(deletes()).toEqual([]);
    expect(whole.outcome).not.toBe('done');
    world.left.answer = () => undefined;
    const after = await world.sync({ full: true });
    expect([after.outcome, wrote(after), names(world.right).length]).toEqual(['done', 0, 4]);
  });

  it('an empty list where each record is 404 holds every delete', async () => {
    fill(4);
    await world.sync();
    const kept = new Map(world.left.records);
    world.left.records.clear();
    const run = await world.sync(sweeping);
    expect([run.outcome, deletes()]).toEqual(['partial', []]);
    expect((await world.parked()).map((one) => one.reason)).toEqual(Array(4).fill('delete-guard'));
    for (const [id, record] of kept) world.left.records.set(id, record);
    world.skip(86_400_000);
    await world.sync({ full: true });
    const after = await world.sync({ full: true });
    expect([after.outcome, await world.parked(), names(world.right).length]).toEqual(['done', [], 4]);
  });

  it('a permission change that hides more than the guard allows holds every delete', async () => {
    fill(10);
    await world.sync();
    for (const id of [...world.left.records.keys()].slice(0, 6)) world.left.records.delete(id);
    const run = await world.sync(sweeping);
    expect([run.outcome, deletes()]).toEqual(['partial', []]);
  });

  it('a sweep that fails in the middle deletes nothing', async () => {
    await open({ left: paged({ total: 'total' }) });
    fill(8);
    await world.sync();
    world.left.records.delete('t1');
    world.left.answer = (asked) =>
      isList(asked) && !asked.query.has('since') && asked.query.get('page') === '2'
        ? { status: 500, raw: 'x' }
        : undefined;
    const run = await world.sync(sweeping);
    expect([run.outcome, deletes()]).toEqual(['failed', []]);
    world.left.answer = () => undefined;
    expect((await world.sync(sweeping)).counts.things?.wrote.b.delete).toBe(1);
  });
});

describe('records no one can use', () => {
  it('a record without an id, or one whose id JSON cannot hold, is told of and never invented', async () => {
    fill(1);
    for (const id of ['null', '""', '9007199254740993', '{}', 'true', '1.5', '"\\ud800"']) {
      world.left.answer = (asked) =>
        isList(asked)
          ? { raw: `{"items":[{"id":${id},"name":"x"},${JSON.stringify(world.left.records.get('t0'))}]}` }
          : undefined;
      const run = await world.sync();
      expect([id, run.outcome, codes(run).includes('record-without-id')]).toEqual([id, 'failed', true]);
    }
    expect(names(world.right)).not.toContain('x');
  });

  it.each([
    'a/b',
    'a?b=1',
    'a#b',
    '..',
    '.',
    '../things',
    'ä 😀',
    '%2F',
    '%',
    'a b',
    'a\'b"c',
    '__proto__',
    'constructor',
    'x'.repeat(2000),
  ])('an id such as %s is one record, updated and deleted as such', async (id) => {
    world.left.put(id, { name: 'One', email: 'one@x.example' });
    world.left.put('other', { name: 'Other', email: 'other@x.example' });
    const run = await world.sync();
    expect(names(world.right).sort()).toEqual(['One', 'Other']);
    expect(run.outcome).toBe('done');
    const made = [...world.right.records.values()].find((one) => one.name === 'One');
    world.right.put(String(made?.id), { name: 'Renamed' });
    const update = await world.sync();
    const unusable = id === '.' || id === '..';
    expect(world.left.records.get(id)?.name).toBe(unusable ? 'One' : 'Renamed');
    expect(world.left.records.size).toBe(2);
    expect(update.outcome).toBe(unusable ? 'partial' : 'done');
    expect(world.left.records.get('other')?.name).toBe('Other');
  });

  it('missing fields and values of other types are parked or left alone, and block nobody else', async () => {
    await open({
      left: stubConnector('left', {}, {}, { amount: { type: 'decimal' } }),
      right: stubConnector('right', {}, {}, { amount: { type: 'decimal' } }),
      mapping: {
        match: [],
        fields: [
          { left: 'name', right: 'name' },
          { left: 'email', right: 'email' },
          { left: 'amount', right: 'amount' },
        ],
      },
    });
    const odd: [string, Wire][] = [
      ['plain', { amount: '12.50' }],
      ['number name', { name: 12 }],
      ['object name', { name: { first: 'x' } }],
      ['list name', { name: ['x'] }],
      ['bool name', { name: true }],
      ['object amount', { amount: { x: 1 } }],
      ['text amount', { amount: 'a lot' }],
      ['no name', { name: undefined }],
      ['odd stamp', { updated: 'yesterday' }],
    ];
    for (const [id, more] of odd) world.left.records.set(id, thing(id, more));
    const run = await world.sync();
    expect(run.outcome).toBe('partial');
    const parked = await world.parked();
    expect(parked.map((one) => one.id).sort()).toEqual([
      'bool name',
      'list name',
      'object amount',
      'object name',
      'text amount',
    ]);
    expect(world.right.records.size + parked.length).toBe(odd.length);
    expect(JSON.stringify(parked)).not.toContain('a lot');
    const again = await world.sync({ full: true });
    expect([wrote(again), again.outcome]).toEqual([0, 'partial']);
  });
});

describe('answers over the wire', () => {
  it('a byte order mark before the JSON does no harm', async () => {
    fill(1);
    world.left.answer = (asked) =>
      isList(asked) ? { raw: `\ufeff${JSON.stringify({ items: [...world.left.records.values()] })}` } : undefined;
    expect([(await world.sync()).outcome, names(world.right)]).toEqual(['done', ['Thing 0']]);
  });

  it('a page of 50 MB is read', async () => {
    fill(1);
    const ballast = 'x'.repeat(50_000_000);
    world.left.answer = (asked) =>
      isList(asked) ? { json: { items: [{ ...world.left.records.get('t0'), ballast }] } } : undefined;
    expect([(await world.sync()).outcome, names(world.right)]).toEqual(['done', ['Thing 0']]);
  });

  it('an answer compressed without being asked is read all the same', async () => {
    fill(1);
    world.left.answer = (asked) =>
      isList(asked)
        ? {
            raw: gzipSync(JSON.stringify({ items: [...world.left.records.values()] })),
            headers: { 'content-encoding': 'gzip' },
          }
        : undefined;
    expect([(await world.sync()).outcome, names(world.right)]).toEqual(['done', ['Thing 0']]);
  });

  it('a redirect to another host is not followed, so no credentials go there', async () => {
    const elsewhere = await openStub('E', () => 0);
    fill(1);
    for (const status of [301, 302, 307, 308]) {
      world.left.answer = () => ({ status, headers: { location: `${elsewhere.url}/things` }, raw: '' });
      expect((await world.sync()).outcome).toBe('failed');
    }
    expect(elsewhere.asked).toEqual([]);
    await elsewhere.close();
  });

  it.each([
    ['broken off in the body', (text: string) => ({ 'content-length': String(text.length) })],
    ['shorter than its Content-Length', (text: string) => ({ 'content-length': String(text.length * 2) })],
  ])('an answer %s is no answer', async (_, headers) => {
    fill(4);
    await world.sync();
    const text = JSON.stringify({ items: [] });
    world.left.answer = (asked) =>
      isList(asked)
        ? {
            write: (response, socket) => {
              response.writeHead(200, headers(`${text}   `));
              response.write(text);
              setTimeout(() => socket.destroy(), 20);
            },
          }
        : undefined;
    const run = await world.sync({ sweep: 'always' });
    expect([run.outcome, deletes()]).toEqual(['failed', []]);
  });
});
