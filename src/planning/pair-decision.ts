import { isEmpty } from '../record/canonical.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { ABSENT, type Expressed, Obstacle } from '../record/expressed.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import { type ConflictPolicy, decideField, type FieldCase, type FieldDecision } from './field-decision.ts';
import type { FieldChange, PairPlan, Park, PlanItem, Presence } from './plan-item.ts';

export interface Propagation {
  create: 'create' | 'ignore' | 'hold';
  update: 'update' | 'ignore' | 'hold';
  delete: 'delete' | 'archive' | 'unlink' | 'ignore' | 'hold';
}

/** One field mapping, as far as a decision needs it. */
export interface PlanField {
  /** '' where the row has no field of that side. */
  names: Record<Side, string>;
  /** The fields of each side that its value for the other one is made of: its own, and what an expression reads. */
  reads: Record<Side, readonly string[]>;
  flows: { aToB: boolean; bToA: boolean };
  policy: ConflictPolicy;
  targetEdits: 'leave' | 'restore';
  /** The reference closes a cycle: left out of creates and set afterwards. */
  later: boolean;
  /** It is the place of a line in its list, which changes with the lines around it. */
  isPlace: boolean;
  /** A reference whose parent is not linked is left empty. */
  leftEmpty: boolean;
}

export interface PlanRules {
  fields: readonly PlanField[];
  propagate: Record<Side, Propagation>;
  firstContact: { prefer: Side; emptyOverwrites: boolean } | null;
  onLeave: 'keep' | 'archive' | 'delete' | 'unlink';
  /** What a held delete comes to on a side once it is approved: what the system can. */
  removal: Record<Side, 'delete' | 'archive'>;
  skewMs: number;
}

/** What is known of one pair when it is decided. */
export interface PairCase {
  /** The side whose record was read and brought this pair up. */
  from: Side;
  link: 'none' | 'active' | 'silent';
  ids: Record<Side, string | null>;
  sides: Record<Side, Presence>;
  /** Of a record that was not read: true. */
  inFilter: Record<Side, boolean>;
  /** Whether the field at a position has changed on a side since the baseline; null: no baseline. */
  changed(side: Side, index: number): boolean | null;
  /** Whether the field may hold an edit that the other side never had. */
  edited(side: Side, index: number): boolean;
  /** Whether the mapping makes another value of this side's record than when both last agreed. */
  remapped(side: Side, index: number): boolean;
  /** The other side's value of the field at a position, as this side would hold it. */
  expressed(side: Side, index: number): Expressed;
  /** Whether this side holds, in its own form, what the other side's value of the field at a position would be there. */
  agrees(side: Side, index: number): boolean;
  /** Whether a person approved what is held for this reason. */
  approved: (reason: string) => boolean;
  /** Whether a record of this side can be read at all. */
  readable: Record<Side, boolean>;
}

const idle = (pair: PairCase, rule: string, ending: PlanItem['ending'], more: Partial<PlanItem> = {}): PairPlan => ({
  kind: 'planned',
  item: { ...pair.ids, rule, actions: {}, link: 'none', refresh: false, park: null, waits: null, ending, ...more },
});

/** The record decision of docs/invariants.md, and the field decisions below it. Pure; symmetric in a and b. */
export function decidePair(rules: PlanRules, pair: PairCase): PairPlan {
  for (const side of ['a', 'b'] as const) {
    const presence = pair.sides[side];
    if (presence.kind === 'unknown') {
      return parked(pair, pair.from, 'unreadable', presence.diagnostic, 'unknown');
    }
  }
  const source = pair.from;
  if (pair.sides[source].kind === 'gone') return decideGone(rules, pair, source);
  if (pair.link !== 'none' && pair.sides[otherSide(source)].kind === 'gone') {
    return decideGone(rules, pair, otherSide(source));
  }
  const outside = ([source, otherSide(source)] as const).find((side) => !pair.inFilter[side]);
  if (outside) return decideOutside(rules, pair, outside);
  // The record that was not read may itself be outside, or have changed while the pair was silent.
  const unread = SIDES.find((side) => pair.sides[side].kind === 'unread' && pair.readable[side]);
  if (pair.link === 'silent' && unread) return { kind: 'needs', side: unread };
  if (pair.link === 'none' && pair.sides[otherSide(source)].kind === 'none') return decideCreate(rules, pair);
  return decideUpdate(rules, pair);
}

