import { describe, expect, test } from 'vitest';
import { noCounts } from '../../engine/counts.ts';
import { parked } from '../../store/conformance-examples.ts';
import type { HistoryEntry, MappingCounts, Run, StateChange, Store } from '../../store/port.ts';
import { openSqliteStore } from '../../store/sqlite/store.ts';
import type { DemoEdit } from './edits.ts';
import { prove } from './proof.ts';

const MOVED: DemoEdit = {
  story: 'A company has moved',
  mapping: 'companies',
  a: 'co_1',
  b: '10001',
  changes: [],
  deleted: null,
  moves: { crm: [], erp: ['street', 'city'] },
  holds: () => true,
};
const DELETED: DemoEdit = {
  ...MOVED,
  mapping: 'deals',
  a: 'de_1',
  b: '500001',
  deleted: 'erp',
  moves: { crm: [], erp: [] },
};
const CONFLICT: DemoEdit = { ...DELETED, a: 'de_2', b: '500002', deleted: null };

function runOf(id: string, change: (counts: Record<string, MappingCounts>) => void = () => undefined): Run {
  const counts = { companies: noCounts(), deals: noCounts() };
  change(counts);
  const calls = { reads: 1, writes: 0, auth: 0, throttled: 0 };
  return {
    id,
    integration: 'x',
    environment: 'staging',
    started: 0,
    finished: 1,
    outcome: 'done',
    counts,
    calls: { a: calls, b: calls },
    diagnostics: [],
  };
}

const editedRun = runOf('r3', ({ companies, deals }) => {
  companies!.wrote.b.update = 1;
  deals!.wrote.a.archive = 1;
});

const WRITTEN: HistoryEntry = {
  mapping: 'x/companies',
  a: 'co_1',
  b: '10001',
  run: 'r3',
  at: 5,
  kind: 'update-b',
  rule: 'changed',
  fields: ['city', 'street'],
  digests: null,
};
const PARKED = parked('de_2', { mapping: 'x/deals', reason: 'conflict' });

async function storeWith(change: StateChange): Promise<Store> {
  const clock = { now: () => 10, sleep: async () => undefined };
  const random = { next: () => 0.5, bytes: (length: number) => new Uint8Array(length) };
  const store = openSqliteStore(':memory:', { key: new Uint8Array(32), random, clock });
  if (!store.ok) throw new Error(store.error.summary);
  const fence = await store.value.acquire('x', 'test', 1000, 0);
  if (!fence.ok) throw new Error(fence.error.summary);
  await store.value.commit(fence.value, change);
  return store.value;
}

interface World {
  quiet?: Run;
  edited?: Run;
  edits?: DemoEdit[];
  state?: StateChange;
}

async function held(world: World): Promise<boolean[]> {
  const store = await storeWith(world.state ?? { history: [WRITTEN], parked: [PARKED] });
  const runs = { first: runOf('r1'), quiet: world.quiet ?? runOf('r2'), edited: world.edited ?? editedRun };
  const claims = await prove(runs, world.edits ?? [MOVED, DELETED, CONFLICT], store, 'x');
  await store.close();
  return claims.map((claim) => claim.held);
}

describe('claims: counts, quiet, exact fields, archived, conflict held', () => {
  test.each<[string, World, boolean[]]>([
    ['all hold', {}, [true, true, true, true, true]],
    [
      'a record that was read is in no count',
      {
        quiet: runOf('r2', ({ deals }) => {
          deals!.a.read = 1;
        }),
      },
      [false, true, true, true, true],
    ],
    [
      'the second sync wrote a record',
      {
        quiet: runOf('r2', ({ deals }) => {
          deals!.wrote.b.update = 1;
        }),
      },
      [true, false, true, true, true],
    ],
    [
      'a field more was written',
      { state: { history: [{ ...WRITTEN, fields: ['city', 'street', 'phone'] }], parked: [PARKED] } },
      [true, true, false, true, true],
    ],
    [
      'another record was written, too',
      {
        edited: runOf('r3', ({ companies, deals }) => {
          companies!.wrote.b.update = 2;
          deals!.wrote.a.archive = 1;
        }),
      },
      [true, true, false, true, true],
    ],
    [
      'the value is not in the other system',
      { edits: [{ ...MOVED, holds: () => false }, DELETED, CONFLICT] },
      [true, true, false, true, true],
    ],
    [
      'two records were archived',
      {
        edited: runOf('r3', ({ companies, deals }) => {
          companies!.wrote.b.update = 1;
          deals!.wrote.a.archive = 2;
        }),
      },
      [true, true, true, false, true],
    ],
    ['the conflict is not parked', { state: { history: [WRITTEN] } }, [true, true, true, true, false]],
    [
      'the conflict was overruled',
      { edits: [MOVED, DELETED, { ...CONFLICT, holds: () => false }] },
      [true, true, true, true, false],
    ],
  ])('%s', async (_, world, expected) => {
    expect(await held(world)).toEqual(expected);
  });
});
