import type { Park, PlanItem } from '../planning/plan-item.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { DIGEST_BYTES } from '../record/digest.ts';
import { otherSide, type Side } from '../record/side.ts';
import { type Applied, failureOf } from './applied.ts';
import { commit } from './commit.ts';
import { countEnding, countWrite } from './counts.ts';
import { decodeOne } from './decode.ts';
import { addDiagnostic, type DeferredDelete, type MappingRun, spoilPages } from './mapping-run.ts';
import { emptyPair } from './match.ts';
import type { Pair } from './pair.ts';
import { plan, prepare, readPartners } from './plan.ts';
import { idOf } from './recall.ts';
import { record } from './record.ts';

/**
 * Carries out the deletes of a mapping after all mappings are through, so that children go before their parents. Above
 * the guard none is done: they are parked for approval.
 */
export async function applyDeletes(run: MappingRun): Promise<void> {
  if (run.deletes.size === 0) return;
  run.context.onEvent({ type: 'mapping', mapping: run.mapping.name, phase: 'deletes' });
  const all = [...run.deletes.values()];
  const held = await guarded(run, all);
  if (held) addDiagnostic(run, held);
  const most = run.context.batch;
  for (let at = 0; at < all.length; at += most) {
    const batch = all.slice(at, at + most);
    const waiting = held ? batch.filter((one) => !one.approved) : [];
    const doing = batch.filter((one) => !waiting.includes(one));
    if (run.context.mode === 'plan') {
      for (const one of batch) countAll(run, one, waiting.includes(one) ? 'held' : 'applied');
      continue;
    }
    if (held)
      await finish(
        run,
        waiting,
        waiting.map((one) => heldBy(one, held)),
      );
    for (const target of ['a', 'b'] as const)
      await removeAll(
        run,
        target,
        doing.filter((one) => one.target === target),
      );
  }
}

/** Why the deletes of this run must wait, if they must. */
async function guarded(run: MappingRun, all: readonly DeferredDelete[]): Promise<Diagnostic | null> {
  const open = all.filter((one) => !one.approved).length;
  const { active } = await run.context.store.countLinks(run.key);
  const { share, records } = run.mapping.deleteGuard;
  if (open === 0 || (!run.holdDeletes && open <= records && open <= share * active)) return null;
  return {
    ...problem(
      'delete-guard',
      `${open} of ${active} records of ${run.mapping.name} would be deleted: held for approval`,
      {
        next: `Look at them with \`dovetail parked list --mapping ${run.mapping.name}\`, then approve them with \`dovetail parked approve --mapping ${run.mapping.name} --reason delete-guard\`.`,
      },
    ),
    severity: 'warning',
  };
}

const heldBy = (one: DeferredDelete, diagnostic: Diagnostic): Park => {
  const side = otherSide(one.target);
  return { side, id: idOf(one.link, side), reason: 'delete-guard', diagnostic, waitsFor: null };
};

async function removeAll(run: MappingRun, target: Side, deletes: readonly DeferredDelete[]): Promise<void> {
  if (deletes.length === 0) return;
  const steady = await unmoved(run, target, deletes);
  for (const archive of [false, true]) {
    const batch = steady.filter((one) => (one.kind === 'archive') === archive);
    if (batch.length === 0) continue;
    const items = batch.map((one) => ({
      id: idOf(one.link, target),
      version: run[target].can.conditionalUpdate ? one.version : null,
    }));
    const outcomes = await run[target].connection.remove(run[target].object, items, archive);
    const moved: DeferredDelete[] = [];
    const skipped: DeferredDelete[] = [];
    const parks = batch.map((one, index): Park | null => {
      const outcome = outcomes[index];
      if (!outcome || outcome.kind === 'done') {
        countWrite(run, target, one.kind);
        return null;
      }
      if (outcome.kind === 'failed' && outcome.class === 'conflict') moved.push(one);
      const applied = deletedPair(one);
      failureOf(run, applied, outcome);
      if (applied.skipped) skipped.push(one);
      return applied.park;
    });
    const kept = batch
      .map((one, index) => ({ one, park: parks[index] ?? null }))
      .filter(({ one }) => !moved.includes(one) && !skipped.includes(one));
    await finish(
      run,
      kept.map(({ one }) => one),
      kept.map(({ park }) => park),
    );
    await decideMoved(run, moved);
  }
}

/** The targets that still are as they were when the delete was decided; a target that changed is decided again. */
async function unmoved(run: MappingRun, target: Side, deletes: readonly DeferredDelete[]): Promise<DeferredDelete[]> {
  const versioned = deletes.filter((one) => run[target].can.conditionalUpdate && one.version !== null);
  const others = deletes.filter((one) => !versioned.includes(one));
  if (others.length === 0 || !run[target].can.get) return [...deletes];
  const outcomes = await run[target].connection.get(
    run[target].object,
    others.map((one) => idOf(one.link, target)),
  );
  const moved = others.filter((one, index) => {
    const outcome = outcomes[index];
    if (outcome?.kind !== 'present') return outcome?.kind === 'unknown';
    const { digests } = decodeOne(run, run[target], outcome.record);
    return one.digests.length > 0 && differ(run, digests, one.digests);
  });
  await decideMoved(run, moved);
  return [...versioned, ...others.filter((one) => !moved.includes(one))];
}

