import type { Connection, ReadStep, WireRecord, WriteOutcome } from '../../connector/port.ts';
import { type Diagnostic, fail, ok, problem } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { MarkedRecord } from '../../store/marked.ts';
import { type Book, settled } from './book.ts';
import { bearsMark } from './mark.ts';

/**
 * A connection through which a run sees marked records only, as if there were no others. What it creates must bear a
 * mark, its own or that of the record it comes from, and is noted before it is sent; no other record is written.
 */
export function fenced(book: Book, side: Side): Connection {
  const connection = book.connections[side];
  const known = (object: string): MarkedRecord[] =>
    [...book.notes.values()].filter((one) => one.side === side && one.object === object && one.id !== null);
  const isKnown = (object: string, id: string): boolean => known(object).some((one) => one.id === id);
  const readAll = async function* (object: string): AsyncGenerator<ReadStep> {
    const ids = known(object).flatMap(({ id }) => id ?? []);
    const serverTime = book.platform.clock.now();
    const seen = await connection.get(object, ids);
    const failed = seen.find((one) => one.kind === 'unknown');
    yield { kind: 'page', records: seen.flatMap((one) => (one.kind === 'present' ? [one.record] : [])) };
    if (failed) yield { kind: 'end', complete: false, serverTime, diagnostic: failed.diagnostic };
    else yield { kind: 'end', complete: true, serverTime };
  };
  let guard: () => Diagnostic | null = () => null;
  /** Why these records are not written; null: they are. */
  const shut = (object: string, ids: readonly string[]): Diagnostic | null =>
    guard() ?? (ids.every((id) => isKnown(object, id)) ? null : outside(object));
  return {
    connector: connection.connector,
    // Kept here: after the run, the connection itself writes on.
    guardWrites(check) {
      guard = check;
    },
    capabilities: (object) => connection.capabilities(object),
    read: ({ object }) => readAll(object),
    sweep: (object) => readAll(object),
    get: (object, ids) => connection.get(object, ids),
    async find(object, field, wire) {
      const found = await connection.find(object, field, wire);
      return found.ok ? ok(found.value.filter((record: WireRecord) => isKnown(object, record.id))) : found;
    },
    async create(object, items, wanted) {
      const notes = items.flatMap((item) => noteOf(book, side, object, item.wire) ?? []);
      const why = guard() ?? (notes.length < items.length ? outside(object) : null);
      if (why) return items.map(() => refused(why));
      const noted = await book.note(notes);
      if (!noted.ok) return items.map(() => refused(noted.error));
      const outcomes = await connection.create(object, items, wanted);
      for (const [at, note] of notes.entries()) await settled(book, note, outcomes[at] ?? refused(outside(object)));
      return outcomes;
    },
    async update(object, items) {
      const why = shut(object, idsOf(items));
      return why ? items.map(() => refused(why)) : connection.update(object, items);
    },
    async remove(object, items, archive) {
      const why = shut(object, idsOf(items));
      return why ? items.map(() => refused(why)) : connection.remove(object, items, archive);
    },
    loadOptions: (object, how) => connection.loadOptions(object, how),
    recallOptions: (lists) => connection.recallOptions(lists),
    options: (list) => connection.options(list),
    createOption: async () => fail(outside('an option')),
    customFields: (object) => connection.customFields(object),
    createField: async () => fail(outside('a field')),
    rights: () => connection.rights(),
    ask: async () => fail(outside('something that is no record')),
    calls: () => connection.calls(),
    quota: () => connection.quota(),
    // It is another's.
    close: async () => undefined,
  };
}

const idsOf = (items: readonly { id: string }[]): string[] => items.map(({ id }) => id);

/** By the link token that the run gives it, else by the mark that came along; null where it bears neither. */
function noteOf(book: Book, side: Side, object: string, wire: Record<string, unknown>): MarkedRecord | null {
  const { integration, purpose, platform, connections } = book;
  const note = { integration: integration.name, side, object, purpose, id: null, at: platform.clock.now() };
  const linkField = connections[side].connector.objects[object]?.link_field;
  const token = linkField === undefined ? undefined : wire[linkField];
  if (linkField !== undefined && typeof token === 'string') return { ...note, mark: token, field: linkField };
  for (const { mark } of book.notes.values()) {
    const field = Object.keys(wire).find((name) => bearsMark({ [name]: wire[name] }, mark));
    if (field !== undefined) return { ...note, mark, field };
  }
  return null;
}

const refused = (diagnostic: Diagnostic): WriteOutcome => ({ kind: 'failed', class: 'fatal', diagnostic });

const outside = (what: string): Diagnostic =>
  problem('mark-missing', `A run on marked records was about to write something else: ${what}`, {
    detail: 'It was stopped before anything was sent.',
  });
