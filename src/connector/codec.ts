import { type Diagnostic, fail, ok, type Result } from '../record/diagnostic.ts';
import type { Fields, Value } from '../record/value.ts';
import { type CompiledField, compileField } from './codec/compile-field.ts';
import type { CustomFields } from './codec/custom-field.ts';
import type { OptionLists } from './codec/options.ts';
import { currencyClash, unknownField, unreadable, unwritable } from './codec/problems.ts';
import type { FieldDefinition } from './field.ts';
import type { Wire } from './port.ts';

/** What decoding a record gave: the values that could be read, and a diagnostic for each that could not. */
export interface Decoded {
  fields: Fields;
  /** By field name; empty when all went well. */
  problems: Record<string, Diagnostic>;
}

/**
 * Wire value ↔ canonical value for one object, compiled once from its field declarations. Pure. `encode` and `decode`
 * are inverses up to what the declaration says is lost (scale, minutes, truncation).
 */
export interface ObjectCodec {
  /**
   * Decodes the named fields; a field that is absent from the wire record, or write-only, is absent from the result.
   * Quickest when called with the same array of names again, which must not change meanwhile.
   */
  decode(wire: Wire, names: readonly string[]): Decoded;
  /**
   * Encodes into a (possibly nested) wire record; read-only fields are left out. Fails with one diagnostic per field
   * that can't be said.
   */
  encode(fields: Fields): Result<Wire, Record<string, Diagnostic>>;
  /** What stands in a record for a field, as it was read; undefined where there is nothing. */
  wireOf(name: string, wire: Wire): unknown;
  /** The wire form of one value, of a read-only field too: for looking up records by it. */
  encodeValue(name: string, value: Value): Result<unknown>;
  /** The value as this system would hold it: encode, then decode, with the declared losses. */
  normalise(name: string, value: Value): Result<Value>;
}

/**
 * Compiles the field declarations of one object. `optionLists` gives the options of a list declared under
 * `option_lists`; it is asked at every use, so that lists may be loaded later.
 */
export function compileCodec(
  definition: { fields: Record<string, FieldDefinition>; custom_fields?: CustomFields | undefined },
  optionLists: OptionLists = () => [],
): ObjectCodec {
  const compiled = new Map(
    Object.entries(definition.fields).map(([name, field]) => [
      name,
      compileField(name, field, optionLists, definition.custom_fields),
    ]),
  );
  return {
    decode: compileDecode(compiled),
    encode: compileEncode(compiled),
    wireOf: (name, wire) => compiled.get(name)?.read(wire),
    encodeValue(name, value) {
      const field = compiled.get(name);
      return field ? wireValue(field, value) : fail(unknownField(name));
    },
    normalise(name, value) {
      const field = compiled.get(name);
      return field ? normalised(field, value) : fail(unknownField(name));
    },
  };
}

/** What nearly all records have in common. */
const NONE: Record<string, Diagnostic> = Object.freeze({});

function compileDecode(compiled: ReadonlyMap<string, CompiledField>): ObjectCodec['decode'] {
  let lastNames: readonly string[] = [];
  let lastFields: CompiledField[] = [];
  let whole: Fields = {};
  const select = (names: readonly string[]): CompiledField[] => {
    if (names === lastNames) return lastFields;
    lastFields = names.flatMap((name) => compiled.get(name) ?? []).filter((field) => !field.writeOnly);
    lastNames = names;
    whole = Object.fromEntries(lastFields.map(({ name }) => [name, null]));
    return lastFields;
  };
  return (wire, names) => {
    const selected = select(names);
    const fields: Fields = { ...whole };
    let problems: Record<string, Diagnostic> = NONE;
    for (const field of selected) {
      const raw = field.read(wire);
      const value = raw === undefined ? undefined : decodeRaw(field, raw, wire);
      if (value !== undefined) fields[field.name] = value;
      else {
        delete fields[field.name];
        if (raw !== undefined) problems = { ...problems, [field.name]: unreadable(field.name, field.codec, raw) };
      }
    }
    return { fields, problems };
  };
}

