import { compileCodec } from '../../connector/codec.ts';
import type { ObjectDefinition } from '../../connector/definition.ts';
import type { Connection, WriteOutcome } from '../../connector/port.ts';
import { randomToken } from '../../platform/random.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import type { MarkedRecord } from '../../store/marked.ts';
import { isProduction } from '../environment.ts';
import { type Book, type MarksOptions, settled } from './book.ts';
import { fenced } from './fenced.ts';
import { bearsMark, isMarkText, type MarkFields, markFields, newMark } from './mark.ts';
import { findMarked, removeMarked } from './remove-marked.ts';
import { withoutLimits } from './without-limits.ts';

/** A record that was made. */
export type Marked = MarkedRecord & { id: string };

/** What became of the marked records. */
export interface Cleared {
  removed: number;
  /** Where the system can't delete. */
  archived: number;
  /** Noted, and never made. */
  absent: number;
  /** Still there, or nobody knows: they stay noted. */
  left: { side: Side; object: string; id: string | null; mark: string; why: Diagnostic }[];
}

export interface MakeOptions {
  unseen?: boolean;
  /** Default: a new one. */
  mark?: string;
}

/**
 * Makes records to try something on, and nothing but such: each is noted on disk before it is sent, bears a mark that people
 * see, and is removed by `clear`, here or after a crash. Never in production.
 */
export interface Marks {
  /** What a record of the object is marked in; null: none can be made. */
  fields(side: Side, object: string): MarkFields | null;
  /**
   * Makes a record of these canonical values; the fields of the mark are set besides, unless they begin with one. With
   * `unseen`, the text that people see is as given, where another field holds the mark as well. With a `mark` that is noted
   * already, it is that record again.
   */
  make(side: Side, object: string, fields: Fields, options?: MakeOptions): Promise<Result<Marked>>;
  /**
   * Changes it; the mark stays where it is sought. `done` says only that the system said so. `unchecked`: also to what the
   * connector says that the system does not take.
   */
  change(marked: Marked, fields: Fields, options?: { unchecked?: boolean }): Promise<WriteOutcome>;
  /** Deletes it, or archives it where `archive` is set. It stays noted. */
  remove(marked: Marked, archive: boolean): Promise<WriteOutcome>;
  /** The connection of a side, which sees marked records only, and neither changes nor removes another one. */
  fenced(side: Side): Connection;
  /** Those that are noted, in their order. */
  all(): readonly MarkedRecord[];
  /** Removes all that were made, children before their parents. */
  clear(): Promise<Cleared>;
}

/** To be opened in an environment that is not production only: anything else is a fault of the caller. */
export function openMarks(options: MarksOptions): Marks {
  const { environment } = options.integration;
  if (isProduction(environment))
    throw new Error(`No marked records are made in ${environment}: it counts as production`);
  const notes = new Map((options.known ?? []).map((record) => [nameOf(record), record]));
  const book: Book = {
    ...options,
    notes,
    async note(records) {
      const noted = await options.log.note(records);
      if (noted.ok) for (const record of records) notes.set(nameOf(record), record);
      return noted;
    },
    async forget(records) {
      await options.log.forget(records);
      for (const record of records) notes.delete(nameOf(record));
    },
  };
  return {
    fields: (side, object) => fieldsOf(book, side, object),
    make: (side, object, fields, more = {}) => make(book, side, object, fields, more),
    change: (marked, fields, { unchecked = false } = {}) => change(book, marked, fields, unchecked),
    async remove({ side, object, id }, archive) {
      const [outcome] = await options.connections[side].remove(object, [{ id, version: null }], archive);
      return outcome ?? noOutcome();
    },
    fenced: (side) => fenced(book, side),
    all: () => [...notes.values()],
    clear: () => clearMarked(options, [...notes.values()], (records) => book.forget(records)),
  };
}

const nameOf = ({ side, object, mark }: MarkedRecord): string => `${side} ${object} ${mark}`;

function definitionOf({ connections }: Book, side: Side, object: string): ObjectDefinition {
  const definition = connections[side].connector.objects[object];
  if (!definition) throw new Error(`The connector declares no object ${object}`);
  return definition;
}

const fieldsOf = (book: Book, side: Side, object: string): MarkFields | null =>
  markFields(definitionOf(book, side, object), book.connections[side].capabilities(object).findable);

