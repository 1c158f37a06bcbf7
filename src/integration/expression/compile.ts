import { didYouMean } from '../../connector/closest-word.ts';
import { type Filter, type LookupTable, type Tools, Unfit } from './filter.ts';
import { FILTERS } from './filters.ts';
import { callFunction, type MappingFunction } from './functions.ts';
import { type Dict, dictOf, type Item, isNothing, isTruthy, ownItem, Refused } from './items.ts';
import { callMethod, hasMethod, METHODS } from './methods.ts';
import { memberOf, OPERATORS, sliceOf, UNARY } from './operators.ts';
import { Invalid } from './parse.ts';
import { TESTS } from './tests.ts';
import type { Arguments, Tree } from './tree.ts';

/** What an evaluation sees, and the variables that its `set` and `for` gave values, innermost first. */
export interface Frame {
  value: Item;
  record: Dict;
  lookup: Dict;
  tools: Tools;
  variables: Map<string, Item> | null;
  outer: Frame | null;
}

export type Closure = (frame: Frame) => Item;

/** What a template may use that its file declares. */
export interface Declared {
  tables: ReadonlyMap<string, LookupTable>;
  functions: ReadonlyMap<string, MappingFunction>;
  /** Names of the lookups in a system that the mapping declares. */
  lookups: readonly string[];
}

/** What a template reads and may say, gathered while it is compiled. */
export class Scope {
  readonly declared: Declared;
  /** Names that `set` and `for` give values. */
  readonly variables = new Set<string>();
  readonly names = new Set<string>();
  readonly fields = new Set<string>();
  readonly lookups = new Set<string>();
  readonly lookupFields: [string, string][] = [];
  readonly tables = new Set<string>();
  readonly functions = new Set<string>();
  /** All fields of the record may be read. */
  allFields = false;

  constructor(declared: Declared) {
    this.declared = declared;
  }

  /** Throws `Invalid` where a name is not known; to be called at the end, since a name may be set below its use. */
  checkNames(): void {
    const given = ['value', 'record', ...(this.declared.lookups.length > 0 ? ['lookup'] : [])];
    for (const name of this.variables) {
      if (given.includes(name) || name === 'loop') throw new Invalid(`"${name}" can not be set`);
    }
    for (const name of this.names) {
      if (given.includes(name) || this.variables.has(name) || name === 'loop') continue;
      const sees = given.length > 2 ? 'value, record and lookup' : 'value and record';
      throw new Invalid(`"${name}" is not known: an expression sees ${sees}`, didYouMean(name, given));
    }
  }
}

export function compileTree(tree: Tree, scope: Scope): Closure {
  switch (tree.kind) {
    case 'constant': {
      const { value } = tree;
      return () => value;
    }
    case 'name':
      return compileName(tree.name, scope);
    case 'list': {
      const items = tree.items.map((each) => compileTree(each, scope));
      return (frame) => frame.tools.work.made(items.map((each) => each(frame)));
    }
    case 'object':
      return compileObject(tree.entries, scope);
    case 'member':
      return compileMember(tree, scope);
    case 'slice': {
      const part = (each: Tree | null): Closure => (each ? compileTree(each, scope) : () => undefined);
      const object = compileTree(tree.object, scope);
      const [start, stop, step] = [part(tree.start), part(tree.stop), part(tree.step)];
      return (frame) => sliceOf(object(frame), start(frame), stop(frame), step(frame), frame.tools.work);
    }
    case 'method':
      return compileMethod(tree, scope);
    case 'filter':
      return compileFilter(tree, scope);
    case 'test': {
      const test = knownName(tree.name, TESTS, 'test');
      const operand = compileTree(tree.operand, scope);
      return (frame) => test(frame.tools.work.made(operand(frame)), undefined) !== tree.negated;
    }
    case 'unary': {
      const apply = knownName(tree.operator, UNARY, 'operator');
      const operand = compileTree(tree.operand, scope);
      return (frame) => apply(frame.tools.work.made(operand(frame)));
    }
    case 'binary':
      return compileBinary(tree, scope);
    case 'choice': {
      const condition = compileTree(tree.condition, scope);
      const yes = compileTree(tree.yes, scope);
      const no: Closure = tree.no ? compileTree(tree.no, scope) : () => undefined;
      return (frame) => (holds(frame, condition(frame)) ? yes(frame) : no(frame));
    }
  }
}

