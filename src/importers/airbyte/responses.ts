import type { z } from 'zod';
import type { connectorSchema } from '../../connector/definition.ts';
import { evaluate } from './evaluate.ts';
import { type Expression, parseTemplate } from './jinja.ts';
import { dotted, type Node, nodeAt, nodesAt, scalarAt, textAt, textsAt, typeOf } from './node.ts';
import { Refusal } from './request.ts';

export type RuleInput = NonNullable<z.input<typeof connectorSchema>['responses']>[number];

export interface ResponsePart {
  rules: RuleInput[];
  losses: string[];
}

const ACTIONS: Readonly<Record<string, RuleInput['action']>> = {
  RETRY: 'retry',
  RATE_LIMITED: 'wait',
  FAIL: 'fatal',
  IGNORE: 'empty',
};

/** The rules of an error handler that say something else than the driver does by itself. */
export function readResponses(handler: Node | undefined): ResponsePart {
  const part: ResponsePart = { rules: [], losses: [] };
  if (handler !== undefined) collect(handler, part);
  return part;
}

function collect(handler: Node, part: ResponsePart): void {
  const type = typeOf(handler);
  if (type === 'CompositeErrorHandler') {
    for (const inner of nodesAt(handler, 'error_handlers')) collect(inner, part);
    return;
  }
  if (type !== 'DefaultErrorHandler') throw new Refusal(type || 'an error handler of no type');
  const after = waitOf(handler, part);
  for (const filter of nodesAt(handler, 'response_filters')) addRules(filter, after, part);
  if (after !== undefined && !part.rules.some((rule) => rule.status === 429)) {
    part.rules.push({ status: 429, action: 'wait', after });
  }
}

function waitOf(handler: Node, part: ResponsePart): string | undefined {
  let after: string | undefined;
  for (const strategy of nodesAt(handler, 'backoff_strategies')) {
    const type = typeOf(strategy);
    const header = textAt(strategy, 'header')?.toLowerCase();
    if (type.startsWith('Custom')) throw new Refusal(type);
    if (type === 'ConstantBackoffStrategy') {
      const seconds = Number(scalarAt(strategy, 'backoff_time_in_seconds'));
      if (Number.isFinite(seconds) && seconds > 0) after = `${Math.ceil(seconds)}s`;
      else part.losses.push('a time to wait that the configuration says');
    } else if (header !== undefined && header !== 'retry-after') {
      part.losses.push(`the time to wait in the header ${header}`);
    }
  }
  return after;
}

function addRules(filter: Node, after: string | undefined, part: ResponsePart): void {
  const name = textAt(filter, 'action') ?? 'FAIL';
  const action = ACTIONS[name];
  if (textAt(filter, 'error_message_contains') !== undefined) {
    part.losses.push(`${name} by words of the error message`);
    return;
  }
  const body = bodyOf(textAt(filter, 'predicate'));
  if (action === undefined || body === null) {
    part.losses.push(action === undefined ? `the response action ${name}` : `${name} by a condition of its own`);
    return;
  }
  const codes = textsAt(filter, 'http_codes').map(Number).filter(Number.isSafeInteger);
  for (const status of codes.length > 0 ? codes : [undefined]) {
    if (status === undefined && body === undefined) continue;
    // What the driver does by itself is not said again: a refused token is renewed, a lack of permission told.
    if (action === 'fatal' && body === undefined) continue;
    const waits = action === 'wait' || action === 'retry';
    part.rules.push({
      ...(status === undefined ? {} : { status }),
      ...(body === undefined ? {} : { body }),
      action,
      ...(waits && after !== undefined ? { after } : {}),
    });
  }
}

/** A condition that compares a text of the body; undefined where there is none, null where it is another. */
function bodyOf(predicate: string | undefined): { path: string; equals: string } | null | undefined {
  if (predicate === undefined || predicate.trim() === '') return undefined;
  const [piece, ...more] = parseTemplate(predicate.trim()) ?? [];
  return piece?.kind === 'value' && more.length === 0 ? comparison(piece.value) : null;
}

function comparison(condition: Expression): { path: string; equals: string } | null {
  if (condition.kind !== 'binary' || condition.operator !== '==') return null;
  const left = evaluate(condition.left, { parameters: {}, names: new Map() });
  const right = condition.right;
  const isPlain = left.is === 'slot' && left.of === 'response' && left.pattern === undefined && left.path.length > 0;
  if (!isPlain || right.kind !== 'literal' || typeof right.value !== 'string') return null;
  return { path: dotted(left.path), equals: right.value };
}

/** Calls in a window of time, of an API budget. */
export function readBudget(manifest: Node): { requests: number; window: string } | null {
  const budget = nodeAt(manifest, 'api_budget');
  for (const policy of budget ? nodesAt(budget, 'policies') : []) {
    if (nodesAt(policy, 'matchers').length > 0) continue;
    const [rate] = nodesAt(policy, 'rates');
    const requests = Number(rate ? scalarAt(rate, 'limit') : scalarAt(policy, 'call_limit'));
    const seconds = secondsOf(rate ? textAt(rate, 'interval') : textAt(policy, 'period'));
    if (Number.isSafeInteger(requests) && requests > 0 && seconds !== null) return { requests, window: `${seconds}s` };
  }
  return null;
}

function secondsOf(interval: string | undefined): number | null {
  const match = /^PT?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(interval ?? '');
  if (!match) return null;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = match;
  const all = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return all > 0 ? all : null;
}
