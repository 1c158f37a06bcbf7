import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPANIES, link, ORDERS, parked } from './conformance-examples.ts';
import { Draft } from './draft.ts';
import type { Fence, Link, StateChange, Store } from './port.ts';
import { openScratch } from './scratch.ts';
import { openSqliteStore } from './sqlite/store.ts';

const random = (n: number) => new Uint8Array(n).fill(5);
const scratch = () => openScratch({ memoryBytes: 1e6, directory: null, random });

async function openStore(): Promise<{ store: Store; fence: Fence }> {
  const clock = { now: () => 1000, sleep: async () => undefined };
  const opened = openSqliteStore(':memory:', {
    key: new Uint8Array(32),
    random: { next: () => 0.5, bytes: random },
    clock,
  });
  if (!opened.ok) throw new Error(opened.error.summary);
  const store = opened.value;
  await store.layout(['name']);
  const fence = await store.acquire('shop', 'test', 1000, 0);
  if (!fence.ok) throw new Error(fence.error.summary);
  return { store, fence: fence.value };
}

const IDS = ['1', '2', '3'];
const FILTERS = [
  {},
  { mapping: COMPANIES },
  { mapping: COMPANIES, includeDismissed: true },
  { mapping: COMPANIES, side: 'a' as const, ids: ['1', '3'] },
  { mapping: COMPANIES, side: 'b' as const, reason: 'invalid', limit: 1 },
  { mapping: COMPANIES, side: 'a' as const, partners: ['1', '2'] },
  { partners: ['3'], includeDismissed: true },
  { due: 50 },
  { waitsFor: { mapping: ORDERS, side: 'a' as const, ids: ['2'] } },
];

/** All that a run asks, as plain data. */
async function answers(store: Store): Promise<unknown> {
  const { active, silent } = await store.countLinks(COMPANIES);
  const found: unknown[] = [active, silent, await store.countParked(), await store.countParked(ORDERS)];
  for (const filter of FILTERS) found.push(await store.parked(filter));
  for (const side of ['a', 'b'] as const) {
    const links = await store.links(COMPANIES, side, IDS);
    found.push([...links].sort(([one], [other]) => (one < other ? -1 : 1)));
    for (const rule of [0, 1]) {
      const ids = await store.idsByKey(COMPANIES, side, rule, ['x', 'y']);
      found.push(['x', 'y'].map((key) => [...(ids.get(key) ?? [])].sort()));
    }
  }
  return found;
}

const id = fc.constantFrom(...IDS);
const side = fc.constantFrom('a' as const, 'b' as const);
const key = fc.option(fc.constantFrom('x', 'y'));
const record = { mapping: fc.constantFrom(COMPANIES, ORDERS), side, id };
const changes = fc.oneof(
  fc
    .record({ a: id, b: id, state: fc.constantFrom<Link['state']>('active', 'silent', 'closed') })
    .map(({ a, b, state }): StateChange => ({ links: [link(a, b, { state })] })),
  fc
    .record({
      ...record,
      reason: fc.constantFrom('invalid', 'conflict'),
      next: fc.option(fc.nat(99)),
      partner: fc.option(id),
      dismissed: fc.option(fc.constant({ reason: 'known', at: 5 })),
      waitsFor: fc.option(fc.record({ mapping: fc.constant(ORDERS), side, id })),
    })
    .map((more): StateChange => ({ parked: [parked(more.id, more)] })),
  fc.record(record).map((one): StateChange => ({ released: [one] })),
  fc.record({ ...record, keys: fc.tuple(key, key) }).map((one): StateChange => ({ keys: [one] })),
  fc.record(record).map((one): StateChange => ({ keysGone: [one] })),
);

describe('a draft', () => {
  it('answers as the store would after the same commits, and leaves the store as it is', async () => {
    const plays = fc.tuple(fc.array(changes, { maxLength: 12 }), fc.array(changes, { maxLength: 12 }));
    await fc.assert(
      fc.asyncProperty(plays, async ([before, after]) => {
        const [below, whole] = [await openStore(), await openStore()];
        const draft = new Draft(below.store, scratch());
        for (const [index, change] of [...before, ...after].entries()) {
          const timed = { ...change, links: (change.links ?? []).map((one) => ({ ...one, touched: index })) };
          // What clashes is refused by the store, and never asked for by a run.
          if (!(await whole.store.commit(whole.fence, timed)).ok) continue;
          if (index < before.length) await below.store.commit(below.fence, timed);
          else await draft.commit(below.fence, timed);
        }
        const untouched = await answers(new Draft(below.store, scratch()));
        expect(await answers(draft)).toEqual(await answers(whole.store));
        await draft.close();
        expect(await answers(below.store)).toEqual(untouched);
        await below.store.close();
        await whole.store.close();
      }),
      { numRuns: 60 },
    );
  });

  it('moves a link from a merged record to its survivor', async () => {
    const { store, fence } = await openStore();
    await store.commit(fence, { links: [link('1', '1')] });
    const draft = new Draft(store, scratch());
    await draft.commit(fence, { unlinked: [{ mapping: COMPANIES, a: '1', b: '1' }], links: [link('2', '1')] });
    expect([...(await draft.links(COMPANIES, 'a', ['1', '2'])).keys()]).toEqual(['2']);
    expect((await draft.links(COMPANIES, 'b', ['1'])).get('1')?.a).toBe('2');
    expect(await draft.countLinks(COMPANIES)).toEqual({ active: 1, silent: 0, closed: 0 });
    await draft.close();
    await store.close();
  });
});
