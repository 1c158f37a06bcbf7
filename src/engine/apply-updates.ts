import type { UpdateItem, WireRecord, WriteOutcome } from '../connector/port.ts';
import type { FieldChange } from '../planning/plan-item.ts';
import { otherSide, type Side } from '../record/side.ts';
import { type Applied, expectedVersion, failureOf } from './applied.ts';
import { countWrite } from './counts.ts';
import { decodeOne } from './decode.ts';
import { isFollowed } from './followed.ts';
import { addDiagnostic, type MappingRun } from './mapping-run.ts';
import { presentSide } from './pair.ts';
import { followMoves, idAfter, reservedAt } from './places.ts';

/** Writes the changed fields of each record, and nothing else; where the system takes whole records, the driver merges. */
export async function updateAll(run: MappingRun, target: Side, updates: readonly Applied[]): Promise<void> {
  await send(
    run,
    target,
    updates.map((one) => ({ one, changes: one.item.actions[target]?.changes ?? [] })),
    true,
  );
}

/** References that close a cycle are set after both records exist. */
export async function updateLater(run: MappingRun, target: Side, created: readonly Applied[]): Promise<void> {
  const having = created.filter(
    (one) => one.written[target] !== undefined && (one.item.actions[target]?.later.length ?? 0) > 0,
  );
  await send(
    run,
    target,
    having.map((one) => ({ one, changes: one.item.actions[target]?.later ?? [] })),
    false,
  );
}

async function send(
  run: MappingRun,
  target: Side,
  updates: readonly { one: Applied; changes: readonly FieldChange[] }[],
  counted: boolean,
): Promise<void> {
  const ready: { one: Applied; item: UpdateItem }[] = [];
  for (const { one, changes } of updates) {
    const encoded = run[target].codec.encode(Object.fromEntries(changes.map((change) => [change.field, change.value])));
    if (!encoded.ok) {
      const first = Object.values(encoded.error)[0];
      if (first) fail(run, target, one, { kind: 'failed', class: 'invalid', diagnostic: first }, counted);
      continue;
    }
    const seen = one.written[target] ?? presentSide(one.pair, target);
    const version = run[target].can.conditionalUpdate ? (seen?.version ?? expectedVersion(one.pair, target)) : null;
    ready.push({
      one,
      item: { id: one.pair.ids[target] ?? '', wire: encoded.value, version, ...(seen ? { current: seen.wire } : {}) },
    });
  }
  if (ready.length === 0) return;
  await reserve(run, target, ready);
  const outcomes = await run[target].connection.update(
    run[target].object,
    ready.map(({ item }) => item),
  );
  const records: { one: Applied; record: WireRecord | null; id: string }[] = [];
  const moves: { one: Applied; id: string }[] = [];
  for (const [index, { one }] of ready.entries()) {
    const outcome = outcomes[index];
    if (!outcome) continue;
    if (outcome.kind === 'done') {
      if (counted) countWrite(run, target, 'update');
      records.push({ one, record: outcome.record, id: outcome.id });
      if (outcome.id !== one.pair.ids[target]) moves.push({ one, id: outcome.id });
    } else fail(run, target, one, outcome, counted);
    settleMove(run, target, one, outcome);
  }
  await followMoves(run, target, moves);
  await writtenBack(run, target, records);
}

/** What moves can't have the place of a record that is still linked. */
async function reserve(run: MappingRun, target: Side, ready: readonly { one: Applied; item: UpdateItem }[]) {
  const moving = ready.filter(({ one }) => one.moveIntent !== null);
  if (moving.length === 0) return;
  const places = moving.map(({ one }) => idAfter(run, target, one));
  const reserved = await reservedAt(run, target, places);
  for (const [at, { item }] of moving.entries()) item.reserved = reserved[at] ?? [];
}

/** The intent of a move ends with it; while its outcome is unknown nothing else touches the record. */
function settleMove(run: MappingRun, target: Side, one: Applied, outcome: WriteOutcome): void {
  if (one.moveIntent === null || outcome.kind === 'done') return;
  if (outcome.kind === 'failed') run.settled.push(one.moveIntent);
  else {
    run.open[target].add(one.pair.ids[otherSide(target)] ?? '');
    run.openTokens[target].add(idAfter(run, target, one));
  }
  one.moveIntent = null;
}

/** A created record is linked whether or not its open reference could be set: that has no baseline then, and is tried again. */
function fail(
  run: MappingRun,
  target: Side,
  one: Applied,
  outcome: Exclude<WriteOutcome, { kind: 'done' }>,
  counted: boolean,
): void {
  const create = one.item.actions[target];
  if (counted || !create) failureOf(run, one, outcome);
  else {
    one.item = { ...one.item, actions: { ...one.item.actions, [target]: { ...create, later: [] } } };
    addDiagnostic(run, outcome.diagnostic);
    const { from, ids } = one.pair;
    const waits = {
      side: from,
      id: ids[from] ?? '',
      reason: 'transient',
      diagnostic: outcome.diagnostic,
      waitsFor: null,
    };
    one.item = { ...one.item, waits };
  }
}

/** Whether the written form must be known: someone's edits there count, so the next read is held against it. */
function needsReadBack(run: MappingRun, target: Side): boolean {
  return run.rules.fields.some(
    (field) => (target === 'b' ? field.flows.bToA : field.flows.aToB) || field.targetEdits === 'restore',
  );
}

/**
 * The written records as their system holds them now: from the answer, else read back. A target whose edits never
 * matter (one-way, left alone) is not read back: that would cost a call per record for nothing. Nor is the answer
 * decoded where no run reads that side.
 */
export async function writtenBack(
  run: MappingRun,
  target: Side,
  records: readonly { one: Applied; record: WireRecord | null; id: string }[],
): Promise<void> {
  const unread = records.filter(({ record }) => record === null);
  const readBack = needsReadBack(run, target) && run[target].can.get && unread.length > 0;
  const ids = unread.map(({ id }) => id);
  const outcomes = readBack ? await run[target].connection.get(run[target].object, ids) : [];
  for (const [index, { one }] of unread.entries()) {
    const outcome = outcomes[index];
    one.written[target] = outcome?.kind === 'present' ? decodeOne(run, run[target], outcome.record) : null;
  }
  const followed = isFollowed(run, target);
  for (const { one, record } of records) {
    if (record) one.written[target] = followed ? decodeOne(run, run[target], record) : null;
  }
}
