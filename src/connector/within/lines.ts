import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { compileReader, compileWriter } from '../codec/path.ts';
import type { ObjectCodec } from '../codec.ts';
import { joinId, splitId } from '../composite-id.ts';
import type { ObjectDefinition } from '../definition.ts';
import type { LinesOf } from '../definition-within.ts';
import type { Wire, WireRecord } from '../port.ts';
import { isWire, merged } from '../wire-path.ts';
import {
  contentVersion,
  type Holding,
  isPut,
  moved,
  ownNames,
  PLACE_TAKEN,
  type Placed,
  POSITION_PATH,
  type Refusal,
  type Rewritten,
  readerOf,
  refused,
  type Step,
  WHOLE_PATH,
  withoutAdded,
} from './holding.ts';
import { keyText, lineStays } from './place.ts';

/** A line stands in a list of its whole, and has the id of it with its own key: a line of an order. */
export function lineHolding(name: string, definition: ObjectDefinition, lines: LinesOf, codec: ObjectCodec): Holding {
  const parts: Lines = {
    name,
    codec,
    keys: lines.keys,
    names: ownNames(definition),
    list: compileReader(lines.path),
    putList: compileWriter(lines.path),
    key: readerOf(definition, lines.key),
    putKey: compileWriter(definition.fields[lines.key]?.path ?? lines.key),
    isNumber: definition.fields[lines.key]?.type === 'integer',
  };
  const record = (whole: WireRecord, id: string, line: Wire, place: number | null): WireRecord => ({
    id,
    version: contentVersion(line),
    // That of the whole says nothing of the line: writing anything else of the whole moves it.
    modified: null,
    archived: place === null,
    mergedInto: null,
    wire: { ...line, [WHOLE_PATH]: whole.id, ...(place === null ? {} : { [POSITION_PATH]: place }) },
  });
  return {
    name,
    whole: lines.object,
    wholeField: lines.whole,
    listed: true,
    createsWhole: false,
    wholeOf: (id) => splitId(id, 2)?.[0] ?? id,
    recordsIn(whole) {
      const found = whole.archived ? ok([]) : linesIn(parts, whole);
      if (!found.ok) return found;
      return ok(found.value.map((line, at) => record(whole, joinId([whole.id, keyOf(parts, line)]), line, at + 1)));
    },
    absent: (whole, id) => record(whole, id, {}, null),
    carried({ wire }) {
      if (parts.keys !== 'sent') return fail(lineStays(name));
      return ok(withoutAdded(wire));
    },
    rewrite: (whole, steps) => rewriteLines(parts, whole, steps),
  };
}

interface Lines {
  name: string;
  codec: ObjectCodec;
  keys: LinesOf['keys'];
  names: readonly string[];
  list: (wire: Wire) => unknown;
  putList: (wire: Wire, list: unknown) => void;
  key: (line: Wire) => unknown;
  putKey: (line: Wire, key: unknown) => void;
  isNumber: boolean;
}

/** The lines of a whole, each with a key of its own. */
function linesIn({ name, list, key }: Lines, whole: WireRecord): Result<Wire[]> {
  const found = list(whole.wire) ?? [];
  const lines = Array.isArray(found) ? found.filter(isLine) : [];
  const keys = new Set(lines.map((line) => keyText(key(line))));
  if (!Array.isArray(found) || lines.length < found.length || keys.has(null)) return fail(unreadable(name, whole.id));
  return keys.size === lines.length ? ok(lines) : fail(keyRepeated(name, whole.id));
}

const isLine = (line: unknown): line is Wire => isWire(line) && !Array.isArray(line);
const keyOf = ({ key }: Lines, line: Wire): string => keyText(key(line)) ?? '';

function rewriteLines(parts: Lines, whole: WireRecord, steps: readonly Step[]): Rewritten {
  const found = linesIn(parts, whole);
  if (!found.ok) return { wire: null, steps: steps.map(() => refused('invalid', found.error)) };
  const list = new LineList(parts, whole.id, found.value);
  const done = steps.map((step) => list.carryOut(step));
  list.arrange();
  if (!list.changed) return { wire: null, steps: done };
  const wire: Wire = {};
  parts.putList(wire, list.lines);
  return { wire, steps: done };
}

/** The lines of one whole while steps are carried out. Lines and keys of them that nobody names stay as they are. */
class LineList {
  lines: Wire[];
  changed = false;
  readonly #parts: Lines;
  readonly #whole: string;
  /** Where lines are to stand, by what they are: from 1. */
  readonly #places = new Map<Wire, number>();

