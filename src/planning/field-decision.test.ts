import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideField, type FieldCase, type FieldDecision } from './field-decision.ts';

const base: FieldCase = {
  flows: { aToB: true, bToA: true },
  changed: { a: false, b: false },
  remapped: { a: false, b: false },
  agree: false,
  holds: { a: false, b: false },
  empty: { a: false, b: false },
  policy: 'hold',
  stamps: { a: 1000, b: 2000 },
  skewMs: 0,
  targetEdits: 'leave',
  firstContact: null,
};

const changed = (a: boolean | null, b: boolean | null) => ({ changed: { a, b } });
const remapped = (...sides: ('a' | 'b')[]) => ({
  remapped: { a: sides.includes('a'), b: sides.includes('b') },
});
const oneWay = { flows: { aToB: true, bToA: false } };
const prefer = (side: 'a' | 'b', emptyOverwrites = false) => ({ firstContact: { prefer: side, emptyOverwrites } });

/** The field table of docs/invariants.md row by row, then what it says in words. */
const rows: [string, Partial<FieldCase>, string][] = [
  ['nothing changed, a standing difference', {}, 'none unchanged'],
  ['nothing changed, agree', { agree: true }, 'none unchanged'],
  ['a changed, agree', { ...changed(true, false), agree: true }, 'refresh agree'],
  ['a changed', changed(true, false), 'write b changed'],
  ['b changed', changed(false, true), 'write a changed'],
  ['b changed into what a says', { ...changed(false, true), agree: true }, 'refresh agree'],
  ['both changed into the same', { ...changed(true, true), agree: true }, 'refresh agree'],
  ['both changed, hold', changed(true, true), 'conflict conflict-hold'],
  ['both changed, a wins', { ...changed(true, true), policy: 'a' }, 'write b conflict-side-wins overruled'],
  ['both changed, b wins', { ...changed(true, true), policy: 'b' }, 'write a conflict-side-wins overruled'],
  ['both changed, newest is b', { ...changed(true, true), policy: 'newest' }, 'write a conflict-newest-wins overruled'],
  [
    'both changed, newest within the skew',
    { ...changed(true, true), policy: 'newest', skewMs: 1000 },
    'conflict conflict-tie',
  ],
  [
    'both changed, no stamp',
    { ...changed(true, true), policy: 'newest', stamps: { a: null, b: 1 } },
    'conflict conflict-tie',
  ],
  ['mapping edited towards b', remapped('a'), 'write b mapping-changed'],
  ['mapping edited towards a', remapped('b'), 'write a mapping-changed'],
  ['mapping edited, b holds the new value', { ...remapped('a'), holds: { a: false, b: true } }, 'none unchanged'],
  [
    'mapping edited, a holds what the old way back says',
    { ...remapped('a'), agree: true, holds: { a: true, b: false } },
    'write b mapping-changed',
  ],
  ['mapping edited, a changed', { ...remapped('a'), ...changed(true, false) }, 'write b mapping-changed'],
  ['mapping edited, b changed', { ...remapped('a'), ...changed(false, true) }, 'conflict conflict-hold'],
  [
    'mapping edited, b changed, a wins',
    { ...remapped('a'), ...changed(false, true), policy: 'a' },
    'write b conflict-side-wins overruled',
  ],
  ['mapping edited both ways', remapped('a', 'b'), 'conflict conflict-hold'],
  [
    'mapping edited both ways, a preferred',
    { ...remapped('a', 'b'), ...prefer('a') },
    'write b first-contact-preferred overruled',
  ],
  ['mapping edited both ways, both hold it', { ...remapped('a', 'b'), holds: { a: true, b: true } }, 'none unchanged'],
  [
    'mapping edited both ways, b edited',
    { ...remapped('a', 'b'), ...changed(false, true), ...prefer('a') },
    'conflict conflict-hold',
  ],
  [
    'mapping edited, no baseline',
    { ...remapped('a'), ...changed(null, null), ...prefer('b') },
    'write a first-contact-preferred overruled',
  ],
  ['one-way, mapping edited', { ...oneWay, ...remapped('a') }, 'write b mapping-changed'],
  [
    'one-way, mapping edited, target never seen',
    { ...oneWay, ...remapped('a'), ...changed(false, null) },
    'write b mapping-changed',
  ],
  [
    'one-way, mapping and target edited',
    { ...oneWay, ...remapped('a'), ...changed(false, true) },
    'write b target-edit-overwritten overruled',
  ],
  ['one-way, nothing changed', oneWay, 'none unchanged'],
  ['one-way, source changed', { ...oneWay, ...changed(true, false) }, 'write b changed'],
  ['one-way, target edited, left', { ...oneWay, ...changed(false, true) }, 'refresh target-edit-left'],
  [
    'one-way, target edited, restored',
    { ...oneWay, ...changed(false, true), targetEdits: 'restore' },
    'write b restore overruled',
  ],
  ['one-way, both changed', { ...oneWay, ...changed(true, true) }, 'write b target-edit-overwritten overruled'],
  [
    'one-way, target never seen',
    { ...oneWay, ...changed(false, null), targetEdits: 'restore' },
    'refresh target-edit-left',
  ],
  ['first contact, agree', { ...changed(null, null), agree: true }, 'refresh agree'],
  [
    'first contact, only a filled',
    { ...changed(null, null), empty: { a: false, b: true } },
    'write b first-contact-filled',
  ],
  [
    'first contact, only b filled',
    { ...changed(null, null), empty: { a: true, b: false } },
    'write a first-contact-filled',
  ],
  [
    'first contact, both filled, a preferred',
    { ...changed(null, null), ...prefer('a') },
    'write b first-contact-preferred overruled',
  ],
  [
    'first contact, empty never overwrites',
    { ...changed(null, null), ...prefer('a'), empty: { a: true, b: false } },
    'write a first-contact-filled',
  ],
  [
    'first contact, empty overwrites when told',
    { ...changed(null, null), ...prefer('a', true), empty: { a: true, b: false } },
    'write b first-contact-preferred overruled',
  ],
  [
    'a write with unknown outcome, only the way back agrees',
    { ...changed(true, null), agree: true, holds: { a: true, b: false } },
    'write b outcome-unknown overruled',
  ],
  [
    'a write with unknown outcome, what it left agrees',
    { ...changed(true, null), agree: true, holds: { a: false, b: true }, ...prefer('b') },
    'refresh agree',
  ],
  [
    'a write with unknown outcome, whatever is preferred',
    { ...changed(true, null), ...prefer('b'), policy: 'b' },
    'write b outcome-unknown overruled',
  ],
  [
    'a write of nothing with unknown outcome',
    { ...changed(null, false), empty: { a: false, b: true } },
    'write a outcome-unknown overruled',
  ],
  ['first contact, no preference', changed(null, null), 'conflict conflict-hold'],
  [
    'first contact, one-way, empty source',
    { ...oneWay, ...changed(null, null), empty: { a: true, b: false } },
    'refresh agree',
  ],
];

