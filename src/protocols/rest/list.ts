import type { ListDefinition } from '../../connector/definition.ts';
import type { ReadStep } from '../../connector/port.ts';
import { type Names, NO_NAMES } from '../../connector/template.ts';
import { wireReader } from '../../connector/wire-path.ts';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import { getRecord } from './get-record.ts';
import { Reading, type ReadingEnd } from './reading.ts';
import type { RestObject, RestParent } from './rest-object.ts';
import type { Sender } from './sender.ts';

export interface ListRead {
  object: RestObject;
  list: ListDefinition;
  /** Besides the list's own query. */
  query: Readonly<Record<string, unknown>>;
  /** Epoch ms; null for everything. */
  since: number | null;
  /** Only what stands below this record. */
  parentId?: string;
  signal?: AbortSignal;
}

/** Reads a list to its end, page by page: below each parent, and for each value of `each`, where the list has these. */
export async function* readList(sender: Sender, read: ListRead): AsyncGenerator<ReadStep> {
  const stop = new AbortController();
  const signal = read.signal ? AbortSignal.any([read.signal, stop.signal]) : stop.signal;
  try {
    if (!read.object.parent && !read.list.each) {
      yield* readOne(new Reading(sender, { ...read, names: NO_NAMES, parentId: undefined, signal }));
    } else {
      yield* readAll(sender, read, signal);
    }
  } finally {
    stop.abort();
  }
}

async function* readOne(reading: Reading): AsyncGenerator<ReadStep> {
  for (;;) {
    const step = await reading.step();
    yield step;
    if (step.kind === 'end') return;
  }
}

/** One of the lists that a read consists of. */
interface Part {
  names: Names;
  parentId: string | undefined;
}

/** Lists whose first pages are asked for while one is read. */
const LISTS_AHEAD = 4;

async function* readAll(sender: Sender, read: ListRead, signal: AbortSignal): AsyncGenerator<ReadStep> {
  const parts = partsOf(sender, read, signal);
  const started: { part: Part; reading: Reading }[] = [];
  let serverTime: number | null = null;
  let failure: Diagnostic | undefined;
  let complete = true;
  const startNext = async () => {
    const next = await parts.next();
    if (next.done) {
      failure ??= next.value;
      complete &&= next.value === undefined;
      return false;
    }
    const reading = new Reading(sender, { ...read, ...next.value, signal });
    reading.start();
    started.push({ part: next.value, reading });
    return true;
  };
  let more = true;
  for (;;) {
    while (more && started.length <= LISTS_AHEAD) more = await startNext();
    const first = started.shift();
    if (!first) break;
    const end = yield* pagesOf(first.reading);
    serverTime ??= end.serverTime;
    if (!end.complete && !(end.missing && (await isParentGone(sender, read.object, first.part)))) {
      failure ??= end.diagnostic;
      complete = false;
    }
  }
  yield { kind: 'end', complete, serverTime, ...(failure ? { diagnostic: failure } : {}) };
}

async function* pagesOf(reading: Reading): AsyncGenerator<ReadStep, ReadingEnd> {
  for (;;) {
    const step = await reading.step();
    if (step.kind === 'end') return step;
    yield step;
  }
}

/** A list that is not there is no failure when its parent was deleted meanwhile. */
async function isParentGone(sender: Sender, { parent }: RestObject, { parentId }: Part): Promise<boolean> {
  if (!parent?.object.definition.get || parentId === undefined) return false;
  return (await getRecord(sender, parent.object, parentId)).kind === 'gone';
}

/** The lists to be read; returns why their enumeration is not complete. */
async function* partsOf(
  sender: Sender,
  { object, list, parentId }: ListRead,
  signal: AbortSignal,
): AsyncGenerator<Part, Diagnostic | undefined> {
  const { parent } = object;
  const values: Names[] = list.each ? eachOf(list.each).map((value) => ({ [list.each?.name ?? '']: value })) : [{}];
  const below = function* (id: string | undefined, names: Names) {
    for (const value of values) yield { names: { ...names, ...value }, parentId: id };
  };
  if (!parent) {
    yield* below(undefined, {});
    return undefined;
  }
  if (parentId !== undefined) {
    const names = parent.names(parentId);
    if (!names.ok) return names.error;
    yield* below(parentId, names.value);
    return undefined;
  }
  const parents = parent.object.definition.list;
  if (!parents) return parentsUnknown(parent.object.name);
  const namesIn = compileNames(parent);
  const query = { ...(namesIn.needsWire ? {} : parents.ids_only) };
  for await (const step of readList(sender, { object: parent.object, list: parents, query, since: null, signal })) {
    if (step.kind === 'end') return step.complete ? undefined : (step.diagnostic ?? parentsUnknown(parent.object.name));
    for (const record of step.records) {
      const names = namesIn.of(record.id, record.wire);
      if (names) yield* below(record.id, names);
    }
  }
  return undefined;
}

/** What stands for a parent that was just read; null where it lacks the declared key. */
function compileNames(parent: RestParent): { needsWire: boolean; of(id: string, wire: unknown): Names | null } {
  const { key, param } = parent.declared;
  if (key === undefined) {
    return {
      needsWire: false,
      of(id) {
        const names = parent.names(id);
        return names.ok ? names.value : null;
      },
    };
  }
  const at = wireReader(key);
  return {
    needsWire: true,
    of(id, wire) {
      const value = at(wire);
      if (typeof value !== 'string' && typeof value !== 'number') return null;
      const above = parent.object.names(id);
      return { ...(above.ok ? above.value : {}), [param]: String(value) };
    },
  };
}

function eachOf({ values }: NonNullable<ListDefinition['each']>): string[] {
  const list = typeof values === 'string' ? values.split(',') : values;
  return list.map((value) => value.trim()).filter((value) => value !== '');
}

const parentsUnknown = (name: string) =>
  problem('parents-unknown', `The records of ${name}, below which others stand, could not all be read`);
