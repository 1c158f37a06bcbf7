import type { BatchDefinition } from '../../connector/definition.ts';
import type { CreateItem, RemoveItem, UpdateItem, Wire, WriteOutcome } from '../../connector/port.ts';
import type { Judge } from '../../connector/response.ts';
import { compilePath, type Names, NO_NAMES } from '../../connector/template.ts';
import type { Platform } from '../../platform/platform.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { type BatchItem, type BatchParts, sendBatch } from './batch.ts';
import { inChunks, inParallel } from './in-parallel.ts';
import { type RestObject, wireId } from './rest-object.ts';
import type { Sender } from './sender.ts';
import {
  createRecord,
  isRemoved,
  parentMissing,
  placeOfNew,
  removeRecord,
  settleDoubt,
  updateRecord,
} from './write.ts';

export interface WriteParts {
  sender: Sender;
  object: RestObject;
  judge: Judge;
  platform: Platform;
  /** Writes in flight where the write itself declares no other number. */
  concurrency: number;
}

/**
 * Creates, in batches where the object has them: every item, also a lone one, so that idempotency keys mean the same.
 * Where the system only takes records by their key, new ones too, these are created so.
 */
export async function createAll(parts: WriteParts, items: readonly CreateItem[]): Promise<WriteOutcome[]> {
  const { object } = parts;
  const { create, upsert, batch } = object.definition;
  if (batch.create) {
    const { idempotency } = batch.create;
    const batched = items.map((item): BatchItem => {
      const wire = idempotency === undefined ? item.wire : { ...item.wire, [idempotency]: item.idempotencyKey };
      const place = placeOfNew(object, wire);
      return place.ok ? { id: null, wire: place.value.wire, parentId: place.value.parentId } : { id: null, wire };
    });
    return inBatches(parts, batch.create, batched, idempotency !== undefined, false, async (_, outcome) => outcome);
  }
  const write = create ?? upsert;
  if (!write) return items.map(() => notOffered('created'));
  return inParallel(items, write.concurrency ?? parts.concurrency, (item) =>
    createRecord(parts.sender, parts.object, write, item),
  );
}

export async function updateAll(parts: WriteParts, items: readonly UpdateItem[]): Promise<WriteOutcome[]> {
  const { sender, object } = parts;
  const { update, batch } = object.definition;
  const definition = batch.update;
  if (definition) {
    const wires = items.map((item) => batchItem(object, item, { ...item.wire, ...keyOf(object, definition, item) }));
    return inBatches(parts, definition, wires, true, false, async (place, outcome) => {
      const item = items[place];
      return item ? settleDoubt(sender, object, item, outcome) : outcome;
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
    const wires = items.map((item) => batchItem(object, item, keyOf(object, batch, item)));
    return inBatches(parts, batch, wires, true, true, async (place, outcome) => {
      const id = items[place]?.id ?? '';
      return (await isRemoved(sender, object, id)) ? { kind: 'done', id, record: null } : outcome;
    });
  }
  const write = archive ? definition.archive : definition.delete;
  if (!write) return items.map(() => notOffered(archive ? 'archived' : 'deleted'));
  return inParallel(items, write.concurrency ?? parts.concurrency, (item) => removeRecord(sender, object, write, item));
}

function batchItem({ parent, ids }: RestObject, { id }: { id: string }, wire: Wire): BatchItem {
  return parent ? { id, wire: parent.take(wire)?.wire ?? wire, parentId: ids.split(id)?.parentId } : { id, wire };
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
  const path = compilePath(batch.path);
  const outcomes: WriteOutcome[] = new Array(items.length);
  await inParallel(chunksOf(object, items, batch.max), concurrency, async ({ parentId, places }) => {
    const names = namesOfParent(object, parentId);
    const filled = names.ok ? path(names.value) : names;
    if (!filled.ok) {
      for (const place of places) outcomes[place] = { kind: 'failed', class: 'invalid', diagnostic: filled.error };
      return;
    }
    const batchParts: BatchParts = { sender, object, batch, path: filled.value, judge, repeatable, removal, pause };
    const chunk = places.flatMap((place) => items[place] ?? []);
    const told = await sendBatch(batchParts, chunk, (index, outcome) => settle(places[index] ?? 0, outcome));
    for (const [index, outcome] of told.entries()) outcomes[places[index] ?? 0] = outcome;
  });
  return outcomes;
}

/** The places of the items that go into one batch each: so many at most, and below one parent. */
function chunksOf({ parent }: RestObject, items: readonly BatchItem[], most: number) {
  const all = [...items.keys()];
  if (!parent) return inChunks(all, most).map((places) => ({ parentId: undefined, places }));
  const groups = Map.groupBy(all, (place) => items[place]?.parentId);
  return [...groups].flatMap(([parentId, group]) => inChunks(group, most).map((places) => ({ parentId, places })));
}

function namesOfParent({ parent }: RestObject, parentId: string | undefined): Result<Names> {
  if (!parent) return ok(NO_NAMES);
  return parentId === undefined ? fail(parentMissing()) : parent.names(parentId);
}

const notOffered = (what: string): WriteOutcome => ({
  kind: 'failed',
  class: 'invalid',
  diagnostic: problem('not-offered', `The connector declares no way how records of this object are ${what}`),
});
