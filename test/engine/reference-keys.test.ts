import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTables, planned, type Tables, written } from './tables.ts';
import { instead } from './world.ts';

/** The left refers to products by id, the right to articles by their number. */
const left = {
  tables: `
    CREATE TABLE products (id INTEGER PRIMARY KEY, sku TEXT, name TEXT);
    CREATE TABLE items (id INTEGER PRIMARY KEY, code TEXT, product INTEGER, pieces INTEGER);`,
  objects: `
  products:
    table: products
    id: { path: id, type: integer }
    fields:
      sku: { type: string }
      name: { type: string }
  items:
    table: items
    id: { path: id, type: integer }
    fields:
      code: { type: string }
      product: { type: reference, reference: products, number: {} }
      pieces: { type: integer }
`,
};
const right = {
  tables: `
    CREATE TABLE articles (id INTEGER PRIMARY KEY, number INTEGER, sku TEXT, name TEXT);
    CREATE TABLE items (id INTEGER PRIMARY KEY, code TEXT, article_number INTEGER, pieces INTEGER);`,
  objects: `
  articles:
    table: articles
    id: { path: id, type: integer }
    fields:
      number: { type: integer }
      sku: { type: string }
      name: { type: string }
  items:
    table: items
    id: { path: id, type: integer }
    fields:
      code: { type: string }
      article_number: { type: integer }
      pieces: { type: integer }
`,
};
const both = '{ create: create, update: update, delete: delete }';
const mappings = (match = '[[code]]') => `
  products:
    left: products
    right: articles
    match: [[sku]]
    propagate: { left: { create: ignore, delete: ignore }, right: { create: ignore, delete: ignore } }
    fields:
      - { left: sku, right: sku }
      - { left: name, right: name }
  items:
    left: items
    right: items
    match: ${match}
    first_contact: { prefer: left }
    propagate: { left: ${both}, right: ${both} }
    fields:
      - { left: code, right: code }
      - { left: product, right: article_number, reference: products, by: { right: number } }
      - { left: pieces, right: pieces }
`;

let world: Tables;
beforeEach(async () => {
  world = await openTables({ left, right, mappings: mappings() });
  for (const [id, sku] of [
    [1, 'bolt'],
    [2, 'nut'],
  ] as const) {
    world.left.prepare('INSERT INTO products (id, sku, name) VALUES (?, ?, ?)').run(id, sku, sku);
    world.right
      .prepare('INSERT INTO articles (id, number, sku, name) VALUES (?, ?, ?, ?)')
      .run(50 - id, 7000 + id, sku, sku);
  }
});
afterEach(() => world.close());

const item = (on: 'left' | 'right', id: number, code: string, of: number | null, pieces: number) =>
  world[on]
    .prepare(
      `INSERT INTO items (id, code, ${on === 'left' ? 'product' : 'article_number'}, pieces) VALUES (?, ?, ?, ?)`,
    )
    .run(id, code, of, pieces);
const items = (on: 'left' | 'right') =>
  world[on]
    .prepare(`SELECT code, ${on === 'left' ? 'product' : 'article_number'} AS of, pieces FROM items ORDER BY code`)
    .all()
    .map(({ code, of, pieces }) => `${code} ${of} ${pieces}`);

async function sync(): Promise<string> {
  const { items: plannedItems } = await world.plan();
  const done = written(await world.sync());
  expect(planned(plannedItems)).toBe(done);
  expect(written(await world.sync({ full: true }))).toBe('nothing');
  return done;
}

describe('a reference by a key of its record', () => {
  it('is translated in both directions, in creates and updates', async () => {
    item('left', 1, 'A', 1, 5);
    item('right', 1, 'B', 7002, 6);
    item('right', 2, 'C', null, 7);
    expect(await sync()).toBe('a: 2 create; b: 1 create');
    expect(items('left')).toEqual(['A 1 5', 'B 2 6', 'C null 7']);
    expect(items('right')).toEqual(['A 7001 5', 'B 7002 6', 'C null 7']);
    world.left.exec("UPDATE items SET product = 1 WHERE code = 'B'");
    world.right.exec("UPDATE items SET article_number = 7002 WHERE code = 'A'");
    expect(await sync()).toBe('a: 1 update; b: 1 update');
    expect([items('left'), items('right')]).toEqual([
      ['A 2 5', 'B 1 6', 'C null 7'],
      ['A 7002 5', 'B 7001 6', 'C null 7'],
    ]);
    world.left.exec("UPDATE items SET product = NULL WHERE code = 'B'");
    expect(await sync()).toBe('b: 1 update');
    expect(items('right')[1]).toBe('B null 6');
  });

  it('matches records that refer to the same one', async () => {
    world.edit(mappings('[[product]]'));
    item('left', 1, 'A', 1, 5);
    item('right', 9, 'x', 7001, 5);
    item('right', 8, 'B', 7002, 6);
    expect(await sync()).toBe('a: 1 create; b: 1 update');
    expect(items('right')).toEqual(['A 7001 5', 'B 7002 6']);
  });

  it('is asked for once for each key', async () => {
    for (let n = 1; n <= 20; n += 1) item('right', n, `code ${n}`, 7001, n);
    const finds: unknown[] = [];
    const { b } = world.connections;
    const find = (...asked: Parameters<typeof b.find>) => {
      finds.push(asked[2]);
      return b.find(...asked);
    };
    await world.sync({ connections: { ...world.connections, b: instead(b, { find }) } });
    expect([items('left').length, finds]).toEqual([20, [7001]]);
  });

  it.each([
    ['names no record', 9999, "UPDATE articles SET number = 9999 WHERE sku = 'bolt'"],
    ['names several', 7001, "UPDATE articles SET number = 7005 WHERE sku = 'nut'"],
  ])('that %s waits', async (_, number, correction) => {
    if (number === 7001) world.right.exec('UPDATE articles SET number = 7001');
    item('right', 1, 'A', number, 5);
    expect(await sync()).toBe('nothing');
    expect(await world.parked()).toEqual(['b 1 parent-unknown']);
    world.right.exec(correction);
    world.skip(3_600_000);
    expect(await sync()).toBe('a: 1 create');
    expect(items('left')).toEqual(['A 1 5']);
  });

  it('waits as well while the other side has no key for it', async () => {
    world.right.exec("UPDATE articles SET number = NULL WHERE sku = 'bolt'");
    item('left', 1, 'A', 1, 5);
    expect(await sync()).toBe('nothing');
    expect(await world.parked()).toEqual(['a 1 parent-unknown']);
    world.right.exec("UPDATE articles SET number = 12 WHERE sku = 'bolt'");
    world.skip(3_600_000);
    expect(await sync()).toBe('b: 1 create');
    expect(items('right')).toEqual(['A 12 5']);
  });
});
