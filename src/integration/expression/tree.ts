import type { Item } from './items.ts';

/** An expression as a tree: what stands between `{{` and `}}`. */
export type Tree =
  | { kind: 'constant'; value: Item }
  | { kind: 'name'; name: string }
  | { kind: 'list'; items: Tree[] }
  | { kind: 'object'; entries: [Tree, Tree][] }
  | { kind: 'member'; object: Tree; key: Tree; dotted: boolean }
  | { kind: 'slice'; object: Tree; start: Tree | null; stop: Tree | null; step: Tree | null }
  | { kind: 'method'; object: Tree; name: string; args: Arguments }
  | { kind: 'filter'; operand: Tree; name: string; args: Arguments }
  | { kind: 'test'; operand: Tree; name: string; negated: boolean }
  | { kind: 'unary'; operator: string; operand: Tree }
  | { kind: 'binary'; operator: string; left: Tree; right: Tree }
  | { kind: 'choice'; condition: Tree; yes: Tree; no: Tree | null };

export interface Arguments {
  list: Tree[];
  named: [string, Tree][];
}

/** A template is a list of these. */
export type Statement =
  | { kind: 'output'; value: Tree }
  | { kind: 'nothing' }
  | { kind: 'set'; target: Target; value: Tree | null; body: Statement[] }
  | { kind: 'if'; condition: Tree; yes: Statement[]; no: Statement[] }
  | { kind: 'for'; target: Target; list: Tree; where: Tree | null; body: Statement[]; otherwise: Statement[] }
  | { kind: 'break' }
  | { kind: 'continue' };

/** The names that `set` and `for` give values: one, or several that a list is taken apart into. */
export interface Target {
  names: string[];
  apart: boolean;
}

/** The tree as a template would say it, on one line. */
export function sourceOf(tree: Tree): string {
  switch (tree.kind) {
    case 'constant':
      return constantText(tree.value);
    case 'name':
      return tree.name;
    case 'list':
      return `[${tree.items.map(sourceOf).join(', ')}]`;
    case 'object':
      return `{${tree.entries.map(([key, value]) => `${sourceOf(key)}: ${sourceOf(value)}`).join(', ')}}`;
    case 'member':
      return memberText(tree);
    case 'slice': {
      const parts = [tree.start, tree.stop, ...(tree.step ? [tree.step] : [])];
      return `${inner(tree.object)}[${parts.map((part) => (part ? sourceOf(part) : '')).join(':')}]`;
    }
    case 'method':
      return `${inner(tree.object)}.${tree.name}(${argumentsText(tree.args)})`;
    case 'filter':
      return `${inner(tree.operand)} ${filterText(tree)}`;
    case 'test':
      return `${inner(tree.operand)} is ${tree.negated ? 'not ' : ''}${tree.name}`;
    case 'unary':
      return `${tree.operator === 'not' ? 'not ' : tree.operator}${inner(tree.operand)}`;
    case 'binary':
      return `${inner(tree.left)} ${tree.operator} ${inner(tree.right)}`;
    case 'choice':
      return `${inner(tree.yes)} if ${inner(tree.condition)}${tree.no ? ` else ${inner(tree.no)}` : ''}`;
  }
}

/** One filter of a chain: `| replace('#', '')`. */
export function filterText({ name, args }: Extract<Tree, { kind: 'filter' }>): string {
  const text = argumentsText(args);
  return `| ${name}${text ? `(${text})` : ''}`;
}

const argumentsText = ({ list, named }: Arguments): string =>
  [...list.map(sourceOf), ...named.map(([name, value]) => `${name}=${sourceOf(value)}`)].join(', ');

/** In brackets where it would else be read otherwise. */
const inner = (tree: Tree): string =>
  ['unary', 'binary', 'choice', 'test'].includes(tree.kind) ? `(${sourceOf(tree)})` : sourceOf(tree);

function memberText({ object, key, dotted }: Extract<Tree, { kind: 'member' }>): string {
  const name = key.kind === 'constant' ? key.value : null;
  return dotted ? `${inner(object)}.${String(name)}` : `${inner(object)}[${sourceOf(key)}]`;
}

function constantText(value: Item): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (typeof value === 'object' && value !== null && 'value' in value) return Number(value.value).toFixed(1);
  return value === null || value === undefined ? 'none' : String(value);
}