function decideGone(rules: PlanRules, pair: PairCase, gone: Side): PairPlan {
  const kept = otherSide(gone);
  if (pair.link === 'none') return idle(pair, 'gone-unlinked', 'filtered');
  if (pair.sides[kept].kind === 'gone') return idle(pair, 'gone-both', 'applied', { link: 'close' });
  // What the filter keeps out by now is no longer the deleted one's counterpart: another mapping may have taken it up.
  if (pair.link === 'silent' || !pair.inFilter[kept]) return idle(pair, 'gone-silent', 'applied', { link: 'close' });
  const policy = rules.propagate[gone].delete;
  if (isEdited(rules, pair, kept) && !pair.approved('delete-update-conflict')) {
    return held(pair, gone, 'delete-update-conflict', `deleted on one side and changed on the other since they agreed`);
  }
  if (policy === 'ignore') return idle(pair, 'delete-ignored', 'applied', { link: 'close' });
  if (policy === 'unlink') return idle(pair, 'delete-unlinks', 'applied', { link: 'close' });
  if (policy === 'hold' && !pair.approved('held-delete')) {
    return held(pair, gone, 'held-delete', 'the mapping holds deletes of this system for approval');
  }
  const kind = policy === 'hold' ? rules.removal[kept] : policy;
  return idle(pair, `delete-${kind}`, 'applied', {
    link: 'close',
    actions: { [kept]: { kind, id: pair.ids[kept], changes: [], later: [] } },
  });
}

/** Whether what would be deleted has something that its other record never had. */
const isEdited = (rules: PlanRules, pair: PairCase, side: Side): boolean =>
  pair.sides[side].kind === 'present' &&
  rules.fields.some((field, index) => !field.isPlace && pair.edited(side, index));

function decideOutside(rules: PlanRules, pair: PairCase, left: Side): PairPlan {
  const other = otherSide(left);
  if (pair.link === 'none' && pair.sides[other].kind !== 'none' && pair.inFilter[other]) {
    return parked(pair, other, 'match-outside', matchOutside(pair.ids[left] ?? ''), 'match');
  }
  if (pair.link === 'none' || pair.link === 'silent') return idle(pair, 'outside-filter', 'filtered');
  if (rules.onLeave === 'keep') return idle(pair, 'left-filter-kept', 'filtered', { link: 'silence' });
  if (rules.onLeave === 'unlink') return idle(pair, 'left-filter-unlinked', 'filtered', { link: 'unlink' });
  if (isEdited(rules, pair, other) && !pair.approved('delete-update-conflict')) {
    return held(
      pair,
      left,
      'delete-update-conflict',
      'it left the filter, and was changed on the other side since they agreed',
    );
  }
  return idle(pair, `left-filter-${rules.onLeave}`, 'applied', {
    link: 'close',
    actions: { [other]: { kind: rules.onLeave, id: pair.ids[other], changes: [], later: [] } },
  });
}

const matchOutside = (id: string): Diagnostic =>
  problem('match-outside', `The record with the same key is kept out by the filter: ${id}`, {
    next: 'It goes on by itself when that record passes the filter, or no longer matches.',
  });

function decideCreate(rules: PlanRules, pair: PairCase): PairPlan {
  const target = otherSide(pair.from);
  const source = pair.sides[pair.from];
  const policy = rules.propagate[pair.from].create;
  if (policy === 'ignore') return idle(pair, 'create-ignored', 'filtered');
  if (policy === 'hold' && !pair.approved('held-create')) {
    return held(pair, pair.from, 'held-create', 'the mapping holds new records of this system for approval');
  }
  const changes: FieldChange[] = [];
  const later: FieldChange[] = [];
  let waits: Park | null = null;
  for (let index = 0; index < rules.fields.length; index++) {
    const field = rules.fields[index];
    if (!field || !(target === 'b' ? field.flows.aToB : field.flows.bToA)) continue;
    const trouble = troubleIn(source, field.reads[pair.from]);
    if (trouble) return parked(pair, pair.from, 'undecodable', trouble, 'decode');
    const said = pair.expressed(target, index);
    if (said instanceof Obstacle) {
      if (said.waitsFor !== null && field.later) {
        waits ??= { side: pair.from, id: pair.ids[pair.from] ?? '', ...said };
        continue;
      }
      return parked(pair, pair.from, said.reason, said.diagnostic, 'create', said.waitsFor);
    }
    if (said === ABSENT || said === null) continue;
    const change: FieldChange = {
      to: target,
      field: field.names[target],
      index,
      from: undefined,
      value: said,
      rule: 'changed',
      overruled: false,
    };
    (field.later ? later : changes).push(change);
  }
  return idle(pair, 'create', 'applied', {
    link: 'make',
    actions: { [target]: { kind: 'create', id: null, changes, later } },
    waits,
  });
}