/** Whether a record says something else than it did; where a line stands is said by the lines around it as well. */
function differ(run: MappingRun, now: Uint8Array, before: Uint8Array): boolean {
  if (Buffer.compare(now, before) === 0) return false;
  const own = now.slice();
  for (const [index, field] of run.rules.fields.entries()) {
    const at = index * DIGEST_BYTES;
    if (field.isPlace) own.set(before.subarray(at, at + DIGEST_BYTES), at);
  }
  return Buffer.compare(own, before) !== 0;
}

/** Changed while its delete was on the way: with both facts at hand the decision is another one. */
async function decideMoved(run: MappingRun, moved: readonly DeferredDelete[]): Promise<void> {
  if (moved.length === 0) return;
  const pairs = moved.map(deferredPair);
  for (const side of ['a', 'b'] as const)
    await readPartners(
      run,
      side,
      pairs.filter((pair) => pair.sides[side].kind === 'unread'),
    );
  await prepare(run, pairs);
  const planned = await plan(run, pairs);
  await record(
    run,
    planned.map(({ pair, item }) => ({
      pair,
      item,
      ending: item.ending,
      park: item.park ?? stillMoving(pair.from, pair.ids[pair.from] ?? '', item),
      written: {},
      stale: false,
      skipped: false,
      deferred: false,
      moveIntent: null,
    })),
  );
  for (const one of moved) countAll(run, one, 'held');
}

/** A record that is to be removed no more is decided anew by the next run. */
function stillMoving(side: Side, id: string, { actions }: PlanItem): Park {
  const isRemoved = [actions.a, actions.b].some((action) => action?.kind === 'delete' || action?.kind === 'archive');
  const reason = isRemoved ? 'delete-guard' : 'write-conflict';
  const next = isRemoved ? 'Approve the delete, or dismiss it.' : 'It is tried again in the next run.';
  const diagnostic = problem(reason, 'The record changed while its delete was on the way', { next });
  return { side, id, reason, diagnostic, waitsFor: null };
}

function deferredPair({ target, link, left, before, beforeOther }: DeferredDelete): Pair {
  const source = otherSide(target);
  const pair = emptyPair(source, link, { a: link.a, b: link.b });
  if (left === null) pair.sides[source] = { kind: 'gone', proof: 'direct-read' };
  pair.swept = true;
  pair.before = before;
  pair.beforeOther = beforeOther;
  return pair;
}

function deletedPair(one: DeferredDelete): Applied {
  const pair = deferredPair(one);
  // What is left of the pair has no baseline: it is looked at again when it is back.
  for (const side of ['a', 'b'] as const) pair.sides[side] = { kind: 'gone', proof: 'direct-read' };
  const item = {
    ...pair.ids,
    rule: one.rule,
    actions: {},
    link: 'close' as const,
    refresh: false,
    park: null,
    waits: null,
    ending: 'applied' as const,
  };
  return {
    pair,
    item,
    ending: 'applied',
    park: null,
    written: {},
    stale: false,
    skipped: false,
    deferred: false,
    moveIntent: null,
  };
}

async function finish(
  run: MappingRun,
  deletes: readonly DeferredDelete[],
  parks: readonly (Park | null)[],
): Promise<void> {
  const applied = deletes.map(
    (one, index): Applied => ({ ...deletedPair(one), park: withSeen(one, parks[index] ?? null) }),
  );
  for (const [index, one] of deletes.entries()) {
    countAll(run, one, parks[index] ? (parks[index]?.reason === 'delete-guard' ? 'held' : 'failed') : 'applied');
  }
  await record(run, applied);
  const history = deletes.flatMap((one, index) =>
    parks[index]
      ? []
      : [
          {
            mapping: run.key,
            a: one.link.a,
            b: one.link.b,
            run: run.context.id,
            at: run.context.platform.clock.now(),
            kind: one.kind,
            rule: one.rule,
            fields: [],
            digests: null,
          },
        ],
  );
  const released = deletes.flatMap((one, index) =>
    parks[index] ? [] : (['a', 'b'] as const).map((side) => ({ mapping: run.key, side, id: idOf(one.link, side) })),
  );
  // A record that only left the filter may still be matched.
  const keysGone = released.filter(({ side, id }) =>
    deletes.some((one) => (one.left === null || one.target === side) && idOf(one.link, side) === id),
  );
  spoilPages(run, null);
  await commit(run.context, { history, released, keysGone });
}

/** A record that left the filter is there, and is looked at again when it changes; of one that is gone nothing is kept. */
const withSeen = ({ left }: DeferredDelete, park: Park | null): Park | null =>
  park && left !== null ? { ...park, seen: left } : park;

function countAll(run: MappingRun, one: DeferredDelete, ending: 'applied' | 'held' | 'failed'): void {
  for (const side of one.counted) countEnding(run, side, ending);
}
