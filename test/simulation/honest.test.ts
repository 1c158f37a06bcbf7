import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/mapping-run.ts';
import { ok, problem } from '../../src/record/diagnostic.ts';
import type { ParkedRecord } from '../../src/store/port.ts';
import type { Deed } from './deeds.ts';
import { checkHonest } from './honest.ts';

const NO_CALLS = { reads: 0, writes: 0, auth: 0, throttled: 0 };
const RUN = {
  id: 'r',
  integration: 'simulated',
  environment: 'test',
  started: 0,
  finished: 1,
  outcome: 'partial' as const,
  counts: {},
  calls: { a: NO_CALLS, b: NO_CALLS },
  diagnostics: [],
};
const NOTHING = { started: 0, result: ok(RUN), events: [], writeRequests: 0, commits: 0, deeds: [] };

const written = (id: string) => ({ kind: 'update' as const, id, changes: [], later: [] });

/** An item and its line, of which both are to be written. */
const planned = (a: string, b: string): RunEvent => ({
  type: 'item',
  mapping: 'items',
  item: {
    a,
    b,
    rule: 'fields',
    actions: { a: written(a), b: written(b) },
    link: 'keep',
    refresh: false,
    park: null,
    waits: null,
    ending: 'applied',
  },
});

const asked = (side: 'a' | 'b', kind: Deed['kind'], id: string, done: boolean): Deed => ({
  mapping: 'items',
  side,
  kind,
  id,
  fields: [],
  done,
});

const parked = (id: string, partner: string): ParkedRecord => ({
  mapping: 'simulated/items',
  side: 'a',
  id,
  reason: 'invalid',
  diagnostic: problem('refused', 'The system refuses what was sent'),
  seen: '',
  rules: '',
  first: 0,
  last: 0,
  attempts: 1,
  next: null,
  partner,
  waitsFor: null,
  dismissed: null,
  approved: null,
});

/** Two items whose lines stand in one order: what is told of a sync that wrote the first, and so much of the second. */
async function violationsOf(deeds: readonly Deed[], waiting: readonly ParkedRecord[]): Promise<string[]> {
  const violations: string[] = [];
  const ledger = {
    fail: (_: string, what: string) => violations.push(what),
    tracked: () => undefined,
    partnerOf: () => null,
  };
  const store = { parked: async () => waiting };
  const events = [planned('di_1', '500/1'), planned('di_2', '500/2')];
  const first = [asked('b', 'rewrite', '500', true), asked('a', 'update', 'di_1', true)];
  const spec = { undeclared: false };
  await checkHonest({ ledger, spec, store }, { ...NOTHING, events }, { ...NOTHING, deeds: [...first, ...deeds] });
  return violations;
}

const REFUSED = asked('b', 'rewrite', '500', false);
const LEFT_OUT = ['planned, but not done: items a update di_2'];

test.each([
  ['its line was refused, and it is parked (seed 1115)', [REFUSED], [parked('di_2', '500/2')], []],
  ['its line was refused, and nothing is parked', [REFUSED], [], LEFT_OUT],
  ['its line was refused, and another one is parked', [REFUSED], [parked('di_1', '500/1')], LEFT_OUT],
  ['nothing was refused, although it is parked', [], [parked('di_2', '500/2')], LEFT_OUT],
])('an item that is not written as planned after another of its order: %s', async (_, deeds, waiting, expected) => {
  expect(await violationsOf(deeds, waiting)).toEqual(expected);
});