function compileName(name: string, scope: Scope): Closure {
  scope.names.add(name);
  if (name === 'value') return (frame) => seen(frame, frame.value);
  if (name === 'record') {
    scope.allFields = true;
    return (frame) => seen(frame, frame.record);
  }
  if (name === 'lookup') return (frame) => seen(frame, frame.lookup);
  return (frame) => {
    frame.tools.work.spend(1);
    for (let at: Frame | null = frame; at; at = at.outer) {
      if (at.variables?.has(name)) return at.variables.get(name);
    }
    return undefined;
  };
}

/** Whether an item counts as true; asking an object for its keys is work. */
export function holds(frame: Frame, item: Item): boolean {
  return isTruthy(typeof item === 'object' ? frame.tools.work.made(item) : item);
}

/** What comes from outside may be of any size. */
function seen(frame: Frame, item: Item): Item {
  return typeof item === 'string' || typeof item === 'object' ? frame.tools.work.made(item) : item;
}

function compileObject(entries: readonly [Tree, Tree][], scope: Scope): Closure {
  const compiled = entries.map(([key, value]) => [compileTree(key, scope), compileTree(value, scope)] as const);
  return (frame) =>
    frame.tools.work.made(
      dictOf(
        compiled.map(([key, value]): [string, Item] => {
          const name = key(frame);
          if (typeof name !== 'string') throw new Refused('The keys of an object must be texts');
          return [name, value(frame)];
        }),
      ),
    );
}

/** `record.name` and `record['name']` read one field, and need no other. */
function compileMember({ object, key }: Extract<Tree, { kind: 'member' }>, scope: Scope): Closure {
  const name = key.kind === 'constant' && typeof key.value === 'string' ? key.value : null;
  if (object.kind === 'name' && name !== null) {
    if (object.name === 'record') {
      scope.fields.add(name);
      return (frame) => seen(frame, memberOf(frame.record, name, hasMethod));
    }
    if (object.name === 'lookup') return compileLookup(name, scope);
  }
  const lookedUp = name === null ? null : lookupIn(object);
  if (lookedUp !== null && name !== null) scope.lookupFields.push([lookedUp, name]);
  const [of, at] = [compileTree(object, scope), compileTree(key, scope)];
  return (frame) => {
    return memberOf(frame.tools.work.made(of(frame)), at(frame), hasMethod);
  };
}

/** The name of the lookup in `lookup.owner`; null where it is anything else. */
function lookupIn(tree: Tree): string | null {
  if (tree.kind !== 'member' || tree.object.kind !== 'name' || tree.object.name !== 'lookup') return null;
  return tree.key.kind === 'constant' && typeof tree.key.value === 'string' ? tree.key.value : null;
}

function compileLookup(name: string, scope: Scope): Closure {
  const { lookups } = scope.declared;
  scope.names.add('lookup');
  if (lookups.length > 0 && !lookups.includes(name)) {
    throw new Invalid(`There is no lookup "${name}"`, didYouMean(name, lookups));
  }
  scope.lookups.add(name);
  return (frame) => seen(frame, ownItem(frame.lookup, name));
}

function compileMethod({ object, name, args }: Extract<Tree, { kind: 'method' }>, scope: Scope): Closure {
  if (object.kind === 'name' && object.name === 'fn') return compileCall(name, args, scope);
  if (!METHODS.includes(name)) throw new Invalid(`There is no method "${name}"`, didYouMean(name, METHODS));
  const of = compileTree(object, scope);
  const list = compileList(args, name, scope);
  return (frame) =>
    callMethod(
      frame.tools.work.made(of(frame)),
      name,
      list.map((each) => each(frame)),
      frame.tools.work,
    );
}

function compileList({ list, named }: Arguments, name: string, scope: Scope): Closure[] {
  if (named.length > 0) throw new Invalid(`${name}() takes its arguments by their order, not by name`);
  return list.map((each) => compileTree(each, scope));
}

function compileBinary({ operator, left, right }: Extract<Tree, { kind: 'binary' }>, scope: Scope): Closure {
  const [a, b] = [compileTree(left, scope), compileTree(right, scope)];
  if (operator === 'and') {
    return (frame) => {
      const first = a(frame);
      return holds(frame, first) ? b(frame) : first;
    };
  }
  if (operator === 'or') {
    return (frame) => {
      const first = a(frame);
      return holds(frame, first) ? first : b(frame);
    };
  }
  const apply = knownName(operator, OPERATORS, 'operator');
  return (frame) => {
    frame.tools.work.spend(1);
    return apply(a(frame), b(frame), frame.tools.work);
  };
}

