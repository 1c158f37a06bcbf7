import { listsOf } from '../connector/option-lists.ts';
import type { ReadStep, WireRecord } from '../connector/port.ts';
import { problem } from '../record/diagnostic.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Cursor, ParkedRecord } from '../store/port.ts';
import { isOwnCreate } from './apply-creates.ts';
import { countEnding } from './counts.ts';
import { decode } from './decode.ts';
import { isFollowed } from './followed.ts';
import { IdSet } from './id-set.ts';
import { withoutLag } from './lagging.ts';
import { missLines } from './lines.ts';
import { addDiagnostic, type MappingRun, type SideRun } from './mapping-run.ts';
import { parkedBefore } from './match.ts';
import { wasGone } from './pair.ts';
import { isUnchanged, linkedAmong, recallLinks } from './recall.ts';
import { refreshOptions } from './refresh-options.ts';
import { withoutRepeats } from './repeats.ts';
import { SettledPages } from './settled-pages.ts';
import { countUnmapped } from './unmapped.ts';

/**
 * Step *read*: the records of one side that may need something done, page by page: first those parked records whose
 * time has come, then the changes since the cursor. Side b is read ahead into the scratch, so that a pair that changed
 * on both sides is decided once, with both records at hand, and so that no call is spent on looking a partner up.
 */
export async function* read(run: MappingRun, from: Side): AsyncGenerator<WireRecord[]> {
  if (from === 'a') {
    yield* readParked(run, run.a);
    yield* readChanges(run, run.a);
    return;
  }
  for (const batch of run.scratch.drain(run.context.batch)) yield batch.map((spooled) => spooled.record);
}

/** Reads side b into the scratch; what has not changed since its baseline is counted and dropped here. */
export async function readAhead(run: MappingRun): Promise<void> {
  let kept = 0;
  for (const source of [readParked(run, run.b), readChanges(run, run.b)]) {
    for await (const records of source) {
      await refreshOptions(run, records);
      if (run.context.stop) return;
      const seen = decode(run, run.b, records);
      const links = await recallLinks(
        run,
        'b',
        seen.map((one) => one.id),
      );
      // A parked record is looked into even where it is as agreed: it may be no longer parked, or its partner may have moved.
      const before = await parkedBefore(run, 'b', seen);
      const keep: { id: string; keys: (string | null)[]; record: WireRecord }[] = [];
      let unchanged = 0;
      for (const [index, one] of seen.entries()) {
        const record = records[index];
        if (!record) continue;
        if (!before.has(one.id) && isUnchanged(run, 'b', one, links.get(one.id) ?? null)) unchanged += 1;
        // Nobody's partner until it is settled.
        else if (isOwnCreate(run, 'b', one)) countEnding(run, 'b', 'parked');
        // Nothing is linked to a record that is deleted.
        else keep.push({ id: one.id, keys: one.archived ? [] : run.b.keysOf(one.fields), record });
      }
      run.counts.b.unchanged += unchanged;
      if (unchanged === records.length) run.pages.b?.settle();
      run.scratch.put(keep);
      kept += keep.length;
    }
  }
  // A record that was listed again has taken its own place.
  run.counts.b.read -= kept - run.scratch.size;
}

async function* readChanges(run: MappingRun, side: SideRun): AsyncGenerator<WireRecord[]> {
  const progress = run.reads[side.side];
  const { context } = run;
  if (!side.can.list || !(context.full || isFollowed(run, side.side))) {
    progress.complete = true;
    return;
  }
  const cursor = await context.store.cursor(run.key, side.side);
  const ruled = cursor === null ? await isNew(run) : cursor.rules === run.rulesDigest;
  const since = readFrom(cursor, side, context.full || !ruled);
  run.recheck ||= !ruled;
  progress.whole = since === null;
  const ids = progress.whole && cursor !== null ? new IdSet(context.digestKey) : null;
  const retried = run.retried[side.side];
  const trusted = progress.whole && !context.full && !run.recheck;
  const known = trusted ? await context.store.pages(run.key, side.side) : [];
  const pages = new SettledPages(context.strongKey, decodingOf(run, side), known);
  if (progress.whole) run.pages[side.side] = pages;
  const started = context.platform.clock.now();
  for await (const step of side.connection.read({ object: side.object, since, signal: context.signal })) {
    if (step.kind === 'end') {
      endRead(run, side, step, cursor);
      break;
    }
    const listed = withoutRepeats(step.records).filter((record) => !retried.has(record.id));
    const records = await withoutLag(run, side, listed, started);
    if (!records) return;
    for (const record of step.records) {
      if (record.modified !== null && record.modified > (progress.newest ?? 0)) progress.newest = record.modified;
      if (!record.archived) ids?.add(record.id);
    }
    if ((step.newest ?? 0) > (progress.newest ?? 0)) progress.newest = step.newest ?? null;
    for (const remark of step.remarks ?? []) addDiagnostic(run, remark);
    if (!progress.whole) await missLines(run, side, step);
    else countUnmapped(run, side.side, step.records);
    progress.count += step.records.length;
    run.counts[side.side].read += records.length;
    if (progress.whole && pages.has(records)) run.counts[side.side].unchanged += records.length;
    else yield records;
    if (context.stop || context.signal.aborted) return;
  }
  pages.close();
  if (ids && progress.complete) run.present[side.side] = ids;
}

