import { compileReader, compileWriter } from '../../connector/codec/path.ts';
import type { ObjectDefinition } from '../../connector/definition.ts';
import type { Wire } from '../../connector/port.ts';
import { contains, isWire, merged, without } from '../../connector/wire-path.ts';

/** The record with the changes; of custom fields in pairs, those that the changes name are replaced, not the list. */
export function mergedRecord(definition: ObjectDefinition, record: Wire, changes: Wire): Wire {
  const result = merged(record, changes);
  const pairs = pairsOf(definition);
  const changed = pairs?.read(changes);
  if (!pairs || !changed) return result;
  const kept = (pairs.read(record) ?? []).filter((pair) => !changed.some((other) => pairs.isSame(pair, other)));
  pairs.write(result, [...kept, ...changed]);
  return result;
}

/** A record as it was read, in the form that is written: without what is read only, all else where writes have it. */
export function asWritten({ fields }: ObjectDefinition, record: Wire): Wire {
  let wire = record;
  for (const [name, field] of Object.entries(fields)) {
    const path = field.path ?? name;
    if (field.read_only) wire = without(wire, path);
    else if (field.write_path !== undefined && field.custom === undefined) wire = moved(wire, path, field.write_path);
  }
  return wire;
}

function moved(wire: Wire, from: string, to: string): Wire {
  const value = compileReader(from)(wire);
  if (value === undefined) return wire;
  // What else stands in an object that is read only to say which one it is, is not written.
  const rest = { ...without(wire, from.split('.')[0] ?? from) };
  compileWriter(to)(rest, value);
  return rest;
}

/** Whether the record holds every value of the part; of custom fields in pairs, those that the part names. */
export function holds(definition: ObjectDefinition, record: Wire, part: Wire): boolean {
  const written = asWritten(definition, record);
  const pairs = pairsOf(definition);
  const wanted = pairs?.read(part);
  if (!pairs || !wanted) return contains(written, part);
  const there = pairs.read(written) ?? [];
  const others = { ...part };
  pairs.write(others, there);
  const held = wanted.every((pair) => there.some((other) => pairs.isSame(pair, other) && contains(other, pair)));
  return held && contains(written, others);
}

/** Whether two states of a record say the same of all that the part names. */
export function sameIn(definition: ObjectDefinition, part: Wire, one: Wire, other: Wire): boolean {
  return agree(part, asWritten(definition, one), asWritten(definition, other));
}

const agree = (part: Wire, one: Wire, other: Wire): boolean =>
  Object.entries(part).every(([key, said]) => {
    const [left, right] = [one[key], other[key]];
    const isInner = isObject(said) && isObject(left) && isObject(right);
    return isInner ? agree(said, left, right) : isSame(left, right);
  });

/** Whether a record says all that was sent, some of it perhaps in a form of its system's own, and all else as before. */
export function seemsWritten(definition: ObjectDefinition, sent: Wire, before: Wire, now: Wire): boolean {
  const values = valuesIn(sent, asWritten(definition, before), asWritten(definition, now));
  return values.every((one) =>
    isSame(one.sent, one.before)
      ? isSame(one.before, one.now)
      : isSame(one.sent, one.now) || isInOwnForm(one.sent, one.now),
  );
}

/** Whether a text may be how a system holds another one: cut, in another case, without letters and signs that it has not. */
function isInOwnForm(sent: unknown, now: unknown): boolean {
  if (typeof sent !== 'string' || typeof now !== 'string' || sent.trim() === '' || now.trim() === '') return false;
  const [said, held] = [bare(sent), bare(now)];
  return held !== '' && said.startsWith(held);
}

const bare = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** The single values that were sent, with what stood and stands in their places. */
function valuesIn(sent: unknown, before: unknown, now: unknown): { sent: unknown; before: unknown; now: unknown }[] {
  if (Array.isArray(sent) && Array.isArray(now) && sent.length === now.length) {
    return sent.flatMap((one, at) => valuesIn(one, Array.isArray(before) ? before[at] : undefined, now[at]));
  }
  if (isObject(sent) && isObject(now)) {
    return Object.entries(sent).flatMap(([key, one]) =>
      valuesIn(one, isObject(before) ? before[key] : undefined, now[key]),
    );
  }
  return [{ sent, before, now }];
}

const isObject = (value: unknown): value is Wire => isWire(value) && !Array.isArray(value);
const isSame = (one: unknown, other: unknown): boolean => contains(one, other) && contains(other, one);

function pairsOf({ custom_fields: custom }: ObjectDefinition) {
  if (custom?.form !== 'pairs') return null;
  const { container, key } = custom;
  const path = container === '' ? 'custom_fields' : container;
  const read = compileReader(path);
  return {
    read(wire: Wire): readonly unknown[] | null {
      const list = read(wire);
      return Array.isArray(list) ? list : null;
    },
    write: compileWriter(path),
    isSame: (one: unknown, other: unknown) => isWire(one) && isWire(other) && String(one[key]) === String(other[key]),
  };
}