/** `fn.name(…)`: a function of the file's own. */
function compileCall(name: string, args: Arguments, scope: Scope): Closure {
  const { functions } = scope.declared;
  const called = functions.get(name);
  if (!called) {
    const known = [...functions.keys()];
    const none = 'the integration file names no functions';
    throw new Invalid(`There is no function fn.${name}${known.length > 0 ? '' : `: ${none}`}`, didYouMean(name, known));
  }
  scope.functions.add(name);
  const list = compileList(args, name, scope);
  return (frame) =>
    callFunction(
      name,
      called,
      list.map((each) => each(frame)),
      frame.tools.work,
    );
}

function compileFilter({ name, operand, args }: Extract<Tree, { kind: 'filter' }>, scope: Scope): Closure {
  const used = knownName(name, FILTERS, 'filter');
  checkConstants(name, args, scope);
  const of = compileTree(operand, scope);
  const values = compileArguments(name, used, args, scope);
  return (frame) => {
    // Most filters look at all of it, however little they give.
    const item = frame.tools.work.made(of(frame));
    if (isNothing(item) && !used.takesEmpty) return item;
    try {
      return frame.tools.work.made(used.apply(item, values(frame), frame.tools));
    } catch (error) {
      throw error instanceof Unfit ? new Refused(`The filter ${name} ${error.message}`) : error;
    }
  };
}

/** The arguments in the order of the filter's parameters. Constant ones are made once. */
function compileArguments(
  name: string,
  used: Filter,
  args: Arguments,
  scope: Scope,
): (frame: Frame) => readonly Item[] {
  const names = used.parameters.map((each) => each.replace('?', ''));
  if (args.list.length > names.length) {
    const most = names.length === 0 ? 'no arguments' : `at most ${names.length}`;
    throw new Invalid(`The filter ${name} takes ${most}${names.length ? `: ${names.join(', ')}` : ''}`);
  }
  const trees: (Tree | null)[] = names.map((_, i) => args.list[i] ?? null);
  for (const [key, tree] of args.named) {
    const at = names.indexOf(key);
    if (at < 0) throw new Invalid(`The filter ${name} has no argument "${key}"`, didYouMean(key, names));
    if (trees[at]) throw new Invalid(`The filter ${name} is given ${key} twice`);
    trees[at] = tree;
  }
  used.parameters.forEach((each, i) => {
    if (!each.endsWith('?') && !trees[i]) throw new Invalid(`The filter ${name} needs ${each}`);
  });
  if (trees.every((tree) => !tree || tree.kind === 'constant')) {
    const constants = trees.map((tree) => (tree?.kind === 'constant' ? tree.value : undefined));
    return () => constants;
  }
  const closures = trees.map((tree) => tree && compileTree(tree, scope));
  return (frame) => closures.map((each) => each?.(frame));
}

/** What a constant argument names is looked up before anything runs. */
function checkConstants(name: string, { list }: Arguments, scope: Scope): void {
  const [first, second] = list.map((each) => (each.kind === 'constant' ? each.value : undefined));
  if (name === 'map' && typeof first === 'string') knownName(first, FILTERS, 'filter');
  if ((name === 'select' || name === 'reject') && typeof first === 'string') knownName(first, TESTS, 'test');
  if ((name === 'selectattr' || name === 'rejectattr') && typeof second === 'string') {
    knownName(second, TESTS, 'test');
  }
  if (name === 'lookup') checkTable(first, second, scope);
}

function checkTable(name: Item, column: Item, scope: Scope): void {
  const { tables } = scope.declared;
  if (typeof name !== 'string') throw new Invalid('The filter lookup names its table by a text, as in lookup("terms")');
  const table = tables.get(name);
  const known = [...tables.keys()];
  if (!table) throw new Invalid(`There is no table "${name}" under tables`, didYouMean(name, known));
  scope.tables.add(name);
  if (typeof column === 'string' && !table.columns.includes(column)) {
    throw new Invalid(`The table ${name} has no column "${column}"`, didYouMean(column, table.columns));
  }
  if (column === undefined && table.columns.length !== 1) {
    throw new Invalid(
      `The table ${name} has several columns: say which, as in lookup("${name}", "${table.columns[0]}")`,
    );
  }
}

function knownName<T>(name: string, known: ReadonlyMap<string, T>, what: string): T {
  const found = known.get(name);
  if (found === undefined) throw new Invalid(`There is no ${what} "${name}"`, didYouMean(name, [...known.keys()]));
  return found;
}
