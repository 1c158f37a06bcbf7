import type { Authenticator, Credentials } from '../../connector/auth/credentials.ts';
import { type Budget, createBudget, limitsOf } from '../../connector/budget.ts';
import { type Judge, parseBody } from '../../connector/response.ts';
import { fillDeep, pathWithId, type Variables, withDefaults, withQuery } from '../../connector/template.ts';
import type { Platform } from '../../platform/platform.ts';
import { type RestConnectionParts, restSenderParts } from '../../protocols/rest/connection.ts';
import { type Call, createSender, type Sender, type SenderParts } from '../../protocols/rest/sender.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { Exchange } from './finding.ts';

/** One request of a probe. */
export interface Ask {
  method?: string;
  /** After the base URL; with `{id}` where `id` is given. */
  path: string;
  id?: string;
  /** Parameters that may be shown: the probe made their values up. */
  query?: Record<string, string>;
  /** Parameters whose values come from records or are secret: only their names are noted. */
  values?: Record<string, string>;
  body?: string;
  headers?: Record<string, string>;
  /** Reads the body; default: JSON. Undefined where it is not of the format. */
  parse?: (body: string) => unknown;
  /** Noted instead of path and parameters. */
  shown?: string;
  /** `wrong`: with credentials that are none; `unhindered`: at once, whatever is in flight. Default: `self`. */
  as?: 'self' | 'wrong' | 'nobody' | 'unhindered';
}

/** What came back, whatever the status; `status` is null where nothing did. */
export interface Reply {
  status: number | null;
  headers: Record<string, string>;
  data: unknown;
  /** Whether there was a body that is not of its format. */
  notJson: boolean;
  /** Epoch ms by our clock. */
  answeredAt: number;
  tookMs: number;
  /** Notes for the evidence how many records the answer held. */
  noteRecords(count: number): void;
  /** Why there is no answer; null where there is one. */
  failure: Diagnostic | null;
}

export interface RawParts extends RestConnectionParts {
  /** Whether anything but reading is allowed. */
  write: boolean;
  signal?: AbortSignal;
}

const MOST_AT_ONCE = 200;

/** Sends what probes ask within the account's budget, gives answers as they are, and notes them as evidence. */
export interface Raw {
  readonly platform: Platform;
  readonly budget: Budget;
  send(ask: Ask): Promise<Reply>;
  /** New credentials, where they can be renewed: never to be shown. */
  freshCredentials(): Promise<Credentials | null>;
  /** A part of the connector with its `${variables}` filled in: never to be shown. */
  fill<T>(value: T): Result<T>;
  /** An address of the system as a path after the base URL; null for one elsewhere. */
  relative(address: string): string | null;
  /** Where the evidence of what follows begins. */
  mark(): number;
  evidence(since: number): Exchange[];
  calls(): number;
}

export function openRaw(parts: RawParts): Result<Raw> {
  const budget = parts.budget ?? createBudget(limitsOf(parts.definition), parts.platform.clock);
  const sending = restSenderParts({ ...parts, budget });
  return sending.ok ? ok(new RawRequests(parts, sending.value, budget)) : sending;
}

class RawRequests implements Raw {
  readonly platform: Platform;
  readonly budget: Budget;
  readonly #parts: SenderParts;
  readonly #senders: Record<NonNullable<Ask['as']>, Sender>;
  readonly #exchanges: Exchange[] = [];
  readonly #write: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #variables: Variables;

