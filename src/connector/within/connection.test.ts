import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problem } from '../../record/diagnostic.ts';
import { compileReader } from '../codec/path.ts';
import { type ConnectorDefinition, connectorSchema } from '../definition.ts';
import type { Capabilities, Connection, GetOutcome, UpdateItem, Wire, WireRecord, WriteOutcome } from '../port.ts';
import { merged } from '../wire-path.ts';
import { withAddedFields } from './complete.ts';
import { withPartsAndLines } from './connection.ts';

const CONNECTOR: ConnectorDefinition = withAddedFields(
  connectorSchema.parse({
    connector: 'toy',
    title: 'Toy',
    protocol: 'rest',
    objects: {
      customers: { fields: { name: { type: 'string' } } },
      contacts: {
        part_of: { object: 'customers', whole: 'customer', present: ['last', 'email'] },
        fields: {
          last: { type: 'string', path: 'contact_last' },
          email: { type: 'email', path: 'contact.email' },
        },
      },
      persons: {
        part_of: { object: 'customers', whole: 'customer', present: ['last'], creates_whole: true },
        fields: { last: { type: 'string', path: 'contact_last' } },
      },
      numbered: {
        lines_of: { object: 'customers', path: 'orders.lines', whole: 'customer', key: 'no', keys: 'sent' },
        fields: { no: { type: 'string', path: 'n.o' }, text: { type: 'string' } },
      },
      counted: {
        lines_of: {
          object: 'customers',
          path: 'orders.lines',
          whole: 'customer',
          key: 'no',
          keys: 'next',
          position: 'at',
        },
        fields: { no: { type: 'integer' }, text: { type: 'string' } },
      },
      named: {
        lines_of: { object: 'customers', path: 'orders.lines', whole: 'customer', key: 'no', keys: 'server' },
        fields: { no: { type: 'integer' }, text: { type: 'string' } },
      },
    },
  }),
);

/** Customers in memory; each write raises the version, and is refused for another one where a version is given. */
function toy(
  records: Record<string, Wire>,
  more: { conditional?: boolean; doubtful?: boolean; onUpdate?: () => void } = {},
) {
  const { conditional = true, doubtful = false } = more;
  const store = new Map(Object.entries(records).map(([id, wire]) => [id, { wire, version: 1 }]));
  const updates: UpdateItem[] = [];
  const recordOf = (id: string): WireRecord | null => {
    const found = store.get(id);
    if (!found) return null;
    const { wire, version } = found;
    return { id, version: String(version), modified: 7, archived: wire.archived === true, mergedInto: null, wire };
  };
  const write = (id: string, wire: Wire): WriteOutcome => {
    store.set(id, { wire, version: (store.get(id)?.version ?? 0) + 1 });
    return { kind: 'done', id, record: recordOf(id) };
  };
  const can: Partial<Capabilities> = { get: true, create: true, update: true, conditionalUpdate: conditional };
  const inner: Partial<Connection> = {
    connector: CONNECTOR,
    capabilities: () => can as Capabilities,
    options: () => [],
    async *read() {
      yield { kind: 'page', records: [...store.keys()].flatMap((id) => recordOf(id) ?? []) };
      yield { kind: 'end', complete: true, serverTime: null };
    },
    get: async (_, ids) =>
      ids.map((id): GetOutcome => {
        const record = recordOf(id);
        return record ? { kind: 'present', record } : { kind: 'gone' };
      }),
    create: async (_, items) => items.map(({ wire }) => write(`new${store.size}`, wire)),
    update: async (_, items) => {
      more.onUpdate?.();
      updates.push(...items);
      return items.map(({ id, wire, version }): WriteOutcome => {
        const now = recordOf(id);
        const moved = now !== null && version !== null && version !== now.version;
        if (moved) {
          return { kind: 'failed', class: 'conflict', diagnostic: problem('version-conflict', 'moved'), doubtful };
        }
        return write(id, merged(now?.wire ?? {}, wire));
      });
    },
  };
  const connection = withPartsAndLines(inner as Connection);
  return { connection, updates, wireOf: (id: string) => store.get(id)?.wire, write };
}

