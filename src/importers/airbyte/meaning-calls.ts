import type { Expression } from './jinja.ts';
import {
  known,
  LONGEST,
  type Meaning,
  memberOf,
  NOTHING,
  open,
  type Scope,
  textOf,
  truth,
  withOtherwise,
} from './meaning.ts';
import { isNode } from './node.ts';
import { durationMs, instantOf, writeTime } from './strftime.ts';

type Call = Extract<Expression, { kind: 'call' }>;
type Filter = Extract<Expression, { kind: 'filter' }>;
type Evaluate = (expression: Expression, scope: Scope) => Meaning;

/** A function (`now_utc()`), or a method (`x.get('y')`). */
export function applyCall(call: Call, scope: Scope, evaluate: Evaluate): Meaning {
  const args = call.args.map((each) => evaluate(each, scope));
  if (call.callee.kind === 'name') return functionMeaning(call.callee.name, args, call, scope, evaluate);
  if (call.callee.kind !== 'member' || call.callee.key.kind !== 'literal') return open(call);
  const object = evaluate(call.callee.object, scope);
  return methodMeaning(String(call.callee.key.value), object, args, call);
}

function functionMeaning(name: string, args: Meaning[], call: Call, scope: Scope, evaluate: Evaluate): Meaning {
  const [first, second] = args;
  switch (name) {
    case 'now_utc':
    case 'now_local':
    case 'today_utc':
    case 'today_with_timezone':
      return now(scope, name.startsWith('today') ? '%Y-%m-%d' : undefined, 0);
    case 'day_delta': {
      const given = call.named.format;
      const format = given === undefined ? second : evaluate(given, scope);
      if (first?.is !== 'known') return open(call);
      return now(
        scope,
        format?.is === 'known' ? textOf(format.value) : '%Y-%m-%dT%H:%M:%S.%f%z',
        Number(first.value) * DAY,
      );
    }
    case 'duration': {
      const ms = first?.is === 'known' ? durationMs(textOf(first.value)) : null;
      return ms === null ? open(call) : { is: 'span', ms };
    }
    case 'format_datetime':
      return first === undefined || second?.is !== 'known'
        ? open(call)
        : formatted(asTime(first), textOf(second.value), call);
    case 'str_to_datetime':
      return first === undefined ? open(call) : (asTime(first) ?? open(call));
    case 'timestamp':
      return first === undefined ? open(call) : formatted(asTime(first), '%s', call);
    case 'max':
    case 'min':
      return extreme(name, args, call);
    default:
      return open(call);
  }
}

const DAY = 86_400_000;

function now(scope: Scope, format: string | undefined, shift: number): Meaning {
  const of = scope.now ?? 'now';
  return settled({ is: 'time', of, shift, ...(format === undefined ? {} : { format }) });
}

/** A time that is known and has a form is a text. */
function settled(time: Extract<Meaning, { is: 'time' }>): Meaning {
  if (typeof time.of !== 'number' || time.format === undefined) return time;
  const text = writeTime(time.of + time.shift, time.format);
  return text === null ? time : known(text);
}

/** What is to be taken as a time; null where it is none. */
function asTime(meaning: Meaning): Extract<Meaning, { is: 'time' }> | null {
  if (meaning.is === 'time') return meaning;
  if (meaning.is === 'known') {
    const ms = instantOf(meaning.value);
    return ms === null ? null : { is: 'time', of: ms, shift: 0 };
  }
  return meaning.is === 'config' || meaning.is === 'slot' ? { is: 'time', of: meaning, shift: 0 } : null;
}

function formatted(time: Extract<Meaning, { is: 'time' }> | null, format: string, expression: Expression): Meaning {
  return time === null ? open(expression) : settled({ ...time, format });
}

/** Of a value that the configuration gives and a bound, the former: the bound is what a vendor allows at most. */
function extreme(name: 'max' | 'min', args: Meaning[], call: Call): Meaning {
  const known_ = args.flatMap((each) => (each.is === 'known' ? [each.value] : []));
  if (known_.length === args.length && args.length > 0) {
    const sorted = known_.toSorted((a, b) =>
      typeof a === 'string' ? (a < textOf(b) ? -1 : 1) : Number(a) - Number(b),
    );
    return known(sorted.at(name === 'max' ? -1 : 0));
  }
  const [only] = args.filter((each) => each.is === 'config' || (each.is === 'time' && typeof each.of === 'object'));
  return only ?? open(call);
}

