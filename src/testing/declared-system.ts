import { compileReader, compileWriter } from '../connector/codec/path.ts';
import { joinId } from '../connector/composite-id.ts';
import type { ConnectorDefinition, ObjectDefinition } from '../connector/definition.ts';
import { milliseconds } from '../connector/duration.ts';
import type { OptionDefinition } from '../connector/field.ts';
import type { Capabilities, Wire, WireRecord } from '../connector/port.ts';
import { wireReader } from '../connector/wire-path.ts';
import { capabilitiesOf as restCapabilities } from '../protocols/rest/capabilities.ts';
import { capabilitiesOf as tableCapabilities } from '../protocols/sql/capabilities.ts';
import { compileTable } from '../protocols/sql/table.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { strongDigest } from '../record/digest.ts';
import { compileDeclaredObject, type DeclaredObject } from './declared-object.ts';

export interface DeclaredSystemOptions {
  connector: ConnectorDefinition;
  /** What a system would answer when it is asked for the options of a list, by the name of the list. */
  options?: Readonly<Record<string, readonly OptionDefinition[]>>;
  /** Epoch ms. */
  now: () => number;
}

interface Stored {
  id: string;
  wire: Wire;
  /** Until this instant (epoch ms) lists show the record as it was before its last change; null: not at all. */
  listedFrom: number;
  before: Wire | null;
}

/** One object of a declared system: how it holds records, and those that it holds. */
interface Shelf {
  object: DeclaredObject;
  can: Capabilities;
  records: Map<string, Stored>;
  lagMs: number;
}

/**
 * A system that behaves as its connector declares, in memory: ids, stamps in the declared grain and zone, versions, the
 * lag of lists, cut and refused texts, options, read-only, required and unique fields, archived and deleted records, and
 * what was learnt about its texts. Without parts and lines, which stand within other records.
 */
export class DeclaredSystem {
  readonly connector: ConnectorDefinition;
  readonly now: () => number;
  readonly #options: Map<string, readonly OptionDefinition[]>;
  readonly #shelves = new Map<string, Shelf>();
  readonly #calls = { reads: 0, writes: 0 };

  constructor({ connector, options = {}, now }: DeclaredSystemOptions) {
    this.connector = connector;
    this.now = now;
    this.#options = new Map(Object.entries(options));
    for (const [name, definition] of Object.entries(connector.objects)) {
      if (definition.part_of || definition.lines_of) continue;
      const object = compileDeclaredObject(connector, name, definition, (list) => this.options(list));
      const lagMs = milliseconds(definition.list?.since?.lag ?? '0s');
      this.#shelves.set(name, {
        object,
        can: capabilitiesOf(connector, name, object.definition),
        records: new Map(),
        lagMs,
      });
    }
  }

  options(list: string): readonly OptionDefinition[] {
    return this.#options.get(list) ?? [];
  }

  addOption(list: string, option: OptionDefinition): void {
    this.#options.set(list, [...this.options(list), option]);
  }

  capabilities(object: string): Capabilities {
    return this.#shelf(object).can;
  }

  object(name: string): DeclaredObject {
    return this.#shelf(name).object;
  }

  #shelf(name: string): Shelf {
    const shelf = this.#shelves.get(name);
    if (!shelf) throw new Error(`The connector declares no object ${name}`);
    return shelf;
  }

  calls(): { reads: number; writes: number } {
    return this.#calls;
  }

  /** A record of this id that was there all along. `wire`: as `DeclaredObject.holding` gives it. */
  put(name: string, id: string, wire: Wire): void {
    const { object, records } = this.#shelf(name);
    const whole = structuredClone(wire);
    setId(object.definition, whole, id);
    this.#number(name, whole);
    object.stamp(whole, this.now());
    records.set(id, { id, wire: whole, listedFrom: 0, before: null });
  }

  /** What a list shows now; `archived` ones among them where asked for. */
  list(name: string, archived: boolean): WireRecord[] {
    const { object, records } = this.#shelf(name);
    this.#calls.reads += 1;
    const now = this.now();
    return [...records.values()].flatMap(({ id, wire, listedFrom, before }) => {
      const shown = now < listedFrom ? before : wire;
      const record = shown && view(object, id, shown);
      return record && (archived || !record.archived) ? [record] : [];
    });
  }

  /** Every record as it is now, whatever lists show. */
  all(name: string): WireRecord[] {
    const { object, records } = this.#shelf(name);
    return [...records.values()].map(({ id, wire }) => view(object, id, wire));
  }

  get(name: string, id: string): WireRecord | null {
    const { object, records } = this.#shelf(name);
    const stored = records.get(id);
    return stored ? view(object, id, stored.wire) : null;
  }

  countRead(): void {
    this.#calls.reads += 1;
  }

  /** `id`: the one to give, where whoever writes the test wants one. */
  create(name: string, sent: Wire, id?: string): Result<WireRecord> {
    const { object, records, can } = this.#shelf(name);
    this.#calls.writes += 1;
    if (!can.create) return fail(notOffered('created'));
    const written = object.written(sent, null);
    if (!written.ok) return written;
    const clash = this.#clash(name, written.value, null);
    if (clash) return fail(clash);
    const own = id ?? newId(object.definition, written.value, records);
    if (records.has(own)) return fail(taken());
    return ok(this.#store(name, own, written.value, null));
  }

  update(name: string, id: string, sent: Wire): Result<WireRecord> {
    const { object, records } = this.#shelf(name);
    this.#calls.writes += 1;
    const stored = records.get(id);
    if (!stored) return fail(MISSING);
    const written = object.written(sent, stored.wire);
    if (!written.ok) return written;
    const clash = this.#clash(name, written.value, id);
    if (clash) return fail(clash);
    return ok(this.#store(name, id, written.value, stored));
  }

  /** Also where there is no such record. */
  delete(name: string, id: string): void {
    this.#calls.writes += 1;
    this.#shelf(name).records.delete(id);
  }

  archive(name: string, id: string): void {
    const { object, records } = this.#shelf(name);
    this.#calls.writes += 1;
    const stored = records.get(id);
    const { archived } = object.definition;
    if (!stored || !archived) return;
    const wire = structuredClone(stored.wire);
    compileWriter(archived.path)(wire, archived.equals);
    this.#store(name, id, wire, stored);
  }

  #store(name: string, known: string, wire: Wire, before: Stored | null): WireRecord {
    const { object, records, lagMs } = this.#shelf(name);
    const id = object.definition.id.digest ? contentId(wire) : known;
    if (id !== known) records.delete(known);
    setId(object.definition, wire, id);
    this.#number(name, wire);
    object.stamp(wire, this.now());
    records.set(id, { id, wire, listedFrom: this.now() + lagMs, before: before?.wire ?? null });
    return view(object, id, wire);
  }

  /** Another record with the same value in a field that the system keeps unique. */
  #clash(name: string, wire: Wire, own: string | null): Diagnostic | null {
    const { object, records } = this.#shelf(name);
    for (const field of object.definition.unique) {
      const read = compileReader(object.definition.fields[field]?.path ?? field);
      const value = read(wire);
      if (value === null || value === undefined || value === '') continue;
      const isTaken = [...records.values()].some((other) => other.id !== own && read(other.wire) === value);
      if (isTaken) return taken(field);
    }
    return null;
  }

  /** Gives an id to each new line of a list whose lines the system numbers itself. */
  #number(name: string, wire: Wire): void {
    for (const { lines_of: lines, fields } of Object.values(this.connector.objects)) {
      if (lines?.object !== name || lines.keys !== 'server') continue;
      const list = compileReader(lines.path)(wire);
      if (!Array.isArray(list)) continue;
      const path = fields[lines.key]?.path ?? lines.key;
      const keyOf = (line: Wire) => Number(compileReader(path)(line)) || 0;
      let highest = Math.max(0, ...list.map(keyOf));
      for (const line of list) {
        if (keyOf(line) !== 0) continue;
        highest += 1;
        compileWriter(path)(line, highest);
      }
    }
  }
}

