import { type Closure, compileTree, type Frame, holds, type Scope } from './compile.ts';
import { type Dict, type Item, isDict, kindOf, NAMES, Refused, textOf } from './items.ts';
import type { Statement, Target } from './tree.ts';

/** How a statement ended: whether the loop around it goes on. */
type End = 'on' | 'break' | 'continue';

/** Writes what a statement says. */
type Step = (frame: Frame, output: Output) => End;

class Output {
  text = '';

  write(frame: Frame, text: string): void {
    frame.tools.work.room(this.text.length + text.length);
    this.text += text;
  }
}

/** A template of several parts, which gives a text. */
export function compileTemplate(statements: readonly Statement[], scope: Scope): (frame: Frame) => string {
  return textFrom(compileBlock(statements, scope));
}

const textFrom = (block: Step) => (frame: Frame) => {
  const output = new Output();
  block(frame, output);
  return output.text;
};

function compileBlock(statements: readonly Statement[], scope: Scope): Step {
  const steps = statements.map((each) => compileStatement(each, scope));
  return (frame, output) => {
    for (const step of steps) {
      const end = step(frame, output);
      if (end !== 'on') return end;
    }
    return 'on';
  };
}

function compileStatement(statement: Statement, scope: Scope): Step {
  switch (statement.kind) {
    case 'output': {
      const value = compileTree(statement.value, scope);
      return (frame, output) => {
        output.write(frame, textOf(value(frame)));
        return 'on';
      };
    }
    case 'set': {
      const assign = compileTarget(statement.target, scope);
      const body = textFrom(compileBlock(statement.body, scope));
      const value = statement.value ? compileTree(statement.value, scope) : body;
      return (frame) => {
        assign(frame, value(frame));
        return 'on';
      };
    }
    case 'if': {
      const condition = compileTree(statement.condition, scope);
      const [yes, no] = [compileBlock(statement.yes, scope), compileBlock(statement.no, scope)];
      return (frame, output) => (holds(frame, condition(frame)) ? yes : no)(frame, output);
    }
    case 'for':
      return compileLoop(statement, scope);
    case 'nothing':
      return () => 'on';
    case 'break':
    case 'continue':
      return () => statement.kind;
  }
}

function compileTarget({ names, apart }: Target, scope: Scope): (frame: Frame, item: Item) => void {
  for (const name of names) scope.variables.add(name);
  const [only] = names;
  if (!apart && only !== undefined) return (frame, item) => setVariable(frame, only, item);
  return (frame, item) => {
    if (!Array.isArray(item)) throw new Refused(`Cannot take ${NAMES[kindOf(item)]} apart`);
    if (item.length !== names.length) {
      throw new Refused(`Too ${item.length < names.length ? 'few' : 'many'} items for ${names.length} names`);
    }
    names.forEach((name, i) => {
      setVariable(frame, name, item[i]);
    });
  };
}

function setVariable(frame: Frame, name: string, item: Item): void {
  frame.variables ??= new Map();
  frame.variables.set(name, item);
}

/** What is set inside a loop is kept from one turn to the next, and gone after it. */
function compileLoop(statement: Extract<Statement, { kind: 'for' }>, scope: Scope): Step {
  const list = compileTree(statement.list, scope);
  const assign = compileTarget(statement.target, scope);
  const where: Closure | null = statement.where && compileTree(statement.where, scope);
  const [body, otherwise] = [compileBlock(statement.body, scope), compileBlock(statement.otherwise, scope)];
  return (frame, output) => {
    const inside = innerFrame(frame);
    const items = chosen(itemsOf(frame.tools.work.made(list(inside))), inside, assign, where);
    if (items.length === 0) return otherwise(inside, output);
    for (const [index, item] of items.entries()) {
      frame.tools.work.made(true);
      setVariable(inside, 'loop', loopOf(items, index));
      assign(inside, item);
      if (body(inside, output) === 'break') break;
    }
    return 'on';
  };
}

const innerFrame = (outer: Frame): Frame => ({ ...outer, variables: null, outer });

function itemsOf(item: Item): Item[] {
  if (Array.isArray(item)) return item;
  if (isDict(item)) return Object.keys(item);
  throw new Refused(`Cannot go through ${NAMES[kindOf(item)]} in a loop`);
}

function chosen(
  items: Item[],
  frame: Frame,
  assign: (frame: Frame, item: Item) => void,
  where: Closure | null,
): Item[] {
  if (!where) return items;
  return items.filter((item) => {
    const trial = innerFrame(frame);
    assign(trial, item);
    return holds(trial, where(trial));
  });
}

function loopOf(items: readonly Item[], index: number): Dict {
  return {
    index: index + 1,
    index0: index,
    revindex: items.length - index,
    revindex0: items.length - index - 1,
    first: index === 0,
    last: index === items.length - 1,
    length: items.length,
    previtem: items[index - 1],
    nextitem: items[index + 1],
  };
}