  constructor(parts: Lines, whole: string, lines: readonly Wire[]) {
    this.#parts = parts;
    this.#whole = whole;
    this.lines = [...lines];
  }

  carryOut(step: Step): Placed {
    if (step.kind === 'put') return this.#put(step);
    const at = this.lines.findIndex((line) => this.#id(line) === step.id);
    const line = this.lines[at];
    if (!line) return step.kind === 'take' ? { kind: 'placed', id: step.id } : moved(this.#parts.name);
    if (step.version !== null && step.version !== contentVersion(line)) return moved(this.#parts.name);
    if (step.kind === 'change') return this.#change(at, line, step);
    this.lines.splice(at, 1);
    this.changed = true;
    return { kind: 'placed', id: step.id };
  }

  /** Puts the lines that were given a place there, from the first place to the last. */
  arrange(): void {
    const before = [...this.lines];
    for (const [line, place] of [...this.#places].sort(([, a], [, b]) => a - b)) {
      this.lines = this.lines.filter((one) => one !== line);
      this.lines.splice(place - 1, 0, line);
    }
    this.changed ||= before.some((line, at) => line !== this.lines[at]);
  }

  #put(step: Extract<Step, { kind: 'put' }>): Placed {
    const { codec, names, name, keys } = this.#parts;
    const { wire: sent, reserved } = step;
    const line = withoutAdded(sent);
    if (keys === 'sent') {
      const key = keyText(this.#parts.key(line));
      if (key === null) return keyMissing(name);
      if (reserved.includes(joinId([this.#whole, key]))) return keyTaken(name, this.#whole);
      const there = this.lines.find((one) => keyOf(this.#parts, one) === key);
      if (there && !isPut(codec, names, there, step)) return keyTaken(name, this.#whole);
      if (there) return { kind: 'placed', id: this.#id(there) };
    } else if (keys === 'next') this.#parts.putKey(line, this.#nextKey(reserved));
    this.lines.push(line);
    this.changed = true;
    this.#want(line, sent);
    return { kind: 'placed', id: keys === 'server' ? null : this.#id(line) };
  }

  #change(at: number, line: Wire, { wire: sent, reserved }: Extract<Step, { kind: 'change' }>): Placed {
    const after = merged(line, withoutAdded(sent));
    const id = this.#id(after);
    if (keyOf(this.#parts, after) === '') return keyMissing(this.#parts.name);
    const isTaken = reserved.includes(id) || this.lines.some((one) => this.#id(one) === id);
    if (id !== this.#id(line) && isTaken) {
      return keyTaken(this.#parts.name, this.#whole);
    }
    this.#places.delete(line);
    this.lines[at] = after;
    this.changed = true;
    this.#want(after, sent);
    return { kind: 'placed', id };
  }

  #want(line: Wire, { [POSITION_PATH]: place }: Wire): void {
    if (typeof place === 'number' && place >= 1) this.#places.set(line, place);
  }

  #nextKey(reserved: readonly string[]): number | string {
    const keys = [...this.lines.map((line) => keyOf(this.#parts, line)), ...reserved.map((id) => splitId(id, 2)?.[1])];
    const highest = Math.max(0, ...keys.map((key) => Number(key) || 0));
    return this.#parts.isNumber ? highest + 1 : String(highest + 1);
  }

  #id(line: Wire): string {
    return joinId([this.#whole, keyOf(this.#parts, line)]);
  }
}

const unreadable = (name: string, whole: string) =>
  problem('lines-unreadable', `The lines of ${whole} can't be read as ${name}`, {
    detail: 'They are no list, or a line of it is no object or has no key.',
    next: 'Correct them in the system, or path and key of lines_of in the connector',
  });

const keyRepeated = (name: string, whole: string) =>
  problem('line-key-repeated', `Two lines of ${whole} have the same key, so they can't be told apart as ${name}`, {
    next: 'Give each line of it a key of its own',
  });

const keyMissing = (name: string): Refusal =>
  refused(
    'invalid',
    problem('line-key-missing', `A line of ${name} needs a key`, { next: 'Fill the field that is its key' }),
  );

const keyTaken = (name: string, whole: string): Refusal =>
  refused(
    'invalid',
    problem(PLACE_TAKEN, `${whole} has another line of ${name} with this key already`, {
      next: 'Give one of them another key. It is tried again by itself.',
    }),
  );
