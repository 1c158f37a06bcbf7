import { didYouMean } from '../connector/closest-word.ts';
import type { Node } from './expression-library.ts';

const MOST_NODES = 1000;
const MOST_LEVELS = 100;

const NODES = new Set([
  ...['Program', 'If', 'For', 'Set', 'Break', 'Continue', 'Comment', 'Ternary', 'SelectExpression'],
  ...['IntegerLiteral', 'FloatLiteral', 'StringLiteral', 'ArrayLiteral', 'TupleLiteral', 'ObjectLiteral'],
  ...['Identifier', 'MemberExpression', 'SliceExpression', 'CallExpression', 'KeywordArgumentExpression'],
  ...['UnaryExpression', 'BinaryExpression', 'FilterExpression', 'TestExpression'],
]);

export const FILTERS = [
  ...['abs', 'bool', 'capitalize', 'default', 'first', 'float', 'int', 'items', 'join', 'last', 'length', 'list'],
  ...['lower', 'map', 'rejectattr', 'replace', 'reverse', 'selectattr', 'sort', 'string', 'title', 'tojson', 'trim'],
  ...['unique', 'upper'],
];
export const METHODS = [
  ...['capitalize', 'endswith', 'get', 'items', 'keys', 'lower', 'lstrip', 'replace', 'rstrip', 'split'],
  ...['startswith', 'strip', 'title', 'upper', 'values'],
];
export const TESTS = [
  ...['boolean', 'defined', 'even', 'false', 'integer', 'iterable', 'lower', 'mapping', 'none', 'number', 'odd'],
  ...['sequence', 'string', 'true', 'undefined', 'upper'],
];
const GIVEN = ['value', 'record'];
const CONSTANTS = ['true', 'false', 'none', 'True', 'False', 'None', 'loop'];

export interface CheckedTemplate {
  /** What is wrong, as a sentence about the template; null when it may be run. */
  fault: { detail: string; next?: string } | null;
  /** Fields of `record` that are read; null where all may be. */
  fields: string[] | null;
  /** The member expressions that are called: only they may give a function. */
  callees: ReadonlySet<unknown>;
}

/** Where a node stands: what an identifier means depends on it. */
interface Seat {
  parent: Node | null;
  key: string;
  level: number;
  /** It is a name that `for` or `set` gives a value. */
  declares: boolean;
}

interface Walk {
  nodes: number;
  fault: CheckedTemplate['fault'];
  names: Set<string>;
  declared: Set<string>;
  fields: Set<string>;
  allFields: boolean;
  callees: Set<unknown>;
}

/** Refuses what a template has no business with, by the list of what it may hold. Runs nothing. */
export function checkTemplate(program: Node): CheckedTemplate {
  const walk: Walk = {
    nodes: 0,
    fault: null,
    names: new Set(),
    declared: new Set(),
    fields: new Set(),
    allFields: false,
    callees: new Set(),
  };
  visit(program, { parent: null, key: '', level: 0, declares: false }, walk);
  for (const name of walk.declared) {
    if (GIVEN.includes(name) || CONSTANTS.includes(name)) refuse(walk, `"${name}" can not be set`);
  }
  for (const name of walk.names) {
    if (GIVEN.includes(name) || CONSTANTS.includes(name) || walk.declared.has(name)) continue;
    refuse(walk, `"${name}" is not known: an expression sees value and record`, didYouMean(name, GIVEN));
  }
  return { fault: walk.fault, fields: walk.allFields ? null : [...walk.fields].sort(), callees: walk.callees };
}

function refuse(walk: Walk, detail: string, next?: string): void {
  walk.fault ??= next ? { detail: `${detail}.`, next } : { detail: `${detail}.` };
}

function visit(node: Node, seat: Seat, walk: Walk): void {
  walk.nodes++;
  if (walk.nodes > MOST_NODES || seat.level > MOST_LEVELS) refuse(walk, 'It is too large or nested too deeply');
  if (!NODES.has(node.type)) refuse(walk, `It uses something that is not offered here (${node.type})`);
  if (walk.fault) return;
  if (node.type === 'Identifier') visitIdentifier(text(node, 'value'), seat, walk);
  if (node.type === 'MemberExpression') visitMember(node, seat, walk);
  if (node.type === 'CallExpression') visitCall(node, seat, walk);
  for (const [key, child] of children(node)) {
    const role = `${node.type}.${key}`;
    const declares =
      role === 'For.loopvar' || role === 'Set.assignee' || (seat.declares && role === 'TupleLiteral.value');
    visit(child, { parent: node, key, level: seat.level + 1, declares }, walk);
  }
}

