import {
  charactersOf,
  floatOf,
  type Item,
  isDict,
  isEqual,
  isFloat,
  isNothing,
  isTruthy,
  kindOf,
  NAMES,
  numberOf,
  numericOf,
  ownItem,
  Refused,
  textOf,
} from './items.ts';
import type { Work } from './work.ts';

/** `and` and `or` are not here: they evaluate their right side only where it decides. */
export type Operator = (left: Item, right: Item, work: Work) => Item;

const calculate =
  (symbol: string, result: (a: number, b: number) => number): Operator =>
  (left, right) => {
    const [a, b] = [numberOf(left), numberOf(right)];
    if (a === undefined || b === undefined) throw misfit(symbol, left, right);
    const value = result(a, b);
    return isFloat(left) || isFloat(right) ? floatOf(value) : value;
  };

const divide =
  (symbol: string, result: (a: number, b: number) => number): Operator =>
  (left, right, work) => {
    if (numberOf(right) === 0) throw new Refused('It divides by zero');
    return calculate(symbol, result)(left, right, work);
  };

const compare =
  (symbol: string, holds: (sign: number) => boolean): Operator =>
  (left, right, work) => {
    const [a, b] = [numberOf(left), numberOf(right)];
    if (a !== undefined && b !== undefined) return holds(a - b);
    if (typeof left !== 'string' || typeof right !== 'string') throw misfit(symbol, left, right);
    work.made(left);
    return holds(left < right ? -1 : left > right ? 1 : 0);
  };

const add: Operator = (left, right, work) => {
  if (isNothing(left) || isNothing(right)) throw misfit('+', left, right);
  if (Array.isArray(left) && Array.isArray(right)) return work.made([...left, ...right]);
  if (typeof left === 'string' || typeof right === 'string') return concatenate(left, right, work);
  return plus(left, right, work);
};

const plus = calculate('+', (a, b) => a + b);

const concatenate: Operator = (left, right, work) => {
  if (isNothing(left) || isNothing(right)) throw misfit('~', left, right);
  return work.made(textOf(left) + textOf(right));
};

const power: Operator = (left, right) => {
  const [a, b] = [numericOf(left), numericOf(right)];
  if (a === undefined || b === undefined) throw misfit('**', left, right);
  const value = a ** b;
  if (!Number.isFinite(value)) throw new Refused('A calculation in it gives no finite number');
  return isFloat(left) || isFloat(right) || b < 0 ? floatOf(value) : value;
};

const quotient: Operator = (left, right, work) => {
  const value = divide('/', (a, b) => a / b)(left, right, work);
  return typeof value === 'number' ? floatOf(value) : value;
};

/** Nothing is in nothing; whether an empty value is in a list may be asked. */
const isIn: Operator = (left, right, work) => {
  if (isNothing(right)) return false;
  if (Array.isArray(right)) {
    work.made(right);
    return right.some((each) => isEqual(each, left));
  }
  if (typeof left === 'string' && typeof right === 'string') return work.made(right).includes(left);
  if (typeof left === 'string' && isDict(right)) return Object.hasOwn(right, left);
  if (isNothing(left)) return false;
  throw misfit('in', left, right);
};

/** Both sides may be large, and comparing them is work. */
const equal: Operator = (left, right, work) => {
  if (typeof left === 'string' || typeof left === 'object') work.made(left);
  return isEqual(left, right);
};

export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['==', equal],
  ['!=', (left, right, work) => !equal(left, right, work)],
  ['<', compare('<', (sign) => sign < 0)],
  ['>', compare('>', (sign) => sign > 0)],
  ['<=', compare('<=', (sign) => sign <= 0)],
  ['>=', compare('>=', (sign) => sign >= 0)],
  ['in', isIn],
  ['not in', (left, right, work) => !isIn(left, right, work)],
  ['~', concatenate],
  ['+', add],
  ['-', calculate('-', (a, b) => a - b)],
  ['*', calculate('*', (a, b) => a * b)],
  ['/', quotient],
  ['//', divide('//', (a, b) => Math.floor(a / b))],
  // As in Python, the result has the sign of the divisor.
  ['%', divide('%', (a, b) => a - b * Math.floor(a / b))],
  ['**', power],
]);

export const UNARY: ReadonlyMap<string, (operand: Item) => Item> = new Map<string, (operand: Item) => Item>([
  ['not', (operand) => !isTruthy(operand)],
  ['+', (operand) => signed('+', 1, operand)],
  ['-', (operand) => signed('-', -1, operand)],
]);

function signed(symbol: string, sign: number, operand: Item): Item {
  const number = numericOf(operand);
  if (number === undefined) throw new Refused(`Cannot apply "${symbol}" to ${NAMES[kindOf(operand)]}`);
  return isFloat(operand) ? floatOf(sign * number) : sign * number;
}

function misfit(symbol: string, left: Item, right: Item): Refused {
  return new Refused(`Cannot apply "${symbol}" to ${NAMES[kindOf(left)]} and ${NAMES[kindOf(right)]}`);
}

/** Methods that a text has, by name; for member access. */
export function memberOf(object: Item, key: Item, methods: (object: Item, name: string) => boolean): Item {
  if (typeof key === 'number') {
    if (typeof object === 'string') return charactersOf(object).at(key);
    if (Array.isArray(object)) return object.at(key);
    if (!isNothing(object)) throw new Refused(`${NAMES[kindOf(object)]} has no places to read at a number`);
  }
  if (typeof key !== 'string') throw new Refused('It reads a part of a value by what is no text');
  if (isDict(object) && Object.hasOwn(object, key)) return ownItem(object, key);
  if (key === 'length' && (typeof object === 'string' || Array.isArray(object))) return object.length;
  if (methods(object, key)) throw new Refused('It uses a method as a value');
  return undefined;
}

/** `text[start:stop:step]`, as in Python. */
export function sliceOf(object: Item, start: Item, stop: Item, step: Item, work: Work): Item {
  if (typeof object !== 'string' && !Array.isArray(object)) {
    throw new Refused(`Cannot take a slice of ${NAMES[kindOf(object)]}`);
  }
  const list: Item[] = typeof object === 'string' ? charactersOf(work.made(object)) : object;
  const by = place(step) ?? 1;
  if (by === 0) throw new Refused('The step of a slice must not be zero');
  const [from, to] = by > 0 ? forward(list.length, start, stop) : backward(list.length, start, stop);
  const taken: Item[] = [];
  for (let at = from; by > 0 ? at < to : at > to; at += by) taken.push(list[at]);
  return work.made(typeof object === 'string' ? taken.join('') : taken);
}

function place(item: Item): number | undefined {
  if (item === undefined) return undefined;
  if (typeof item === 'number' && Number.isInteger(item)) return item;
  throw new Refused('The bounds of a slice must be whole numbers');
}

function forward(length: number, start: Item, stop: Item): [number, number] {
  const within = (at: number) => (at < 0 ? Math.max(length + at, 0) : Math.min(at, length));
  return [within(place(start) ?? 0), within(place(stop) ?? length)];
}

function backward(length: number, start: Item, stop: Item): [number, number] {
  const within = (at: number) => (at < 0 ? Math.max(length + at, -1) : Math.min(at, length - 1));
  const end = place(stop);
  return [within(place(start) ?? length - 1), end === undefined ? -1 : within(end)];
}
