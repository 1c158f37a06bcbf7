import type { LoadedField, LoadedMapping } from '../integration/loaded.ts';
import { strongDigest } from '../record/digest.ts';
import { otherSide, type Side } from '../record/side.ts';

/**
 * What the positions of a mapping's baselines stand for: first its rows, each with a digest of how it makes the value of
 * each side, then the fields that are only read, as `a:name` or `b:name`. Links name their layout, so for each of them it is
 * known by which rules it last agreed.
 */
export function layoutOf(mapping: LoadedMapping, extras: Record<Side, readonly string[]>, key: Uint8Array): string[] {
  const rows = mapping.fields.map((field) =>
    JSON.stringify([field.name, wayTo('a', field, key), wayTo('b', field, key)]),
  );
  return [...rows, ...extras.a.map((name) => `a:${name}`), ...extras.b.map((name) => `b:${name}`)];
}

/** Constants of expressions, defaults and tables are values: they stand nowhere in plain text. */
const wayTo = (target: Side, field: LoadedField, key: Uint8Array): string =>
  (target === 'b' ? field.aToB : field.bToA) ? strongDigest(key, field.ways[target]).slice(0, 16) : '';

/** How baselines of an earlier layout are read today. */
export interface Realignment {
  /** By position of today's layout: the position it had, or -1. */
  positions: readonly number[];
  /** By the side that gives the value: rows that make another value of the same record than when the link last agreed. */
  remapped: Record<Side, ReadonlySet<number>>;
  /** Rows that go in a direction in which they did not go then. */
  opened: ReadonlySet<number>;
  /** Rows that were not there then. */
  added: ReadonlySet<number>;
}

export function compareLayouts(before: readonly string[], now: readonly string[]): Realignment {
  const known = new Map(before.map((entry, index) => [readEntry(entry).name, { index, ...readEntry(entry) }]));
  const remapped: Record<Side, Set<number>> = { a: new Set(), b: new Set() };
  const [opened, added] = [new Set<number>(), new Set<number>()];
  const positions = now.map((text, index) => {
    const entry = readEntry(text);
    const then = known.get(entry.name);
    if (!then) {
      if (entry.ways) added.add(index);
      return -1;
    }
    for (const target of ['a', 'b'] as const) {
      const [was, is] = [then.ways?.[target], entry.ways?.[target]];
      if (was === undefined || !is || was === is) continue;
      if (was === '') opened.add(index);
      else remapped[otherSide(target)].add(index);
    }
    return then.index;
  });
  return { positions, remapped, opened, added };
}

/** Stores of the first versions held names of rows without how they make their values. */
function readEntry(text: string): { name: string; ways: Record<Side, string> | null } {
  if (!text.startsWith('[')) return { name: text, ways: null };
  const [name = '', a = '', b = ''] = JSON.parse(text).map(String);
  return { name, ways: { a, b } };
}
