import type { Action, Park } from '../planning/plan-item.ts';
import { problem } from '../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import { type Applied, expectedVersion } from './applied.ts';
import { abandon, createAll } from './apply-creates.ts';
import { updateAll, updateLater } from './apply-updates.ts';
import { isApproved } from './approval.ts';
import { afterUpdates, beforeUpdates } from './before-updates.ts';
import { foresee } from './foreseen.ts';
import { type MappingRun, pairKey } from './mapping-run.ts';
import { type Pair, type Planned, presentSide, seenOf } from './pair.ts';
import { plan, prepare, readPartners } from './plan.ts';
import { baseOf } from './recall.ts';
import { withoutTaken } from './taken-partners.ts';

/**
 * Step *apply*: writes what was planned. Updates are guarded: by the version where the system checks it, else by a
 * re-read just before; where the guard fails the pair is decided once more.
 */
export async function apply(run: MappingRun, planned: readonly Planned[]): Promise<Applied[]> {
  const limit = (one: Planned) => limitToSavedPlan(run, one);
  const allowed = planned.map(limit);
  if (run.context.mode === 'plan') return allowed.map(preview(run));
  const isNew = ({ item }: Planned) => SIDES.some((side) => item.actions[side]?.kind === 'create');
  const created = await attempt(run, allowed.filter(isNew));
  // The guards only now: nothing that may take its time comes between the look at a target and its write.
  const matched = await withoutTaken(
    run,
    allowed.filter((one) => !isNew(one)),
    created,
  );
  const others = await guard(run, matched);
  const first = [...created, ...(await attempt(run, others.map(limit)))];
  const stale = first.filter((one) => one.stale).map((one) => one.pair);
  if (stale.length === 0) return first;
  const second = await attempt(run, (await decideAgain(run, stale)).map(limit));
  return [...first.filter((one) => !one.stale), ...second.map(parkIfStale)];
}

const started = ({ pair, item }: Planned): Applied => ({
  pair,
  item,
  ending: item.ending,
  park: item.park,
  written: {},
  stale: false,
  skipped: false,
  deferred: false,
  moveIntent: null,
});

function preview(run: MappingRun): (planned: Planned) => Applied {
  return (planned) => {
    run.context.onEvent({ type: 'item', mapping: run.mapping.name, item: planned.item });
    const one = started(planned);
    foresee(run, one);
    deferRemoval(run, 'a', one);
    deferRemoval(run, 'b', one);
    return one;
  };
}

/** With a saved plan, only what it holds is done; what has changed since waits for the next plan. */
function limitToSavedPlan(run: MappingRun, planned: Planned): Planned {
  const { allows } = run.context;
  const { item, pair } = planned;
  if (!allows || Object.keys(item.actions).length === 0 || allows(run.mapping.name, item)) return planned;
  const id = pair.ids[pair.from] ?? '';
  const diagnostic = problem('plan-stale', 'The record changed since the plan was made', {
    next: 'Plan again, or sync without a saved plan.',
  });
  const park: Park = { side: pair.from, id, reason: 'plan-stale', diagnostic, waitsFor: null };
  return { pair, item: { ...item, actions: {}, link: 'none', refresh: false, park, ending: 'parked' } };
}

/** Re-reads the targets that can't check a version themselves, and decides anew the pairs whose target has moved. */
async function guard(run: MappingRun, planned: readonly Planned[]): Promise<Planned[]> {
  const moved = new Set<Pair>();
  for (const target of ['a', 'b'] as const) {
    const side = run[target];
    // A whole record takes along what nobody meant to write: it must be as it is now even where its edits do not matter.
    const edits = side.can.wholeRecords || run.rules.fields.some((field) => field.flows.aToB && field.flows.bToA);
    if (!side.can.get || !edits) continue;
    const guarded = planned.filter(
      ({ pair, item }) => item.actions[target]?.kind === 'update' && !hasVersion(run, pair, target),
    );
    const before = guarded.map(({ pair }) => digestsOf(pair, target));
    await readPartners(
      run,
      target,
      guarded.map(({ pair }) => pair),
    );
    for (const [index, { pair }] of guarded.entries()) {
      const now = presentSide(pair, target)?.digests;
      if (!now || Buffer.compare(now, before[index] ?? now) !== 0) moved.add(pair);
    }
  }
  if (moved.size === 0) return [...planned];
  return [...planned.filter(({ pair }) => !moved.has(pair)), ...(await plan(run, await prepared(run, [...moved])))];
}

