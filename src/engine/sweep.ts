import { problem } from '../record/diagnostic.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { ParkedRecord } from '../store/port.ts';
import { apply } from './apply.ts';
import { IdSet } from './id-set.ts';
import { saysGone } from './lines.ts';
import { addDiagnostic, type MappingRun, pairKey } from './mapping-run.ts';
import { emptyPair, readDoubtful, recallParkedPartners } from './match.ts';
import { wasGone } from './pair.ts';
import { plan, prepare } from './plan.ts';
import { idOf, linkedAmong, recallLinks } from './recall.ts';
import { record } from './record.ts';
import { refreshOptions } from './refresh-options.ts';

/**
 * Finds what is gone where changes do not tell: the ids of a complete sweep (or of a complete read of everything) are
 * held against the links; what is absent is asked for directly, and only "gone" is believed.
 */
export async function sweep(run: MappingRun): Promise<void> {
  for (const side of ['a', 'b'] as const) {
    if (run.context.stop || run.context.signal.aborted) return;
    const present = run.present[side] ?? ((await isDue(run, side)) ? await sweepIds(run, side) : null);
    if (present) {
      await confirmAbsent(run, side, present);
      await confirmParked(run, side, present);
    }
    await propagateGone(run, side);
  }
}

async function isDue(run: MappingRun, side: Side): Promise<boolean> {
  const { sweep, store, integration, platform } = run.context;
  const { can } = run[side];
  if (!can.list || !can.get || sweep === 'never' || run.reads[side].whole) return false;
  if (sweep === 'always') return true;
  if (can.deletesInChanges) return false;
  const cursor = await store.cursor(run.key, side);
  return (
    cursor?.swept === null || cursor === null || platform.clock.now() - cursor.swept >= integration.schedule.sweepMs
  );
}

async function sweepIds(run: MappingRun, side: Side): Promise<IdSet | null> {
  run.context.onEvent({ type: 'mapping', mapping: run.mapping.name, phase: 'sweep' });
  const ids = new IdSet(run.context.digestKey);
  for await (const step of run[side].connection.sweep(run[side].object, run.context.signal)) {
    if (step.kind === 'page') {
      for (const one of step.records) if (!one.archived) ids.add(one.id);
    } else if (step.complete) {
      run.present[side] = ids;
      return ids;
    } else if (!run.context.signal.aborted) {
      run.sweepBroken = true;
      addDiagnostic(run, { ...(step.diagnostic ?? brokenOff(run, side)), severity: 'error' });
    }
  }
  return null;
}

const brokenOff = (run: MappingRun, side: Side) =>
  problem('sweep-incomplete', `Not all of ${run[side].system} ${run[side].object} could be listed`);

async function confirmAbsent(run: MappingRun, side: Side, present: IdSet): Promise<void> {
  const { store, id } = run.context;
  let after: string | null = null;
  let linked = 0;
  for (;;) {
    const ids: string[] = await store.linkedIds(run.key, side, after, run.context.batch);
    if (ids.length === 0) break;
    after = ids[ids.length - 1] ?? null;
    const missing = ids.filter((one) => !present.has(one) && !run.gone[side].has(one));
    if (missing.length === 0) continue;
    // What this run linked itself may be younger than what it read.
    const links = await store.links(run.key, side, missing);
    const absent = missing.filter((one) => links.get(one)?.run !== id);
    linked += absent.length;
    if (absent.length > 0) await confirm(run, side, absent);
  }
  if (linked > 0 && present.size === 0) {
    const what = `${run[side].system} ${run[side].object} gave no records at all, where ${linked} are linked`;
    addDiagnostic(run, {
      ...problem('sweep-empty', what, { next: 'Deletes found now are held for approval.' }),
      severity: 'warning',
    });
    run.holdDeletes = true;
    run.readNothing = true;
  }
}

async function confirm(run: MappingRun, side: Side, absent: readonly string[]): Promise<void> {
  const outcomes = await run[side].connection.get(run[side].object, absent);
  for (const [index, id] of absent.entries()) if (saysGone(run[side], outcomes[index])) run.gone[side].set(id, false);
}

/**
 * Parked records that were never linked are asked for as well: of one that is gone nothing is kept, and the record that waits
 * together with it is decided anew.
 */
async function confirmParked(run: MappingRun, side: Side, present: IdSet): Promise<void> {
  if (run.parked === 0 || !run[side].can.get) return;
  const { store, batch } = run.context;
  const parked = await store.parked({ mapping: run.key, side, includeDismissed: true });
  const missing = parked.filter((one) => !present.has(one.id) && !run.open[otherSide(side)].has(one.id));
  for (let at = 0; at < missing.length; at += batch) {
    const part = missing.slice(at, at + batch);
    const linked = await linkedAmong(
      run,
      side,
      part.map((one) => one.id),
    );
    const unlinked = part.filter((one) => !linked.has(one.id));
    const outcomes = await run[side].connection.get(
      run[side].object,
      unlinked.map((one) => one.id),
    );
    run.vanished[side].push(...unlinked.filter((_, index) => saysGone(run[side], outcomes[index])));
    await record(run, []);
  }
}

/** A delete that is held waits for approval, whatever a later sweep finds; so does what a person dismissed. */
function waits(run: MappingRun, side: Side, parked: ParkedRecord | null): boolean {
  if (!parked) return false;
  return parked.dismissed !== null || (wasGone(parked) && !run.retried[side].has(parked.id));
}

/** Decides the pairs whose record is proved gone and that no change of the other side has brought up already. */
async function propagateGone(run: MappingRun, side: Side): Promise<void> {
  const open = [...run.gone[side]].flatMap(([id, handled]) => (handled ? [] : [id]));
  const most = run.context.batch;
  await refreshOptions(run, open);
  for (let at = 0; at < open.length && !run.context.stop; at += most) {
    const ids = open.slice(at, at + most);
    const links = await recallLinks(run, side, ids);
    const parked = await run.context.store.parked({ mapping: run.key, side, ids, includeDismissed: true });
    const before = new Map(parked.map((one) => [one.id, one]));
    const pairs = ids.flatMap((id) => {
      const link = links.get(id);
      // A pair whose other record was found deleted in this run is decided already.
      if (!link || link.state === 'closed' || run.deletes.has(pairKey(link))) return [];
      const pair = emptyPair(side, link, { a: link.a, b: link.b });
      pair.sides[side] = { kind: 'gone', proof: 'direct-read' };
      if (run.gone[otherSide(side)].has(idOf(link, otherSide(side))))
        pair.sides[otherSide(side)] = { kind: 'gone', proof: 'direct-read' };
      pair.before = before.get(id) ?? null;
      pair.swept = true;
      run.gone[side].set(id, true);
      return waits(run, side, pair.before) ? [] : [pair];
    });
    await recallParkedPartners(run, side, pairs);
    await readDoubtful(run, side, pairs);
    await prepare(run, pairs);
    await record(run, await apply(run, await plan(run, pairs)));
  }
}
