import { type Item, isNothing, kindOf, NAMES, numberOf, Refused, textOf, WholeFloat } from './items.ts';
import type { Work } from './work.ts';

export type Cell = string | number | boolean | null;

/** A table that `lookup` reads: its rows by their key, each with its columns. */
export interface LookupTable {
  /** Columns besides the key, in the order of the file. */
  columns: readonly string[];
  rows: ReadonlyMap<string, ReadonlyMap<string, Cell>>;
  /** What becomes of a value that no row has. */
  missing: 'park' | 'empty' | 'keep';
}

/** What a filter may use besides its operand and its arguments. */
export interface Tools {
  work: Work;
  filters: ReadonlyMap<string, Filter>;
  tests: ReadonlyMap<string, Test>;
  tables: ReadonlyMap<string, LookupTable>;
}

export type Test = (item: Item, argument: Item) => boolean;

export interface Filter {
  /** Names of the arguments in their order; those that may be left out end with `?`. */
  parameters: readonly string[];
  /** Otherwise an empty operand is handed on as it is. */
  takesEmpty: boolean;
  /** An argument that is not given is undefined. */
  apply: (operand: Item, args: readonly Item[], tools: Tools) => Item;
}

type Apply<T> = (operand: T, args: readonly Item[], tools: Tools) => Item;

export const filter = (parameters: string, apply: Apply<Item>): Filter => ({
  parameters: namesIn(parameters),
  takesEmpty: false,
  apply,
});

/** One that an empty operand is handed to as well. */
export const filterOfAny = (parameters: string, apply: Apply<Item>): Filter => ({
  ...filter(parameters, apply),
  takesEmpty: true,
});

/** One of texts; numbers and booleans are taken as they are written. */
export const textFilter = (parameters: string, apply: Apply<string>): Filter =>
  filter(parameters, (operand, args, tools) => apply(asText(operand), args, tools));

export const listFilter = (parameters: string, apply: Apply<Item[]>): Filter =>
  filter(parameters, (operand, args, tools) => apply(asList(operand), args, tools));

const namesIn = (parameters: string): string[] => (parameters === '' ? [] : parameters.split(' '));

/** The operand as a text; lists and objects are none. */
export function asText(item: Item): string {
  if (typeof item === 'string') return item;
  if (typeof item === 'object' && item !== null && !(item instanceof WholeFloat)) throw unfit(item);
  return textOf(item);
}

/** The items of a list, the characters of a text, the keys of an object. */
export function asList(item: Item): Item[] {
  if (Array.isArray(item)) return item;
  if (typeof item === 'string') return Array.from(item);
  if (typeof item === 'object' && item !== null && !(item instanceof WholeFloat)) return Object.keys(item);
  throw unfit(item);
}

/** What a filter says of an operand that it can't take; the compiler adds its name. */
export class Unfit extends Refused {}

export const unfit = (item: Item): Unfit => new Unfit(`does not apply to ${NAMES[kindOf(item)]}`);

/** An argument that must be a text; `fallback` where it is not given. */
export function textArgument(item: Item, name: string, fallback?: string): string {
  if (isNothing(item) && fallback !== undefined) return fallback;
  if (typeof item === 'string') return item;
  throw new Unfit(`needs a text as ${name}`);
}

export function wholeArgument(item: Item, name: string, fallback?: number): number {
  if (isNothing(item) && fallback !== undefined) return fallback;
  const number = numberOf(item);
  if (number !== undefined && Number.isSafeInteger(number)) return number;
  throw new Unfit(`needs a whole number as ${name}`);
}

/** Of how many characters or items something is made that an argument sizes. */
export function sizeArgument(item: Item, name: string, fallback?: number): number {
  const size = wholeArgument(item, name, fallback);
  if (size < 0) throw new Unfit(`needs a number from 0 as ${name}`);
  return size;
}

export function flagArgument(item: Item, name: string, fallback: boolean): boolean {
  if (isNothing(item)) return fallback;
  if (typeof item === 'boolean') return item;
  throw new Unfit(`needs true or false as ${name}`);
}