/** Without a cursor it isn't known under which rules the links were made that a run has left which was broken off. */
async function isNew({ context, key }: MappingRun): Promise<boolean> {
  const { active, silent } = await context.store.countLinks(key);
  return active + silent === 0;
}

/** The rules, the declaration of the object, and the lists of options that were read from the system. */
function decodingOf(run: MappingRun, { connection, definition }: SideRun): string {
  const options = listsOf(definition).map((list) => connection.options(list));
  return JSON.stringify([run.rulesDigest, run.layout, definition, options]);
}

/** Where to read from: the mark less the lag; everything on first contact or where the system has no such filter. */
function readFrom(cursor: Cursor | null, side: SideRun, full: boolean): number | null {
  if (full || cursor === null || cursor.mark === null || cursor.scanned === null || !side.can.since) return null;
  return cursor.mark - side.can.lagMs;
}

function endRead(run: MappingRun, side: SideRun, end: Extract<ReadStep, { kind: 'end' }>, cursor: Cursor | null): void {
  const progress = run.reads[side.side];
  progress.complete = end.complete;
  progress.serverTime = end.serverTime;
  if (!end.complete) {
    const known = end.diagnostic;
    addDiagnostic(run, {
      ...(known ?? problem('read-incomplete', `Not all of ${side.system} ${side.object} could be read`)),
      severity: 'error',
    });
  }
  if (end.complete && progress.whole && progress.count === 0 && (cursor?.seen ?? 0) > 0) {
    run.readNothing = true;
    addDiagnostic(run, {
      ...problem(
        'read-nothing',
        `${side.system} ${side.object} gave no records, where it gave ${cursor?.seen} before`,
        {
          next: 'Check the permissions and filters of the connection; nothing is deleted because of this.',
        },
      ),
      severity: 'warning',
    });
  }
}

/** Direct reads of the parked records that may go on now. */
export async function* readParked(run: MappingRun, side: SideRun): AsyncGenerator<WireRecord[]> {
  const due = (await dueRecords(run, side)).filter((one) => !run.retried[side.side].has(one.id));
  const most = run.context.batch;
  for (let at = 0; at < due.length; at += most) {
    const part = due.slice(at, at + most);
    const outcomes = await side.connection.get(
      side.object,
      part.map((one) => one.id),
    );
    const records: WireRecord[] = [];
    const gone: ParkedRecord[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const parked = part[index];
      if (!parked) continue;
      run.retried[side.side].add(parked.id);
      if (outcome.kind === 'present') records.push(outcome.record);
      else if (outcome.kind === 'gone') gone.push(parked);
    }
    await goneWhileParked(run, side, gone);
    run.counts[side.side].read += records.length;
    yield records;
  }
}

/**
 * A linked record that was deleted when it was parked still is; one that never had a link left nothing behind, whatever was
 * known of it then; all else is for the next sweep.
 */
async function goneWhileParked(run: MappingRun, side: SideRun, gone: readonly ParkedRecord[]): Promise<void> {
  const proved = gone.filter(wasGone);
  const linked = await linkedAmong(
    run,
    side.side,
    proved.map(({ id }) => id),
  );
  for (const parked of gone) {
    if (linked.has(parked.id)) run.gone[side.side].set(parked.id, false);
    else run.vanished[side.side].push(parked);
  }
}

/** Parked records whose backoff is over, whose parent has been linked, whose mapping changed, or that were approved. */
async function dueRecords(run: MappingRun, side: SideRun): Promise<ParkedRecord[]> {
  const { store, platform } = run.context;
  if (!side.can.get) return [];
  const parked = await store.parked({ mapping: run.key, side: side.side });
  const waiting = parked.filter((one) => one.waitsFor !== null);
  const linked = new Set<string>();
  for (const mapping of new Set(waiting.map((one) => one.waitsFor?.mapping ?? ''))) {
    for (const parentSide of ['a', 'b'] as const) {
      const ids = waiting.flatMap((one) =>
        one.waitsFor?.mapping === mapping && one.waitsFor.side === parentSide ? [one.waitsFor.id] : [],
      );
      if (ids.length === 0) continue;
      for (const [id, link] of await store.links(mapping, parentSide, ids)) {
        if (link.state !== 'closed') linked.add(`${mapping} ${parentSide} ${id}`);
      }
    }
  }
  const now = platform.clock.now();
  return parked.filter((one) => {
    if (run.open[otherSide(side.side)].has(one.id)) return false;
    if (one.rules !== run.parkDigest || one.approved === one.reason) return true;
    if (one.next !== null && one.next <= now) return true;
    const { waitsFor } = one;
    return waitsFor !== null && linked.has(`${waitsFor.mapping} ${waitsFor.side} ${waitsFor.id}`);
  });
}