const listIn = (wire: Wire | undefined) => compileReader('orders.lines')(wire ?? {}) as Wire[];
const put = (wire: Wire) => ({ wire, idempotencyKey: 'key' });
const outcomeText = (outcome: WriteOutcome | undefined): string =>
  outcome?.kind === 'done' ? `done ${outcome.id}` : `${outcome?.kind} ${outcome?.diagnostic.code}`;

async function pageOf(connection: Connection, object: string, since: number | null) {
  for await (const step of connection.read({ object, since })) if (step.kind === 'page') return step;
  throw new Error('no page');
}

describe('parts', () => {
  it('a whole with its part is read as the part; one without it, among changes, as a deleted one', async () => {
    const { connection } = toy({
      c1: { contact_last: 'Berg' },
      c2: { name: 'x' },
      c3: { archived: true, contact_last: 'Y' },
    });
    const changes = await pageOf(connection, 'contacts', 0);
    expect(changes.records.map(({ id, archived }) => [id, archived])).toEqual([
      ['c1', false],
      ['c2', true],
      ['c3', true],
    ]);
    expect(changes.newest).toBe(7);
    expect((await pageOf(connection, 'contacts', null)).records.map(({ id }) => id)).toEqual(['c1']);
  });

  const CREATES: [string, Wire, Wire, string][] = [
    ['is put where there is none', {}, { contact_last: 'Berg' }, 'done c1'],
    [
      'is the one that is there, when that says the same',
      { contact_last: 'Berg' },
      { contact_last: 'Berg' },
      'done c1',
    ],
    ['is refused where another one is', { contact_last: 'Dorn' }, { contact_last: 'Berg' }, 'failed place-taken'],
    ['is refused when it would not be there then', {}, { contact_last: '' }, 'failed part-empty'],
  ];
  it.each(CREATES)('a new part %s', async (_, before, sent, expected) => {
    const { connection, wireOf } = toy({ c1: { name: 'Nord', ...before } });
    const [outcome] = await connection.create('contacts', [put({ ...sent, '@whole': 'c1' })]);
    expect(outcomeText(outcome)).toBe(expected);
    expect(wireOf('c1')?.name).toBe('Nord');
    if (expected.startsWith('failed')) expect(wireOf('c1')).toEqual({ name: 'Nord', ...before });
  });

  it('of two new parts for one whole the second is refused', async () => {
    const { connection, updates } = toy({ c1: {} });
    const outcomes = await connection.create('contacts', [
      put({ '@whole': 'c1', contact_last: 'Berg' }),
      put({ '@whole': 'c1', contact_last: 'Dorn' }),
    ]);
    expect(outcomes.map(outcomeText)).toEqual(['done c1', 'failed place-taken']);
    expect(updates).toHaveLength(1);
  });

  it('a part that names no whole makes one where that is declared, and is refused elsewhere', async () => {
    const { connection, wireOf } = toy({});
    const [refused] = await connection.create('contacts', [put({ contact_last: 'Berg' })]);
    const [made] = await connection.create('persons', [put({ contact_last: 'Berg' })]);
    expect([refused, made].map(outcomeText)).toEqual(['failed whole-missing', 'done new0']);
    expect(wireOf('new0')).toEqual({ contact_last: 'Berg' });
    expect(made?.kind === 'done' && made.record?.wire['@whole']).toBe('new0');
  });

  it('a part is emptied, and its whole stays', async () => {
    const { connection, wireOf } = toy({
      c1: { name: 'Nord', contact_last: 'Berg', contact: { email: 'a@b.c', fax: 1 } },
    });
    await connection.remove('contacts', [{ id: 'c1', version: null }], false);
    expect(wireOf('c1')).toEqual({ name: 'Nord', contact_last: null, contact: { email: null, fax: 1 } });
    const [outcome] = await connection.get('contacts', ['c1']);
    expect(outcome?.kind === 'present' && outcome.record.archived).toBe(true);
  });

  it('a part that moves is written there first, then taken from here, with all it says', async () => {
    const { connection, updates, wireOf } = toy({ c1: { contact_last: 'Berg', contact: { email: 'a@b.c' } }, c2: {} });
    const [outcome] = await connection.update('contacts', [{ id: 'c1', wire: { '@whole': 'c2' }, version: null }]);
    expect(outcomeText(outcome)).toBe('done c2');
    expect(updates.map(({ id }) => id)).toEqual(['c2', 'c1']);
    expect(wireOf('c2')).toEqual({ contact_last: 'Berg', contact: { email: 'a@b.c' } });
    expect(wireOf('c1')?.contact_last).toBe(null);
  });

  it('a part does not move to a place that is taken, and stands at both places never for long', async () => {
    const { connection, wireOf } = toy({ c1: { contact_last: 'Berg' }, c2: { contact_last: 'Dorn' } });
    const [outcome] = await connection.update('contacts', [{ id: 'c1', wire: { '@whole': 'c2' }, version: null }]);
    expect(outcomeText(outcome)).toBe('failed place-taken');
    expect([wireOf('c1')?.contact_last, wireOf('c2')?.contact_last]).toEqual(['Berg', 'Dorn']);
    let count = 0;
    const failing = toy(
      { c1: { contact_last: 'Berg' }, c2: {} },
      {
        onUpdate: () => {
          count += 1;
          // Someone edits it while it is on the way.
          if (count === 2) failing.write('c1', { contact_last: 'Berg-Hansen' });
        },
      },
    );
    const [late] = await failing.connection.update('contacts', [{ id: 'c1', wire: { '@whole': 'c2' }, version: null }]);
    expect(outcomeText(late)).toBe('failed version-conflict');
    expect([failing.wireOf('c1')?.contact_last, failing.wireOf('c2')?.contact_last]).toEqual(['Berg-Hansen', null]);
  });

  it('a part is held against what it said; the rest of its whole may have changed since', async () => {
    const { connection, wireOf, write, updates } = toy({ c1: { contact_last: 'Berg' } });
    const [part] = (await pageOf(connection, 'contacts', 0)).records;
    const update = (last: string, known: typeof part) =>
      connection.update('contacts', [
        {
          id: 'c1',
          wire: { contact_last: last },
          version: known?.version ?? null,
          ...(known ? { current: known.wire } : {}),
        },
      ]);
    expect((await update('Hansen', part)).map(outcomeText)).toEqual(['done c1']);
    expect(updates).toHaveLength(1);
    expect((await update('Jensen', part)).map(outcomeText)).toEqual(['failed version-conflict']);
    const [now] = (await pageOf(connection, 'contacts', 0)).records;
    write('c1', { name: 'theirs', contact_last: 'Hansen' });
    expect((await update('Jensen', now)).map(outcomeText)).toEqual(['done c1']);
    expect(wireOf('c1')).toEqual({ name: 'theirs', contact_last: 'Jensen' });
  });

  it('a whole that someone else changes meanwhile is read and written anew', async () => {
    let once = true;
    const world = toy(
      { c1: {} },
      {
        onUpdate: () => {
          if (once) world.write('c1', { name: 'theirs' });
          once = false;
        },
      },
    );
    const [outcome] = await world.connection.create('contacts', [put({ '@whole': 'c1', contact_last: 'Berg' })]);
    expect(outcomeText(outcome)).toBe('done c1');
    expect(world.wireOf('c1')).toEqual({ name: 'theirs', contact_last: 'Berg' });
  });
});

