import type {
  CreateItem,
  RemoveItem,
  UpdateItem,
  Wanted,
  Wire,
  WireRecord,
  WriteOutcome,
} from '../../connector/port.ts';
import { problem } from '../../record/diagnostic.ts';
import { refusal, type SqlFailure } from './failure.ts';
import { splitKey, type Table } from './table.ts';

/** How one kind of database writes many rows at once; the outcomes stand in the order of the items. */
export interface Writer {
  create(table: Table, items: readonly CreateItem[], wanted: Wanted): Promise<WriteOutcome[]>;
  update(table: Table, items: readonly KeyedUpdate[]): Promise<WriteOutcome[]>;
  delete(table: Table, items: readonly KeyedRemoval[]): Promise<WriteOutcome[]>;
}

export type KeyedUpdate = UpdateItem & { key: readonly string[] };
export type KeyedRemoval = RemoveItem & { key: readonly string[] };

export const done = (id: string, record: WireRecord | null): WriteOutcome => ({ kind: 'done', id, record });

export function failed(failure: SqlFailure): WriteOutcome {
  return failure.maybeApplied
    ? { kind: 'uncertain', diagnostic: failure.diagnostic }
    : { kind: 'failed', class: failure.class, diagnostic: failure.diagnostic };
}

export const MISSING: WriteOutcome = {
  kind: 'failed',
  class: 'missing',
  diagnostic: problem('record-missing', 'The database has no such record'),
};

export const CONFLICT: WriteOutcome = {
  kind: 'failed',
  class: 'conflict',
  diagnostic: problem('version-conflict', 'The record has changed since it was read'),
};

/** Another record holds the link token of a create. */
export const TAKEN: WriteOutcome = failed(refusal('unique', []));

export const NO_OUTCOME: WriteOutcome = {
  kind: 'uncertain',
  diagnostic: problem('outcome-unknown', 'The database did not say which rows it wrote'),
};

/** What stands for an id that can't be one of this table. */
export const NO_SUCH_ID: WriteOutcome = {
  kind: 'failed',
  class: 'invalid',
  diagnostic: problem('id-unusable', 'The id is not of the form that this table has'),
};

/** The columns of a wire record that have a value to write, in a fixed order. */
export function columnsIn(wire: Wire): string[] {
  return Object.keys(wire)
    .filter((column) => wire[column] !== undefined)
    .sort();
}

/** Runs `write` over the items whose ids can be split into key parts; the others fail on their own. */
export async function withKeys<T extends { id: string }>(
  table: Table,
  items: readonly T[],
  write: (keyed: (T & { key: readonly string[] })[]) => Promise<WriteOutcome[]>,
): Promise<WriteOutcome[]> {
  const keyed = items.flatMap((item, index) => {
    const key = splitKey(table, item.id);
    return key === null ? [] : [{ index, item: { ...item, key } }];
  });
  const written = keyed.length === 0 ? [] : await write(keyed.map(({ item }) => item));
  const outcomes: WriteOutcome[] = items.map(() => NO_SUCH_ID);
  keyed.forEach(({ index }, position) => {
    outcomes[index] = written[position] ?? NO_OUTCOME;
  });
  return outcomes;
}

/** Splits items into groups of one shape, at most `size` long and without an id twice; `index` leads back. */
export function groups<T>(
  items: readonly T[],
  size: number,
  shapeOf: (item: T) => string,
  idOf: (item: T) => string | null,
): { item: T; index: number }[][] {
  const open = new Map<string, { members: { item: T; index: number }[]; ids: Set<string> }>();
  const all: { item: T; index: number }[][] = [];
  items.forEach((item, index) => {
    const [shape, id] = [shapeOf(item), idOf(item)];
    let group = open.get(shape);
    if (!group || group.members.length >= size || (id !== null && group.ids.has(id))) {
      group = { members: [], ids: new Set() };
      open.set(shape, group);
      all.push(group.members);
    }
    group.members.push({ item, index });
    if (id !== null) group.ids.add(id);
  });
  return all;
}
