import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTables, planned, type Tables, written } from './tables.ts';

const people = {
  tables: `CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, first_name TEXT, last_name TEXT, born TEXT);`,
  objects: `
  people:
    table: people
    id: { path: id, type: integer }
    fields:
      email: { type: string }
      first_name: { type: string }
      last_name: { type: string }
      born: { type: date }
`,
};
const partners = {
  tables: `CREATE TABLE partners (id INTEGER PRIMARY KEY, email TEXT, kind TEXT, name TEXT, note TEXT);`,
  objects: `
  partners:
    table: partners
    id: { path: id, type: integer }
    fields:
      email: { type: string }
      kind: { type: option, options: [{ key: person, value: P }, { key: organisation, value: O }] }
      name: { type: string }
      note: { type: string }
`,
};
const MAPPING = `
  people:
    left: people
    right: partners
    match: [[email]]
    first_contact: { prefer: left }
    propagate: { left: { delete: delete }, right: { create: ignore, delete: delete } }
    fields:
      - { left: email, right: email }
      - { right: kind, to_right: person }
      - { right: name, to_right: "{{ record.first_name }} {{ record.last_name }}" }
`;

let world: Tables;
beforeEach(async () => {
  world = await openTables({ left: people, right: partners, mappings: MAPPING });
});
afterEach(() => world.close());

const person = (id: number, email: string, first: string, last: string) =>
  world.left
    .prepare('INSERT INTO people (id, email, first_name, last_name) VALUES (?, ?, ?, ?)')
    .run(id, email, first, last);
const partner = (id: number, email: string, kind: string | null, name: string | null) =>
  world.right.prepare('INSERT INTO partners (id, email, kind, name) VALUES (?, ?, ?, ?)').run(id, email, kind, name);
const right = () =>
  world.right
    .prepare('SELECT email, kind, name, note FROM partners ORDER BY email')
    .all()
    .map((row) => Object.values(row).join(' | '));

async function sync(): Promise<string> {
  const { items } = await world.plan();
  const done = written(await world.sync());
  expect(planned(items)).toBe(done);
  expect(written(await world.sync({ full: true }))).toBe('nothing');
  return done;
}

describe('a row that names only the field it computes', () => {
  it('is written with a create, at first contact and when what it reads changes', async () => {
    person(1, 'ada@x.example', 'Ada', 'King');
    person(2, 'bob@x.example', 'Bob', 'Ross');
    partner(9, 'bob@x.example', 'O', null);
    expect(await sync()).toBe('b: 1 create, 1 update');
    const first = ['ada@x.example | P | Ada King | ', 'bob@x.example | P | Bob Ross | '];
    expect(right()).toEqual(first);
    world.left.exec("UPDATE people SET last_name = 'Lovelace' WHERE id = 1");
    expect(await sync()).toBe('b: 1 update');
    expect(right()[0]).toBe('ada@x.example | P | Ada Lovelace | ');
    world.left.exec("UPDATE people SET born = '1815-12-10' WHERE id = 1");
    expect(await sync()).toBe('nothing');
  });

  it('is left alone where the target edits it, or restored', async () => {
    person(1, 'ada@x.example', 'Ada', 'King');
    await sync();
    world.right.exec("UPDATE partners SET kind = 'O', name = 'Ada Ltd'");
    expect(await sync()).toBe('nothing');
    expect(right()).toEqual(['ada@x.example | O | Ada Ltd | ']);
    world.edit(MAPPING.replace('to_right: person }', 'to_right: person, target_edits: restore }'));
    world.right.exec("UPDATE partners SET kind = NULL, name = 'Ada SE'");
    expect(await sync()).toBe('b: 1 update');
    expect(right()).toEqual(['ada@x.example | P | Ada SE | ']);
  });

  it('that is added later fills what is empty and is written where the target says something else', async () => {
    person(1, 'ada@x.example', 'Ada', 'King');
    person(2, 'bob@x.example', 'Bob', 'Ross');
    await sync();
    world.right.exec("UPDATE partners SET note = 'VIP' WHERE email = 'bob@x.example'");
    world.edit(`${MAPPING}      - { right: note, to_right: "{{ record.first_name }} came by sync" }\n`);
    expect(await sync()).toBe('b: 2 update');
    expect(right().map((row) => row.split(' | ')[3])).toEqual(['Ada came by sync', 'Bob came by sync']);
  });

  it('parks a record whose source it cannot read', async () => {
    world.edit(`${MAPPING}      - { right: note, to_right: "{{ record.born }}" }\n`);
    person(1, 'ada@x.example', 'Ada', 'King');
    world.left.exec("UPDATE people SET born = 'spring'");
    expect(await sync()).toBe('nothing');
    expect(await world.parked()).toEqual(['a 1 undecodable']);
    world.left.exec("UPDATE people SET born = '1815-12-10'");
    expect(await sync()).toBe('b: 1 create');
    expect(right()).toEqual(['ada@x.example | P | Ada King | 1815-12-10']);
  });
});

it('a side of which nothing but computed fields is written is not written back', async () => {
  world.edit(`
  people:
    left: people
    right: partners
    match: [[email]]
    propagate: { left: { delete: delete } }
    fields:
      - { left: email, right: email, direction: left -> right }
      - { left: last_name, to_left: "{{ record.name | upper }}" }
`);
  person(1, 'ada@x.example', '', '');
  partner(9, 'ada@x.example', null, 'King');
  expect(await sync()).toBe('a: 1 update');
  expect(world.left.prepare('SELECT last_name AS n FROM people').get()?.n).toBe('KING');
  world.right.exec("UPDATE partners SET name = 'Lovelace'");
  expect(await sync()).toBe('a: 1 update');
});
