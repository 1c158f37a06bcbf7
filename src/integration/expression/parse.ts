import * as jinja from '@huggingface/jinja';
import { floatOf } from './items.ts';
import type { Arguments, Statement, Target, Tree } from './tree.ts';

/*
 * @huggingface/jinja tokenizes and parses; its tree is read into ours here, so that whatever is not known by name is
 * refused. The types that it ships do not resolve under NodeNext.
 */

const LONGEST_SOURCE = 4096;
const MOST_NODES = 1000;
const MOST_LEVELS = 100;

/** The template is not one; the message is about its text. */
export class Invalid extends Error {
  readonly next: string | undefined;

  constructor(message: string, next?: string) {
    super(message);
    this.next = next;
  }
}

interface Node {
  type: string;
}

/** Throws `Invalid`. */
export function parseTemplate(source: string): Statement[] {
  if (source.length > LONGEST_SOURCE) throw new Invalid(`It has more than ${LONGEST_SOURCE} characters`);
  let program: unknown;
  try {
    program = jinja.parse(jinja.tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
  } catch (error) {
    throw new Invalid(parserMessage(error));
  }
  return new Reader().statements(program, 'body', 0);
}

/** The parser's message is about the text of the template. */
function parserMessage(error: unknown): string {
  const known = error instanceof SyntaxError || (error instanceof Error && error.message.startsWith('Parser Error'));
  return known ? error.message.slice(0, 200).replace(/\.$/, '') : 'It ends too early or is nested too deeply';
}

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

class Reader {
  #nodes = 0;

  statements(node: unknown, key: string, level: number): Statement[] {
    return listAt(node, key).map((each) => this.#statement(each, level + 1));
  }

  #statement(node: Node, level: number): Statement {
    this.#count(level);
    switch (node.type) {
      case 'Comment':
        return { kind: 'nothing' };
      case 'Break':
        return { kind: 'break' };
      case 'Continue':
        return { kind: 'continue' };
      case 'Set': {
        const value = nodeAt(node, 'value');
        const target = targetOf(nodeAt(node, 'assignee'));
        return {
          kind: 'set',
          target,
          value: value && this.#tree(value, level),
          body: this.statements(node, 'body', level),
        };
      }
      case 'If':
        return {
          kind: 'if',
          condition: this.#at(node, 'test', level),
          yes: this.statements(node, 'body', level),
          no: this.statements(node, 'alternate', level),
        };
      case 'For':
        return this.#loop(node, level);
      default:
        return { kind: 'output', value: this.#tree(node, level) };
    }
  }

  #loop(node: Node, level: number): Statement {
    const iterable = nodeAt(node, 'iterable');
    const selects = iterable?.type === 'SelectExpression';
    return {
      kind: 'for',
      target: targetOf(nodeAt(node, 'loopvar')),
      list: selects ? this.#at(iterable, 'lhs', level) : this.#at(node, 'iterable', level),
      where: selects ? this.#at(iterable, 'test', level) : null,
      body: this.statements(node, 'body', level),
      otherwise: this.statements(node, 'defaultBlock', level),
    };
  }

  #at(node: unknown, key: string, level: number): Tree {
    const child = nodeAt(node, key);
    if (!child) throw new Invalid('It ends too early');
    return this.#tree(child, level + 1);
  }

  #tree(node: Node, level: number): Tree {
    this.#count(level);
    switch (node.type) {
      case 'IntegerLiteral':
        return { kind: 'constant', value: Number(valueAt(node, 'value')) };
      case 'FloatLiteral':
        return { kind: 'constant', value: floatOf(Number(valueAt(node, 'value'))) };
      case 'StringLiteral':
        return { kind: 'constant', value: textAt(node, 'value') };
      case 'ArrayLiteral':
      case 'TupleLiteral':
        return { kind: 'list', items: listAt(node, 'value').map((each) => this.#tree(each, level + 1)) };
      case 'ObjectLiteral':
        return { kind: 'object', entries: this.#entries(valueAt(node, 'value'), level) };
      case 'Identifier':
        return name(textAt(node, 'value'));
      case 'MemberExpression':
        return this.#member(node, level);
      case 'CallExpression':
        return this.#call(node, level);
      default:
        return this.#operation(node, level);
    }
  }

  #operation(node: Node, level: number): Tree {
    switch (node.type) {
      case 'FilterExpression':
        return this.#filter(node, level);
      case 'TestExpression': {
        const test = textAt(nodeAt(node, 'test'), 'value');
        const negated = valueAt(node, 'negate') === true;
        return { kind: 'test', operand: this.#at(node, 'operand', level), name: test, negated };
      }
      case 'UnaryExpression':
        return { kind: 'unary', operator: operatorOf(node), operand: this.#at(node, 'argument', level) };
      case 'BinaryExpression': {
        const [left, right] = [this.#at(node, 'left', level), this.#at(node, 'right', level)];
        return { kind: 'binary', operator: operatorOf(node), left, right };
      }
      case 'Ternary': {
        const [yes, no] = [this.#at(node, 'trueExpr', level), this.#at(node, 'falseExpr', level)];
        return { kind: 'choice', condition: this.#at(node, 'condition', level), yes, no };
      }
      case 'SelectExpression':
        return {
          kind: 'choice',
          condition: this.#at(node, 'test', level),
          yes: this.#at(node, 'lhs', level),
          no: null,
        };
      default:
        throw new Invalid(`It uses something that is not offered here (${node.type})`);
    }
  }

  #entries(value: unknown, level: number): [Tree, Tree][] {
    if (!(value instanceof Map)) return [];
    return [...value].map(([key, each]): [Tree, Tree] => {
      if (!isNode(key) || !isNode(each)) throw new Invalid('It ends too early');
      return [this.#tree(key, level + 1), this.#tree(each, level + 1)];
    });
  }

  #member(node: Node, level: number): Tree {
    const object = this.#at(node, 'object', level);
    const property = nodeAt(node, 'property');
    if (property?.type === 'SliceExpression') {
      this.#count(level);
      const part = (key: string) => {
        const child = nodeAt(property, key);
        return child && this.#tree(child, level + 1);
      };
      return { kind: 'slice', object, start: part('start'), stop: part('stop'), step: part('step') };
    }
    const dotted = valueAt(node, 'computed') !== true;
    if (dotted && property?.type === 'Identifier') {
      return { kind: 'member', object, key: { kind: 'constant', value: textAt(property, 'value') }, dotted };
    }
    return { kind: 'member', object, key: this.#at(node, 'property', level), dotted };
  }

  /** Only `text.method(…)` and `… | filter(…)` are calls: nothing else is one by name. */
  #call(node: Node, level: number): Tree {
    const callee = nodeAt(node, 'callee');
    const method = callee?.type === 'MemberExpression' && valueAt(callee, 'computed') !== true;
    const property = nodeAt(callee, 'property');
    if (!method || property?.type !== 'Identifier') throw new Invalid('It calls something that is not a method');
    const object = this.#at(callee, 'object', level);
    return { kind: 'method', object, name: textAt(property, 'value'), args: this.#arguments(node, level) };
  }

  #filter(node: Node, level: number): Tree {
    const operand = this.#at(node, 'operand', level);
    const filter = nodeAt(node, 'filter');
    if (filter?.type === 'Identifier') {
      return { kind: 'filter', operand, name: textAt(filter, 'value'), args: { list: [], named: [] } };
    }
    const callee = nodeAt(filter, 'callee');
    if (filter?.type !== 'CallExpression' || callee?.type !== 'Identifier') {
      throw new Invalid('It uses as a filter what is none');
    }
    return { kind: 'filter', operand, name: textAt(callee, 'value'), args: this.#arguments(filter, level) };
  }

  #arguments(node: Node, level: number): Arguments {
    const args: Arguments = { list: [], named: [] };
    for (const argument of listAt(node, 'args')) {
      if (argument.type === 'KeywordArgumentExpression') {
        args.named.push([textAt(nodeAt(argument, 'key'), 'value'), this.#at(argument, 'value', level)]);
      } else args.list.push(this.#tree(argument, level + 1));
    }
    return args;
  }

  #count(level: number): void {
    this.#nodes++;
    if (this.#nodes > MOST_NODES || level > MOST_LEVELS) throw new Invalid('It is too large or nested too deeply');
  }
}

function name(text: string): Tree {
  const constant = Object.hasOwn(CONSTANTS, text) ? CONSTANTS[text] : undefined;
  return constant === undefined ? { kind: 'name', name: text } : { kind: 'constant', value: constant };
}

function targetOf(node: Node | null): Target {
  const nodes = node?.type === 'TupleLiteral' ? listAt(node, 'value') : node ? [node] : [];
  const names = nodes.map((each) => {
    const text = each.type === 'Identifier' ? textAt(each, 'value') : '';
    if (text === '') throw new Invalid('It gives a value to what is no name');
    if (Object.hasOwn(CONSTANTS, text)) throw new Invalid(`"${text}" can not be set`);
    return text;
  });
  return { names, apart: node?.type === 'TupleLiteral' };
}

const operatorOf = (node: Node): string => textAt(valueAt(node, 'operator'), 'value');

const isNode = (value: unknown): value is Node =>
  value !== null && typeof value === 'object' && 'type' in value && typeof value.type === 'string';

function nodeAt(node: unknown, key: string): Node | null {
  const value = valueAt(node, key);
  return isNode(value) ? value : null;
}

function listAt(node: unknown, key: string): Node[] {
  const value = valueAt(node, key);
  return Array.isArray(value) ? value.filter(isNode) : [];
}

const textAt = (node: unknown, key: string): string => String(valueAt(node, key) ?? '');

const valueAt = (node: unknown, key: string): unknown =>
  node !== null && typeof node === 'object' ? Object.getOwnPropertyDescriptor(node, key)?.value : undefined;
