import * as jinja from '@huggingface/jinja';
import { z } from 'zod';

/*
 * The Jinja texts of a manifest as trees. They are only looked at: what can be decided without running anything is
 * decided when the manifest is imported.
 */

export type Expression =
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'name'; name: string }
  | { kind: 'member'; object: Expression; key: Expression }
  | { kind: 'call'; callee: Expression; args: Expression[]; named: Record<string, Expression> }
  | { kind: 'filter'; operand: Expression; name: string; args: Expression[]; named: Record<string, Expression> }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }
  | { kind: 'unary'; operator: string; argument: Expression }
  | { kind: 'test'; operand: Expression; negate: boolean; test: string }
  | { kind: 'choice'; condition: Expression; yes: Expression; no: Expression }
  | { kind: 'list'; items: Expression[] }
  | { kind: 'object'; entries: [Expression, Expression][] }
  | { kind: 'slice'; start: Expression | null; stop: Expression | null }
  | { kind: 'unknown'; what: string };

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'value'; value: Expression }
  | { kind: 'set'; name: string; value: Expression }
  | { kind: 'if'; condition: Expression; yes: Piece[]; no: Piece[] }
  | { kind: 'unknown'; what: string };

export type Template = Piece[];

const LONGEST = 20_000;
const DEEPEST = 200;
const anyNode = z.looseObject({ type: z.string() });
type AnyNode = z.infer<typeof anyNode>;

/** Null where the text is no template, or too long. */
export function parseTemplate(source: string): Template | null {
  if (source.length > LONGEST) return null;
  if (!source.includes('{{') && !source.includes('{%')) return [{ kind: 'text', text: source }];
  try {
    const program: unknown = jinja.parse(jinja.tokenize(unicodeEscaped(source)));
    return isTooDeep(program) ? null : pieces(anyNode.parse(program).body);
  } catch {
    return null;
  }
}

/** Trees are looked at by functions that call themselves. */
function isTooDeep(program: unknown): boolean {
  let level: unknown[] = [program];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((node) => (typeof node === 'object' && node !== null ? Object.values(node) : []));
  }
  return false;
}

/** The tokenizer takes a backslash before a letter for a fault; regular expressions are full of them. */
const unicodeEscaped = (source: string) => source.replace(/\\(?=[a-zA-Z$.([])/g, '\\\\');

function pieces(body: unknown): Piece[] {
  return z.array(anyNode).parse(body).map(piece);
}

function piece(node: AnyNode): Piece {
  switch (node.type) {
    case 'StringLiteral':
      return { kind: 'text', text: String(node.value) };
    case 'Set': {
      const target = expression(node.assignee);
      const value = node.value;
      if (target.kind !== 'name' || value === null) return { kind: 'unknown', what: 'set' };
      return { kind: 'set', name: target.name, value: expression(value) };
    }
    case 'If':
      return { kind: 'if', condition: expression(node.test), yes: pieces(node.body), no: pieces(node.alternate) };
    case 'Comment':
      return { kind: 'text', text: '' };
    case 'For':
    case 'Macro':
      return { kind: 'unknown', what: node.type };
    default:
      return { kind: 'value', value: expression(node) };
  }
}

function expression(raw: unknown): Expression {
  const parsed = anyNode.safeParse(raw);
  if (!parsed.success) return { kind: 'unknown', what: 'nothing' };
  const node = parsed.data;
  switch (node.type) {
    case 'StringLiteral':
      return { kind: 'literal', value: String(node.value) };
    case 'IntegerLiteral':
    case 'FloatLiteral':
      return { kind: 'literal', value: Number(node.value) };
    case 'Identifier':
      return name(String(node.value));
    case 'MemberExpression':
      return { kind: 'member', object: expression(node.object), key: key(node) };
    case 'CallExpression':
      return { kind: 'call', callee: expression(node.callee), ...argumentsOf(node.args) };
    case 'FilterExpression':
      return filter(node);
    case 'BinaryExpression':
      return {
        kind: 'binary',
        operator: operatorOf(node.operator),
        left: expression(node.left),
        right: expression(node.right),
      };
    case 'UnaryExpression':
      return { kind: 'unary', operator: operatorOf(node.operator), argument: expression(node.argument) };
    default:
      return composite(node);
  }
}

function composite(node: AnyNode): Expression {
  switch (node.type) {
    case 'TestExpression':
      return { kind: 'test', operand: expression(node.operand), negate: node.negate === true, test: nameOf(node.test) };
    case 'Ternary':
      return {
        kind: 'choice',
        condition: expression(node.condition),
        yes: expression(node.trueExpr),
        no: expression(node.falseExpr),
      };
    case 'SelectExpression':
      return {
        kind: 'choice',
        condition: expression(node.test),
        yes: expression(node.lhs),
        no: { kind: 'literal', value: null },
      };
    case 'ArrayLiteral':
    case 'TupleLiteral':
      return { kind: 'list', items: z.array(z.unknown()).parse(node.value).map(expression) };
    case 'ObjectLiteral': {
      const entries = node.value instanceof Map ? [...node.value] : [];
      return { kind: 'object', entries: entries.map(([k, v]) => [expression(k), expression(v)]) };
    }
    case 'SliceExpression':
      return {
        kind: 'slice',
        start: node.start === undefined ? null : expression(node.start),
        stop: node.stop === undefined ? null : expression(node.stop),
      };
    default:
      return { kind: 'unknown', what: node.type };
  }
}

const CONSTANTS = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
  ['null', null],
]);

function name(text: string): Expression {
  const constant = CONSTANTS.get(text);
  return constant === undefined ? { kind: 'name', name: text } : { kind: 'literal', value: constant };
}

function key(node: AnyNode): Expression {
  if (node.computed === true) return expression(node.property);
  return { kind: 'literal', value: nameOf(node.property) };
}

function nameOf(raw: unknown): string {
  const parsed = z.looseObject({ value: z.string() }).safeParse(raw);
  return parsed.success ? parsed.data.value : '';
}

const operatorOf = nameOf;

function argumentsOf(raw: unknown): { args: Expression[]; named: Record<string, Expression> } {
  const args: Expression[] = [];
  const named: Record<string, Expression> = {};
  for (const each of z.array(anyNode).parse(raw)) {
    if (each.type === 'KeywordArgumentExpression') named[nameOf(each.key)] = expression(each.value);
    else args.push(expression(each));
  }
  return { args, named };
}

function filter(node: AnyNode): Expression {
  const operand = expression(node.operand);
  const called = anyNode.parse(node.filter);
  if (called.type !== 'CallExpression') return { kind: 'filter', operand, name: nameOf(called), args: [], named: {} };
  return { kind: 'filter', operand, name: nameOf(called.callee), ...argumentsOf(called.args) };
}
