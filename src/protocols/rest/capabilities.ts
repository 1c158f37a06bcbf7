import type { ConnectorDefinition, ObjectDefinition } from '../../connector/definition.ts';
import { milliseconds } from '../../connector/duration.ts';
import type { Capabilities } from '../../connector/port.ts';

/** Sending a record again by its key has no other effect, but the longer it takes, the more it undoes edits meanwhile. */
const UPSERT_LIVES = '24h';

/** What one object can do, as its connector declares. */
export function capabilitiesOf(connector: ConnectorDefinition, object: ObjectDefinition): Capabilities {
  const { list, get, create, upsert, update, batch } = object;
  const idempotent = batch.create
    ? batch.create.idempotency !== undefined && batch.create.idempotency_lives
    : (create?.idempotency?.lives ?? (create === undefined && upsert ? UPSERT_LIVES : undefined));
  const conditional = batch.update ? batch.update.version !== undefined : update?.if_match !== undefined;
  return {
    list: list !== undefined,
    get: get !== undefined || list?.ids !== undefined,
    getMany: (!list?.each && list?.ids?.max) || 0,
    since: list?.since !== undefined,
    findable: findableOf(object),
    create: (create ?? upsert ?? batch.create) !== undefined,
    update: update !== undefined || batch.update !== undefined,
    remove: object.delete !== undefined,
    archive: object.archive !== undefined || batch.archive !== undefined,
    createBatch: batch.create?.max ?? 1,
    updateBatch: batch.update?.max ?? 1,
    removeBatch: batch.archive?.max ?? 1,
    conditionalUpdate: object.version !== undefined && conditional,
    idempotencyMs: idempotent ? milliseconds(idempotent) : 0,
    wholeRecords: (batch.update ? undefined : update?.whole) ?? false,
    deletesInChanges: object.archived !== undefined && list?.archived !== undefined,
    lagMs: list?.since ? milliseconds(list.since.lag) + milliseconds(list.since.precision) : 0,
    concurrency: connector.limits.concurrency,
    pageSize: list && list.pagination.style !== 'none' ? list.pagination.size : 1000,
  };
}

/** What the list can be asked for, and the parent, whose records are listed apart. */
function findableOf({ list, parent }: ObjectDefinition): string[] {
  if (!list) return [];
  const below = parent?.field !== undefined && !Object.hasOwn(list.equals, parent.field) ? [parent.field] : [];
  return [...Object.keys(list.equals), ...below];
}