  constructor({ write, signal, platform, definition, variables }: RawParts, parts: SenderParts, budget: Budget) {
    this.platform = platform;
    this.budget = budget;
    this.#parts = parts;
    this.#write = write;
    this.#signal = signal;
    this.#variables = withDefaults(definition.variables, variables);
    const answers: SenderParts = { ...parts, judge: anything };
    const wide = createBudget({ requests: null, windowMs: 1000, concurrency: MOST_AT_ONCE }, platform.clock);
    this.#senders = {
      self: createSender({ ...parts, judge: onlyWaiting(parts.judge) }),
      unhindered: createSender({ ...answers, budget: wide }),
      nobody: createSender({ ...answers, authenticator: null }),
      wrong: createSender({ ...answers, authenticator: parts.authenticator && garbled(parts.authenticator) }),
    };
  }

  async send(ask: Ask): Promise<Reply> {
    const { method = 'GET', path, id, query = {}, values = {}, body, headers, parse, as = 'self' } = ask;
    const template = id === undefined ? ok(path) : pathWithId(path)(id);
    const filled = template.ok ? fillDeep({ path: template.value, query }, this.#variables) : template;
    if (!filled.ok) return nothing(this.platform.clock.now());
    if (method !== 'GET' && !this.#write) throw new Error('A probe that only reads tried to write');
    const call: Call = {
      kind: method === 'GET' ? 'reads' : 'writes',
      method,
      path: withQuery(filled.value.path, { ...filled.value.query, ...values }),
      repeatable: false,
      ...(parse ? { parse } : {}),
      ...(body === undefined ? {} : { body }),
      ...(headers ? { headers } : {}),
      ...(this.#signal && method === 'GET' ? { signal: this.#signal } : {}),
    };
    const sentAt = this.platform.clock.now();
    const answer = await this.#senders[as].send(call);
    const tookMs = this.platform.clock.now() - sentAt;
    const response = answer.response;
    const exchange = this.#note({
      method,
      path: ask.shown ?? shown(path, query, values),
      status: response?.status ?? null,
      tookMs,
    });
    const noteRecords = (count: number) => {
      exchange.records = count;
    };
    if (!response) return { ...nothing(sentAt + tookMs), tookMs, failure: answer.ok ? null : answer.diagnostic };
    const data = (parse ?? parseBody)(response.body);
    const notJson = data === undefined && response.body.trim() !== '';
    return {
      status: response.status,
      headers: response.headers,
      data,
      notJson,
      answeredAt: sentAt + tookMs,
      tookMs,
      noteRecords,
      failure: null,
    };
  }

  async freshCredentials(): Promise<Credentials | null> {
    const { authenticator } = this.#parts;
    const renewed = await authenticator?.renew(authenticator.current());
    return renewed?.ok ? renewed.value : null;
  }

  fill<T>(value: T): Result<T> {
    return fillDeep(value, this.#variables);
  }

  relative(address: string): string | null {
    const base = new URL(this.#parts.baseUrl);
    if (!URL.canParse(address, base.href)) return null;
    const url = new URL(address, base.href);
    const prefix = base.pathname.replace(/\/+$/, '');
    if (url.origin !== base.origin || !url.pathname.startsWith(prefix)) return null;
    return `${url.pathname.slice(prefix.length)}${url.search}`;
  }

  #note(seen: Omit<Exchange, 'records' | 'times'>): Exchange {
    const exchange = { ...seen, records: null, times: 1 };
    this.#exchanges.push(exchange);
    return exchange;
  }

  mark(): number {
    return this.#exchanges.length;
  }

  evidence(since: number): Exchange[] {
    return gathered(this.#exchanges.slice(since));
  }

  calls(): number {
    const { reads, writes, auth } = this.#parts.count;
    return reads + writes + auth;
  }
}

/** Those that were alike as one. */
function gathered(exchanges: readonly Exchange[]): Exchange[] {
  const found = new Map<string, Exchange>();
  for (const one of exchanges) {
    const key = JSON.stringify([one.method, one.path, one.status, one.records]);
    const same = found.get(key);
    if (!same) found.set(key, { ...one });
    else {
      same.times += 1;
      same.tookMs = Math.max(same.tookMs, one.tookMs);
    }
  }
  return [...found.values()];
}

function shown(path: string, query: Record<string, string>, values: Record<string, string>): string {
  const pairs = [
    ...Object.entries(query).map(([name, value]) => `${name}=${value}`),
    ...Object.keys(values).map((name) => `${name}=…`),
  ];
  return pairs.length === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

/** What is had where nothing could be sent. */
export const NO_REPLY: Reply = {
  status: null,
  headers: {},
  data: undefined,
  notJson: false,
  answeredAt: 0,
  tookMs: 0,
  noteRecords: () => undefined,
  failure: null,
};

const nothing = (answeredAt: number): Reply => ({ ...NO_REPLY, answeredAt });

const anything: Judge = () => ({ kind: 'good' });

/** Waits and renews tokens as the connector says; all else is for the probe to look at. */
function onlyWaiting(judge: Judge): Judge {
  return (status, data) => {
    const verdict = judge(status, data);
    return verdict.kind === 'bad' && (verdict.action === 'wait' || verdict.action === 'refresh')
      ? verdict
      : { kind: 'good' };
  };
}

/** Credentials of the same form that are not the right ones. */
function garbled(own: Authenticator): Authenticator {
  const garble = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, `${value.slice(0, -4)}0x0x`]));
  const wrong = ({ headers, query, sign }: Credentials): Credentials => ({
    headers: garble(headers),
    query: garble(query),
    ...(sign ? { sign: (request) => garble(sign(request)) } : {}),
  });
  return {
    current: () => {
      const credentials = own.current();
      return credentials && wrong(credentials);
    },
    async renew(rejected) {
      if (rejected !== null) return fail(problem('auth-failed', 'The system does not accept the credentials'));
      const renewed = await own.renew(null);
      return renewed.ok ? ok(wrong(renewed.value)) : renewed;
    },
  };
}
