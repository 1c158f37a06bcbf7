import type { Authenticator, AuthHeaders } from '../../connector/auth.ts';
import type { Budget, Lane, QuotaReport } from '../../connector/budget.ts';
import type { ConnectorDefinition } from '../../connector/definition.ts';
import type { CallCount, FailureClass } from '../../connector/port.ts';
import {
  type Judge,
  parseBody,
  type ResponseAction,
  retryAfter,
  serverNow,
  type Verdict,
} from '../../connector/response.ts';
import type { HttpFailure, HttpResponse } from '../../platform/http.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Diagnostic, problem, type Result } from '../../record/diagnostic.ts';

/** One thing to ask of the system. */
export interface Call {
  kind: 'reads' | 'writes' | 'auth';
  method: string;
  /** With its query, after the base URL. */
  path: string;
  body?: string;
  headers?: Record<string, string>;
  /** Sending it twice has the effect of sending it once. */
  repeatable: boolean;
  signal?: AbortSignal;
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
  timeout: number;
  limits: ConnectorDefinition['limits'];
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
  send(call: Call): Promise<Answer>;
}

export function createSender(parts: SenderParts): Sender {
  return { send: (call) => new Sending(parts, call).run() };
}

const MOST_TRIES = 5;
/** Answers in a row that say "busy" without saying how long. */
const MOST_BUSY = 12;
const LONGEST_WAIT_MS = 3_600_000;
/** For this long after an answer without a quota, requests are sent as if there was none. */
const UNLIMITED_MS = 60_000;

type Refusal = Extract<Verdict, { kind: 'bad' }>;

class Sending {
  readonly #parts: SenderParts;
  readonly #call: Call;
  #tries = 0;
  #busy = 0;
  #waited = 0;
  #renewed = false;
  #doubtful = false;

  constructor(parts: SenderParts, call: Call) {
    this.#parts = parts;
    this.#call = call;
  }

  async run(): Promise<Answer> {
    for (;;) {
      const answer = await this.#attempt();
      if (answer) return answer;
    }
  }

  /** Null when it is to be tried again. */
  async #attempt(): Promise<Answer | null> {
    const { authenticator, budget, lane, platform, baseUrl, timeout, count } = this.#parts;
    const { method, path, body, signal, kind } = this.#call;
    let auth: AuthHeaders | null = null;
    if (authenticator) {
      auth = authenticator.current();
      if (!auth) {
        const renewed = await authenticator.renew(null);
        if (!renewed.ok) return this.#final('auth', null, renewed.error, null);
        auth = renewed.value;
      }
    }
    if (!budget.tryAcquire() && !(await budget.acquire(lane, signal))) {
      return this.#final('transient', null, stopped(), null);
    }
    const refusal = kind === 'writes' ? this.#parts.refusal() : null;
    if (refusal) {
      budget.release();
      return this.#final('fatal', null, refusal, null);
    }
    count[kind]++;
    const result = await platform.http.request({
      method,
      url: baseUrl + path,
      headers: { ...this.#parts.headers, ...auth, ...this.#call.headers },
      timeout,
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    });
    if (!result.ok) {
      budget.release();
      return this.#afterFailure(result.error);
    }
    const data = parseBody(result.value.body);
    const verdict = this.#verdict(result.value, data);
    budget.release(this.#quotaIn(result.value, verdict));
    if (verdict.kind === 'good') return { ok: true, response: result.value, data, doubtful: this.#doubtful };
    return this.#afterRefusal(result.value, verdict, auth);
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

  async #afterRefusal(response: HttpResponse, verdict: Refusal, auth: AuthHeaders | null): Promise<Answer | null> {
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

  async #refresh(response: HttpResponse, auth: AuthHeaders | null, diagnostic: Diagnostic): Promise<Answer | null> {
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

  #quotaIn(response: HttpResponse, verdict: Verdict): QuotaReport | undefined {
    const { remaining_header, reset_header, reset_form } = this.#parts.limits;
    if (remaining_header === undefined || reset_header === undefined || !this.#parts.authenticator) return undefined;
    const now = this.#parts.platform.clock.now();
    const remaining = Number.parseInt(response.headers[remaining_header.toLowerCase()] ?? '', 10);
    const reset = response.headers[reset_header.toLowerCase()];
    if (Number.isNaN(remaining) || reset === undefined) {
      // An account without a limit: a good answer that says nothing where others say how much is left.
      return verdict.kind === 'good' ? { remaining: Number.POSITIVE_INFINITY, resetAt: now + UNLIMITED_MS } : undefined;
    }
    const theirs = serverNow(response, now);
    const at = { seconds: theirs + Number(reset) * 1000, epoch: Number(reset) * 1000, date: Date.parse(reset) }[
      reset_form
    ];
    return Number.isNaN(at) ? undefined : { remaining, resetAt: at - theirs + now };
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