describe('lines', () => {
  const lines = (...all: Wire[]): Wire => ({ name: 'Nord', orders: { lines: all, paid: true } });
  const line = (no: number, text: string, more: Wire = {}): Wire => ({ no, text, ...more });

  it('are read with their place, all of a whole on one page', async () => {
    const { connection } = toy({ 'c/1': lines(line(7, 'a'), line(3, 'b')), c2: {} });
    const page = await pageOf(connection, 'counted', 0);
    expect(page.records.map(({ id, wire }) => [id, wire['@position']])).toEqual([
      ['c%2F1/7', 1],
      ['c%2F1/3', 2],
    ]);
    expect(page.complete).toEqual(['c/1', 'c2']);
  });

  it('that can not be told apart are not read, and nothing is taken for gone', async () => {
    const { connection } = toy({ c1: lines(line(7, 'a'), line(7, 'b')), c2: { orders: { lines: 'none' } } });
    const page = await pageOf(connection, 'counted', 0);
    expect(page.records).toEqual([]);
    expect(page.complete).toEqual([]);
    expect(page.remarks?.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'line-key-repeated warning',
      'lines-unreadable warning',
    ]);
    const [outcome] = await connection.get('counted', ['c1/7']);
    expect(outcome?.kind).toBe('unknown');
    const [written] = await connection.remove('counted', [{ id: 'c1/7', version: null }], false);
    expect(outcomeText(written)).toBe('failed line-key-repeated');
  });

  it('of one whole are written at once, whatever is done to them', async () => {
    const { connection, updates, wireOf } = toy({ c1: lines(line(7, 'a', { colour: 'red' }), line(3, 'b')) });
    const outcomes = await connection.create('counted', [
      put({ '@whole': 'c1', text: 'c' }),
      put({ '@whole': 'c1', text: 'd', '@position': 1 }),
    ]);
    expect(outcomes.map(outcomeText)).toEqual(['done c1/8', 'done c1/9']);
    expect(updates).toHaveLength(1);
    expect(wireOf('c1')).toEqual(lines(line(9, 'd'), line(7, 'a', { colour: 'red' }), line(3, 'b'), line(8, 'c')));
    await connection.update('counted', [
      { id: 'c1/7', wire: { text: 'A', '@position': 4 }, version: null },
      { id: 'c1/3', wire: { text: 'B' }, version: null },
    ]);
    expect(updates).toHaveLength(2);
    expect(wireOf('c1')).toEqual(lines(line(9, 'd'), line(3, 'B'), line(8, 'c'), line(7, 'A', { colour: 'red' })));
  });

  it('that someone else edited are decided anew; the lines beside them do not matter', async () => {
    const { connection, write } = toy({ c1: lines(line(7, 'a'), line(3, 'b')) });
    const [seven, three] = (await pageOf(connection, 'counted', 0)).records;
    write('c1', lines(line(7, 'theirs'), line(3, 'b')));
    const outcomes = await connection.update('counted', [
      { id: 'c1/7', wire: { text: 'ours' }, version: seven?.version ?? null },
      { id: 'c1/3', wire: { text: 'ours' }, version: three?.version ?? null },
    ]);
    expect(outcomes.map(outcomeText)).toEqual(['failed version-conflict', 'done c1/3']);
  });

  it('are not put in again where they may have been, and been edited since', async () => {
    let once = true;
    const landed = lines(line(1, 'a'), line(2, 'ours, edited by them'));
    const onUpdate = () => {
      if (once) world.write('c1', landed);
      once = false;
    };
    const world = toy({ c1: lines(line(1, 'a')) }, { doubtful: true, onUpdate });
    const [outcome] = await world.connection.create('counted', [put({ '@whole': 'c1', text: 'ours' })]);
    expect(outcomeText(outcome)).toBe('uncertain version-conflict');
    expect(world.wireOf('c1')).toEqual(landed);
  });

  it('that the system gives no key are not known, and it is said', async () => {
    const { connection } = toy({ c1: lines(line(1, 'a')) });
    const [unknown] = await connection.create('named', [put({ '@whole': 'c1', text: 'b' })]);
    // This system gives none: the line can't be told.
    expect(outcomeText(unknown)).toBe('uncertain line-key-unknown');
  });

  it('get no key, and parts no place, of a record that is gone and still linked', async () => {
    const { connection } = toy({ c1: lines(line(1, 'a')), c2: {} });
    const next = await connection.create('counted', [{ ...put({ '@whole': 'c1', text: 'b' }), reserved: ['c1/4'] }]);
    expect(next.map(outcomeText)).toEqual(['done c1/5']);
    const sent = await connection.create('numbered', [
      { ...put({ '@whole': 'c2', n: { o: 'x' } }), reserved: ['c2/x'] },
    ]);
    expect(sent.map(outcomeText)).toEqual(['failed place-taken']);
    const part = await connection.create('contacts', [
      { ...put({ '@whole': 'c2', contact_last: 'Berg' }), reserved: ['c2'] },
    ]);
    expect(part.map(outcomeText)).toEqual(['failed place-taken']);
  });

  it('with a key that is sent move with their key, but for one that is taken', async () => {
    const one = (o: string, text: string): Wire => ({ n: { o }, text });
    const { connection, wireOf } = toy({ c1: { orders: { lines: [one('a', '1'), one('b', '2')] } }, c2: {} });
    const update = (id: string, wire: Wire) => connection.update('numbered', [{ id, wire, version: null }]);
    expect((await update('c1/a', { n: { o: 'c' } })).map(outcomeText)).toEqual(['done c1/c']);
    expect((await update('c1/c', { n: { o: 'b' } })).map(outcomeText)).toEqual(['failed place-taken']);
    expect((await update('c1/c', { '@whole': 'c2' })).map(outcomeText)).toEqual(['done c2/c']);
    expect(wireOf('c2')).toEqual({ orders: { lines: [one('c', '1')] } });
    expect(wireOf('c1')).toEqual({ orders: { lines: [one('b', '2')] } });
  });

  it('whatever is done, lines that no step names stay as they are, in their order', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('put' as const),
        text: fc.string(),
        at: fc.option(fc.integer({ min: 1, max: 9 })),
      }),
      fc.record({ kind: fc.constant('change' as const), no: fc.integer({ min: 1, max: 6 }), text: fc.string() }),
      fc.record({ kind: fc.constant('take' as const), no: fc.integer({ min: 1, max: 6 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 6 }), fc.array(step, { maxLength: 6 }), async (count, steps) => {
        const before = Array.from({ length: count }, (_, at) => line(at + 1, `t${at}`, { note: at }));
        const { connection, wireOf } = toy({ c1: lines(...before) });
        const named = new Set<number>();
        const taken = new Set<number>();
        let added = 0;
        for (const one of steps) {
          if (one.kind === 'put') {
            const place = one.at === null ? {} : { '@position': one.at };
            await connection.create('counted', [put({ '@whole': 'c1', text: one.text, ...place })]);
            added += 1;
            continue;
          }
          named.add(one.no);
          const item = { id: `c1/${one.no}`, wire: one.kind === 'change' ? { text: one.text } : {}, version: null };
          if (one.kind === 'change') await connection.update('counted', [item]);
          else if (one.no <= count) taken.add(one.no);
          if (one.kind === 'take') await connection.remove('counted', [item], false);
        }
        const after = listIn(wireOf('c1')).filter((one) => Number(one.no) <= count);
        const untouched = (all: Wire[]) => all.filter((one) => !named.has(Number(one.no)) && one.note !== undefined);
        expect(untouched(after)).toEqual(untouched(before));
        const total = listIn(wireOf('c1')).length;
        expect(total).toBeLessThanOrEqual(count - taken.size + added);
        expect(wireOf('c1')?.name).toBe('Nord');
      }),
      { numRuns: 300 },
    );
  });
});

it('a connection without parts and lines is left as it is', () => {
  const plain = { connector: { ...CONNECTOR, objects: {} } } as Connection;
  expect(withPartsAndLines(plain)).toBe(plain);
});