function visitIdentifier(name: string, seat: Seat, walk: Walk): void {
  switch (roleOf(seat)) {
    case 'filter':
      knownName(name, FILTERS, 'filter', walk);
      break;
    case 'test':
      knownName(name, TESTS, 'test', walk);
      break;
    case 'declared':
      walk.declared.add(name);
      break;
    case 'variable':
      walk.names.add(name);
      if (name === 'record' && !readsOneField(seat)) walk.allFields = true;
  }
}

function roleOf(seat: Seat): 'filter' | 'test' | 'declared' | 'variable' | 'label' {
  const place = `${seat.parent?.type}.${seat.key}`;
  if (place === 'MemberExpression.property' && !flag(seat.parent, 'computed')) return 'label';
  if (place === 'KeywordArgumentExpression.key' || place === 'CallExpression.callee') return 'label';
  if (place === 'FilterExpression.filter') return 'filter';
  if (place === 'TestExpression.test') return 'test';
  return seat.declares ? 'declared' : 'variable';
}

function knownName(name: string, known: string[], what: string, walk: Walk): void {
  if (!known.includes(name)) refuse(walk, `There is no ${what} "${name}"`, didYouMean(name, known));
}

/** `record.name` and `record['name']`, unless it is called as a method. */
function visitMember(node: Node, seat: Seat, walk: Walk): void {
  const object = part(node, 'object');
  if (object?.type !== 'Identifier' || text(object, 'value') !== 'record') return;
  const property = part(node, 'property');
  if (isCallee(seat) || !property || (flag(node, 'computed') && property.type !== 'StringLiteral')) {
    walk.allFields = true;
    return;
  }
  walk.fields.add(text(property, 'value'));
}

const readsOneField = (seat: Seat): boolean => seat.parent?.type === 'MemberExpression' && seat.key === 'object';
const isCallee = (seat: Seat): boolean => seat.parent?.type === 'CallExpression' && seat.key === 'callee';

/** Only `text.method(…)` and `… | filter(…)` are calls: there are no functions to call by name. */
function visitCall(node: Node, seat: Seat, walk: Walk): void {
  const callee = part(node, 'callee');
  if (seat.parent?.type === 'FilterExpression' && seat.key === 'filter') {
    const name = text(callee, 'value');
    knownName(name, FILTERS, 'filter', walk);
    // Its indent would be of any width.
    if (name === 'tojson') refuse(walk, 'The filter "tojson" takes no arguments here');
    return;
  }
  const method = callee?.type === 'MemberExpression' && !flag(callee, 'computed') ? part(callee, 'property') : null;
  if (method) {
    knownName(text(method, 'value'), METHODS, 'method', walk);
    walk.callees.add(callee);
  } else refuse(walk, 'It calls something that is not a method');
}

/** The child nodes with the name of their place; tokens are none. */
function children(node: Node): [string, Node][] {
  const found: [string, Node][] = [];
  for (const [key, child] of Object.entries(node)) {
    if (key === 'operator') continue;
    for (const each of flatten(child)) found.push([key, each]);
  }
  return found;
}

function flatten(child: unknown): Node[] {
  if (Array.isArray(child)) return child.flatMap(flatten);
  if (child instanceof Map) return [...child].flatMap(flatten);
  return isNode(child) ? [child] : [];
}

const isNode = (value: unknown): value is Node =>
  value !== null && typeof value === 'object' && 'type' in value && typeof value.type === 'string';

function part(node: Node | null, key: string): Node | null {
  const value = property(node, key);
  return isNode(value) ? value : null;
}

const text = (node: Node | null, key: string): string => String(property(node, key) ?? '');
const flag = (node: Node | null, key: string): boolean => property(node, key) === true;

function property(node: Node | null, key: string): unknown {
  return node === null ? undefined : Object.entries(node).find(([name]) => name === key)?.[1];
}
