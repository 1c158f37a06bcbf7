import type { Side } from '../port.ts';

/** Columns read as what the schema says they are. Anything else is a bug or a damaged file, and thrown. */

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw wrongColumn('text', value);
}

export function textOrNull(value: unknown): string | null {
  return value === null ? null : text(value);
}

export function integer(value: unknown): number {
  if (typeof value === 'number') return value;
  throw wrongColumn('an integer', value);
}

export function integerOrNull(value: unknown): number | null {
  return value === null ? null : integer(value);
}

export function bytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw wrongColumn('bytes', value);
}

export function side(value: unknown): Side {
  if (value === 'a' || value === 'b') return value;
  throw wrongColumn('a side', value);
}

/** One of a few words. */
export function oneOf<T extends string>(value: unknown, words: readonly T[]): T {
  const known = words.find((word) => word === value);
  if (known !== undefined) return known;
  throw wrongColumn(words.join(' or '), value);
}

/** For rows read with `setReturnArrays(true)`. */
export function columns(row: unknown): readonly unknown[] {
  if (Array.isArray(row)) return row;
  throw wrongColumn('an array of columns', row);
}

function wrongColumn(wanted: string, value: unknown): Error {
  return new Error(`The store holds ${value === null ? 'null' : typeof value} where ${wanted} belongs`);
}
