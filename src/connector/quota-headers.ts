import type { HttpResponse } from '../platform/http.ts';
import type { QuotaReport } from './budget.ts';
import type { ConnectorDefinition } from './definition.ts';
import { serverNow } from './response.ts';

type Limits = ConnectorDefinition['limits'];

/** What an answer says of the account's quota; undefined where it says nothing. `good`: the answer is no refusal. */
export type QuotaReader = (response: HttpResponse, now: number, good: boolean) => QuotaReport | undefined;

/** For this long after an answer without a quota, requests are sent as if there was none. */
const UNLIMITED_MS = 60_000;

/** Quotas of longer windows, that no connector declared, are left to the server: it says when they are used up. */
const LONGEST_WINDOW_MS = 3_600_000;

export function compileQuota(limits: Limits): QuotaReader {
  const { remaining_header: remaining, reset_header: reset } = limits;
  if (remaining !== undefined && reset !== undefined) return declared(limits, remaining, reset);
  return usual(limits);
}

function declared({ reset_form: form }: Limits, remaining: string, reset: string): QuotaReader {
  const remainingKey = remaining.toLowerCase();
  const resetKey = reset.toLowerCase();
  return (response, now, good) => {
    const left = Number.parseInt(response.headers[remainingKey] ?? '', 10);
    const until = response.headers[resetKey];
    if (Number.isNaN(left) || until === undefined) {
      // An account without a limit: a good answer that says nothing where others say how much is left.
      return good ? { remaining: Number.POSITIVE_INFINITY, resetAt: now + UNLIMITED_MS } : undefined;
    }
    return reportOf(left, until, form, response, now);
  };
}

const REMAINING = ['ratelimit-remaining', 'x-ratelimit-remaining', 'x-rate-limit-remaining'];
const RESET = ['ratelimit-reset', 'x-ratelimit-reset', 'x-rate-limit-reset'];

/** The headers that many systems use, and those of the drafts of the IETF. */
function usual(limits: Limits): QuotaReader {
  const remainingKeys = keysOf(limits.remaining_header, REMAINING);
  const resetKeys = keysOf(limits.reset_header, RESET);
  return (response, now) => {
    const { headers } = response;
    const field = headers.ratelimit;
    const left = first(headers, remainingKeys) ?? (field === undefined ? undefined : inField(field, 'r', 'remaining'));
    if (left === undefined) return undefined;
    const until = first(headers, resetKeys) ?? (field === undefined ? undefined : inField(field, 't', 'reset'));
    if (until === undefined || !/^\s*\d/.test(left)) return undefined;
    const report = reportOf(Number.parseInt(left, 10), until, limits.reset_form, response, now);
    if (report?.remaining == null || report.resetAt === null || report.resetAt - now > LONGEST_WINDOW_MS)
      return undefined;
    // More than the connector declares as the whole: another quota than that.
    return limits.requests !== undefined && report.remaining > limits.requests ? undefined : report;
  };
}

const keysOf = (name: string | undefined, others: readonly string[]) => (name ? [name.toLowerCase()] : others);

function first(headers: HttpResponse['headers'], keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = headers[key];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** `"default";r=50;t=30` of the newer drafts, `limit=100, remaining=50, reset=5` of an older one. */
function inField(field: string, short: string, long: string): string | undefined {
  return new RegExp(`(?:^|[;,\\s])(?:${short}|${long})\\s*=\\s*(\\d+)`).exec(field)?.[1];
}

function reportOf(
  remaining: number,
  reset: string,
  form: Limits['reset_form'],
  response: HttpResponse,
  now: number,
): QuotaReport | undefined {
  const theirs = serverNow(response, now);
  const at = resetAt(reset.trim(), form, theirs);
  return Number.isNaN(at) ? undefined : { remaining, resetAt: at - theirs + now };
}

/** By the server's clock, epoch ms. Numbers are told apart by their size: a time to wait, or a time since 1970. */
function resetAt(text: string, form: Limits['reset_form'], theirs: number): number {
  const number = Number(text);
  if (form === 'date' || (form === undefined && Number.isNaN(number))) return Date.parse(text);
  if (form === 'seconds' || (form === undefined && number < 1e8)) return theirs + number * 1000;
  return form === undefined && number >= 1e11 ? number : number * 1000;
}
