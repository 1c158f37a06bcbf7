import type { Authenticator, Credentials } from '../../connector/auth/credentials.ts';
import type { Budget, Lane } from '../../connector/budget.ts';
import type { ConnectorDefinition } from '../../connector/definition.ts';
import type { CallCount, FailureClass } from '../../connector/port.ts';
import type { QuotaReader } from '../../connector/quota-headers.ts';
import { type Judge, parseBody, type ResponseAction, retryAfter, type Verdict } from '../../connector/response.ts';
import { replacingQuery, withDefaultQuery } from '../../connector/template.ts';
import type { HttpFailure, HttpResponse, TlsIdentity } from '../../platform/http.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Diagnostic, problem, type Result } from '../../record/diagnostic.ts';

/** One thing to ask of the system. */
export interface Call {
  kind: 'reads' | 'writes' | 'auth';
  method: string;
  /** With its query, after the base URL; or absolute, on the same server. */
  path: string;
  body?: string;
  headers?: Record<string, string>;
  /** Sending it twice has the effect of sending it once. */
  repeatable: boolean;
  /**
   * Makes the body anew, whenever it is sent once more; null where it is not to be. `doubtful`: what was sent before may have
   * taken effect.
   */
  renew?: (doubtful: boolean) => Promise<string | null>;
  signal?: AbortSignal;
  /** Reads a body; default: JSON. Undefined where it is not of the format. */
  parse?: (body: string) => unknown;
  /** 304 is a good answer: there is nothing new. */
  unchanged?: boolean;
}

/** `doubtful`: an attempt before the last may have taken effect. */
export type Answer =
  | { ok: true; response: HttpResponse; data: unknown; doubtful: boolean }
  | {
      ok: false;
      class: FailureClass;
      action: ResponseAction | null;
      /** Nobody knows whether it took effect. */
      uncertain: boolean;
      doubtful: boolean;
      diagnostic: Diagnostic;
      response: HttpResponse | null;
    };

export interface SenderParts {
  platform: Platform;
  baseUrl: string;
  headers: Record<string, string>;
  /** Parameters of every request that does not say them itself; null where there are none. */
  query: Record<string, string> | null;
  /** Null where the server does not ask for a certificate. */
  tls: TlsIdentity | null;
  timeout: number;
  limits: ConnectorDefinition['limits'];
  quota: QuotaReader;
  /** Requests that a call counts for; null where each counts for one. */
  costOf: ((method: string, path: string) => number) | null;
  judge: Judge;
  budget: Budget;
  lane: Lane;
  count: CallCount;
  /** Null for token requests, which carry their credentials themselves. */
  authenticator: Authenticator | null;
  /** Asked right before each write is sent: why it must not be. */
  refusal: () => Diagnostic | null;
}

/** Sends calls within the account's budget, and sends again what failed for a passing reason and may be sent again. */
export interface Sender {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  now(): number;
  send(call: Call): Promise<Answer>;
}

export function createSender(parts: SenderParts): Sender {
  return {
    baseUrl: parts.baseUrl,
    now: () => parts.platform.clock.now(),
    send: (call) => new Sending(parts, call).run(),
  };
}

const MOST_TRIES = 5;
/** Answers in a row that say "busy" without saying how long. */
const MOST_BUSY = 12;
const LONGEST_WAIT_MS = 3_600_000;

const GOOD: Verdict = { kind: 'good' };

type Refusal = Extract<Verdict, { kind: 'bad' }>;

class Sending {
  readonly #parts: SenderParts;
  readonly #call: Call;
  #body: string | undefined;
  #tries = 0;
  #busy = 0;
  #waited = 0;
  #renewed = false;
  #doubtful = false;

  constructor(parts: SenderParts, call: Call) {
    this.#parts = parts;
    this.#call = call;
    this.#body = call.body;
  }