const words = (decision: FieldDecision) =>
  [
    decision.kind,
    'to' in decision ? decision.to : '',
    decision.rule,
    'overruled' in decision && decision.overruled ? 'overruled' : '',
  ]
    .filter((word) => word !== '')
    .join(' ');

describe('decideField', () => {
  it.each(rows)('%s', (_, given, expected) => {
    expect(words(decideField({ ...base, ...given }))).toBe(expected);
  });

  const cases = fc.record({
    flows: fc.constantFrom({ aToB: true, bToA: true }, { aToB: true, bToA: false }, { aToB: false, bToA: true }),
    changed: fc.record({ a: fc.constantFrom(true, false, null), b: fc.constantFrom(true, false, null) }),
    remapped: fc.record({ a: fc.boolean(), b: fc.boolean() }),
    agree: fc.boolean(),
    holds: fc.record({ a: fc.boolean(), b: fc.boolean() }),
    empty: fc.record({ a: fc.boolean(), b: fc.boolean() }),
    policy: fc.constantFrom('a', 'b', 'newest', 'hold'),
    stamps: fc.record({ a: fc.option(fc.nat(10)), b: fc.option(fc.nat(10)) }),
    skewMs: fc.nat(3),
    targetEdits: fc.constantFrom('leave', 'restore'),
    firstContact: fc.option(fc.record({ prefer: fc.constantFrom('a', 'b'), emptyOverwrites: fc.boolean() })),
  }) as fc.Arbitrary<FieldCase>;

  const swap = { a: 'b', b: 'a', newest: 'newest', hold: 'hold' } as const;
  const mirrored = (field: FieldCase): FieldCase => ({
    ...field,
    flows: { aToB: field.flows.bToA, bToA: field.flows.aToB },
    changed: { a: field.changed.b, b: field.changed.a },
    remapped: { a: field.remapped.b, b: field.remapped.a },
    holds: { a: field.holds.b, b: field.holds.a },
    empty: { a: field.empty.b, b: field.empty.a },
    policy: swap[field.policy],
    stamps: { a: field.stamps.b, b: field.stamps.a },
    firstContact: field.firstContact && {
      ...field.firstContact,
      prefer: field.firstContact.prefer === 'a' ? 'b' : 'a',
    },
  });

  it('is symmetric in a and b', () => {
    fc.assert(
      fc.property(cases, (field) => {
        const there = decideField(field);
        const here = decideField(mirrored(field));
        expect('to' in there ? { ...there, to: swap[there.to] } : there).toEqual(here);
      }),
    );
  });

  it('never writes against the direction of a field', () => {
    fc.assert(
      fc.property(cases, (field) => {
        const decision = decideField(field);
        if (decision.kind === 'write') expect(decision.to === 'b' ? field.flows.aToB : field.flows.bToA).toBe(true);
      }),
    );
  });

  it('never overwrites an edit without saying so', () => {
    fc.assert(
      fc.property(cases, (field) => {
        fc.pre(field.changed.a !== null && field.changed.b !== null);
        const decision = decideField(field);
        if (decision.kind === 'write' && field.changed[decision.to]) expect(decision.overruled).toBe(true);
      }),
    );
  });

  it('never writes where nothing is known to have changed', () => {
    fc.assert(
      fc.property(cases, (field) => {
        fc.pre(field.changed.a === false && field.changed.b === false);
        fc.pre(!field.remapped.a && !field.remapped.b);
        expect(decideField(field).kind).toBe('none');
      }),
    );
  });
});
