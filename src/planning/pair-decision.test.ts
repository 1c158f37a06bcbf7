import { describe, expect, it } from 'vitest';
import { problem } from '../record/diagnostic.ts';
import { ABSENT, type Expressed, Obstacle } from '../record/expressed.ts';
import { decidePair, type PairCase, type PlanRules } from './pair-decision.ts';
import type { PairPlan, Presence, Seen } from './plan-item.ts';

const fate = { create: 'create', update: 'update', delete: 'delete' } as const;
const rules: PlanRules = {
  fields: [
    {
      names: { a: 'name', b: 'title' },
      reads: { a: ['name'], b: ['title'] },
      flows: { aToB: true, bToA: true },
      policy: 'hold',
      targetEdits: 'leave',
      later: false,
      isPlace: false,
      leftEmpty: false,
    },
    {
      names: { a: 'city', b: 'town' },
      reads: { a: ['city'], b: ['town'] },
      flows: { aToB: true, bToA: true },
      policy: 'hold',
      targetEdits: 'leave',
      later: false,
      isPlace: false,
      leftEmpty: false,
    },
  ],
  propagate: { a: fate, b: fate },
  firstContact: { prefer: 'a', emptyOverwrites: false },
  onLeave: 'keep',
  removal: { a: 'archive', b: 'delete' },
  skewMs: 0,
};

const seen = (id: string, fields: Record<string, string>): Seen => ({
  id,
  version: '1',
  modified: 1,
  archived: false,
  mergedInto: null,
  fields,
  digests: new Uint8Array(0),
  problems: {},
  wire: {},
});
const present = (id: string, fields: Record<string, string>): Presence => ({ kind: 'present', seen: seen(id, fields) });
const gone: Presence = { kind: 'gone', proof: 'tombstone' };
const unread: Presence = { kind: 'unread' };
const none: Presence = { kind: 'none' };
const unknown: Presence = { kind: 'unknown', diagnostic: problem('http-500', 'The system answered 500') };

interface World {
  link?: 'none' | 'active' | 'silent';
  from?: 'a' | 'b';
  a: Presence;
  b: Presence;
  /** The values that both sides agreed on: field mapping by field mapping. */
  base?: [string, string];
  out?: 'a' | 'b';
  approved?: boolean;
  missingParent?: boolean;
}

/** A pair as the engine would describe it: the mapping is the identity. */
function pairOf(world: World): PairCase {
  const names = { a: ['name', 'city'], b: ['title', 'town'] };
  const held = (side: 'a' | 'b', index: number) => {
    const presence = world[side];
    return presence.kind === 'present' ? String(presence.seen.fields[names[side][index] ?? ''] ?? '') : undefined;
  };
  const changed = (side: 'a' | 'b', index: number) => {
    if (!world.base || (world.link ?? 'active') === 'none') return null;
    const value = held(side, index);
    return value === undefined ? false : value !== world.base[index];
  };
  const expressed = (target: 'a' | 'b', index: number): Expressed => {
    if (world.missingParent && index === 1) {
      return new Obstacle('parent-missing', problem('parent-missing', 'x'), { mapping: 'i/m', side: 'a', id: '9' });
    }
    const value = held(target === 'a' ? 'b' : 'a', index);
    return value === undefined ? ABSENT : value;
  };
  const agrees = (target: 'a' | 'b', index: number) => {
    const own = held(target, index) ?? world.base?.[index];
    return own !== undefined && own === held(target === 'a' ? 'b' : 'a', index);
  };
  return {
    from: world.from ?? 'a',
    link: world.link ?? 'active',
    ids: { a: world.a.kind === 'none' ? null : 'A1', b: world.b.kind === 'none' ? null : 'B1' },
    sides: { a: world.a, b: world.b },
    inFilter: { a: world.out !== 'a', b: world.out !== 'b' },
    changed,
    edited: (side, index) => changed(side, index) !== false,
    remapped: () => false,
    expressed,
    agrees,
    approved: () => world.approved ?? false,
    readable: { a: true, b: true },
  };
}

