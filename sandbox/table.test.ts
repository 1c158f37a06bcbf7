import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Entry, Table } from './table.ts';

interface Item {
  readonly value: string;
  readonly hidden: boolean;
}

const SEEDS = 6;
const MAX_LAG = 30;
const RETENTION = 20;
const START = 1000;
const seedAt = (n: number) => 100 + Math.floor(n / 2) * 10;
const seedItem = (n: number): Item => ({ value: `s${n % 3}`, hidden: false });
const lag = (n: number, at: number) => (n * 7 + at * 13) % (MAX_LAG + 1);

function newTable(): Table<Item> {
  const table = new Table<Item>({
    seedCount: SEEDS,
    seedRecord: seedItem,
    seedAt,
    seedValue: (n) => seedItem(n).value,
    value: (item) => item.value,
    hidden: (item) => item.hidden,
    lag,
    maxLag: MAX_LAG,
  });
  table.retentionMs = RETENTION;
  return table;
}

/** The same by brute force: every version ever written, searched from the newest. */
class History {
  private readonly versions: { n: number; at: number; visibleAt: number; item: Item | null }[] = [];
  next = SEEDS;

  constructor() {
    for (let n = 0; n < SEEDS; n += 1) {
      this.versions.push({ n, at: seedAt(n), visibleAt: Number.NEGATIVE_INFINITY, item: seedItem(n) });
    }
  }

  write(n: number, item: Item | null, at: number): void {
    this.versions.push({ n, at, visibleAt: at + lag(n, at), item });
    this.next = Math.max(this.next, n + 1);
  }

  visible(asOf: number): Entry<Item>[] {
    const entries: Entry<Item>[] = [];
    for (let n = 0; n < this.next; n += 1) {
      const version = this.versions.findLast((one) => one.n === n && one.visibleAt <= asOf);
      if (version?.item) entries.push({ n, at: version.at, record: version.item });
    }
    return entries;
  }
}

const write = fc.record({
  wait: fc.constantFrom(0, 0, 1, 7, 40),
  target: fc.nat(20),
  kind: fc.constantFrom('create', 'update', 'update', 'hide', 'delete'),
  value: fc.constantFrom('s0', 's1', 'new'),
});

test('lists, counts and searches agree with a plain history, lagging and stale', () => {
  fc.assert(
    fc.property(fc.array(write, { maxLength: 40 }), fc.constantFrom(0, 10, RETENTION), (writes, stale) => {
      const table = newTable();
      const history = new History();
      let now = START;
      for (const { wait, target, kind, value } of writes) {
        now += wait;
        const n = kind === 'create' ? table.next : target % table.next;
        if (table.current(n) === null && kind !== 'create') continue;
        const item = kind === 'delete' ? null : { value, hidden: kind === 'hide' };
        table.write(n, item, table.stamp(now), now);
        history.write(n, item, now);
        table.settle(now);
        compare(table, history, now - stale);
      }
    }),
    { numRuns: 300 },
  );
});

function compare(table: Table<Item>, history: History, asOf: number): void {
  const expected = history.visible(asOf);
  const byChange = [...expected].sort((a, b) => a.at - b.at || a.n - b.n);
  expect([...table.byNumber(0, asOf)]).toEqual(expected);
  expect([...table.changedFrom(0, null, asOf)]).toEqual(byChange);
  expect([...table.changedDownFrom(0, null, asOf)]).toEqual([...byChange].reverse());
  expect(table.slice(2, 3, asOf)).toEqual(expected.slice(2, 5));
  const since = byChange[Math.floor(byChange.length / 2)]?.at ?? 0;
  const changed = byChange.filter((entry) => entry.at >= since);
  const after = changed[0] ?? null;
  expect([...table.changedFrom(since, after, asOf)]).toEqual(changed.slice(1));
  expect([...table.changedDownFrom(since, changed.at(-1) ?? null, asOf)]).toEqual(changed.slice(0, -1).reverse());
  expect(table.changedNumbers(since, asOf)).toEqual(changed.map((entry) => entry.n).sort((a, b) => a - b));
  expect(table.count(since, true, asOf)).toBe(changed.length);
  expect(table.count(since, false, asOf)).toBe(changed.filter((entry) => !entry.record.hidden).length);
  expect(table.count(Number.NEGATIVE_INFINITY, false, asOf)).toBe(expected.filter((one) => !one.record.hidden).length);
  expect(table.findVisible('value', 's1', asOf)).toEqual(expected.filter((entry) => entry.record.value === 's1'));
  const current = Array.from({ length: table.next }, (_, n) => n).filter((n) => table.current(n)?.value === 's1');
  expect(table.find('value', 's1')).toEqual(current);
}

test('the change log stays in proportion to the records', () => {
  const table = newTable();
  for (let i = 0; i < 50_000; i += 1) table.write(i % 10, { value: String(i), hidden: false }, START + i, START + i);
  table.settle(START + 100_000);
  expect([...table.changedFrom(0, null, START + 100_000)].map((entry) => entry.record.value)).toEqual(
    Array.from({ length: 10 }, (_, i) => String(49_990 + i)),
  );
});
