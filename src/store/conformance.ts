import { deepEqual, equal, ok as isTrue, notEqual } from 'node:assert/strict';
import { CHECK_LIST } from './conformance-checklist.ts';
import {
  COMPANIES,
  code,
  commit,
  cursor,
  history,
  intent,
  lease,
  link,
  ORDERS,
  parked,
  plain,
  run,
  shape,
  value,
} from './conformance-examples.ts';
import type { Link, Store } from './port.ts';

/** One demand on every store. `run` gets a fresh, empty store and throws an AssertionError when it does not keep it. */
export interface StoreCase {
  name: string;
  run(store: Store): Promise<void>;
}

const LAYOUTS: StoreCase[] = [
  {
    name: 'a layout keeps its id and its fields in order',
    async run(store) {
      const id = await store.layout(['name', 'city']);
      equal(await store.layout(['name', 'city']), id);
      notEqual(await store.layout(['city', 'name']), id);
      notEqual(await store.layout(['name,city']), id);
      deepEqual(await store.layoutFields(id), ['name', 'city']);
    },
  },
];

const LINKS: StoreCase[] = [
  {
    name: 'an empty store knows nothing',
    async run(store) {
      equal((await store.links(COMPANIES, 'a', ['a1'])).size, 0);
      deepEqual(await store.linksAfter(COMPANIES, 'a', null, 10), []);
      deepEqual(await store.countLinks(COMPANIES), { active: 0, silent: 0, closed: 0 });
      equal(await store.cursor(COMPANIES, 'a'), null);
      deepEqual(await store.intents(COMPANIES), []);
      deepEqual(await store.parked({ mapping: COMPANIES }), []);
      deepEqual(await store.countParked(), {});
      equal((await store.idsByKey(COMPANIES, 'a', 0, ['aa'])).size, 0);
      deepEqual(await store.history(COMPANIES, 'a', 'a1', 10), []);
      deepEqual(await store.runs('shop', 10), []);
    },
  },
  {
    name: 'links are found from both sides, only under their mapping, with all their parts',
    async run(store) {
      const first = link('a1', 'b1', { aVersion: 'W/"x"', aBase: new Uint8Array(), touched: 1_789_000_000_123 });
      const second = link('a2', 'b2', { state: 'silent' });
      await commit(store, { links: [first, second, link('a1', 'x', { mapping: ORDERS })] });
      const byA = await store.links(COMPANIES, 'a', ['a2', 'a1', 'a1', 'none']);
      deepEqual([...byA.keys()].sort(), ['a1', 'a2']);
      deepEqual(plain(byA.get('a1')), plain(first));
      deepEqual(plain((await store.links(COMPANIES, 'b', ['b2'])).get('b2')), plain(second));
      equal((await store.links(COMPANIES, 'b', ['x'])).size, 0);
      equal((await store.links(COMPANIES, 'a', [])).size, 0);
    },
  },
  {
    name: 'ids are compared exactly: case, blanks, quotes and other scripts count',
    async run(store) {
      const ids = ['x', 'X', ' x', "x'", 'x"', 'ü', 'u\u0308', '日本', '1', '01', '1.0', '\\', '%', ''];
      await commit(store, { links: ids.map((id) => link(id, `b${id}`)) });
      const found = await store.links(COMPANIES, 'a', ids);
      deepEqual(
        ids.map((id) => found.get(id)?.b),
        ids.map((id) => `b${id}`),
      );
    },
  },
  {
    name: 'a link is replaced by mapping, a and b; the last one in a commit counts',
    async run(store) {
      await commit(store, { links: [link('a1', 'b1')] });
      const later = link('a1', 'b1', { touched: 2000, state: 'silent', bVersion: '9' });
      await commit(store, { links: [link('a1', 'b1', { touched: 1500 }), later] });
      deepEqual(plain((await store.links(COMPANIES, 'a', ['a1'])).get('a1')), plain(later));
      deepEqual(await store.countLinks(COMPANIES), { active: 0, silent: 1, closed: 0 });
    },
  },
  {
    name: 'a second open link of a record is refused, and nothing of the commit stays',
    async run(store) {
      await commit(store, { links: [link('a1', 'b1'), link('a2', 'b2', { state: 'silent' })] });
      for (const clashing of [link('a1', 'b9'), link('a9', 'b1'), link('a1', 'b2'), link('a9', 'b2')]) {
        const change = { links: [link('a5', 'b5'), clashing], cursors: [cursor({ mark: 5 })], run: run('run-2') };
        equal(code(await store.commit(await lease(store), change)), 'link-clash');
      }
      equal(code(await store.commit(await lease(store), { links: [link('x', 'y'), link('x', 'z')] })), 'link-clash');
      deepEqual(await store.countLinks(COMPANIES), { active: 1, silent: 1, closed: 0 });
      equal(await store.cursor(COMPANIES, 'a'), null);
      deepEqual(await store.runs('shop', 10), []);
      await commit(store, { links: [link('a1', 'b9', { mapping: ORDERS })] });
    },
  },
  {
    name: 'a closed link stays findable and blocks no new link of its records',
    async run(store) {
      await commit(store, { links: [link('a1', 'b1')] });
      await commit(store, { links: [link('a1', 'b1', { state: 'closed', touched: 2000 })] });
      equal((await store.links(COMPANIES, 'a', ['a1'])).get('a1')?.state, 'closed');
      await commit(store, { links: [link('a1', 'b2', { touched: 3000 })] });
      equal((await store.links(COMPANIES, 'a', ['a1'])).get('a1')?.b, 'b2');
      equal((await store.links(COMPANIES, 'b', ['b1'])).get('b1')?.state, 'closed');
      deepEqual(await store.countLinks(COMPANIES), { active: 1, silent: 0, closed: 1 });
    },
  },
  {
    name: 'of several closed links of a record the newest is found; reopening one takes it back',
    async run(store) {
      const closed = [link('a1', 'b1', { touched: 3000 }), link('a1', 'b2', { touched: 2000 }), link('a1', 'b3')];
      await commit(store, { links: closed.map((one) => ({ ...one, state: 'closed' as const })) });
      equal((await store.links(COMPANIES, 'a', ['a1'])).get('a1')?.b, 'b1');
      await commit(store, { links: [link('a1', 'b2', { touched: 4000 })] });
      equal((await store.links(COMPANIES, 'b', ['b2'])).get('b2')?.state, 'active');
      deepEqual(await store.countLinks(COMPANIES), { active: 1, silent: 0, closed: 2 });
    },
  },
  {
    name: 'a record leaves one link and enters another in one commit',
    async run(store) {
      await commit(store, { links: [link('a1', 'b1'), link('a2', 'b2')] });
      await commit(store, {
        links: [link('a1', 'b2'), link('a2', 'b2', { state: 'closed' }), link('a9', 'b1')],
        unlinked: [{ mapping: COMPANIES, a: 'a1', b: 'b1' }],
      });
      const found = await store.links(COMPANIES, 'b', ['b1', 'b2']);
      deepEqual([found.get('b1')?.a, found.get('b2')?.a], ['a9', 'a1']);
    },
  },
  {
    name: 'unlinked forgets open and closed links, by all three parts',
    async run(store) {
      await commit(store, { links: [link('a1', 'b1'), link('a2', 'b2', { state: 'closed' })] });
      const gone = [['a1', 'b2'] as const, ['a2', 'b2'] as const].map(([a, b]) => ({ mapping: COMPANIES, a, b }));
      await commit(store, { unlinked: gone });
      deepEqual(await store.countLinks(COMPANIES), { active: 1, silent: 0, closed: 0 });
    },
  },
  {
    name: 'linksAfter walks the links of a side in the order of ids, each record once',
    async run(store) {
      await commit(store, { links: [link('a4', 'b1'), link('a1', 'b4'), link('a3', 'b3', { state: 'silent' })] });
      const closed = [link('a2', 'b2'), link('a4', 'b9'), link('a2', 'b8', { touched: 9000 })];
      await commit(store, { links: closed.map((one) => ({ ...one, state: 'closed' as const })) });
      const pairs = (links: Link[]) => links.map(({ a, b }) => `${a}-${b}`);
      deepEqual(pairs(await store.linksAfter(COMPANIES, 'a', null, 3)), ['a1-b4', 'a2-b8', 'a3-b3']);
      deepEqual(pairs(await store.linksAfter(COMPANIES, 'a', 'a3', 3)), ['a4-b1']);
      const byB = await store.linksAfter(COMPANIES, 'b', 'b1', 10);
      deepEqual(pairs(byB), ['a2-b2', 'a3-b3', 'a1-b4', 'a2-b8', 'a4-b9']);
    },
  },
  {
    name: 'linkedIds walks the ids of a side that are linked, without the closed ones',
    async run(store) {
      deepEqual(await store.linkedIds(COMPANIES, 'a', null, 10), []);
      await commit(store, { links: [link('a2', 'b1'), link('a1', 'b2', { state: 'silent' }), link('a3', 'b3')] });
      await commit(store, { links: [{ ...link('a3', 'b3'), state: 'closed' }] });
      deepEqual(await store.linkedIds(COMPANIES, 'a', null, 10), ['a1', 'a2']);
      deepEqual(await store.linkedIds(COMPANIES, 'b', 'b1', 1), ['b2']);
    },
  },
  {
    name: 'settled pages are replaced whole, and forgotten with every change of a link of their mapping',
    async run(store) {
      const digest = (byte: string) => byte.repeat(16);
      const pages = (side: 'a' | 'b', ...digests: string[]) => ({ mapping: COMPANIES, side, digests });
      await commit(store, { pages: [pages('a', digest('0a'), digest('0b')), pages('b', digest('0c'))] });
      await commit(store, { pages: [pages('a', digest('0b'), digest('0d'))] });
      deepEqual((await store.pages(COMPANIES, 'a')).sort(), [digest('0b'), digest('0d')]);
      deepEqual(await store.pages(COMPANIES, 'b'), [digest('0c')]);
      deepEqual(await store.pages(ORDERS, 'a'), []);
      await commit(store, { links: [link('a1', 'b1', { mapping: ORDERS })] });
      deepEqual(await store.pages(COMPANIES, 'b'), [digest('0c')]);
      await commit(store, { links: [link('a1', 'b1')] });
      deepEqual(await store.pages(COMPANIES, 'a'), []);
      deepEqual(await store.pages(COMPANIES, 'b'), []);
    },
  },
];

