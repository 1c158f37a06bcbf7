import type { Value } from '../../record/value.ts';
import { type Item, isDict, Refused, WholeFloat } from './items.ts';
import type { Work } from './work.ts';

/**
 * A function of the file that `functions` names, called as `fn.name(…)`. Pure: the same values give the same value, and
 * nothing else happens. Values are canonical; an empty one is null. What it throws parks the record, without its message.
 */
export type MappingFunction = (...values: Value[]) => Value | undefined;

const DEEPEST = 100;

/** It gets copies, so that it can change nothing. */
export function callFunction(name: string, called: MappingFunction, args: readonly Item[], work: Work): Item {
  const values = args.map((each) => plainOf(work.made(each)));
  let result: unknown;
  try {
    result = called(...values);
  } catch (error) {
    throw new Refused(`The function fn.${name} failed (${error instanceof Error ? error.constructor.name : 'Error'})`);
  }
  return work.made(itemFrom(result, name, 0));
}

function itemFrom(result: unknown, name: string, level: number): Item {
  if (result === null || result === undefined) return null;
  if (typeof result === 'string' || typeof result === 'boolean') return result;
  if (typeof result === 'number' && Number.isFinite(result)) return result;
  if (level < DEEPEST && Array.isArray(result)) return result.map((each) => itemFrom(each, name, level + 1));
  if (level < DEEPEST && isPlain(result)) {
    return Object.fromEntries(Object.entries(result).map(([key, each]) => [key, itemFrom(each, name, level + 1)]));
  }
  throw new Refused(`The function fn.${name} gives something that is not a value`);
}

function isPlain(result: unknown): result is object {
  if (typeof result !== 'object' || result === null) return false;
  const prototype: unknown = Object.getPrototypeOf(result);
  // One from another realm has a prototype of its own that is not ours.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Back to plain data; "not there" is null. */
export function plainOf(item: Item): Value {
  if (item === null || item === undefined) return null;
  if (typeof item === 'string' || typeof item === 'boolean') return item;
  if (typeof item === 'number' || item instanceof WholeFloat) {
    const number = typeof item === 'number' ? item : item.value;
    if (!Number.isFinite(number)) throw new Refused('A calculation in it gives no finite number');
    return Object.is(number, -0) ? 0 : number;
  }
  if (Array.isArray(item)) return item.map(plainOf);
  if (isDict(item)) return Object.fromEntries(Object.entries(item).map(([key, each]) => [key, plainOf(each)]));
  throw new Refused('It gives something that is not a value');
}
