import type { ReferencePart } from '../integration/loaded.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';

/** The record that a key names, or why none is known. */
export type Named<T> = { kind: 'known'; value: T } | { kind: 'unknown'; diagnostic: Diagnostic };

/** Of each reference and side; beyond that many, what was found first is asked for again. */
const MOST_KNOWN = 10_000;

/** What was asked in this run: by reference, side and direction, then by key or id. */
export class KnownKeys {
  readonly #known = new Map<string, Map<string, Named<Value>>>();

  of(part: ReferencePart, side: Side, way: 'id' | 'key'): Map<string, Named<Value>> {
    const name = JSON.stringify([part.reference, part[side], part.by[side], side, way]);
    const known = this.#known.get(name) ?? new Map<string, Named<Value>>();
    if (known.size > MOST_KNOWN) known.clear();
    this.#known.set(name, known);
    return known;
  }
}