const PROGRESS: StoreCase[] = [
  {
    name: 'a shape belongs to a mapping and side and is replaced whole',
    async run(store) {
      equal(await store.shape(COMPANIES, 'a'), null);
      await commit(store, { shapes: [shape(1000), shape(1000, { side: 'b' })] });
      deepEqual(await store.shape(COMPANIES, 'a'), shape(1000));
      await commit(store, { shapes: [shape(2000, { unmapped: { memo: 3 } })] });
      deepEqual(await store.shape(COMPANIES, 'a'), shape(2000, { unmapped: { memo: 3 } }));
      deepEqual(await store.shape(COMPANIES, 'b'), shape(1000, { side: 'b' }));
      equal(await store.shape(ORDERS, 'a'), null);
    },
  },
  {
    name: 'what was let in is kept by mapping and side, once',
    async run(store) {
      const record = { mapping: COMPANIES, side: 'a' as const, id: 'a2' };
      await commit(store, { letIn: [record, { ...record, id: 'a1' }, { ...record, side: 'b' }, record] });
      deepEqual([await store.letIn(COMPANIES, 'a'), await store.letIn(ORDERS, 'a')], [['a1', 'a2'], []]);
    },
  },
  {
    name: 'a cursor belongs to a mapping and side and is replaced whole',
    async run(store) {
      await commit(store, { cursors: [cursor({ mark: 1, seen: 5 }), cursor({ side: 'b', swept: 3 })] });
      await commit(store, { cursors: [cursor({ mark: 2, scanned: 4 })] });
      deepEqual(await store.cursor(COMPANIES, 'a'), cursor({ mark: 2, scanned: 4 }));
      deepEqual(await store.cursor(COMPANIES, 'b'), cursor({ side: 'b', swept: 3 }));
      equal(await store.cursor(ORDERS, 'a'), null);
    },
  },
  {
    name: 'intents stay until they are settled, oldest first',
    async run(store) {
      const intents = [intent('i2', { created: 2000 }), intent('i1'), intent('i3', { mapping: ORDERS })];
      await commit(store, { intents });
      deepEqual(await store.intents(COMPANIES), [intent('i1'), intent('i2', { created: 2000 })]);
      await commit(store, { settled: ['i1', 'none'], intents: [intent('i2', { items: [] })] });
      deepEqual(await store.intents(COMPANIES), [intent('i2', { items: [] })]);
    },
  },
  {
    name: 'match keys find records by rule and digest until the records are linked',
    async run(store) {
      const record = (id: string, keys: (string | null)[]) => ({ mapping: COMPANIES, side: 'a' as const, id, keys });
      await commit(store, { keys: [record('a2', ['e1', null]), record('a1', ['e1', 'v1']), record('a3', ['e3'])] });
      const found = await store.idsByKey(COMPANIES, 'a', 0, ['e1', 'e1', 'e3', 'v1']);
      deepEqual(Object.fromEntries(found), { e1: ['a1', 'a2'], e3: ['a3'] });
      deepEqual(Object.fromEntries(await store.idsByKey(COMPANIES, 'a', 1, ['v1', 'e1'])), { v1: ['a1'] });
      equal((await store.idsByKey(COMPANIES, 'b', 0, ['e1'])).size, 0);
      await commit(store, { keys: [record('a1', ['e5']), record('a1', ['e4'])], keysGone: [record('a2', [])] });
      const later = await store.idsByKey(COMPANIES, 'a', 0, ['e1', 'e4', 'e5']);
      deepEqual(Object.fromEntries(later), { e4: ['a1'] });
      equal((await store.idsByKey(COMPANIES, 'a', 1, ['v1'])).size, 0);
    },
  },
  {
    name: 'removals come first: what a commit removes and adds is there',
    async run(store) {
      const key = { mapping: COMPANIES, side: 'a' as const, id: 'a1' };
      await commit(store, {
        links: [link('a1', 'b1')],
        unlinked: [{ mapping: COMPANIES, a: 'a1', b: 'b1' }],
        intents: [intent('i1')],
        settled: ['i1'],
        parked: [parked('a1')],
        released: [key],
        keys: [{ ...key, keys: ['e1'] }],
        keysGone: [key],
      });
      equal((await store.links(COMPANIES, 'a', ['a1'])).size, 1);
      equal((await store.intents(COMPANIES)).length, 1);
      equal((await store.parked({})).length, 1);
      equal((await store.idsByKey(COMPANIES, 'a', 0, ['e1'])).size, 1);
    },
  },
];