function compileEncode(compiled: ReadonlyMap<string, CompiledField>): ObjectCodec['encode'] {
  // Outer places first, so that a field within an object is written into it and not replaced by it.
  const ordered = [...compiled.values()].filter((field) => !field.readOnly).sort((a, b) => a.depth - b.depth);
  const besides = ordered.filter((field) => field.beside !== undefined);
  const template = wireTemplate();
  // Of the record in hand: kept, because a list that grows anew for each record takes longer than what it holds.
  const said: CompiledField[] = [];
  const raws: unknown[] = [];
  return (fields) => {
    said.length = 0;
    let problems = NONE;
    const refuse = (name: string, problem: Diagnostic) => {
      problems = { ...problems, [name]: problem };
    };
    let given = 0;
    for (const _ in fields) given += 1;
    for (const field of ordered) {
      const value = field.own ? fields[field.name] : ownValue(fields, field.name);
      if (value === undefined) continue;
      given -= 1;
      const empty = field.isEmptyValue(value);
      const raw = empty ? field.emptyWire : field.codec.encode(value);
      if (raw !== undefined) {
        raws[said.length] = raw;
        said.push(field);
      } else if (!empty) refuse(field.name, unwritable(field.name, field.codec, value));
    }
    // Whatever is left is read-only, or no field at all.
    if (given > 0) for (const name in fields) if (!compiled.has(name)) refuse(name, unknownField(name));
    const wire = template(said);
    for (let at = 0; at < said.length; at++) said[at]?.write(wire, raws[at]);
    // Then what stands beside them, which must not contradict a field of its own.
    for (const field of besides) {
      if (!Object.hasOwn(fields, field.name)) continue;
      const clash = writeBeside(field, fields[field.name] ?? null, wire);
      if (clash) refuse(field.name, clash);
    }
    return problems === NONE ? ok(wire) : fail(problems);
  };
}

function sameFields(a: readonly CompiledField[], b: readonly CompiledField[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/**
 * Wire records that have room for these fields from the start, when the record before had the same ones: letting them
 * grow field by field takes longer than all the rest.
 */
function wireTemplate(): (fields: readonly CompiledField[]) => Wire {
  let last: readonly CompiledField[] = [];
  let empty: Wire = {};
  return (fields) => {
    if (!sameFields(fields, last)) {
      last = [...fields];
      const named: Wire = {};
      for (const field of fields) if (field.depth === 1) field.write(named, null);
      empty = Object.fromEntries(Object.entries(named));
    }
    return { ...empty };
  };
}

/** Of a field whose name every object knows, such as `constructor`. */
const ownValue = (fields: Fields, name: string): Value | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

/** Undefined, inside the result, for an empty value that is written by leaving it out. */
function wireValue(field: CompiledField, value: Value): Result<unknown> {
  if (field.isEmptyValue(value)) return ok(field.emptyWire);
  const raw = field.codec.encode(value);
  return raw === undefined ? fail(unwritable(field.name, field.codec, value)) : ok(raw);
}

function writeBeside({ name, codec, beside, isEmptyValue }: CompiledField, value: Value, wire: Wire) {
  if (!beside || isEmptyValue(value)) return undefined;
  const raw = codec.beside?.encode(value);
  const standing = beside.read(wire);
  if (standing !== undefined && standing !== raw) return currencyClash(name, beside.path);
  if (raw !== undefined) beside.write(wire, raw);
  return undefined;
}

function decodeRaw(field: CompiledField, raw: unknown, wire: Wire): Value | undefined {
  return raw === null || field.isEmptyWire(raw) ? null : field.codec.decode(raw, wire);
}

function normalised(field: CompiledField, value: Value): Result<Value> {
  const raw = wireValue(field, value);
  if (!raw.ok) return raw;
  if (raw.value === undefined) return ok(null);
  const wire: Wire = {};
  if (field.beside) writeBeside(field, value, wire);
  const decoded = decodeRaw(field, raw.value, wire);
  return decoded === undefined ? fail(unreadable(field.name, field.codec, raw.value)) : ok(decoded);
}
