import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Wire } from '../../src/connector/port.ts';
import { codes, type Hostile, openHostile, stubConnector, wrote } from './world.ts';

let world: Hostile;
const open = async (options?: Parameters<typeof openHostile>[0]) => {
  await world.close();
  world = await openHostile(options);
};
beforeEach(async () => {
  world = await openHostile();
});
afterEach(async () => {
  await world.close();
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length'];
const email = { left: 'email', right: 'email' };

describe('names that mean something to JavaScript', () => {
  it.each(NAMES)('a field named %s is a field like others, or refused when the connector is read', async (name) => {
    const field: Wire = { [name]: { type: 'string' } };
    const both = { left: stubConnector('left', {}, {}, field), right: stubConnector('right', {}, {}, field) };
    try {
      await open({ ...both, mapping: { fields: [email, { left: name, right: name }] } });
    } catch (error) {
      world = await openHostile();
      expect(String(error)).toContain(name);
      return;
    }
    world.left.put('a', JSON.parse(`{"email":"a","${name}":"one"}`));
    world.left.put('b', { email: 'b' });
    world.left.put('c', JSON.parse(`{"email":"c","${name}":{"polluted":true}}`));
    const run = await world.sync();
    expect(codes(run)).toEqual([]);
    const right = [...world.right.records.values()];
    expect(right.map((one) => [one.email, Object.hasOwn(one, name) ? one[name] : undefined])).toEqual([
      ['a', 'one'],
      ['b', undefined],
    ]);
    expect((await world.parked()).map((one) => one.id)).toEqual(['c']);
    world.left.put('a', JSON.parse(`{"${name}":"two"}`));
    await world.sync();
    expect(world.right.records.get('R1')).toHaveProperty([name], 'two');
    expect(wrote(await world.sync({ full: true }))).toBe(0);
  });

  it.each(NAMES)('a field of the wire named %s is read and written by its path', async (name) => {
    const field: Wire = { named: { type: 'string', path: name } };
    const both = { left: stubConnector('left', {}, {}, field), right: stubConnector('right', {}, {}, field) };
    await open({ ...both, mapping: { fields: [email, { left: 'named', right: 'named' }] } });
    world.left.put('a', JSON.parse(`{"email":"a","${name}":"one"}`));
    world.left.put('b', { email: 'b' });
    const run = await world.sync();
    expect(codes(run)).toEqual([]);
    const right = [...world.right.records.values()];
    expect(right.map((one) => (Object.hasOwn(one, name) ? one[name] : undefined))).toEqual(['one', undefined]);
    expect(wrote(await world.sync({ full: true }))).toBe(0);
  });

  it.each(NAMES)('an integration that names %s where nothing of that name is gets a diagnostic', async (name) => {
    const texts = [
      { mapping: { left: name } },
      { mapping: { fields: [email, { left: name, right: 'name' }] } },
      { mapping: { match: [[name]] } },
      { mapping: { conflict: name } },
      // A key __proto__ is dropped by the reader of the file, and means nothing.
      ...(name === '__proto__' ? [] : [{ mapping: { filter: { [name]: 'x' } } }]),
      { mapping: { filter: { left: `{{ record.${name} }}` } } },
      { mapping: { fields: [email, { left: 'name', right: 'name', reference: name }] } },
      { mapping: { first_contact: { prefer: name } } },
    ];
    for (const text of texts) await expect(openHostile(text)).rejects.toThrow(/"severity": "error"/);
  });

  it.each(NAMES)('an option named %s is an option like others', async (key) => {
    const kind = {
      kind: {
        type: 'option',
        options: [
          { value: key, key },
          { value: 'x', key: 'x' },
        ],
      },
    };
    const plain = { kind: { type: 'option', options: [{ value: 'x', key: 'x' }] } };
    await open({
      left: stubConnector('left', {}, {}, kind),
      right: stubConnector('right', {}, {}, plain),
      mapping: {
        fields: [email, { left: 'kind', right: 'kind', direction: 'left -> right', options: { x: 'x' } }],
      },
    });
    world.left.put('a', { email: 'a', kind: key });
    world.left.put('b', { email: 'b', kind: 'x' });
    world.left.put('c', { email: 'c', kind: 'valueOf ' });
    const run = await world.sync();
    expect(codes(run).filter((code) => code === 'run-broken')).toEqual([]);
    expect([...world.right.records.values()].map((one) => one.kind)).toEqual(['x']);
    expect((await world.parked()).map((one) => one.id).sort()).toEqual(['a', 'c']);
  });

  it('keys of that kind in records and answers are data', async () => {
    const dirty = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
    world.left.answer = (asked) =>
      asked.path === '/things' && asked.method === 'GET'
        ? { raw: `{${dirty},"items":[{${dirty},"id":"a","name":"A","email":"a","updated":5}]}` }
        : undefined;
    expect((await world.sync()).outcome).toBe('done');
    expect(world.right.records.get('R1')?.name).toBe('A');
  });

  it('a whole record with such keys is written back as it was', async () => {
    const update = { method: 'PUT', path: '/things/{id}', whole: true };
    await open({ right: stubConnector('right', {}, { update }) });
    world.left.put('a', { name: 'A', email: 'a' });
    await world.sync();
    world.right.records.set(
      'R1',
      JSON.parse('{"id":"R1","name":"A","email":"a","updated":1,"__proto__":{"x":1},"toString":"t"}'),
    );
    world.left.put('a', { name: 'B' });
    await world.sync();
    const sent = world.right.asked.find((asked) => asked.method === 'PUT')?.body ?? {};
    expect(Object.getOwnPropertyDescriptor(sent, '__proto__')?.value).toEqual({ x: 1 });
    expect(sent).toMatchObject({ name: 'B' });
    expect(Object.hasOwn(sent, 'toString')).toBe(true);
  });
});

describe('values that look like commands', () => {
  const VALUES = [
    '${key}',
    '${HOME}',
    '{{ 7 * 7 }}',
    '{% for i in range(9) %}x{% endfor %}',
    'a\r\nx-evil: 1\r\n\r\nGET /evil HTTP/1.1',
    "'; DROP TABLE things; --",
    '"quoted" \\ back',
    '=HYPERLINK("http://evil")',
    '../../etc/passwd',
    '<script>alert(1)</script>',
    '\u0000nul',
    '\ud800 lone surrogate',
    '😀'.repeat(500),
    'null',
    'x'.repeat(1_000_000),
  ];

  it('come through as they are, and are found by match keys, link tokens and filters as such', async () => {
    const list = {
      path: '/things',
      records: 'items',
      pagination: { style: 'none' },
      equals: { email: 'email', token: 'token' },
    };
    const object = { list, unique: ['email'], link_field: 'token' };
    await open({
      right: stubConnector('right', {}, object, { token: { type: 'string' } }),
      mapping: { filter: { left: "{{ record.name != 'none' }}" } },
    });
    for (const [i, value] of VALUES.entries())
      world.left.put(`id${value.slice(0, 30).toWellFormed()}${i}`, { name: value, email: value });
    const run = await world.sync();
    expect((await world.parked()).map((one) => one.diagnostic.summary)).toEqual([]);
    expect([run.outcome, codes(run)]).toEqual(['done', []]);
    const right = [...world.right.records.values()].map((one) => String(one.name).toWellFormed());
    expect(right.sort()).toEqual(VALUES.map((value) => value.toWellFormed()).sort());
    expect(wrote(await world.sync({ full: true }))).toBe(0);
    for (const asked of [...world.right.asked, ...world.left.asked]) {
      expect(asked.headers['x-evil']).toBeUndefined();
      expect(asked.path.startsWith('/things')).toBe(true);
      expect(asked.headers['x-key']).toBe('k-e-y');
    }
  });

  it('are never looked at as more than text in a lookup by a unique key', async () => {
    const list = { path: '/things', records: 'items', pagination: { style: 'none' }, equals: { email: 'email' } };
    await open({
      right: stubConnector('right', { timeout: '300ms' }, { list, unique: ['email'] }),
      mapping: { match: [] },
    });
    const value = 'a&email=b#x?y/../z\r\nx-evil: 1 ${key} {id}';
    world.left.put('a', { name: 'A', email: value });
    world.right.answer = (asked) => (asked.method === 'POST' ? { ...world.right.right(asked), drop: true } : undefined);
    await world.sync();
    world.right.answer = () => undefined;
    world.skip(60_000);
    const run = await world.sync();
    const search = world.right.asked.find((asked) => asked.query.has('email'));
    expect(search?.query.getAll('email')).toEqual([value]);
    expect([run.outcome, world.right.records.size]).toEqual(['done', 1]);
  });
});