const PARKED: StoreCase[] = [
  {
    name: 'parked records keep all their parts and are replaced by mapping, side and id',
    async run(store) {
      const waitsFor = { mapping: ORDERS, side: 'b' as const, id: 'o1' };
      const full = parked('a1', {
        next: 5000,
        partner: 'b7',
        waitsFor,
        dismissed: { reason: 'known', at: 9 },
        approved: 'held-create',
      });
      await commit(store, { parked: [parked('a1'), parked('a1', { side: 'b' })] });
      await commit(store, { parked: [full] });
      deepEqual(await store.parked({ side: 'a', includeDismissed: true }), [full]);
      deepEqual(await store.parked({ side: 'b' }), [parked('a1', { side: 'b' })]);
      await commit(store, { released: [{ mapping: COMPANIES, side: 'a', id: 'a1' }] });
      deepEqual(await store.parked({ includeDismissed: true }), [parked('a1', { side: 'b' })]);
    },
  },
  {
    name: 'each filter of parked records narrows, and together they do',
    async run(store) {
      const waits = (id: string) => ({ mapping: ORDERS, side: 'a' as const, id });
      await commit(store, {
        parked: [
          parked('p1', { next: 300, partner: 'b1' }),
          parked('p2', { next: 100, reason: 'parent-missing', waitsFor: waits('o1') }),
          parked('p3', { reason: 'parent-missing', waitsFor: waits('o2') }),
          parked('p4', { next: 200, dismissed: { reason: 'known', at: 1 } }),
          parked('p5', { mapping: ORDERS, side: 'b' }),
        ],
      });
      const ids = async (filter: Parameters<Store['parked']>[0]) => (await store.parked(filter)).map(({ id }) => id);
      deepEqual(await ids({}), ['p1', 'p2', 'p3', 'p5']);
      deepEqual(await ids({ includeDismissed: true, limit: 4 }), ['p1', 'p2', 'p3', 'p4']);
      deepEqual(await ids({ mapping: ORDERS }), ['p5']);
      deepEqual(await ids({ mapping: 'shop/unheard-of' }), []);
      deepEqual(await ids({ side: 'a', ids: ['p3', 'p5', 'p1'] }), ['p1', 'p3']);
      deepEqual(await ids({ ids: [] }), []);
      deepEqual(await ids({ partners: ['b1', 'b2', 'p2'] }), ['p1']);
      deepEqual(await ids({ partners: [''] }), []);
      deepEqual(await ids({ due: 99 }), []);
      deepEqual(await ids({ due: 300 }), ['p2', 'p1']);
      deepEqual(await ids({ due: 300, limit: 1 }), ['p2']);
      deepEqual(await ids({ due: 250, includeDismissed: true }), ['p2', 'p4']);
      deepEqual(await ids({ reason: 'parent-missing' }), ['p2', 'p3']);
      deepEqual(await ids({ waitsFor: { mapping: ORDERS, side: 'a', ids: ['o2', 'o9'] } }), ['p3']);
      deepEqual(await ids({ waitsFor: { mapping: ORDERS, side: 'b', ids: ['o2'] } }), []);
      deepEqual(await ids({ reason: 'parent-missing', due: 100 }), ['p2']);
    },
  },
  {
    name: 'countParked counts by reason, without dismissed ones',
    async run(store) {
      const dismissed = { reason: 'known', at: 1 };
      const first = [parked('p1'), parked('p2', { reason: 'conflict' }), parked('p3', { dismissed })];
      await commit(store, { parked: [...first, parked('p4', { mapping: ORDERS })] });
      deepEqual(await store.countParked(), { conflict: 1, invalid: 2 });
      deepEqual(await store.countParked(COMPANIES), { conflict: 1, invalid: 1 });
      deepEqual(await store.countParked('shop/unheard-of'), {});
    },
  },
];

