/**
 * What an expression calculates with: plain data, and floats without a fraction, which a number alone would not tell
 * from integers: `2.0` is written as 2.0 and `2` as 2.
 */
export type Item = null | undefined | boolean | number | string | WholeFloat | Item[] | Dict;

/** Only own properties count: a key may have any name. */
export interface Dict {
  [key: string]: Item;
}

export class WholeFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** An expression did something that is not allowed or not possible; the message holds no value. */
export class Refused extends Error {}

export type Kind = 'empty' | 'boolean' | 'integer' | 'float' | 'text' | 'list' | 'object';

export function kindOf(item: Item): Kind {
  switch (typeof item) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isInteger(item) ? 'integer' : 'float';
    case 'object':
      if (item === null) return 'empty';
      if (Array.isArray(item)) return 'list';
      return item instanceof WholeFloat ? 'float' : 'object';
    default:
      return 'empty';
  }
}

export const isNothing = (item: Item): item is null | undefined => item === null || item === undefined;

export const isDict = (item: Item): item is Dict =>
  typeof item === 'object' && item !== null && !Array.isArray(item) && !(item instanceof WholeFloat);

/** An own property; undefined where there is none. */
export const ownItem = (dict: Dict, key: string): Item => (Object.hasOwn(dict, key) ? dict[key] : undefined);

/** An object of these entries, whatever its keys are called. */
export const dictOf = (entries: Iterable<readonly [string, Item]>): Dict => Object.fromEntries(entries);

export function isTruthy(item: Item): boolean {
  if (typeof item !== 'object' || item === null) return Boolean(item);
  if (Array.isArray(item)) return item.length > 0;
  if (item instanceof WholeFloat) return item.value !== 0;
  return Object.keys(item).length > 0;
}

/** The number in it; undefined where it is none. A boolean is none. */
export function numberOf(item: Item): number | undefined {
  if (typeof item === 'number') return item;
  return item instanceof WholeFloat ? item.value : undefined;
}

export const isFloat = (item: Item): boolean => kindOf(item) === 'float';

export const floatOf = (value: number): Item => (Number.isInteger(value) ? new WholeFloat(value) : value);

/** As it is written into a text. Lists and objects are written as JSON; nothing is an empty text. */
export function textOf(item: Item): string {
  if (typeof item === 'string') return item;
  if (isNothing(item)) return '';
  if (item instanceof WholeFloat) return Object.is(item.value, -0) ? '-0.0' : item.value.toFixed(1);
  return typeof item === 'object' ? jsonOf(item) : String(item);
}

export function jsonOf(item: Item): string {
  if (isNothing(item)) return 'null';
  if (item instanceof WholeFloat) return JSON.stringify(item.value);
  if (Array.isArray(item)) return `[${item.map(jsonOf).join(', ')}]`;
  if (typeof item !== 'object') return JSON.stringify(item);
  return `{${Object.entries(item)
    .map(([key, each]) => `${JSON.stringify(key)}: ${jsonOf(each)}`)
    .join(', ')}}`;
}

/** Equal as in Python: by content, numbers by value, empty equals empty, and a number never equals a text. */
export function isEqual(left: Item, right: Item): boolean {
  if (left === right) return true;
  if (isNothing(left) || isNothing(right)) return isNothing(left) && isNothing(right);
  const [a, b] = [numericOf(left), numericOf(right)];
  if (a !== undefined || b !== undefined) return a === b;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((each, i) => isEqual(each, right[i]));
  }
  if (!isDict(left) || !isDict(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]));
}

/** A number, or a boolean as 0 or 1. */
export function numericOf(item: Item): number | undefined {
  return typeof item === 'boolean' ? Number(item) : numberOf(item);
}

/** Negative, zero or positive; only numbers with numbers, texts with texts. */
export function compareItems(left: Item, right: Item, caseSensitive: boolean): number {
  if (isNothing(left) && isNothing(right)) return 0;
  const [a, b] = [numericOf(left), numericOf(right)];
  if (a !== undefined && b !== undefined) return order(a, b);
  if (typeof left !== 'string' || typeof right !== 'string') {
    throw new Refused(`Cannot compare ${NAMES[kindOf(left)]} with ${NAMES[kindOf(right)]}`);
  }
  return caseSensitive ? order(left, right) : order(left.toLowerCase(), right.toLowerCase());
}

const order = <T extends number | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

export const NAMES: Readonly<Record<Kind, string>> = {
  empty: 'an empty value',
  boolean: 'a boolean',
  integer: 'a whole number',
  float: 'a number',
  text: 'a text',
  list: 'a list',
  object: 'an object',
};

/** The item at a path such as `customer.name` or `lines.0`; undefined where there is none. */
export function itemAt(item: Item, path: string): Item {
  let found: Item = item;
  for (const part of path.split('.')) {
    if (Array.isArray(found)) found = /^\d+$/.test(part) ? found[Number(part)] : undefined;
    else found = isDict(found) ? ownItem(found, part) : undefined;
  }
  return found;
}

/** The characters of a text, none of them cut in two. */
export const charactersOf = (text: string): string[] => Array.from(text);

export function lengthOf(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) length--;
  }
  return length;
}
