import type { Expression, Template } from './jinja.ts';
import {
  concatenated,
  configPath,
  isConfigOnly,
  isOfConfig,
  known,
  type Meaning,
  memberOf,
  namesIn,
  open,
  readsSlots,
  type Scope,
  SLOTS,
  textOf,
  truth,
  withOtherwise,
} from './meaning.ts';
import { applyCall, applyFilter } from './meaning-calls.ts';
import { isNode } from './node.ts';

export function meaningOf(template: Template, scope: Scope): Meaning {
  let names = scope.names;
  const parts: Meaning[] = [];
  for (const piece of template) {
    const here: Scope = { ...scope, names };
    switch (piece.kind) {
      case 'text':
        parts.push(known(piece.text));
        break;
      case 'value':
        parts.push(evaluate(piece.value, here));
        break;
      case 'set':
        names = new Map([...names, [piece.name, evaluate(piece.value, here)]]);
        break;
      case 'if': {
        const holds = truth(evaluate(piece.condition, here));
        if (holds === null) return { is: 'open', reads: readsOf(template) };
        parts.push(meaningOf(holds ? piece.yes : piece.no, here));
        break;
      }
      case 'unknown':
        return { is: 'open', reads: readsOf(template) };
    }
  }
  const told = parts.filter(
    (part) => !(part.is === 'known' && typeof part.value === 'string' && part.value.trim() === ''),
  );
  const [only] = told;
  if (told.length === 1 && only !== undefined && (only.is !== 'known' || typeof only.value !== 'string')) return only;
  return concatenated(parts);
}

export function evaluate(expression: Expression, scope: Scope): Meaning {
  const meaning = evaluateOpen(expression, scope);
  const { only } = scope;
  const isOnly = only && meaning.is === 'slot' && meaning.of === 'partition' && meaning.path.join('.') === only.name;
  return isOnly ? known(only.value) : meaning;
}

function evaluateOpen(expression: Expression, scope: Scope): Meaning {
  switch (expression.kind) {
    case 'literal':
      return known(expression.value);
    case 'name':
      return nameMeaning(expression.name, scope);
    case 'member':
      return memberMeaning(expression, scope);
    case 'list':
      return collected(
        expression.items.map((item) => evaluate(item, scope)),
        expression,
      );
    case 'object':
      return objectMeaning(expression, scope);
    case 'unary':
      return negated(expression, scope);
    case 'test':
      return tested(expression, scope);
    case 'choice':
      return chosen(expression, scope);
    case 'binary':
      return combined(expression, scope);
    case 'filter':
      return applyFilter(expression, scope, evaluate);
    case 'call':
      return applyCall(expression, scope, evaluate);
    default:
      return open(expression);
  }
}

function nameMeaning(name: string, scope: Scope): Meaning {
  const set = scope.names.get(name);
  if (set) return set;
  if (name === 'config') return 'config' in scope ? known(scope.config) : { is: 'config', path: [] };
  if (name === 'parameters') return known(scope.parameters);
  const slot = SLOTS[name];
  return slot ? { is: 'slot', of: slot, path: [] } : { is: 'slot', of: 'other', path: [name] };
}

function memberMeaning(expression: Extract<Expression, { kind: 'member' }>, scope: Scope): Meaning {
  const object = evaluate(expression.object, scope);
  if (expression.key.kind === 'slice') return object.is === 'slot' ? { ...object, pattern: '.*' } : open(expression);
  const key = evaluate(expression.key, scope);
  if (key.is !== 'known') return open(expression);
  return memberOf(object, key.value) ?? open(expression);
}

function collected(items: readonly Meaning[], expression: Expression): Meaning {
  const values = items.map((item) => (item.is === 'known' ? item.value : undefined));
  return values.some((value) => value === undefined || typeof value === 'object') ? open(expression) : known(values);
}

function objectMeaning(expression: Extract<Expression, { kind: 'object' }>, scope: Scope): Meaning {
  const entries: [string, unknown][] = [];
  for (const [k, v] of expression.entries) {
    const key = evaluate(k, scope);
    const value = evaluate(v, scope);
    if (key.is !== 'known' || value.is !== 'known' || isNode(value.value)) return open(expression);
    entries.push([textOf(key.value), value.value]);
  }
  return known(Object.fromEntries(entries));
}

function negated(expression: Extract<Expression, { kind: 'unary' }>, scope: Scope): Meaning {
  const argument = evaluate(expression.argument, scope);
  if (expression.operator === '-' && argument.is === 'known') return known(-Number(argument.value));
  const holds = truth(argument);
  return expression.operator === 'not' && holds !== null ? known(!holds) : open(expression);
}

function tested(expression: Extract<Expression, { kind: 'test' }>, scope: Scope): Meaning {
  const operand = evaluate(expression.operand, scope);
  if (operand.is !== 'known') return open(expression);
  const value = operand.value ?? null;
  const results: Record<string, boolean> = {
    none: value === null,
    defined: value !== null,
    undefined: value === null,
    false: value === false,
    true: value === true,
    string: typeof value === 'string',
    number: typeof value === 'number',
    mapping: isNode(value),
  };
  const result = results[expression.test];
  return result === undefined ? open(expression) : known(result !== expression.negate);
}

