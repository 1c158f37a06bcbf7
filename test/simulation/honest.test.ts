import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/mapping-run.ts';
import type { PlanItem } from '../../src/planning/plan-item.ts';
import { ok, problem } from '../../src/record/diagnostic.ts';
import type { ParkedRecord } from '../../src/store/port.ts';
import type { Deed } from './deeds.ts';
import { checkHonest } from './honest.ts';
import { Partners } from './partners.ts';
import { drawWorld } from './spec.ts';
import type { Tracked } from './tracked.ts';

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

const item = (mapping: string, a: string | null, b: string | null, actions: PlanItem['actions']): RunEvent => ({
  type: 'item',
  mapping,
  item: {
    a,
    b,
    rule: 'fields',
    actions,
    link: 'keep',
    refresh: false,
    park: null,
    waits: null,
    ending: 'applied',
  },
});

/** An item and its line, of which both are to be written. */
const planned = (a: string, b: string): RunEvent => item('items', a, b, { a: written(a), b: written(b) });

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

async function violations(
  events: readonly RunEvent[],
  deeds: readonly Deed[],
  waiting: readonly ParkedRecord[],
  gone: Tracked | undefined = undefined,
  partners = new Partners(),
): Promise<string[]> {
  const found: string[] = [];
  const ledger = {
    fail: (_: string, what: string) => found.push(what),
    tracked: () => gone,
    partnerOf: () => null,
    partners,
  };
  const store = { parked: async () => waiting };
  const { policies } = drawWorld('1');
  const deals = { ...policies.deals, match: [['title', 'amount']] };
  const spec = { undeclared: false, policies: { ...policies, deals } };
  await checkHonest(
    { ledger, spec, store },
    { ...NOTHING, events: [...events] },
    { ...NOTHING, started: 10, deeds: [...deeds] },
  );
  return found;
}

/** Two items whose lines stand in one order: what is told of a sync that wrote the first, and so much of the second. */
async function violationsOf(deeds: readonly Deed[], waiting: readonly ParkedRecord[]): Promise<string[]> {
  const events = [planned('di_1', '500/1'), planned('di_2', '500/2')];
  const first = [asked('b', 'rewrite', '500', true), asked('a', 'update', 'di_1', true)];
  return violations(events, [...first, ...deeds], waiting);
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

/** An order that is to be given another key, and one with its old key that is to go to the other side. */
async function violationsOfDoubles(field: string, done: boolean, waiting: readonly ParkedRecord[]): Promise<string[]> {
  const change = { to: 'b', field, index: 0, from: null, value: null, rule: 'changed', overruled: false } as const;
  const events = [
    item('deals', 'de_1', '501', { b: { ...written('501'), changes: [change] } }),
    item('deals', null, '502', { a: { kind: 'create', id: null, changes: [], later: [] } }),
  ];
  const update: Deed = { ...asked('b', 'update', '501', done), mapping: 'deals', fields: [field] };
  return violations(events, [update], waiting);
}

const double = (reason: string, of: string): ParkedRecord => ({
  ...parked('502', ''),
  mapping: 'simulated/deals',
  side: 'b',
  partner: null,
  reason,
  diagnostic: problem(reason, `Another record of the same system has the same key: ${of}`),
});
const NOT_CREATED = ['planned, but not done: deals a create 502'];

test.each([
  ['which kept it, as its update was refused (seed 12502)', 'total', false, double('duplicate-source', '501'), []],
  ['which has another one by now', 'total', true, double('duplicate-source', '501'), NOT_CREATED],
  ['which was to keep it', 'status', false, double('duplicate-source', '501'), NOT_CREATED],
  ['and another record has it', 'total', false, double('duplicate-source', '503'), NOT_CREATED],
  ['but it is parked for something else', 'total', false, double('match-linked', '501'), NOT_CREATED],
])('a record with the old key of another one is not created, %s', async (_, field, done, waiting, expected) => {
  expect(await violationsOfDoubles(field, done, [waiting])).toEqual(expected);
});

const goneBy = (by: Tracked['goneBy'], since: number): Tracked => ({
  raw: {},
  held: [],
  by: 'person',
  goneBy: by,
  since,
  edited: 0,
  changed: 0,
  outside: null,
  pending: new Map(),
  agreed: new Map(),
});
const NOT_WRITTEN = ['planned, but not done: items b rewrite 500'];

test.each([
  ['it went with its order in an earlier sync (seed 17358)', goneBy('dovetail', 5), []],
  ['a person deleted it', goneBy('person', 5), []],
  ['this sync took it out', goneBy('dovetail', 15), NOT_WRITTEN],
  ['it is there', goneBy(null, 5), NOT_WRITTEN],
])('a line that is not written as planned: %s', async (_, tracked, expected) => {
  const events = [item('items', 'di_1', '500/1', { b: written('500/1') })];
  expect(await violations(events, [], [parked('di_1', '500/1')], tracked)).toEqual(expected);
});

const heldBy = (reason: string): ParkedRecord => ({
  ...parked('ct_7', ''),
  mapping: 'simulated/contacts',
  partner: null,
  reason,
  diagnostic: problem(reason, 'The record with the same key is linked already: 10004'),
});
const NOT_LINKED = ['planned, but not done: contacts a update ct_7'];

test.each([
  ['its company was refused (seed 11592)', false, 'ct_2', 'match-linked', []],
  ['its company was created', true, 'ct_2', 'match-linked', NOT_LINKED],
  ['nobody ever was', false, null, 'match-linked', NOT_LINKED],
  ['it waits for something else', false, 'ct_2', 'invalid', NOT_LINKED],
])('a contact is not linked to what another one was linked to: %s', async (_, done, holder, reason, expected) => {
  const events = [
    item('companies', 'co_0', null, { b: { kind: 'create', id: null, changes: [], later: [] } }),
    item('contacts', 'ct_7', '10004', { a: written('ct_7') }),
  ];
  const create: Deed = { ...asked('b', 'create', 'co_0', done), mapping: 'companies' };
  const partners = new Partners();
  if (holder !== null) partners.link('contacts', 'b', '10004', holder);
  const tracked = { ...goneBy(null, 0), raw: { company_id: 'co_0' } };
  expect(await violations(events, [create], [heldBy(reason)], tracked, partners)).toEqual(expected);
});
