import type { HttpResponse } from '../platform/http.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import type { ResponseRule } from './definition.ts';
import { milliseconds } from './duration.ts';
import type { FailureClass } from './port.ts';
import { compileDeclared, compileUsual, type FieldLabels } from './refused-fields.ts';
import { wireReader } from './wire-path.ts';

export type ResponseAction = ResponseRule['action'];

/** What an answer means. `after`: how long to wait where the rule says so, ms. */
export type Verdict =
  | { kind: 'good' }
  | { kind: 'bad'; action: ResponseAction; class: FailureClass; after: number | null; diagnostic: Diagnostic };

/** Judges an answer by its status and parsed body (undefined where it is not JSON). */
export type Judge = (status: number, body: unknown) => Verdict;

const GOOD: Verdict = { kind: 'good' };

/**
 * Compiles a connector's response rules: the first that fits decides; where none fits, the status does. What comes
 * out names statuses, fields (by `labels`, where the system names them otherwise) and error codes, never the server's
 * own words, unless a rule says that they are safe: they may repeat field values.
 */
export function compileJudge(rules: readonly ResponseRule[], labels: FieldLabels = new Map()): Judge {
  const usual = compileUsual(labels);
  const compiled = rules.map((rule) => compileRule(rule, labels));
  return (status, body) => {
    const rule = compiled.find((each) => each.fits(status, body));
    if (!rule && status >= 200 && status < 300) return GOOD;
    const action = rule?.action ?? actionOf(status);
    const told = rule?.messages ? rule.messages(body) : action === 'invalid' ? usual(body) : '';
    return {
      kind: 'bad',
      action,
      class: CLASS[action],
      after: rule?.after ?? null,
      diagnostic: describe(action, status, rule?.condition ?? '', told),
    };
  };
}

function compileRule(rule: ResponseRule, labels: FieldLabels) {
  const at = rule.body ? wireReader(rule.body.path) : null;
  const statusFits = compileStatus(rule.status);
  return {
    action: rule.action,
    after: rule.after === undefined ? null : milliseconds(rule.after),
    condition: rule.body ? ` with ${rule.body.path}: ${rule.body.equals}` : '',
    fits: (status: number, body: unknown) => statusFits(status) && (at === null || at(body) === rule.body?.equals),
    messages: rule.messages ? compileDeclared(rule.messages, labels) : null,
  };
}

function compileStatus(status: ResponseRule['status']): (status: number) => boolean {
  if (status === undefined) return () => true;
  if (typeof status === 'number') return (actual) => actual === status;
  const hundreds = Number(status[0]);
  return (actual) => Math.floor(actual / 100) === hundreds;
}

function actionOf(status: number): ResponseAction {
  if (status === 401) return 'refresh';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'missing';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 408 || status === 425) return 'retry';
  if (status === 429) return 'wait';
  if (status >= 500) return 'retry';
  return status >= 400 ? 'invalid' : 'fatal';
}

const CLASS: Record<ResponseAction, FailureClass> = {
  retry: 'transient',
  wait: 'rate',
  refresh: 'auth',
  missing: 'missing',
  empty: 'missing',
  conflict: 'conflict',
  invalid: 'invalid',
  forbidden: 'invalid',
  fatal: 'fatal',
};

const WORDS: Record<ResponseAction, { code: string; summary: string; next?: string }> = {
  retry: { code: 'server-error', summary: 'The system failed to answer' },
  wait: { code: 'rate-limited', summary: 'The system asks to slow down' },
  refresh: {
    code: 'auth-failed',
    summary: 'The system does not accept the credentials',
    next: 'Check the credentials of this connection',
  },
  missing: { code: 'record-missing', summary: 'The system has no such record' },
  empty: { code: 'list-missing', summary: 'The system has no such list' },
  conflict: { code: 'version-conflict', summary: 'The record has changed since it was read' },
  invalid: { code: 'refused', summary: 'The system refuses what was sent' },
  forbidden: {
    code: 'forbidden',
    summary: 'The credentials do not permit this',
    next: 'Give the account of this connection the permission, or choose another account',
  },
  fatal: { code: 'answer-unexpected', summary: 'The system answered something that the connector does not know' },
};

function describe(action: ResponseAction, status: number, condition: string, told: string): Diagnostic {
  const { code, summary, next } = WORDS[action];
  return problem(code, summary, {
    detail: `HTTP ${status}${condition}.${told === '' ? '' : ` ${told}.`}`,
    ...(next ? { next } : {}),
  });
}

/** The body as JSON; undefined where it is not (an HTML error page, a cut text). */
export function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Milliseconds that `Retry-After` tells to wait, in seconds or as an HTTP date; null where it says nothing. */
export function retryAfter(response: HttpResponse, now: number): number | null {
  const value = response.headers['retry-after'];
  if (value === undefined) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - serverNow(response, now));
}

/** The server's clock as its `Date` header tells, epoch ms; null where it doesn't. */
export function serverTime(response: HttpResponse): number | null {
  const at = Date.parse(response.headers.date ?? '');
  return Number.isNaN(at) ? null : at;
}

/** The server's clock where it is clearly not ours (`Date` has a grain of a second), else ours. */
export function serverNow(response: HttpResponse, now: number): number {
  const theirs = serverTime(response);
  return theirs !== null && Math.abs(theirs - now) > 2000 ? theirs : now;
}