function chosen(expression: Extract<Expression, { kind: 'choice' }>, scope: Scope): Meaning {
  const condition = evaluate(expression.condition, scope);
  const holds = truth(condition);
  if (holds !== null) return evaluate(holds ? expression.yes : expression.no, scope);
  const yes = evaluate(expression.yes, scope);
  const no = evaluate(expression.no, scope);
  if (readsSlots(yes) && truth(no) === false) return yes;
  if (readsSlots(no) && truth(yes) === false) return no;
  const reads = namesIn(expression.condition);
  const asks = expression.condition.kind === 'binary' ? ASKING.has(expression.condition.operator) : true;
  if (asks && isConfigOnly(reads)) {
    if (isOfConfig(yes) && sameConfig(yes, expression.condition, scope)) return withOtherwise(yes, no);
    if (isOfConfig(no) && sameConfig(no, expression.condition, scope)) return withOtherwise(no, yes);
  }
  return open(expression);
}

/** Operators by which a condition asks whether a value is there. */
const ASKING = new Set(['in', 'not in']);

function sameConfig(meaning: Meaning, condition: Expression, scope: Scope): boolean {
  const own = configPath(meaning);
  return own !== null && JSON.stringify(condition).includes(`"${own.at(-1)}"`) && scope.config === undefined;
}

function combined(expression: Extract<Expression, { kind: 'binary' }>, scope: Scope): Meaning {
  const left = evaluate(expression.left, scope);
  const right = evaluate(expression.right, scope);
  switch (expression.operator) {
    case 'or':
      return either(left, right, expression);
    case 'and':
      return both(left, right, expression);
    case '~':
      return concatenated([left, right]);
    case '+':
      return added(left, right, expression);
    case '-':
      return subtracted(left, right, expression);
    default:
      return computed(expression.operator, left, right, expression);
  }
}

function either(left: Meaning, right: Meaning, expression: Expression): Meaning {
  const holds = truth(left);
  if (holds !== null) return holds ? left : right;
  if (isOfConfig(left)) return withOtherwise(left, right);
  return readsSlots(left) && !isConditional(expression) ? left : open(expression);
}

function both(left: Meaning, right: Meaning, expression: Expression): Meaning {
  const holds = truth(left);
  if (holds !== null) return holds ? right : left;
  return open(expression);
}

/** A condition of several parts, as against a value with another to fall back on. */
function isConditional(expression: Expression): boolean {
  if (expression.kind === 'binary') {
    const logic = expression.operator === 'or' || expression.operator === 'and';
    return logic
      ? isConditional(expression.left) || isConditional(expression.right)
      : COMPARING.has(expression.operator);
  }
  return expression.kind === 'test' || (expression.kind === 'unary' && expression.operator === 'not');
}

const COMPARING = new Set(['==', '!=', '<', '>', '<=', '>=', 'in', 'not in']);

function added(left: Meaning, right: Meaning, expression: Expression): Meaning {
  if (
    left.is === 'known' &&
    right.is === 'known' &&
    typeof left.value === 'number' &&
    typeof right.value === 'number'
  ) {
    return known(left.value + right.value);
  }
  if (left.is === 'time' && right.is === 'span') return { ...left, shift: left.shift + right.ms };
  const isNumber = (meaning: Meaning) => meaning.is === 'known' && typeof meaning.value === 'number';
  if (left.is === 'known' && Array.isArray(left.value)) return open(expression);
  if (isPlainSlot(left) && (isPlainSlot(right) || isNumber(right))) return { is: 'sum', parts: [left, right] };
  return concatenated([left, right]);
}

const isPlainSlot = (meaning: Meaning) => meaning.is === 'slot' && meaning.pattern === undefined;

function subtracted(left: Meaning, right: Meaning, expression: Expression): Meaning {
  if (left.is === 'time' && right.is === 'span') return { ...left, shift: left.shift - right.ms };
  return computed('-', left, right, expression);
}

function computed(operator: string, left: Meaning, right: Meaning, expression: Expression): Meaning {
  if (left.is === 'time' && operator === '*' && right.is === 'known')
    return milliseconds(left, right.value, expression);
  if (left.is !== 'known' || right.is !== 'known') return open(expression);
  const [a, b] = [left.value, right.value];
  switch (operator) {
    case '==':
      return known(same(a, b));
    case '!=':
      return known(!same(a, b));
    case 'in':
    case 'not in': {
      const inside =
        typeof b === 'string'
          ? b.includes(textOf(a))
          : Array.isArray(b)
            ? b.includes(a)
            : isNode(b) && Object.hasOwn(b, textOf(a));
      return known(inside === (operator === 'in'));
    }
    case '<':
      return known(before(a, b));
    case '>':
      return known(before(b, a));
    case '<=':
      return known(!before(b, a));
    case '>=':
      return known(!before(a, b));
    case '-':
      return known(Number(a) - Number(b));
    case '*':
      return known(Number(a) * Number(b));
    case '/':
      return known(Number(a) / Number(b));
    case '%':
      return known(Number(a) % Number(b));
    default:
      return open(expression);
  }
}

const same = (a: unknown, b: unknown) => (a ?? null) === (b ?? null);
const before = (a: unknown, b: unknown) =>
  typeof a === 'string' && typeof b === 'string' ? a < b : Number(a) < Number(b);

/** Seconds since 1970 times a thousand. */
function milliseconds(time: Extract<Meaning, { is: 'time' }>, factor: unknown, expression: Expression): Meaning {
  return time.format === '%s' && factor === 1000 ? { ...time, format: '%ms' } : open(expression);
}

function readsOf(template: Template): Set<string> {
  const names = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) look(each);
    else if (isNode(value)) {
      if (value.kind === 'name' && typeof value.name === 'string') names.add(value.name);
      for (const each of Object.values(value)) look(each);
    }
  };
  look(template);
  return names;
}
