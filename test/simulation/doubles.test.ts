import { expect, test } from 'vitest';
import type { Side } from '../../src/record/side.ts';
import { checkUnambiguous, type Suspect } from './doubles.ts';
import { Partners } from './partners.ts';
import { drawWorld, type WorldSpec } from './spec.ts';
import type { Tracked } from './tracked.ts';
import type { Raw } from './views.ts';

const STARTED = 1_000_000;
const DRAWN = drawWorld('1');

/** What is found of a contact that was linked to the person P1, by its last name or else its email, in a run that began at STARTED. */
function found(contact: Raw, changed: Record<Side, number>, skewMs: Record<Side, number>): string[] {
  const persons = { ...DRAWN.policies.persons, match: [['last_name'], ['email']] };
  const spec: WorldSpec = { ...DRAWN, skewMs, policies: { ...DRAWN.policies, persons } };
  const records: Record<Side, Map<string, Tracked>> = {
    a: new Map([['C1', made(contact, changed.a)]]),
    b: new Map([
      ['P1', made({ name_1: 'North', email: 'p1@example.org' }, changed.b)],
      ['P2', made({ name_1: 'North', email: 'p2@example.org' }, 0)],
    ]),
  };
  const failed: string[] = [];
  const ledger = {
    partners: new Partners(),
    suspects: new Map<string, Suspect>(),
    alive: (_: string, side: Side) => records[side],
    tracked: (_: string, side: Side, id: string) => records[side].get(id),
    agrees: (_: object, a: unknown, b: unknown) => a === b,
    fail: (invariant: string, what: string) => failed.push(`${invariant}: ${what}`),
  };
  checkUnambiguous(ledger, spec, { mapping: 'persons', a: 'C1', b: 'P1' }, STARTED);
  return failed;
}

const made = (raw: Raw, changed: number): Tracked => ({
  raw,
  held: [raw],
  by: 'person',
  goneBy: null,
  since: 0,
  edited: 0,
  changed,
  outside: null,
  pending: new Map(),
  agreed: new Map(),
});

const EQUAL = { last_name: 'North', email: 'p1@example.org' };
const DOUBLE = ['no-duplicate: persons C1 ↔ P1: linked although P2 has the same key'];
const even = { a: 0, b: 0 };

test('a record must not be linked to one of two with the key that was decisive', () => {
  expect(found(EQUAL, { a: 0, b: 0 }, even)).toEqual(DOUBLE);
  expect(found({ ...EQUAL, last_name: 'Other' }, { a: 0, b: 0 }, even)).toEqual([]);
});

test('what the run has written to it, by a clock that is slow, tells nothing of the key (seed 16533)', () => {
  expect(found(EQUAL, { a: STARTED + 600, b: 0 }, even)).toEqual([]);
  expect(found(EQUAL, { a: STARTED - 400, b: 0 }, { a: -1000, b: 0 })).toEqual([]);
  expect(found(EQUAL, { a: 0, b: STARTED - 400 }, { a: 0, b: -1000 })).toEqual([]);
});

test('what was as it is before the run, by a clock that is fast, is looked at', () => {
  expect(found(EQUAL, { a: STARTED + 600, b: 0 }, { a: 1000, b: 0 })).toEqual(DOUBLE);
  expect(found(EQUAL, { a: 0, b: STARTED + 600 }, { a: 0, b: 1000 })).toEqual(DOUBLE);
});
