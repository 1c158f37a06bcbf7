import { isEmpty } from '../../record/canonical.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Fields } from '../../record/value.ts';
import type { ObjectCodec } from '../codec.ts';
import type { ObjectDefinition } from '../definition.ts';
import type { PartOf } from '../definition-within.ts';
import type { Wire, WireRecord } from '../port.ts';
import { merged } from '../wire-path.ts';
import {
  contentVersion,
  type Holding,
  isPut,
  moved,
  ownNames,
  PLACE_TAKEN,
  type Placed,
  type Refusal,
  type Rewritten,
  refused,
  type Step,
  VERSION_PATH,
  WHOLE_PATH,
  withoutAdded,
} from './holding.ts';

/** A part stands in fields of its whole, and has the id of it: a customer's main contact. */
export function partHolding(name: string, definition: ObjectDefinition, part: PartOf, codec: ObjectCodec): Holding {
  const names = ownNames(definition);
  const writable = names.filter((field) => !definition.fields[field]?.read_only);
  const isThere = (wire: Wire): boolean => {
    const { fields, problems } = codec.decode(wire, part.present);
    return part.present.some((field) => field in problems || !isEmpty(fields[field]));
  };
  const content = (wire: Wire): string => {
    const { fields, problems } = codec.decode(wire, names);
    return contentVersion([fields, Object.keys(problems)]);
  };
  const record = (whole: WireRecord, archived: boolean): WireRecord => ({
    ...whole,
    version: content(whole.wire),
    // That of the whole says nothing of the part: writing anything else of the whole moves it.
    modified: null,
    archived,
    mergedInto: null,
    wire: { ...whole.wire, [WHOLE_PATH]: whole.id, [VERSION_PATH]: whole.version },
  });
  return {
    name,
    whole: part.object,
    wholeField: part.whole,
    listed: false,
    createsWhole: part.creates_whole,
    wholeOf: (id) => id,
    recordsIn: (whole) => ok(!whole.archived && isThere(whole.wire) ? [record(whole, false)] : []),
    absent: (whole) => record(whole, true),
    carried: ({ wire }) => carriedBy(name, codec, writable, wire),
    rewrite(whole, steps) {
      const emptied = emptiedBy(codec, writable);
      return rewritePart({ name, codec, names, isThere, content, emptied }, whole, steps);
    },
  };
}

interface Parts {
  name: string;
  codec: ObjectCodec;
  names: readonly string[];
  isThere: (wire: Wire) => boolean;
  content: (wire: Wire) => string;
  /** The wire form of a part that is not there. */
  emptied: Wire;
}

function rewritePart(parts: Parts, whole: WireRecord, steps: readonly Step[]): Rewritten {
  let now = whole.wire;
  let wire: Wire | null = null;
  const before = steps.some((step) => step.kind !== 'put' && step.version !== null) ? parts.content(now) : '';
  const write = (changes: Wire): Placed => {
    now = merged(now, changes);
    wire = merged(wire ?? {}, changes);
    return { kind: 'placed', id: whole.id };
  };
  const done = steps.map((step): Placed => {
    const there = parts.isThere(now);
    if (step.kind !== 'put' && step.version !== null && step.version !== before) return moved(parts.name);
    if (step.kind === 'take') return there ? write(parts.emptied) : { kind: 'placed', id: whole.id };
    const changes = withoutAdded(step.wire);
    if (step.kind === 'change' && !there) return moved(parts.name);
    if (step.kind === 'put' && step.reserved.includes(whole.id)) return partTaken(parts.name, whole.id);
    if (step.kind === 'put' && there) {
      return isPut(parts.codec, parts.names, now, step)
        ? { kind: 'placed', id: whole.id }
        : partTaken(parts.name, whole.id);
    }
    return parts.isThere(merged(now, changes)) ? write(changes) : saysNothing(parts.name);
  });
  return { wire, steps: done };
}

function carriedBy(name: string, codec: ObjectCodec, writable: readonly string[], wire: Wire): Result<Wire> {
  const { fields, problems } = codec.decode(wire, writable);
  const encoded = Object.keys(problems).length === 0 ? codec.encode(fields) : null;
  if (encoded?.ok) return ok(encoded.value);
  return fail(
    problem('part-unreadable', `Not every field of the record of ${name} can be read, so it can't be put elsewhere`, {
      next: 'Correct its fields in the system, or move it by hand',
    }),
  );
}

function emptiedBy(codec: ObjectCodec, writable: readonly string[]): Wire {
  const nothing: Fields = Object.fromEntries(writable.map((field) => [field, null]));
  const encoded = codec.encode(nothing);
  return encoded.ok ? encoded.value : {};
}

/** Never overwritten: who of the two it is to be is for people or a rule to say. */
const partTaken = (name: string, whole: string): Refusal =>
  refused(
    'invalid',
    problem(PLACE_TAKEN, `${whole} has another record of ${name} already, and room for one only`, {
      next: 'Say by a filter of the mapping which one it is, or empty the place. It is tried again by itself.',
    }),
  );

const saysNothing = (name: string): Refusal =>
  refused(
    'invalid',
    problem('part-empty', `The record of ${name} would have none of the fields that tell that it is there`, {
      next: 'Fill one of them, or delete the record on the side where it is edited',
    }),
  );