  async run(): Promise<Answer> {
    for (;;) {
      const answer = await this.#attempt();
      if (answer) return answer;
      if (!this.#call.renew) continue;
      const body = await this.#call.renew(this.#doubtful);
      if (body === null) return this.#final('transient', null, stopped(), null);
      this.#body = body;
    }
  }

  /** Null when it is to be tried again. */
  async #attempt(): Promise<Answer | null> {
    const { authenticator, budget, lane, platform, timeout, count } = this.#parts;
    const { method, path, signal, kind } = this.#call;
    const body = this.#body;
    let auth: Credentials | null = null;
    if (authenticator) {
      auth = authenticator.current();
      if (!auth) {
        const renewed = await authenticator.renew(null);
        if (!renewed.ok) return this.#final('auth', null, renewed.error, null);
        auth = renewed.value;
      }
    }
    const cost = this.#parts.costOf?.(method, path) ?? 1;
    if (!budget.tryAcquire(cost) && !(await budget.acquire(lane, signal, cost))) {
      return this.#final('transient', null, stopped(), null);
    }
    const refusal = kind === 'writes' ? this.#parts.refusal() : null;
    if (refusal) {
      budget.release(undefined, cost);
      return this.#final('fatal', null, refusal, null);
    }
    count[kind]++;
    const result = await platform.http.request({
      method,
      ...this.#signed(auth),
      timeout,
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
      ...(this.#parts.tls ? { tls: this.#parts.tls } : {}),
    });
    if (!result.ok) {
      budget.release(undefined, cost);
      return this.#afterFailure(result.error);
    }
    const data = (this.#call.parse ?? parseBody)(result.value.body);
    const verdict = this.#verdict(result.value, data);
    // Token requests have a quota of their own.
    const quota = authenticator
      ? this.#parts.quota(result.value, platform.clock.now(), verdict.kind === 'good')
      : undefined;
    budget.release(quota, cost);
    if (verdict.kind === 'good') return { ok: true, response: result.value, data, doubtful: this.#doubtful };
    return this.#afterRefusal(result.value, verdict, auth);
  }

  /** The address and headers of the call with its credentials. */
  #signed(auth: Credentials | null): { url: string; headers: Record<string, string> } {
    const { method, path } = this.#call;
    const body = this.#body ?? '';
    const address = /^https?:/.test(path) ? path : this.#parts.baseUrl + path;
    const plain = this.#parts.query ? withDefaultQuery(address, this.#parts.query) : address;
    if (!auth) return { url: plain, headers: { ...this.#parts.headers, ...this.#call.headers } };
    const url = replacingQuery(plain, auth.query);
    const signature = auth.sign?.({ method, url, body });
    return { url, headers: { ...this.#parts.headers, ...auth.headers, ...this.#call.headers, ...signature } };
  }

  async #afterFailure(failure: HttpFailure): Promise<Answer | null> {
    const { repeatable, kind } = this.#call;
    if (failure.sent === 'maybe' && kind === 'writes') this.#doubtful = true;
    const again = repeatable || failure.sent === 'no';
    const hopeless = failure.kind === 'too-large' || failure.kind === 'unsendable';
    if (!again || hopeless || failure.kind === 'aborted') {
      return this.#final(hopeless ? 'invalid' : 'transient', null, failure.diagnostic, null);
    }
    return this.#tryAgain(failure.diagnostic, null);
  }

  async #afterRefusal(response: HttpResponse, verdict: Refusal, auth: Credentials | null): Promise<Answer | null> {
    switch (verdict.action) {
      case 'wait':
        return this.#wait(response, verdict.after, verdict.diagnostic);
      case 'refresh':
        return this.#refresh(response, auth, verdict.diagnostic);
      case 'retry':
        if (this.#call.kind === 'writes') this.#doubtful = true;
        if (!this.#call.repeatable) return this.#final('transient', 'retry', verdict.diagnostic, response);
        return this.#tryAgain(verdict.diagnostic, response);
      default:
        // A plain refusal: what was sent last took no effect. Of a failed condition a look at the record tells the rest.
        return this.#final(
          verdict.class,
          verdict.action,
          verdict.diagnostic,
          response,
          this.#doubtful && verdict.action !== 'conflict' && verdict.action !== 'missing',
        );
    }
  }

  #verdict(response: HttpResponse, data: unknown): Verdict {
    const { status, body } = response;
    if (status === 304 && this.#call.unchanged) return GOOD;
    const verdict = this.#parts.judge(status, data);
    if (verdict.kind === 'good') {
      return data === undefined && body.trim() !== '' ? notJson(status) : verdict;
    }
    // 503 with Retry-After says "not now", which is no failure.
    const told = status === 503 && response.headers['retry-after'] !== undefined;
    return told ? { ...verdict, action: 'wait', class: 'rate' } : verdict;
  }

  async #tryAgain(diagnostic: Diagnostic, response: HttpResponse | null): Promise<Answer | null> {
    this.#tries++;
    // A token that expires once more after this is another one.
    this.#renewed = false;
    if (this.#tries >= MOST_TRIES) return this.#final('transient', 'retry', diagnostic, response);
    await this.#pause(backoff(this.#tries, this.#parts.platform.random.next()));
    return null;
  }

  async #wait(response: HttpResponse, after: number | null, diagnostic: Diagnostic): Promise<Answer | null> {
    const { budget, platform, count } = this.#parts;
    count.throttled++;
    const now = platform.clock.now();
    const told = retryAfter(response, now) ?? after;
    if (told === null) {
      budget.shrink();
      this.#busy++;
    } else {
      this.#waited += told;
      budget.pause(now + told);
    }
    if (this.#busy > MOST_BUSY || this.#waited > LONGEST_WAIT_MS) {
      return this.#final('rate', 'wait', diagnostic, response);
    }
    if (told === null) await this.#pause(backoff(this.#busy, platform.random.next()));
    return null;
  }

  async #refresh(response: HttpResponse, auth: Credentials | null, diagnostic: Diagnostic): Promise<Answer | null> {
    const { authenticator } = this.#parts;
    if (this.#renewed || !authenticator) return this.#final('auth', 'refresh', diagnostic, response);
    this.#renewed = true;
    const renewed = await authenticator.renew(auth);
    return renewed.ok ? null : this.#final('auth', 'refresh', renewed.error, response);
  }

  #final(
    failureClass: FailureClass,
    action: ResponseAction | null,
    diagnostic: Diagnostic,
    response: HttpResponse | null,
    uncertain = this.#doubtful,
  ): Answer {
    return { ok: false, class: failureClass, action, diagnostic, response, uncertain, doubtful: this.#doubtful };
  }

  #pause(ms: number): Promise<void> {
    return this.#parts.platform.clock.sleep(ms, this.#call.signal);
  }
}

/** Doubling from a quarter of a second to ten seconds, of which the second half is random. */
function backoff(tries: number, random: number): number {
  return Math.min(10_000, 250 * 2 ** (tries - 1)) * (0.5 + random / 2);
}

const stopped = () => problem('http-aborted', 'The request was stopped', { detail: 'Nothing was sent.' });

const notJson = (status: number): Verdict => ({
  kind: 'bad',
  action: 'retry',
  class: 'transient',
  after: null,
  diagnostic: problem('answer-not-json', 'The system sent something that is not JSON', {
    detail: `HTTP ${status}.`,
    next: 'Check the base URL; a maintenance page looks like this too',
  }),
});

/** The response of a call, whatever its status; fails only where there is none. */
export function anyResponse(answer: Answer): Result<HttpResponse> {
  if (answer.ok) return { ok: true, value: answer.response };
  return answer.response ? { ok: true, value: answer.response } : { ok: false, error: answer.diagnostic };
}