async function make(
  book: Book,
  side: Side,
  object: string,
  fields: Fields,
  { unseen = false, mark = newMark(book.platform.random) }: MakeOptions,
): Promise<Result<Marked>> {
  const { integration, connections, platform, purpose } = book;
  const connection = connections[side];
  const place = fieldsOf(book, side, object);
  if (!connection.capabilities(object).create) return fail(notOffered(object));
  if (!place) return fail(unmarkable(object));
  const known = await knownAs(book, side, object, mark);
  if (!known.ok) return known;
  if (known.value) return ok(known.value);
  const loaded = await connection.loadOptions(object);
  if (!loaded.ok) return loaded;
  const codec = compileCodec(definitionOf(book, side, object), (list) => connection.options(list));
  const wire = codec.encode(withMark(fields, place, mark, unseen));
  if (!wire.ok) return fail(Object.values(wire.error)[0] ?? unmarkable(object));
  const note: MarkedRecord = {
    integration: integration.name,
    side,
    object,
    mark,
    field: place.sought,
    purpose,
    id: null,
    at: platform.clock.now(),
  };
  const noted = await book.note([note]);
  if (!noted.ok) return noted;
  const item = { wire: wire.value, idempotencyKey: randomToken(platform.random) };
  const [outcome = noOutcome()] = await connection.create(object, [item], 'id');
  const id = await settled(book, note, outcome);
  return id.ok ? ok({ ...note, id: id.value }) : id;
}

/** A record that was made under this mark before; null where there is none. */
async function knownAs(book: Book, side: Side, object: string, mark: string): Promise<Result<Marked | null>> {
  const note = [...book.notes.values()].find((one) => one.side === side && one.object === object && one.mark === mark);
  if (!note) return ok(null);
  if (note.id !== null) return ok({ ...note, id: note.id });
  const found = await findMarked(book.connections[side], book.platform.clock, note);
  if (!found.ok || !found.value) return found.ok ? ok(null) : found;
  const marked = { ...note, id: found.value.id };
  const noted = await book.note([marked]);
  return noted.ok ? ok(marked) : noted;
}

function withMark(fields: Fields, { shown, sought }: MarkFields, mark: string, unseen: boolean): Fields {
  const named: Fields = { ...fields };
  if (shown !== null && !unseen && !(shown !== sought && isMarkText(fields[shown]))) named[shown] = mark;
  const given = fields[sought];
  if (!(isMarkText(given) && bearsMark({ given }, mark))) named[sought] = mark;
  return named;
}

async function change(book: Book, marked: Marked, fields: Fields, unchecked: boolean): Promise<WriteOutcome> {
  const { side, object, id, mark } = marked;
  const connection = book.connections[side];
  const sought = fieldsOf(book, side, object)?.sought ?? '';
  const kept =
    Object.hasOwn(fields, sought) && !bearsMark({ mark: fields[sought] }, mark)
      ? { ...fields, [sought]: mark }
      : fields;
  const definition = definitionOf(book, side, object);
  const codec = compileCodec(unchecked ? withoutLimits(definition) : definition, (list) => connection.options(list));
  const wire = codec.encode(kept);
  if (!wire.ok) {
    const [diagnostic = unmarkable(object)] = Object.values(wire.error);
    return { kind: 'failed', class: 'invalid', diagnostic };
  }
  const [outcome = noOutcome()] = await connection.update(object, [{ id, wire: wire.value, version: null }]);
  return outcome;
}

/** Removes noted records, of this check or of one that was killed. What is gone is forgotten. */
export async function clearMarked(
  { connections, platform }: Pick<MarksOptions, 'connections' | 'platform'>,
  records: readonly MarkedRecord[],
  forget: (records: readonly MarkedRecord[]) => Promise<void>,
): Promise<Cleared> {
  const cleared: Cleared = { removed: 0, archived: 0, absent: 0, left: [] };
  // Those that were made last refer to those that were made first.
  let waiting = [...records].reverse();
  // Again, since what could not be removed by itself may be gone with what it was a part of.
  for (let round = 0; round < 2 && waiting.length > 0; round++) {
    cleared.left = [];
    const refused: MarkedRecord[] = [];
    for (const group of Map.groupBy(waiting, ({ side, object }) => `${side} ${object}`).values()) {
      const side = group[0]?.side ?? 'a';
      const outcomes = await removeMarked(connections[side], platform.clock, group);
      const gone: MarkedRecord[] = [];
      for (const [at, record] of group.entries()) {
        const outcome = outcomes[at];
        if (outcome?.ok) {
          cleared[outcome.value] += 1;
          gone.push(record);
        } else if (outcome) {
          const { object, id, mark } = record;
          cleared.left.push({ side, object, id, mark, why: outcome.error });
          refused.push(record);
        }
      }
      await forget(gone);
    }
    waiting = refused;
  }
  return cleared;
}

const noOutcome = (): WriteOutcome => ({
  kind: 'uncertain',
  diagnostic: problem('no-outcome', 'Nothing was answered'),
});

const notOffered = (object: string): Diagnostic =>
  problem('not-offered', `The connector declares no create of ${object}`);

export const unmarkable = (object: string): Diagnostic =>
  problem('unmarkable', `No field of ${object} holds a mark, so no record of it is made`, {
    next: `Declare a link_field for ${object} in the connector, or try it by hand`,
  });