async function prepared(run: MappingRun, pairs: readonly Pair[]): Promise<readonly Pair[]> {
  await prepare(run, pairs);
  return pairs;
}

const digestsOf = (pair: Pair, side: Side): Uint8Array | null =>
  presentSide(pair, side)?.digests ?? (pair.link ? baseOf(pair.link, side) : null);

function hasVersion(run: MappingRun, pair: Pair, target: Side): boolean {
  return run[target].can.conditionalUpdate && expectedVersion(pair, target) !== null;
}

async function decideAgain(run: MappingRun, pairs: readonly Pair[]): Promise<Planned[]> {
  await readPartners(
    run,
    'a',
    pairs.filter((pair) => pair.ids.a !== null && run.a.can.get),
  );
  await readPartners(
    run,
    'b',
    pairs.filter((pair) => pair.ids.b !== null && run.b.can.get),
  );
  await prepare(run, pairs);
  return plan(run, pairs);
}

async function attempt(run: MappingRun, planned: readonly Planned[]): Promise<Applied[]> {
  const all = planned.map(started);
  for (const target of ['b', 'a'] as const) {
    const having = (kind: Action['kind']) =>
      all.filter((one) => one.item.actions[target]?.kind === kind && one.park === null && !one.stale && !one.skipped);
    const creates = having('create');
    await createAll(run, target, creates);
    await updateLater(run, target, creates);
    const updates = having('update');
    if (await beforeUpdates(run, target, updates)) {
      await updateAll(run, target, updates);
      await afterUpdates(run, target, updates);
    } else abandon(run, updates);
    for (const one of all) deferRemoval(run, target, one);
  }
  return all;
}

/** Deletes wait until all mappings are through: children first, and under the guard. */
function deferRemoval(run: MappingRun, target: Side, one: Applied): void {
  const action = one.item.actions[target];
  if (!one.pair.link || !action || (action.kind !== 'delete' && action.kind !== 'archive')) return;
  const { link } = one.pair;
  // A record that was listed again is in the counts for each time that it was read.
  const before = run.deletes.get(pairKey(link))?.counted ?? [];
  const now: Side[] = one.pair.joint ? ['a', 'b'] : one.pair.swept ? [] : [one.pair.from];
  run.deletes.set(pairKey(link), {
    link,
    target,
    kind: action.kind,
    left: one.pair.sides[otherSide(target)].kind === 'gone' ? null : seenOf(one.pair, otherSide(target)),
    rule: one.item.rule,
    digests: digestsOf(one.pair, target)?.slice() ?? new Uint8Array(0),
    version: expectedVersion(one.pair, target),
    approved: isApproved(one.pair, 'delete-guard'),
    before: one.pair.before,
    beforeOther: one.pair.beforeOther,
    counted: [...before, ...now],
  });
  one.deferred = true;
}

function parkIfStale(one: Applied): Applied {
  if (!one.stale) return one;
  const { pair } = one;
  const diagnostic = problem('write-conflict', 'The record kept changing while it was being written', {
    next: 'It is tried again in the next run.',
  });
  const park: Park = {
    side: pair.from,
    id: pair.ids[pair.from] ?? '',
    reason: 'write-conflict',
    diagnostic,
    waitsFor: null,
  };
  return { ...one, ending: 'parked', park };
}