export const MISSING = problem('record-missing', 'The system has no such record');

const taken = (field?: string): Diagnostic =>
  problem('value-taken', 'Another record has the same value', {
    detail: field === undefined ? 'It is the id.' : `The system keeps ${field} unique.`,
  });

const notOffered = (what: string): Diagnostic =>
  problem('not-offered', `The connector declares no way how records of this object are ${what}`);

function view({ definition, version, modified }: DeclaredObject, id: string, wire: Wire): WireRecord {
  const merged = definition.merged_into === undefined ? null : wireReader(definition.merged_into)(wire);
  const { archived } = definition;
  return {
    id,
    version: version(wire),
    modified: modified(wire),
    archived: archived !== undefined && wireReader(archived.path)(wire) === archived.equals,
    mergedInto: typeof merged === 'string' || typeof merged === 'number' ? String(merged) : null,
    wire: structuredClone(wire),
  };
}

/** Writes the parts of an id where records hold them. */
function setId({ id: declared, parent, fields }: ObjectDefinition, wire: Wire, id: string): void {
  if (declared.digest) return;
  const paths = declared.columns ?? declared.paths;
  if (paths) return;
  const [own = id, ...above] = parent ? id.split('/').toReversed() : [id];
  compileWriter(declared.path)(wire, declared.type === 'integer' ? Number(own) : own);
  if (!parent?.field || above.length === 0) return;
  const path = fields[parent.field]?.path ?? parent.field;
  if (compileReader(path)(wire) === undefined) compileWriter(path)(wire, above.toReversed().join('/'));
}

/**
 * What the system calls a new record: what its parts say, or the next number; for ids that are texts, with a word before
 * it.
 */
function newId(
  { id: declared, parent, fields }: ObjectDefinition,
  wire: Wire,
  records: ReadonlyMap<string, unknown>,
): string {
  if (declared.digest) return contentId(wire);
  const paths = declared.columns ?? declared.paths;
  if (paths) return joinId(paths.map((path) => String(compileReader(path)(wire) ?? '')));
  const given = compileReader(declared.path)(wire);
  const field = parent?.field;
  const above = field === undefined ? undefined : compileReader(fields[field]?.path ?? field)(wire);
  const own =
    typeof given === 'string' || typeof given === 'number' ? String(given) : nextId(declared.type, records.keys());
  return above === undefined || above === null ? own : `${String(above)}/${own}`;
}

/** What stands for the id of a record that has none: an edited one is another record. */
const contentId = (wire: Wire): string => strongDigest(new Uint8Array(32), JSON.stringify(wire)).slice(0, 32);

/** The number after the highest in these ids; for ids that are texts, with a word before it. */
export function nextId(type: 'string' | 'integer', ids: Iterable<string>): string {
  const numbers = [...ids].map((id) => Number(/\d+$/.exec(id)?.[0] ?? 0));
  const next = Math.max(0, ...numbers) + 1;
  return type === 'integer' ? String(next) : `new-${next}`;
}

function capabilitiesOf(connector: ConnectorDefinition, name: string, object: ObjectDefinition): Capabilities {
  if (connector.protocol === 'rest') return restCapabilities(connector, object);
  const table = compileTable(name, object, 'postgres');
  if (!table.ok) throw new Error(`${table.error.summary}`);
  return tableCapabilities(table.value, connector.objects[name]?.fields ?? {}, connector.limits.concurrency);
}