interface Decided {
  changes: Record<Side, FieldChange[]>;
  refresh: boolean;
}

function decideUpdate(rules: PlanRules, pair: PairCase): PairPlan {
  const decided: Decided = { changes: { a: [], b: [] }, refresh: false };
  for (const [index, field] of rules.fields.entries()) {
    const outcome = decideOne(rules, pair, field, index, decided);
    if (outcome) return outcome;
  }
  return propagateUpdate(rules, pair, decided);
}

/** Decides one field into `decided`; returns a plan where the whole record must wait or be read first. */
function decideOne(
  rules: PlanRules,
  pair: PairCase,
  field: PlanField,
  index: number,
  decided: Decided,
): PairPlan | null {
  const changed = { a: pair.changed('a', index), b: pair.changed('b', index) };
  const missing = sideToRead(pair, field, index, changed);
  if (missing) return { kind: 'needs', side: missing };
  for (const side of ['a', 'b'] as const) {
    const trouble = troubleIn(pair.sides[side], field.reads[side]);
    if (trouble && (changed[side] !== false || pair.remapped(side, index)))
      return parked(pair, side, 'undecodable', trouble, 'decode');
  }
  if (changed.a === false && changed.b === false && !SIDES.some((side) => pair.remapped(side, index))) return null;
  return settleField(pair, field, index, decideField(fieldCase(rules, pair, field, index)), decided);
}

function troubleIn(presence: Presence, names: readonly string[]): Diagnostic | undefined {
  if (presence.kind !== 'present') return undefined;
  const { problems } = presence.seen;
  const name = names.find((one) => Object.hasOwn(problems, one));
  return name === undefined ? undefined : problems[name];
}

/** What is known about one field of a pair, to be decided. */
export function fieldCase(rules: PlanRules, pair: PairCase, field: PlanField, index: number): FieldCase {
  return {
    flows: field.flows,
    changed: { a: pair.changed('a', index), b: pair.changed('b', index) },
    remapped: { a: pair.remapped('a', index), b: pair.remapped('b', index) },
    agree: agrees(pair, field, index),
    holds: { a: field.flows.bToA && pair.agrees('a', index), b: field.flows.aToB && pair.agrees('b', index) },
    empty: { a: emptyOn(pair, 'a', field, index), b: emptyOn(pair, 'b', field, index) },
    policy: field.policy,
    stamps: { a: stampOf(pair.sides.a), b: stampOf(pair.sides.b) },
    skewMs: rules.skewMs,
    targetEdits: field.targetEdits,
    firstContact: rules.firstContact,
  };
}

function settleField(
  pair: PairCase,
  field: PlanField,
  index: number,
  decision: FieldDecision,
  decided: Decided,
): PairPlan | null {
  if (decision.kind === 'none') return null;
  if (decision.kind === 'refresh') {
    decided.refresh = true;
    return null;
  }
  if (decision.kind === 'conflict') {
    return parked(pair, pair.from, 'conflict', conflictDiagnostic(field, decision.rule), decision.rule);
  }
  const source = otherSide(decision.to);
  if (pair.sides[source].kind === 'unread') return { kind: 'needs', side: source };
  const said = pair.expressed(decision.to, index);
  if (said instanceof Obstacle) {
    return parked(pair, source, said.reason, said.diagnostic, 'update', said.waitsFor);
  }
  if (said === ABSENT) return null;
  const target = pair.sides[decision.to];
  decided.changes[decision.to].push({
    to: decision.to,
    field: field.names[decision.to],
    index,
    value: said,
    rule: decision.rule,
    overruled: decision.overruled,
    from: target.kind === 'present' ? (target.seen.fields[field.names[decision.to]] ?? null) : undefined,
  });
  return null;
}

