import { afterEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/connector/port.ts';
import type { Store } from '../../src/store/port.ts';
import { openTables, planned, type Tables, written } from './tables.ts';
import { instead } from './world.ts';

const side = (table: string) => ({
  tables: `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, email TEXT, name TEXT, city TEXT, rank TEXT, note TEXT);`,
  objects: `
  ${table}:
    table: ${table}
    id: { path: id, type: integer }
    fields:
      email: { type: string }
      name: { type: string }
      city: { type: string, max_length: 12, on_violation: truncate }
      rank: { type: string }
      note: { type: string }
`,
});
const both = '{ create: create, update: update, delete: delete }';

interface Rules {
  match?: string;
  conflict?: string;
  prefer?: string | null;
  filter?: string;
  leave?: string;
  name?: string;
  city?: string;
  rank?: string;
  note?: string;
}

/** The mapping with some of its rules changed. */
function mapping({ match, conflict, prefer, filter, leave, name, city, rank, note }: Rules = {}): string {
  const rows = [
    '{ left: email, right: email }',
    name ?? '{ left: name, right: name }',
    city ?? '{ left: city, right: city, direction: left -> right }',
    rank ?? '{ left: rank, right: rank }',
    note ?? '',
  ];
  return `
  people:
    left: people
    right: partners
    match: ${match ?? '[[email]]'}
    conflict: ${conflict ?? 'hold'}
    ${prefer === null ? '' : `first_contact: { prefer: ${prefer ?? 'left'} }`}
    ${filter ? `filter: { left: "${filter}" }` : ''}
    on_leave: ${leave ?? 'keep'}
    propagate: { left: ${both}, right: ${both} }
    delete_guard: { share: 1, records: 1000 }
    oscillation: { writes: 50 }
    fields:
${rows.flatMap((row) => (row === '' ? [] : [`      - ${row}\n`])).join('')}`;
}

let world: Tables;
afterEach(() => world.close());

const people: [email: string, name: string, city: string, rank: string][] = [
  ['ada@x.example', 'Ada', 'London', 'a'],
  ['bob@x.example', 'Bob', 'Zürich', 'b'],
  ['cem@x.example', 'Cem', 'Berlin', 'a'],
  ['dana@x.example', 'Dana', 'Wien', ''],
];

async function openLinked(rules: Rules = {}): Promise<void> {
  world = await openTables({ left: side('people'), right: side('partners'), mappings: mapping(rules) });
  const insert = world.left.prepare('INSERT INTO people (email, name, city, rank) VALUES (?, ?, ?, ?)');
  for (const person of people) insert.run(...person);
  expect(written(await world.sync())).toBe(`b: ${people.length} create`);
}

const column = (on: 'left' | 'right', name: string) =>
  world[on]
    .prepare(`SELECT ${name} AS value FROM ${on === 'left' ? 'people' : 'partners'} ORDER BY email`)
    .all()
    .map(({ value }) => value);
const right = (sql: string) => world.right.exec(`UPDATE partners SET ${sql}`);
const left = (sql: string) => world.left.exec(`UPDATE people SET ${sql}`);

/** Plans, syncs and syncs again. What is planned by which rules, what was done; the second run is quiet. */
async function change(rules: Rules): Promise<string> {
  world.edit(mapping(rules));
  const { items } = await world.plan();
  const reasons = new Map<string, number>();
  for (const { item } of items) {
    const changes = [item.actions.a, item.actions.b].flatMap((action) => action?.changes ?? []);
    const words = changes.map(({ to, field, rule }) => `${to}.${field} ${rule}`);
    for (const word of words.length > 0 ? words : [item.park?.reason ?? item.rule])
      if (word !== 'unchanged' && word !== 'agree') reasons.set(word, (reasons.get(word) ?? 0) + 1);
  }
  const done = written(await world.sync());
  expect(planned(items)).toBe(done);
  expect(written(await world.sync())).toBe('nothing');
  expect(written(await world.sync({ full: true }))).toBe('nothing');
  const { items: later } = await world.plan();
  expect(later.filter(({ item }) => Object.keys(item.actions).length > 0)).toEqual([]);
  const list = [...reasons].map(([word, count]) => `${count} ${word}`).sort();
  return [done, ...list].join('; ');
}

describe('an edited mapping', () => {
  it('that makes no other values changes nothing', async () => {
    await openLinked();
    expect(await change({ name: '{ left: name, right: name, note: as agreed, conflict: left }' })).toBe('nothing');
    expect(await change({ name: '{ left: name, right: name, to_right: "{{ value }}", to_left: "{{ value }}" }' })).toBe(
      'nothing',
    );
  });

  it('writes the target of a changed expression where that says something else, and only there', async () => {
    await openLinked();
    left("name = 'CEM' WHERE email = 'cem@x.example'");
    await world.sync();
    expect(
      await change({ name: '{ left: name, right: name, to_right: "{{ value | upper }}", to_left: "{{ value }}" }' }),
    ).toBe('b: 3 update; 3 b.name mapping-changed');
    expect(column('right', 'name')).toEqual(['ADA', 'BOB', 'CEM', 'DANA']);
    expect(column('left', 'name')).toEqual(['Ada', 'Bob', 'CEM', 'Dana']);
  });

  it('writes one-way fields: an expression, a default, what is now cut elsewhere', async () => {
    await openLinked();
    const city = '{ left: city, right: city, direction: left -> right, to_right: "{{ value }}, Europa" }';
    expect(await change({ city })).toBe('b: 4 update; 4 b.city mapping-changed');
    expect(column('right', 'city')).toEqual(['London, Euro', 'Zürich, Euro', 'Berlin, Euro', 'Wien, Europa']);
    expect(await change({ city, rank: '{ left: rank, right: rank, default: { right: z } }' })).toBe(
      'b: 1 update; 1 b.rank mapping-changed',
    );
  });

  it('that changed in the way back writes the other side', async () => {
    await openLinked();
    const name = '{ left: name, right: name, to_right: "{{ value }}", to_left: "{{ value | upper }}" }';
    expect(await change({ name })).toBe('a: 4 update; 4 a.name mapping-changed');
    expect(column('right', 'name')).toEqual(['Ada', 'Bob', 'Cem', 'Dana']);
  });

  it('overwrites no edit of the target: that is a conflict, by policy', async () => {
    await openLinked();
    right("name = 'Bobby' WHERE email = 'bob@x.example'");
    const name = '{ left: name, right: name, to_right: "{{ value | upper }}", to_left: "{{ value }}" }';
    expect(await change({ name })).toBe('b: 3 update; 1 conflict; 3 b.name mapping-changed');
    expect(column('right', 'name')).toEqual(['ADA', 'Bobby', 'CEM', 'DANA']);
    expect(await world.parked()).toEqual(['a 2 conflict']);
    expect(await change({ name, conflict: 'right' })).toBe('a: 1 update; 1 a.name conflict-side-wins');
    expect(column('left', 'name')).toEqual(['Ada', 'Bobby', 'Cem', 'Dana']);
  });

  it('asks the policy of first contact where both ways were changed', async () => {
    const name = '{ left: name, right: name, to_right: "{{ value | upper }}", to_left: "{{ value | lower }}" }';
    await openLinked();
    expect(await change({ name })).toBe('b: 4 update; 4 b.name first-contact-preferred');
    await world.close();
    await openLinked({ prefer: null });
    expect(await change({ name, prefer: null })).toBe('nothing; 4 conflict');
  });

  it('with a new direction compares as at first contact', async () => {
    await openLinked();
    right("city = 'Bern' WHERE email = 'bob@x.example'");
    await world.sync();
    expect(column('right', 'city')).toEqual(['London', 'Bern', 'Berlin', 'Wien']);
    expect(await change({ city: '{ left: city, right: city }', prefer: 'right' })).toBe(
      'a: 1 update; 1 a.city first-contact-preferred',
    );
    expect(await change({ city: '{ left: city, right: city, direction: right -> left }' })).toBe('nothing');
    right("city = 'Genf' WHERE email = 'bob@x.example'");
    expect(written(await world.sync())).toBe('a: 1 update');
  });

  it('with a row less or more', async () => {
    await openLinked();
    expect(await change({ note: '{ right: note, to_right: "{{ record.name }} of {{ record.city }}" }' })).toBe(
      'b: 4 update; 4 b.note first-contact-filled',
    );
    expect(await change({})).toBe('nothing');
    right("note = 'mine' WHERE email = 'bob@x.example'");
    expect(written(await world.sync())).toBe('nothing');
  });

  it('with other match rules keeps its links', async () => {
    await openLinked();
    right("email = 'other@x.example' WHERE email = 'bob@x.example'");
    await world.sync();
    expect(await change({ match: '[[name]]' })).toBe('nothing');
    world.left.exec("INSERT INTO people (email, name) VALUES ('eva@x.example', 'Eva')");
    world.right.exec("INSERT INTO partners (email, name) VALUES ('', 'Eva')");
    const run = await world.sync();
    expect([written(run), run.counts.people?.linked]).toEqual(['b: 1 update', 1]);
  });

  it.each([
    ['keep', 'nothing; 2 left-filter-kept', 4],
    ['unlink', 'nothing; 2 left-filter-unlinked', 4],
    ['delete', 'b: 2 delete; 2 left-filter-delete', 2],
  ])('with another filter: %s', async (leave, expected, left) => {
    await openLinked({ leave });
    expect(await change({ leave, filter: "{{ record.rank != 'a' }}" })).toBe(expected);
    expect(column('right', 'email')).toHaveLength(left);
  });

  it('with another filter and other values at once removes what leaves, without taking the new values for edits', async () => {
    await openLinked({ leave: 'delete' });
    const name = '{ left: name, right: name, to_right: "{{ value }}", to_left: "{{ value | upper }}" }';
    const note = '{ left: note, right: note }';
    expect(await change({ leave: 'delete', filter: "{{ record.rank != 'a' }}", name, note })).toBe(
      'a: 2 update; b: 2 delete; 2 a.name mapping-changed; 2 left-filter-delete',
    );
  });

  it('reaches a silent pair when that is back in the filter', async () => {
    await openLinked();
    const filter = "{{ record.rank != 'a' }}";
    const name = '{ left: name, right: name, to_right: "{{ value | upper }}", to_left: "{{ value }}" }';
    expect(await change({ filter })).toBe('nothing; 2 left-filter-kept');
    expect(await change({ filter, name })).toBe('b: 2 update; 2 b.name mapping-changed; 2 outside-filter');
    expect(await change({ name })).toBe('b: 2 update; 2 b.name mapping-changed');
    expect(column('right', 'name')).toEqual(['ADA', 'BOB', 'CEM', 'DANA']);
  });

  it('reaches a pair that the same edit made silent when that is back', async () => {
    await openLinked();
    const filter = "{{ record.rank != 'a' }}";
    const name = '{ left: name, right: name, to_right: "{{ value | upper }}", to_left: "{{ value }}" }';
    const city = '{ left: city, right: city }';
    expect(await change({ filter, name, city })).toBe('b: 2 update; 2 b.name mapping-changed; 2 left-filter-kept');
    expect(await change({ name, city })).toBe('b: 2 update; 2 b.name mapping-changed');
    expect(column('right', 'name')).toEqual(['ADA', 'BOB', 'CEM', 'DANA']);
  });

  it('reaches also a pair that no list showed yet when all was read for that', async () => {
    await openLinked();
    const name = '{ left: name, right: name, to_right: "{{ value | upper }}", to_left: "{{ value }}" }';
    world.edit(mapping({ name }));
    const lagging = (whole: Connection) =>
      instead(whole, {
        read: async function* (request) {
          for await (const step of whole.read(request))
            yield step.kind === 'page' ? { ...step, records: step.records.filter(({ id }) => id !== '3') } : step;
        },
      });
    const { a, b } = world.connections;
    expect(written(await world.sync({ connections: { a: lagging(a), b: lagging(b) } }))).toBe('b: 3 update');
    expect(await change({ name })).toBe('b: 1 update; 1 b.name mapping-changed');
    expect(column('right', 'name')).toEqual(['ADA', 'BOB', 'CEM', 'DANA']);
  });

  it('that was edited twice before a run counts as edited once', async () => {
    await openLinked();
    const upper = '{ left: name, right: name, to_right: "{{ value | upper }}", to_left: "{{ value }}" }';
    world.edit(mapping({ name: upper }));
    await world.plan();
    expect(await change({ name: '{ left: name, right: name }' })).toBe('nothing');
  });
});

describe('a run under edited rules that stops half-way', () => {
  /** Both sides are to be written: what was surely not sent is sent by the next run. */
  it.each(['a', 'b'] as const)('before the updates of side %s are sent', async (side) => {
    const opened = { name: '{ left: name, right: name }', city: '{ left: city, right: city }' };
    await openLinked(opened);
    const name = '{ left: name, right: name, to_right: "{{ value | upper }}", to_left: "{{ value }}" }';
    const city = '{ left: city, right: city, to_right: "{{ value }}", to_left: "{{ value | upper }}" }';
    const rank = '{ left: rank, right: rank, direction: left -> right, default: { right: z } }';
    world.edit(mapping({ name, city, rank }));
    const dead = instead(world.connections[side], { update: () => Promise.reject(new Error('killed')) });
    await world.sync({ connections: { ...world.connections, [side]: dead } }).catch(() => undefined);
    world.skip(3_600_000);
    await world.sync();
    await world.sync();
    expect(column('right', 'name')).toEqual(['ADA', 'BOB', 'CEM', 'DANA']);
    expect(column('left', 'city')).toEqual(['LONDON', 'ZÜRICH', 'BERLIN', 'WIEN']);
    expect(column('right', 'rank')).toEqual(['a', 'b', 'a', 'z']);
    expect(await world.parked()).toEqual([]);
    expect(written(await world.sync({ full: true }))).toBe('nothing');
  });

  const name = '{ left: name, right: name, to_right: "{{ value | upper }}", to_left: "{{ value }}" }';
  const city = '{ left: city, right: city, direction: left -> right, to_right: "{{ value }}!" }';

  /** Each commit in turn is the last one before the process dies. */
  const stopping = (store: Store, commits: number): Store => {
    let left = commits;
    return instead(store, {
      commit: async (fence, change) => {
        left -= 1;
        if (left < 0) throw new Error('killed');
        return store.commit(fence, change);
      },
    });
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('is ended by the next one: after %s commits', async (commits) => {
    await openLinked();
    right("name = 'Bobby' WHERE email = 'bob@x.example'");
    world.edit(mapping({ name, city, conflict: 'right' }));
    await world.sync({ store: stopping(world.store, commits), batch: 2 }).catch(() => undefined);
    world.skip(3_600_000);
    await world.sync();
    await world.sync();
    expect(column('right', 'name')).toEqual(['ADA', 'Bobby', 'CEM', 'DANA']);
    expect(column('left', 'name')).toEqual(['Ada', 'Bobby', 'Cem', 'Dana']);
    expect(column('right', 'city')).toEqual(['London!', 'Zürich!', 'Berlin!', 'Wien!']);
    expect(await world.parked()).toEqual([]);
    expect(written(await world.sync({ full: true }))).toBe('nothing');
  });
});
