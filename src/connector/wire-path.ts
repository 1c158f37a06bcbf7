import { pathSteps, setOwn } from './codec/path.ts';
import type { Wire } from './port.ts';

/** Reads what stands at a dotted path of a wire value; undefined where there is nothing. */
export type WireReader = (wire: unknown) => unknown;

/** Compiles a dotted path, e.g. `paging.next`; the empty path is the value itself. */
export function wireReader(path: string): WireReader {
  if (path === '') return (wire) => wire;
  const steps = pathSteps(path);
  const [only] = steps;
  if (steps.length === 1 && only !== undefined) return (wire) => own(wire, only);
  return (wire) => {
    let value = wire;
    for (const step of steps) value = own(value, step);
    return value;
  };
}

function own(value: unknown, key: string): unknown {
  return isWire(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Whether a value is a JSON object (or array, whose items are read by index). */
export function isWire(value: unknown): value is Wire {
  return value !== null && typeof value === 'object';
}

/** A copy of `wire` without what stands at `path`. */
export function without(wire: Wire, path: string): Wire {
  return withoutSteps(wire, pathSteps(path));
}

function withoutSteps(wire: Wire, [step = '', ...rest]: readonly string[]): Wire {
  if (!Object.hasOwn(wire, step)) return wire;
  const { [step]: inner, ...others } = wire;
  if (rest.length === 0) return others;
  return isWire(inner) && !Array.isArray(inner) ? { ...wire, [step]: withoutSteps(inner, rest) } : wire;
}

/** `base` with the values of `changes`: objects are merged key by key, all else (arrays too) is replaced. */
export function merged(base: Wire, changes: Wire): Wire {
  const result: Wire = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = Object.hasOwn(base, key) ? base[key] : undefined;
    setOwn(result, key, isPlain(old) && isPlain(value) ? merged(old, value) : value);
  }
  return result;
}

/** Whether `wire` holds every value of `part`, objects compared key by key. Systems say "empty" in a form of their own. */
export function contains(wire: unknown, part: unknown): boolean {
  if (isPlain(wire) && isPlain(part)) {
    return Object.entries(part).every(([key, value]) => contains(Object.hasOwn(wire, key) ? wire[key] : null, value));
  }
  if (Array.isArray(wire) && Array.isArray(part)) {
    return wire.length === part.length && part.every((item, index) => contains(wire[index], item));
  }
  return wire === part || (isBlank(wire) && isBlank(part));
}

const isBlank = (value: unknown): boolean => value === null || value === undefined || value === '';

const isPlain = (value: unknown): value is Wire => isWire(value) && !Array.isArray(value);