function methodMeaning(method: string, object: Meaning, args: Meaning[], call: Call): Meaning {
  const [first, second] = args;
  switch (method) {
    case 'get':
      return got(object, first, second) ?? open(call);
    case 'strftime':
      return first?.is === 'known' ? formatted(asTime(object), textOf(first.value), call) : open(call);
    case 'isoformat':
      return formatted(asTime(object), '%Y-%m-%dT%H:%M:%S+00:00', call);
    case 'join':
      return first === undefined ? open(call) : (joined(first, object) ?? open(call));
    case 'lower':
    case 'upper':
    case 'strip':
    case 'lstrip':
    case 'rstrip':
    case 'replace':
    case 'split':
    case 'startswith':
      return textMethod(method, object, args, call);
    default:
      return open(call);
  }
}

function got(object: Meaning, key: Meaning | undefined, otherwise: Meaning | undefined): Meaning | null {
  if (key?.is !== 'known') return null;
  const member = memberOf(object, key.value);
  if (member === null || otherwise === undefined) return member;
  if (member.is === 'known') return member.value === null || member.value === undefined ? otherwise : member;
  return truth(otherwise) === false && otherwise.is === 'known' && isNode(otherwise.value)
    ? member
    : withOtherwise(member, otherwise);
}

function joined(list: Meaning, separator: Meaning): Meaning | null {
  if (separator.is !== 'known') return null;
  const mark = textOf(separator.value);
  if (list.is === 'config') return { ...list, joined: mark };
  if (list.is !== 'known' || !Array.isArray(list.value)) return null;
  const text = list.value.map(textOf).join(mark);
  return text.length > LONGEST ? null : known(text);
}

function textMethod(method: string, object: Meaning, args: Meaning[], call: Call): Meaning {
  // A part of an address that the answer gives: what is cut out of it stands in it.
  if (object.is === 'slot' && (method === 'split' || method === 'replace'))
    return { ...object, pattern: cut(object, args) };
  if (object.is !== 'known' || args.some((each) => each.is !== 'known')) {
    return object.is === 'slot' || object.is === 'config'
      ? method.includes('strip')
        ? object
        : open(call)
      : open(call);
  }
  const text = textOf(object.value);
  const [a = '', b = ''] = args.map((each) => (each.is === 'known' ? textOf(each.value) : ''));
  switch (method) {
    case 'lower':
      return known(text.toLowerCase());
    case 'upper':
      return known(text.toUpperCase());
    case 'replace':
      return text.length * Math.max(1, b.length) > LONGEST * 10 ? open(call) : known(text.replaceAll(a, b));
    case 'split':
      return known(args.length === 0 ? text.trim().split(/\s+/) : text.split(a));
    case 'startswith':
      return known(text.startsWith(a));
    default:
      return known(text.trim());
  }
}

function cut(slot: Extract<Meaning, { is: 'slot' }>, args: Meaning[]): string {
  const [first] = args;
  return `${slot.pattern ?? ''}${first?.is === 'known' ? textOf(first.value) : ''}`;
}

/** `value | filter` */
export function applyFilter(filter: Filter, scope: Scope, evaluate: Evaluate): Meaning {
  const operand = evaluate(filter.operand, scope);
  const args = filter.args.map((each) => evaluate(each, scope));
  const [first] = args;
  switch (filter.name) {
    case 'default':
      return defaulted(operand, first ?? known(''));
    case 'int':
    case 'float':
      if (operand.is === 'known')
        return known(filter.name === 'int' ? Math.trunc(Number(operand.value)) : Number(operand.value));
      return operand.is === 'open' ? open(filter) : operand;
    case 'string':
    case 'trim':
    case 'urlencode':
    case 'safe':
      return operand.is === 'known' ? known(textOf(operand.value)) : operand.is === 'open' ? open(filter) : operand;
    case 'join':
      return joined(operand, first ?? known('')) ?? open(filter);
    case 'regex_search':
      return searched(operand, first) ?? open(filter);
    case 'tojson':
      return operand.is === 'known' ? known(JSON.stringify(operand.value)) : open(filter);
    case 'length':
      return operand.is === 'known' ? known(lengthOf(operand.value)) : open(filter);
    case 'lower':
      return operand.is === 'known' ? known(textOf(operand.value).toLowerCase()) : open(filter);
    case 'first':
    case 'last':
      return memberOf(operand, filter.name === 'first' ? 0 : -1) ?? open(filter);
    default:
      return open(filter);
  }
}

function defaulted(operand: Meaning, otherwise: Meaning): Meaning {
  if (operand.is === 'known') return truth(operand) || operand.value === false ? operand : otherwise;
  return operand.is === 'config' ? withOtherwise(operand, otherwise) : operand;
}

function searched(operand: Meaning, pattern: Meaning | undefined): Meaning | null {
  if (pattern?.is !== 'known') return null;
  if (operand.is === 'slot') return { ...operand, pattern: `${operand.pattern ?? ''}${textOf(pattern.value)}` };
  return operand.is === 'known' && operand.value === null ? NOTHING : null;
}

const lengthOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : isNode(value) ? Object.keys(value).length : 0;
