import type { Wire } from '../port.ts';

/** The steps of a dotted path; a dot that belongs to a name has a backslash before it: `@odata\\.nextLink`. */
export function pathSteps(path: string): string[] {
  return path.includes('\\') ? path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.')) : path.split('.');
}

/** Reads the place of a dotted path; undefined where anything on the way is missing. Numbers index arrays. */
export function compileReader(path: string): (wire: Wire) => unknown {
  const segments = pathSteps(path);
  const [first = '', second] = segments;
  if (segments.some((segment) => segment in Object.prototype)) return (wire) => segments.reduce(ownOf, wire as unknown);
  if (second === undefined) return (wire) => wire[first];
  return (wire) => {
    let at: unknown = wire[first];
    for (let depth = 1; depth < segments.length; depth++) {
      if (typeof at !== 'object' || at === null) return undefined;
      at = (at as Wire)[segments[depth] ?? ''];
    }
    return at;
  };
}

/**
 * Writes the place of a dotted path, with the objects on the way that are not there yet. Changes nothing but `wire`
 * itself: what stands on the way may be part of a value that is held elsewhere, so it is replaced by a copy.
 */
export function compileWriter(path: string): (wire: Wire, value: unknown) => void {
  const segments = pathSteps(path);
  const last = segments.pop() ?? '';
  if (segments.length === 0 && last !== '__proto__') {
    return (wire, value) => {
      wire[last] = value;
    };
  }
  return (wire, value) => {
    let at = wire;
    for (const [index, segment] of segments.entries()) {
      const next = copyOf(ownOf(at, segment), segments[index + 1] ?? last);
      setOwn(at, segment, next);
      at = next;
    }
    setOwn(at, last, value);
  };
}

/** Sets a property, also one by the name of `__proto__`, as a property and nothing else. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

export function ownOf(at: unknown, segment: string): unknown {
  return isObject(at) && Object.hasOwn(at, segment) ? at[segment] : undefined;
}

/** A list is an object with numbers for names here, and stays a list; what 0 is the first part of becomes one. */
function copyOf(value: unknown, within: string): Wire {
  if (!isObject(value)) return within === '0' ? listOf({}) : {};
  return Array.isArray(value) ? listOf(value) : { ...value };
}

const listOf = (items: Wire): Wire => Object.assign([], items);

const isObject = (value: unknown): value is Wire => typeof value === 'object' && value !== null;
