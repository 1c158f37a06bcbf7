import type { Test } from './filter.ts';
import { compareItems, type Item, isDict, isEqual, isNothing, kindOf, numberOf, Refused } from './items.ts';

const whole = (item: Item): number => {
  if (typeof item === 'number' && Number.isInteger(item)) return item;
  throw new Refused('It asks whether something is even or odd that is no whole number');
};

/** What `is …`, `select` and `reject` know. Those with an argument are for `select` and its kind. */
export const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['boolean', (item) => typeof item === 'boolean'],
  ['defined', (item) => item !== undefined],
  ['divisibleby', (item, by) => whole(item) % whole(by) === 0],
  ['empty', (item) => isNothing(item) || item === ''],
  ['equalto', isEqual],
  ['eq', isEqual],
  ['even', (item) => whole(item) % 2 === 0],
  ['false', (item) => item === false],
  ['float', (item) => kindOf(item) === 'float'],
  ['ge', (item, other) => compareItems(item, other, true) >= 0],
  ['gt', (item, other) => compareItems(item, other, true) > 0],
  ['in', (item, list) => Array.isArray(list) && list.some((each) => isEqual(each, item))],
  ['integer', (item) => kindOf(item) === 'integer'],
  ['iterable', (item) => Array.isArray(item) || typeof item === 'string'],
  ['le', (item, other) => compareItems(item, other, true) <= 0],
  ['lower', (item) => typeof item === 'string' && item === item.toLowerCase()],
  ['lt', (item, other) => compareItems(item, other, true) < 0],
  ['mapping', isDict],
  ['ne', (item, other) => !isEqual(item, other)],
  ['none', (item) => item === null],
  ['number', (item) => numberOf(item) !== undefined],
  ['odd', (item) => whole(item) % 2 !== 0],
  ['sequence', (item) => Array.isArray(item) || typeof item === 'string' || isDict(item)],
  ['string', (item) => typeof item === 'string'],
  ['true', (item) => item === true],
  ['undefined', (item) => item === undefined],
  ['upper', (item) => typeof item === 'string' && item === item.toUpperCase()],
]);
