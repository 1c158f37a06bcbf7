import { type CompiledField, compileField } from '../connector/codec/compile-field.ts';
import type { CustomFields } from '../connector/codec/custom-field.ts';
import { compileWriter, pathSteps } from '../connector/codec/path.ts';
import { compileTime } from '../connector/codec/time.ts';
import type { ConnectorDefinition, ObjectDefinition } from '../connector/definition.ts';
import type { FieldDefinition, OptionDefinition } from '../connector/field.ts';
import type { Wire } from '../connector/port.ts';
import { textHabits } from '../connector/text-habits.ts';
import { merged, wireReader } from '../connector/wire-path.ts';
import { withPartFields } from '../connector/within/complete.ts';
import { sameValue } from '../record/canonical.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { Obstacle } from '../record/expressed.ts';
import type { Fields, Value } from '../record/value.ts';
import { type Check, compileCheck } from '../validation/validate.ts';

/** How a system that keeps to its declaration holds the records of one object: what it takes, cuts, refuses and stamps. */
export interface DeclaredObject {
  name: string;
  definition: ObjectDefinition;
  /**
   * The record after a write of `sent`, or why it is refused. `current` is the record as it stands; null for a new one,
   * which needs every required field. What only the system sets is left out of what was sent.
   */
  written(sent: Wire, current: Wire | null): Result<Wire>;
  /**
   * The record in which a system holds these canonical values, read-only ones included. Refused where it can't hold
   * one of them as it stands.
   */
  holding(fields: Fields): Result<Wire, Record<string, Diagnostic>>;
  /** Sets the modification stamp (epoch ms, cut to its declared form) and the next version. */
  stamp(wire: Wire, now: number): void;
  version(wire: Wire): string | null;
  modified(wire: Wire): number | null;
}

interface HeldField {
  name: string;
  definition: FieldDefinition;
  /** See `topOf`. */
  top: string;
  /** Where it is read, and by whose words it is held. */
  held: CompiledField;
  /** Where it is sent. */
  sent: CompiledField;
  check: Check | null;
  habit: (text: string) => string;
}

/** Compiles one object of a connector; `lists` gives the options of a list of the connector. */
export function compileDeclaredObject(
  connector: ConnectorDefinition,
  name: string,
  declaredObject: ObjectDefinition,
  lists: (list: string) => readonly OptionDefinition[],
): DeclaredObject {
  const definition = withPartFields(connector, name, declaredObject);
  const habits = textHabits(connector, name);
  const fields = Object.entries(definition.fields).map(([field, declared]): HeldField => {
    const { write_path: writePath, ...place } = declared;
    return {
      name: field,
      definition: declared,
      top: topOf(field, declared, definition.custom_fields),
      held: compileField(field, place, lists, definition.custom_fields),
      sent: compileField(
        field,
        writePath === undefined ? place : { ...place, path: writePath },
        lists,
        definition.custom_fields,
      ),
      check: compileCheck(field, declared, { lists }),
      habit: habits(field),
    };
  });
  return {
    name,
    definition,
    written: (sent, current) => write(fields, sent, current),
    holding: (values) => hold(fields, values),
    ...stamping(definition),
  };
}

function write(fields: readonly HeldField[], sent: Wire, current: Wire | null): Result<Wire> {
  const known = new Set(fields.map((field) => field.top));
  const unknown = Object.fromEntries(Object.entries(sent).filter(([key]) => !known.has(key)));
  const wire: Wire = merged(structuredClone(current ?? {}), structuredClone(unknown));
  for (const field of fields) {
    const raw = field.sent.read(sent);
    const isSent = raw !== undefined && !field.definition.read_only;
    if (!isSent && current !== null) continue;
    const value = isSent ? sentValue(field, raw, sent) : null;
    if (value === undefined) return fail(notUnderstood(field));
    const taken = isSent || !field.definition.read_only ? taking(field, value) : value;
    if (taken instanceof Obstacle) return fail(refusalOf(taken));
    put(field, wire, taken);
  }
  return ok(wire);
}