function propagateUpdate(rules: PlanRules, pair: PairCase, decided: Decided): PairPlan {
  const item: Partial<PlanItem> = {
    link: pair.link === 'none' ? 'make' : 'keep',
    refresh: decided.refresh,
    actions: {},
  };
  const ignored: FieldChange[] = [];
  for (const target of ['a', 'b'] as const) {
    const changes = decided.changes[target];
    if (changes.length === 0) continue;
    const policy = rules.propagate[otherSide(target)].update;
    if (policy === 'hold' && !pair.approved('held-update')) {
      return held(pair, otherSide(target), 'held-update', 'the mapping holds updates of this system for approval');
    }
    if (policy === 'ignore') {
      ignored.push(...changes);
      continue;
    }
    item.actions = { ...item.actions, [target]: { kind: 'update', id: pair.ids[target], changes, later: [] } };
  }
  const writes = item.actions?.a !== undefined || item.actions?.b !== undefined;
  const reactivated = pair.link === 'silent';
  if (ignored.length > 0) item.ignored = ignored;
  if (!writes && !decided.refresh && ignored.length === 0 && pair.link === 'active')
    return idle(pair, 'unchanged', 'unchanged');
  if (!writes) item.refresh = true;
  const rule = pair.link === 'none' ? 'link' : reactivated ? 'entered-filter' : writes ? 'update' : 'agree';
  return idle(pair, rule, writes || pair.link === 'none' ? 'applied' : 'unchanged', item);
}

/** The side that must be read before this field can be decided, if any. */
function sideToRead(
  pair: PairCase,
  field: PlanField,
  index: number,
  changed: Record<Side, boolean | null>,
): Side | null {
  const twoWay = field.flows.aToB && field.flows.bToA;
  const source: Side = field.flows.aToB ? 'a' : 'b';
  const remapped = { a: pair.remapped('a', index), b: pair.remapped('b', index) };
  // What a side says by changed rules is known from its record alone; what the other one holds, from its baseline too.
  const unread = SIDES.filter((side) => pair.sides[side].kind === 'unread' && pair.readable[side]);
  const unknown = unread.find((side) => remapped[side] || (remapped[otherSide(side)] && changed[side] === null));
  if (unknown) return unknown;
  const firstContact = twoWay ? changed.a === null || changed.b === null : changed[source] === null;
  const moved = { a: changed.a !== false || remapped.a, b: changed.b !== false || remapped.b };
  const byStamps = twoWay && field.policy === 'newest' && moved.a && moved.b;
  if (!firstContact && !byStamps) return null;
  return unread[0] ?? null;
}

function agrees(pair: PairCase, field: PlanField, index: number): boolean {
  return (field.flows.aToB && pair.agrees('b', index)) || (field.flows.bToA && pair.agrees('a', index));
}

function emptyOn(pair: PairCase, side: Side, field: PlanField, index: number): boolean {
  const presence = pair.sides[side];
  // Without a field of its own, the side says what the row computes from its record; by a reference left empty, nothing.
  const said = pair.expressed(otherSide(side), index);
  if (field.names[side] === '' || (field.leftEmpty && said === null)) return saysNothing(said);
  return presence.kind !== 'present' || isEmpty(presence.seen.fields[field.names[side]]);
}

const saysNothing = (said: Expressed): boolean => said === ABSENT || (!(said instanceof Obstacle) && isEmpty(said));

const stampOf = (presence: Presence): number | null => (presence.kind === 'present' ? presence.seen.modified : null);

function conflictDiagnostic(field: PlanField, rule: string): Diagnostic {
  return problem('conflict', `Both systems changed ${field.names.a} / ${field.names.b} since they agreed`, {
    detail:
      rule === 'conflict-tie'
        ? 'The modification stamps are missing or too close to tell which is newer.'
        : 'The mapping holds conflicts of this field.',
    next: 'Make both records say the same, or set a conflict policy for this field.',
  });
}

function parked(
  pair: PairCase,
  side: Side,
  reason: string,
  diagnostic: Diagnostic,
  rule: string,
  waitsFor: Park['waitsFor'] = null,
): PairPlan {
  const id = pair.ids[side] ?? pair.ids[otherSide(side)] ?? '';
  const at = pair.ids[side] === null ? otherSide(side) : side;
  return idle(pair, rule, 'parked', { park: { side: at, id, reason, diagnostic, waitsFor } });
}

function held(pair: PairCase, side: Side, reason: string, why: string): PairPlan {
  const plan = parked(
    pair,
    side,
    reason,
    problem(reason, `Held: ${why}`, { next: 'Approve it with `dovetail parked approve`, or dismiss it.' }),
    reason,
  );
  return plan.kind === 'planned' ? { kind: 'planned', item: { ...plan.item, ending: 'held' } } : plan;
}
