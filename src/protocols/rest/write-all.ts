import type { BatchDefinition } from '../../connector/definition.ts';
import type { CreateItem, RemoveItem, UpdateItem, Wire, WriteOutcome } from '../../connector/port.ts';
import type { Judge } from '../../connector/response.ts';
import type { Platform } from '../../platform/platform.ts';
import { problem } from '../../record/diagnostic.ts';
import { type BatchItem, type BatchParts, sendBatch } from './batch.ts';
import { inChunks, inParallel } from './in-parallel.ts';
import { type RestObject, wireId } from './rest-object.ts';
import type { Sender } from './sender.ts';
import { createRecord, holdsAlready, isRemoved, removeRecord, updateRecord } from './write.ts';

export interface WriteParts {
  sender: Sender;
  object: RestObject;
  judge: Judge;
  platform: Platform;
  /** Writes in flight where the write itself declares no other number. */
  concurrency: number;
}

/** Creates, in batches where the object has them: every item, also a lone one, so that idempotency keys mean the same. */
export async function createAll(parts: WriteParts, items: readonly CreateItem[]): Promise<WriteOutcome[]> {
  const { create, batch } = parts.object.definition;
  if (batch.create) {
    const { idempotency } = batch.create;
    const wires = items.map((item) => ({
      id: null,
      wire: idempotency === undefined ? item.wire : { ...item.wire, [idempotency]: item.idempotencyKey },
    }));
    return inBatches(parts, batch.create, wires, idempotency !== undefined, false, async (_, outcome) => outcome);
  }
  if (!create) return items.map(() => notOffered('created'));
  return inParallel(items, create.concurrency ?? parts.concurrency, (item) =>
    createRecord(parts.sender, parts.object, create, item),
  );
}

export async function updateAll(parts: WriteParts, items: readonly UpdateItem[]): Promise<WriteOutcome[]> {
  const { sender, object } = parts;
  const { update, batch } = object.definition;
  const definition = batch.update;
  if (definition) {
    const wires = items.map((item) => ({ id: item.id, wire: { ...item.wire, ...keyOf(object, definition, item) } }));
    return inBatches(parts, definition, wires, true, false, async (place, outcome) => {
      const item = items[place];
      const record = item ? await holdsAlready(sender, object, item) : null;
      return record ? { kind: 'done', id: record.id, record } : outcome;
    });
  }
  if (!update) return items.map(() => notOffered('updated'));
  return inParallel(items, update.concurrency ?? parts.concurrency, (item) =>
    updateRecord(sender, object, update, item),
  );
}

export async function removeAll(
  parts: WriteParts,
  items: readonly RemoveItem[],
  archive: boolean,
): Promise<WriteOutcome[]> {
  const { sender, object } = parts;
  const { definition } = object;
  const batch = archive ? definition.batch.archive : undefined;
  if (batch) {
    const wires = items.map((item) => ({ id: item.id, wire: keyOf(object, batch, item) }));
    return inBatches(parts, batch, wires, true, true, async (place, outcome) => {
      const id = items[place]?.id ?? '';
      return (await isRemoved(sender, object, id)) ? { kind: 'done', id, record: null } : outcome;
    });
  }
  const write = archive ? definition.archive : definition.delete;
  if (!write) return items.map(() => notOffered(archive ? 'archived' : 'deleted'));
  return inParallel(items, write.concurrency ?? parts.concurrency, (item) => removeRecord(sender, object, write, item));
}

/** The keys of an item that say which record is meant, and in which version. */
function keyOf(object: RestObject, batch: BatchDefinition, item: RemoveItem): Wire {
  const key: Wire = { [batch.id]: wireId(object, item.id) };
  if (batch.version !== undefined && item.version !== null) {
    key[batch.version] = batch.version_type === 'integer' ? Number(item.version) : item.version;
  }
  return key;
}

async function inBatches(
  parts: WriteParts,
  batch: BatchDefinition,
  items: readonly BatchItem[],
  repeatable: boolean,
  removal: boolean,
  settle: (place: number, outcome: WriteOutcome) => Promise<WriteOutcome>,
): Promise<WriteOutcome[]> {
  const { sender, object, judge, platform, concurrency } = parts;
  const pause = (round: number) => platform.clock.sleep(500 * 2 ** (round - 1) * (0.5 + platform.random.next() / 2));
  const batchParts: BatchParts = { sender, object, batch, judge, repeatable, removal, pause };
  const chunks = inChunks(items, batch.max).map((chunk, index) => ({ chunk, from: index * batch.max }));
  const outcomes = await inParallel(chunks, concurrency, ({ chunk, from }) =>
    sendBatch(batchParts, chunk, (place, outcome) => settle(from + place, outcome)),
  );
  return outcomes.flat();
}

const notOffered = (what: string): WriteOutcome => ({
  kind: 'failed',
  class: 'invalid',
  diagnostic: problem('not-offered', `The connector declares no way how records of this object are ${what}`),
});