/** The key of the record under which a field is sent: what stands beside all of them is kept as it was sent. */
function topOf(name: string, { custom, write_path: writePath, path }: FieldDefinition, within?: CustomFields): string {
  if (custom === undefined || !within) return pathSteps(writePath ?? path ?? name)[0] ?? name;
  if (within.container !== '') return pathSteps(within.container)[0] ?? '';
  return within.form === 'pairs' ? 'custom_fields' : within.prefix + custom;
}

const sentValue = ({ sent }: HeldField, raw: unknown, wire: Wire): Value | undefined =>
  raw === null || sent.isEmptyWire(raw) ? null : sent.codec.decode(raw, wire);

/** As the system holds what is sent: by its limits first, then by what was learnt of it. */
function taking({ check, name, habit }: HeldField, value: Value): Value | Obstacle {
  const fit = check ? check(value) : value;
  if (fit instanceof Obstacle || typeof fit !== 'string') return fit;
  const held = habit(fit);
  return held === fit || !check ? held : check(held, { record: () => ({ [name]: held }), findings: [] });
}

function put({ held }: HeldField, wire: Wire, value: Value): boolean {
  const isEmpty = held.isEmptyValue(value);
  const raw = isEmpty ? null : held.codec.encode(value);
  if (raw === undefined) return false;
  held.write(wire, raw);
  if (held.beside && !isEmpty) held.beside.write(wire, held.codec.beside?.encode(value));
  return true;
}

function hold(fields: readonly HeldField[], values: Fields): Result<Wire, Record<string, Diagnostic>> {
  const wire: Wire = {};
  const problems: Record<string, Diagnostic> = {};
  for (const field of fields) {
    const value = values[field.name] ?? null;
    const taken = value === null && !field.definition.required ? null : taking(field, value);
    if (taken instanceof Obstacle) problems[field.name] = taken.diagnostic;
    else if (!put(field, wire, taken)) problems[field.name] = notUnderstood(field);
    else if (!sameValue(value, valueIn(field, wire))) problems[field.name] = notHeld(field);
  }
  return Object.keys(problems).length === 0 ? ok(wire) : fail(problems);
}

function valueIn({ held }: HeldField, wire: Wire): Value | undefined {
  const raw = held.read(wire);
  return raw === null || raw === undefined || held.isEmptyWire(raw) ? null : held.codec.decode(raw, wire);
}

const notUnderstood = ({ name, held }: HeldField): Diagnostic =>
  problem('value-refused', `The system does not take the value of ${name}`, {
    detail: `It expects ${held.codec.expects}.`,
  });

const notHeld = ({ name, held }: HeldField): Diagnostic =>
  problem('value-not-held', `The system would hold another value of ${name}`, {
    detail: `It holds ${held.codec.expects}, within the limits of its connector.`,
    next: 'Give the value as the system holds it, in canonical form.',
  });

const refusalOf = ({ diagnostic }: Obstacle): Diagnostic => ({ ...diagnostic, code: 'refused' });

function stamping(definition: ObjectDefinition): Pick<DeclaredObject, 'stamp' | 'version' | 'modified'> {
  const stampName = definition.modified;
  const declared = stampName === undefined ? undefined : definition.fields[stampName];
  const field = stampName !== undefined && declared ? compileField(stampName, declared, () => []) : null;
  const time = compileTime(declared?.time);
  const versionPath = definition.version ?? null;
  const readVersion = versionPath === null ? () => undefined : wireReader(versionPath);
  const writeVersion = compileWriter(versionPath ?? '');
  // A stamp may be the version, too.
  const counts = versionPath !== null && versionPath !== (declared?.path ?? stampName);
  const modified = (wire: Wire): number | null => (field ? (time.readMs(field.read(wire)) ?? null) : null);
  return {
    stamp(wire, now) {
      field?.write(wire, time.writeMs(now));
      if (!counts) return;
      writeVersion(wire, (Number(readVersion(wire)) || 0) + 1);
    },
    version: (wire) => {
      const version = readVersion(wire);
      return typeof version === 'string' || typeof version === 'number' ? String(version) : null;
    },
    modified,
  };
}