const RECORDS_OF_RUNS: StoreCase[] = [
  {
    name: 'history is found from both sides, newest first, up to the limit',
    async run(store) {
      const created = history({ kind: 'create', at: 500, digests: null, fields: [] });
      const later = [history(), history({ rule: 'b-wins' }), history({ b: null, at: 2000 })];
      await commit(store, { history: [created, ...later, history({ mapping: ORDERS })] });
      deepEqual(await store.history(COMPANIES, 'a', 'a1', 10), [...later].reverse().concat(created));
      deepEqual(await store.history(COMPANIES, 'b', 'b1', 2), [later[1], later[0]]);
    },
  },
  {
    name: 'a run is replaced by its id; runs come newest first',
    async run(store) {
      await commit(store, { run: run('r1') });
      await commit(store, { run: run('r2', { started: 2000 }) });
      await commit(store, { run: run('other', { integration: 'help-desk' }) });
      const done = run('r1', { outcome: 'done', finished: 1500, diagnostics: [] });
      await commit(store, { run: done });
      deepEqual(await store.runs('shop', 10), [run('r2', { started: 2000 }), done]);
      deepEqual(await store.runs('shop', 1), [run('r2', { started: 2000 })]);
    },
  },
];

const LEASES: StoreCase[] = [
  {
    name: 'one holder at a time; the same holder comes back with the same token',
    async run(store) {
      const fence = value(await store.acquire('shop', 'p1', 1000, 0));
      equal(code(await store.acquire('shop', 'p2', 1000, 999)), 'lease-held');
      deepEqual(await store.acquire('shop', 'p1', 1000, 500), { ok: true, value: fence });
      equal(code(await store.acquire('help-desk', 'p2', 1000, 500)), 'ok');
    },
  },
  {
    name: 'an expired lease is taken over with a greater token; the old one commits and renews no more',
    async run(store) {
      const old = value(await store.acquire('shop', 'p1', 1000, 0));
      const taken = value(await store.acquire('shop', 'p2', 1000, 1000));
      isTrue(taken.token > old.token);
      equal(code(await store.commit(old, { links: [link('a1', 'b1')], run: run('r1') })), 'lease-lost');
      equal((await store.links(COMPANIES, 'a', ['a1'])).size, 0);
      deepEqual(await store.runs('shop', 1), []);
      equal(code(await store.renew(old, 1000, 1000)), 'lease-lost');
      equal(code(await store.commit(taken, { links: [link('a1', 'b1')] })), 'ok');
      await store.release(old);
      equal(code(await store.commit(taken, {})), 'ok');
    },
  },
  {
    name: 'renewing keeps others out; an expired lease that nobody took can be renewed',
    async run(store) {
      const fence = value(await store.acquire('shop', 'p1', 1000, 0));
      equal(code(await store.renew(fence, 1000, 900)), 'ok');
      equal(code(await store.acquire('shop', 'p2', 1000, 1500)), 'lease-held');
      equal(code(await store.renew(fence, 1000, 2500)), 'ok');
      equal(code(await store.acquire('shop', 'p2', 1000, 3400)), 'lease-held');
    },
  },
  {
    name: 'a released lease is free at once and proves nothing any more',
    async run(store) {
      const fence = value(await store.acquire('shop', 'p1', 1000, 0));
      await store.release(fence);
      equal(code(await store.commit(fence, { run: run('r1') })), 'lease-lost');
      equal(code(await store.renew(fence, 1000, 1)), 'lease-lost');
      const next = value(await store.acquire('shop', 'p1', 1000, 1));
      isTrue(next.token > fence.token);
    },
  },
  {
    name: 'a fence that was never given is refused',
    async run(store) {
      equal(code(await store.commit({ key: 'shop', token: 1 }, {})), 'lease-lost');
      const fence = await lease(store);
      equal(code(await store.commit({ ...fence, token: fence.token + 1 }, {})), 'lease-lost');
    },
  },
];