function words(plan: PairPlan): string {
  if (plan.kind === 'needs') return `needs ${plan.side}`;
  const { item } = plan;
  const actions = (['a', 'b'] as const).flatMap((side) => {
    const action = item.actions[side];
    return action ? [`${action.kind} ${side}(${action.changes.map((change) => change.field).join(',')})`] : [];
  });
  return [
    item.rule,
    ...actions,
    item.link === 'none' ? '' : `link:${item.link}`,
    item.refresh ? 'refresh' : '',
    item.park ? `park:${item.park.reason}@${item.park.side}` : '',
    item.ending,
  ]
    .filter((word) => word !== '')
    .join(' ');
}

const A = present('A1', { name: 'n', city: 'c' });
const B = present('B1', { title: 'n', town: 'c' });
const base: [string, string] = ['n', 'c'];
const movedA = present('A1', { name: 'N', city: 'c' });
const movedB = present('B1', { title: 'n', town: 'C' });
const clashB = present('B1', { title: 'M', town: 'c' });

const rows: [string, World, Partial<PlanRules>, string][] = [
  ['no link, no match: create', { link: 'none', a: A, b: none }, {}, 'create create b(title,town) link:make applied'],
  [
    'no link, no match, ignored',
    { link: 'none', a: A, b: none },
    { propagate: { a: { ...fate, create: 'ignore' }, b: fate } },
    'create-ignored filtered',
  ],
  [
    'no link, no match, held',
    { link: 'none', a: A, b: none },
    { propagate: { a: { ...fate, create: 'hold' }, b: fate } },
    'held-create park:held-create@a held',
  ],
  [
    'no link, no match, held and approved',
    { link: 'none', a: A, b: none, approved: true },
    { propagate: { a: { ...fate, create: 'hold' }, b: fate } },
    'create create b(title,town) link:make applied',
  ],
  ['no link, a match that agrees', { link: 'none', a: A, b: B }, {}, 'link link:make refresh applied'],
  ['no link, a match that was not read', { link: 'none', a: A, b: unread }, {}, 'needs b'],
  [
    'no link, a match that differs',
    { link: 'none', a: A, b: clashB },
    {},
    'link update b(title) link:make refresh applied',
  ],
  ['no link, outside the filter', { link: 'none', a: A, b: none, out: 'a' }, {}, 'outside-filter filtered'],
  ['no link, gone', { link: 'none', a: gone, b: none }, {}, 'gone-unlinked filtered'],
  [
    'a create whose parent is missing',
    { link: 'none', a: A, b: none, missingParent: true },
    {},
    'create park:parent-missing@a parked',
  ],
  ['linked, a changed, b unread', { a: movedA, b: unread, base }, {}, 'update update b(title) link:keep applied'],
  [
    'linked, b changed, a unread',
    { from: 'b', a: unread, b: movedB, base },
    {},
    'update update a(city) link:keep applied',
  ],
  [
    'linked, both changed other fields',
    { a: movedA, b: movedB, base },
    {},
    'update update a(city) update b(title) link:keep applied',
  ],
  ['linked, both changed one field', { a: movedA, b: clashB, base }, {}, 'conflict-hold park:conflict@a parked'],
  ['linked, nothing changed', { a: A, b: unread, base }, {}, 'unchanged unchanged'],
  [
    'linked, updates of a ignored',
    { a: movedA, b: unread, base },
    { propagate: { a: { ...fate, update: 'ignore' }, b: fate } },
    'agree link:keep refresh unchanged',
  ],
  [
    'linked, updates of a held',
    { a: movedA, b: unread, base },
    { propagate: { a: { ...fate, update: 'hold' }, b: fate } },
    'held-update park:held-update@a held',
  ],
  [
    'linked, newest wins, the other unread',
    { a: movedA, b: unread, base },
    { fields: rules.fields.map((field) => ({ ...field, policy: 'newest' })) },
    'update update b(title) link:keep applied',
  ],
  ['linked, a gone, b unread', { a: gone, b: unread, base }, {}, 'delete-delete delete b() link:close applied'],
  [
    'linked, a gone, archived there',
    { a: gone, b: unread, base },
    { propagate: { a: { ...fate, delete: 'archive' }, b: fate } },
    'delete-archive archive b() link:close applied',
  ],
  [
    'linked, a gone, unlink',
    { a: gone, b: unread, base },
    { propagate: { a: { ...fate, delete: 'unlink' }, b: fate } },
    'delete-unlinks link:close applied',
  ],
  [
    'linked, a gone, ignored',
    { a: gone, b: unread, base },
    { propagate: { a: { ...fate, delete: 'ignore' }, b: fate } },
    'delete-ignored link:close applied',
  ],
  [
    'linked, a gone, held',
    { a: gone, b: unread, base },
    { propagate: { a: { ...fate, delete: 'hold' }, b: fate } },
    'held-delete park:held-delete@a held',
  ],
  [
    'linked, a gone, held and approved',
    { a: gone, b: unread, base, approved: true },
    { propagate: { a: { ...fate, delete: 'hold' }, b: fate } },
    'delete-delete delete b() link:close applied',
  ],
  [
    'linked, b gone, held and approved, where a can only archive',
    { a: unread, b: gone, base, approved: true },
    { propagate: { a: fate, b: { ...fate, delete: 'hold' } } },
    'delete-archive archive a() link:close applied',
  ],
  [
    'linked, a gone, b changed',
    { a: gone, b: movedB, base },
    {},
    'delete-update-conflict park:delete-update-conflict@a held',
  ],
  [
    'linked, a gone, b changed, approved',
    { a: gone, b: movedB, base, approved: true },
    {},
    'delete-delete delete b() link:close applied',
  ],
  [
    'linked, b gone, a changed',
    { a: movedA, b: gone, base },
    {},
    'delete-update-conflict park:delete-update-conflict@b held',
  ],
  // Simulation seed 9253.
  ['linked, a gone, b left the filter', { a: gone, b: B, base, out: 'b' }, {}, 'gone-silent link:close applied'],
  ['linked, both gone', { a: gone, b: gone, base }, {}, 'gone-both link:close applied'],
  [
    'linked, left the filter, kept',
    { a: movedA, b: unread, base, out: 'a' },
    {},
    'left-filter-kept link:silence filtered',
  ],
  [
    'linked, left the filter, deleted',
    { a: movedA, b: unread, base, out: 'a' },
    { onLeave: 'delete' },
    'left-filter-delete delete b() link:close applied',
  ],
  [
    'linked, left the filter, deleted, b changed',
    { a: movedA, b: movedB, base, out: 'a' },
    { onLeave: 'delete' },
    'delete-update-conflict park:delete-update-conflict@a held',
  ],
  [
    'linked, left the filter, unlinked',
    { a: movedA, b: unread, base, out: 'a' },
    { onLeave: 'unlink' },
    'left-filter-unlinked link:unlink filtered',
  ],
  ['silent, still outside', { link: 'silent', a: movedA, b: unread, base, out: 'a' }, {}, 'outside-filter filtered'],
  [
    'silent, back inside',
    { link: 'silent', a: movedA, b: B, base },
    {},
    'entered-filter update b(title) link:keep applied',
  ],
  ['silent, back inside, the other one not read', { link: 'silent', a: movedA, b: unread, base }, {}, 'needs b'],
  ['one side unknown', { a: movedA, b: unknown, base }, {}, 'unknown park:unreadable@a parked'],
];

describe('decidePair', () => {
  it.each(rows)('%s', (_, world, more, expected) => {
    expect(words(decidePair({ ...rules, ...more }, pairOf(world)))).toBe(expected);
  });
});
