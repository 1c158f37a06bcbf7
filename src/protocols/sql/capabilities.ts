import type { FieldDefinition } from '../../connector/field.ts';
import type { Capabilities } from '../../connector/port.ts';
import type { Table } from './table.ts';

/** Most ids that one statement reads. */
export const MANY_IDS = 1000;

/** What one table can do, as its connector declares. */
export function capabilitiesOf(
  table: Table,
  fields: Readonly<Record<string, FieldDefinition>>,
  concurrency: number,
): Capabilities {
  const writes = !table.readOnly;
  const batch = writes ? table.page : 1;
  const archive = writes && table.archived !== null;
  return {
    list: true,
    get: true,
    getMany: MANY_IDS,
    since: table.modified !== null,
    findable: findableOf(fields),
    create: writes,
    update: writes,
    remove: writes,
    archive,
    createBatch: batch,
    updateBatch: batch,
    removeBatch: batch,
    conditionalUpdate: table.version !== null,
    idempotencyMs: 0,
    wholeRecords: false,
    deletesInChanges: table.archived !== null && table.modified !== null,
    lagMs: table.lagMs,
    concurrency,
    pageSize: table.page,
  };
}

/** Fields that an equality can be asked of: all but lists, objects and what can't be read. */
function findableOf(fields: Readonly<Record<string, FieldDefinition>>): string[] {
  return Object.entries(fields)
    .filter(([, field]) => !field.write_only && !['list', 'object', 'money'].includes(field.type))
    .filter(([name, field]) => !(field.path ?? name).includes('.'))
    .map(([name]) => name);
}
