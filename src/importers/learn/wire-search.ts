import { isWire } from '../../connector/wire-path.ts';

/** A value that is no object, with its dotted path. */
export interface Leaf {
  path: string;
  /** The last step of the path. */
  key: string;
  value: unknown;
}

const DEEPEST = 4;

/** The leaves of an object, lists left out. */
export function leaves(wire: unknown, path = '', depth = 0): Leaf[] {
  if (!isWire(wire) || Array.isArray(wire) || depth > DEEPEST) return [];
  return Object.entries(wire).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (Array.isArray(value)) return [];
    return isWire(value) ? leaves(value, at, depth + 1) : [{ path: at, key, value }];
  });
}

/** All texts in an answer, wherever they stand. */
export function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (!isWire(value) || depth > 6) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner, depth + 1)]);
}

/** A copy of a wire value with something else at a path. */
export function withAt(wire: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const [step = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...wire, [step]: value };
  const inner = Object.hasOwn(wire, step) ? wire[step] : undefined;
  const plain = isWire(inner) && !Array.isArray(inner) ? inner : {};
  return { ...wire, [step]: withAt(plain, rest.join('.'), value) };
}