const INSTALLATION: StoreCase[] = [
  {
    name: 'secrets are kept, replaced and removed by name',
    async run(store) {
      equal(await store.secret('token'), null);
      await store.putSecret('token', 'first');
      await store.putSecret('token', 'zwölf Boxkämpfer');
      await store.putSecret('other', '');
      equal(await store.secret('token'), 'zwölf Boxkämpfer');
      equal(await store.secret('other'), '');
      await store.putSecret('token', null);
      equal(await store.secret('token'), null);
    },
  },
  {
    name: 'the generation begins at 0 and grows by one',
    async run(store) {
      equal(await store.generation(), 0);
      equal(await store.advanceGeneration(), 1);
      equal(await store.advanceGeneration(), 2);
      equal(await store.generation(), 2);
    },
  },
  {
    name: 'a sound store has no bad findings',
    async run(store) {
      const layout = await store.layout(['name']);
      await commit(store, {
        links: [link('a1', 'b1', { layout })],
        run: run('r1', { outcome: 'done', finished: 2000 }),
      });
      const findings = await store.diagnose();
      isTrue(findings.length > 0);
      deepEqual(
        findings.filter((finding) => !finding.ok),
        [],
      );
    },
  },
];

/** What every backend of `Store` must do; each case wants a fresh store. */
export const STORE_CONFORMANCE: readonly StoreCase[] = [
  ...LAYOUTS,
  ...LINKS,
  ...PROGRESS,
  ...PARKED,
  ...RECORDS_OF_RUNS,
  ...LEASES,
  ...INSTALLATION,
  ...CHECK_LIST,
];
