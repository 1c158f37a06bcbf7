import { deepEqual, ok as isTrue } from 'node:assert/strict';
import { check, evidence } from './conformance-examples.ts';
import type { MarkedRecord } from './marked.ts';
import type { Store } from './port.ts';

/** What every store keeps for the check list. */
export const CHECK_LIST: { name: string; run(store: Store): Promise<void> }[] = [
  {
    name: 'checks are kept with their answers and evidence, newest first; the newest evidence of each probe is found',
    async run(store) {
      const earlier = check(1000, [evidence({ verdict: 'contradicts', at: 990 }), evidence({ side: 'b' })]);
      const later = check(2000, [evidence({ at: 1990 })]);
      for (const one of [earlier, later]) isTrue((await store.evidence.add(one)).ok);
      isTrue((await store.evidence.add(check(3000, [evidence({})], 'other'))).ok);
      deepEqual(await store.evidence.checks('shop', 10), [later, earlier]);
      deepEqual(await store.evidence.checks('shop', 1), [later]);
      const latest = await store.evidence.latest('shop');
      deepEqual(
        latest.map(({ side, verdict }) => ({ side, verdict })),
        [
          { side: 'b', verdict: 'holds' },
          { side: 'a', verdict: 'holds' },
        ],
      );
      deepEqual(await store.evidence.latest('none'), []);
    },
  },
  {
    name: 'overrides stay on record, newest first',
    async run(store) {
      const first = { integration: 'shop', question: 'privacy', reason: 'the contract is signed', at: 1000 };
      const second = { ...first, reason: 'and sent', at: 2000 };
      for (const one of [first, second]) isTrue((await store.evidence.addOverride(one)).ok);
      deepEqual(await store.evidence.overrides('shop'), [second, first]);
      deepEqual(await store.evidence.overrides('other'), []);
    },
  },
  {
    name: 'marked records are listed in the order of their first note, by purpose, until they are forgotten',
    async run(store) {
      const first: MarkedRecord = {
        integration: 'shop',
        side: 'a',
        object: 'companies',
        mark: 'Dovetail test k7m2x9qa',
        field: 'name',
        purpose: 'check',
        id: null,
        at: 1000,
      };
      const copy: MarkedRecord = { ...first, side: 'b', object: 'customers', id: '7' };
      const kept: MarkedRecord = { ...first, mark: 'Dovetail test q2w3e4r5', purpose: 'testdata' };
      isTrue((await store.marked.note([first, copy])).ok);
      isTrue((await store.marked.note([kept, { ...first, integration: 'other' }])).ok);
      isTrue((await store.marked.note([{ ...first, id: 'co_1' }])).ok);
      deepEqual(await store.marked.list('shop'), [{ ...first, id: 'co_1' }, copy, kept]);
      deepEqual(await store.marked.list('shop', 'testdata'), [kept]);
      isTrue((await store.marked.forget([first, copy])).ok);
      deepEqual(await store.marked.list('shop'), [kept]);
      deepEqual((await store.marked.list('other')).length, 1);
    },
  },
];
