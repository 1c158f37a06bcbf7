import { compileCodec } from '../../connector/codec.ts';
import { milliseconds } from '../../connector/duration.ts';
import type { Connection, WireRecord } from '../../connector/port.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { MarkedRecord } from '../../store/marked.ts';
import { bearsMark } from './mark.ts';

/** What became of a marked record, here or before; `absent`: it never came to be. */
export type Removal = 'removed' | 'archived' | 'absent';

/** Clocks differ, and a request that was under way when its sender died may still have arrived. */
const SKEW_MS = 60 * 60 * 1000;
const UNDER_WAY_MS = 2000;

/**
 * Removes marked records of one object: deletes them, or archives them where the system can't delete. A record that does
 * not bear its mark is left alone, whatever id was noted. The outcome is what a read afterwards says.
 */
export async function removeMarked(
  connection: Connection,
  clock: Clock,
  records: readonly MarkedRecord[],
): Promise<Result<Removal>[]> {
  const found = await Promise.all(records.map((record) => locate(connection, clock, record)));
  const standing = found.flatMap((one) => (one.ok && typeof one.value === 'object' ? [one.value] : []));
  const [first] = records;
  if (!first || standing.length === 0) return found.map((one) => (one.ok ? ok(settledAs(one.value)) : one));
  const { object } = first;
  const can = connection.capabilities(object);
  if (!can.remove && !can.archive) return found.map(() => fail(notRemovable(object)));
  const items = standing.map(({ id, version }) => ({ id, version }));
  const outcomes = await connection.remove(object, items, !can.remove);
  const after = await connection.get(
    object,
    items.map(({ id }) => id),
  );
  const byId = new Map(
    items.map(({ id }, at): [string, Result<Removal>] => {
      const seen = after[at];
      const outcome = outcomes[at];
      if (seen?.kind === 'gone') return [id, ok('removed')];
      if (seen?.kind === 'present' && seen.record.archived) return [id, ok('archived')];
      if (outcome && outcome.kind !== 'done') return [id, fail(outcome.diagnostic)];
      return [id, fail(seen?.kind === 'unknown' ? seen.diagnostic : stillThere(object))];
    }),
  );
  return found.map((one) => {
    if (!one.ok) return one;
    return (typeof one.value === 'object' && byId.get(one.value.id)) || ok(settledAs(one.value));
  });
}

const settledAs = (located: WireRecord | Removal): Removal => (typeof located === 'object' ? 'absent' : located);

/** The record as it is now, or what became of it already. */
async function locate(
  connection: Connection,
  clock: Clock,
  record: MarkedRecord,
): Promise<Result<WireRecord | Removal>> {
  const { object, id, mark } = record;
  if (id === null) {
    const found = await findMarked(connection, clock, record);
    return found.ok ? ok(found.value ?? 'absent') : found;
  }
  const [seen] = await connection.get(object, [id]);
  if (!seen || seen.kind === 'gone') return ok('removed');
  if (seen.kind === 'unknown') return fail(seen.diagnostic);
  if (seen.record.archived) return ok('archived');
  return bearsMark(seen.record.wire, mark) ? ok(seen.record) : fail(notMarked(object));
}

/** Finds a record by its mark, where it is not known whether it was made; null where there is none. */
export async function findMarked(
  connection: Connection,
  clock: Clock,
  { object, field, mark, at }: Omit<MarkedRecord, 'id'>,
): Promise<Result<WireRecord | null>> {
  const definition = connection.connector.objects[object];
  if (!definition) return ok(null);
  const lag = milliseconds(definition.list?.since?.lag ?? '0s') + UNDER_WAY_MS;
  await clock.sleep(Math.max(0, at + lag - clock.now()));
  const can = connection.capabilities(object);
  if (can.findable.includes(field)) {
    const wire = compileCodec(definition).encodeValue(field, mark);
    const found = wire.ok ? await connection.find(object, field, wire.value) : wire;
    if (!found.ok) return found;
    const record = found.value.find((one) => !one.archived && bearsMark(one.wire, mark));
    if (record) return ok(record);
  }
  if (!can.list) return fail(problem('mark-not-sought', `The connector declares no list of ${object}`));
  // A system may have changed the mark on its way in: then only a look at the records tells.
  for await (const step of connection.read({ object, since: can.since ? at - SKEW_MS : null })) {
    if (step.kind === 'end') return step.complete ? ok(null) : fail(step.diagnostic ?? readBroken(object));
    const record = step.records.find((one) => !one.archived && bearsMark(one.wire, mark));
    if (record) return ok(record);
  }
  return fail(readBroken(object));
}

const readBroken = (object: string): Diagnostic =>
  problem('read-incomplete', `Not all records of ${object} could be read`);

const notRemovable = (object: string): Diagnostic =>
  problem('mark-not-removable', `The connector declares neither delete nor archive of ${object}`, {
    next: 'Remove the record by hand',
  });

const notMarked = (object: string): Diagnostic =>
  problem('mark-missing', `The record of ${object} does not bear its mark any more, so it was left alone`, {
    next: 'Look at it, and remove it by hand where it was made by Dovetail',
  });

const stillThere = (object: string): Diagnostic =>
  problem('mark-still-there', `The system said that the record of ${object} is removed, and it is still there`, {
    next: 'Remove the record by hand',
  });
