import { Draw } from '../draw.ts';
import { type Decision, decide, type FaultRule, type Faults, noFaults } from '../faults.ts';
import {
  Counter,
  type Json,
  jsonResponse,
  type SandboxRequest,
  type SandboxResponse,
  type SandboxSystem,
  type Stats,
  type WebhookDelivery,
} from '../system.ts';
import { type RateLimit, RateWindow, Tokens, tooManyRequests } from './access.ts';
import type { CrmObject, CrmRecord } from './objects.ts';
import { crmOpenApi } from './openapi.ts';
import { Replays } from './replays.ts';
import { type Routed, route } from './routes.ts';
import { type CrmSizes, crmSizes } from './seeds.ts';
import { CrmState, type Outcome } from './state.ts';
import type { CustomField, Option } from './validation.ts';
import { Webhooks } from './webhooks.ts';

export interface CrmOptions {
  /** Decides about the seeded records and about the lag of each change. */
  seed?: number;
  /** Companies; the other objects in proportion. */
  size?: number;
  /** Exact numbers of records per object. */
  sizes?: Partial<CrmSizes>;
  /** Uniform in [0, 1): tokens, secrets, faults, webhook delays. Seeded when absent. */
  random?: () => number;
  faults?: Partial<Faults>;
  /** Null: no limit. Default: 100 requests in 10 seconds. */
  limit?: RateLimit | null;
  /** How long lists lag at most, in milliseconds. Default: 3000. */
  indexLagMs?: number;
  /** What the client may do, such as `companies.read`. Default: read and write every object. */
  scopes?: readonly string[];
}

export const CRM_LIMIT: RateLimit = { requests: 100, windowMs: 10_000 };

/** The CRM, with what a person does in its user interface: those edits pass no network and no limit. */
export interface Crm extends SandboxSystem {
  readonly name: 'crm';
  readonly sizes: CrmSizes;
  /** All records of an object, archived ones too, in order of id. */
  records(object: CrmObject): Generator<CrmRecord>;
  /** How many records there are, archived ones not counted. */
  count(object: CrmObject): number;
  get(object: CrmObject, id: string): CrmRecord | null;
  userCreate(object: CrmObject, fields: Record<string, Json>, now: number): Outcome;
  userUpdate(object: CrmObject, id: string, fields: Record<string, Json>, now: number): Outcome;
  /** Archives. */
  userDelete(object: CrmObject, id: string, now: number): Outcome;
  userRestore(object: CrmObject, id: string, now: number): Outcome;
  /** Removes for good; the tombstone stays. */
  purge(object: CrmObject, id: string, now: number): Outcome;
  /** Of companies or of contacts. */
  merge(object: CrmObject, survivorId: string, mergedId: string, now: number): Outcome;
  addOption(object: CrmObject, field: string, value: string, label: string): boolean;
  /** False when there is no such option. Records keep it. */
  removeOption(object: CrmObject, field: string, value: string): boolean;
  options(object: CrmObject, field: string): readonly Option[];
  customFields(object: CrmObject): readonly CustomField[];
  addCustomField(object: CrmObject, field: CustomField): boolean;
  /** False when there is no such field. Records keep what they hold in it. */
  removeCustomField(object: CrmObject, key: string): boolean;
  setLimit(limit: RateLimit | null): void;
}

export function createCrm(options: CrmOptions = {}): Crm {
  return new CrmSystem(options);
}

class CrmSystem implements Crm {
  readonly name = 'crm';
  readonly concurrency = null;
  readonly faults: Faults;
  private readonly random: () => number;
  private readonly state: CrmState;
  private readonly tokens: Tokens;
  private readonly window: RateWindow;
  private readonly replays = new Replays();
  private readonly webhooks: Webhooks;
  private readonly counter = new Counter();

  constructor(options: CrmOptions) {
    const { seed = 1, size = 100, sizes, limit = CRM_LIMIT, indexLagMs = 3000 } = options;
    const draw = new Draw(seed, 31);
    this.random = options.random ?? (() => draw.next());
    this.faults = noFaults();
    this.tokens = new Tokens(this.random, options.scopes);
    this.webhooks = new Webhooks(this.random);
    this.window = new RateWindow(limit);
    this.state = new CrmState(seed, crmSizes(size, sizes), indexLagMs, (event) =>
      this.webhooks.enqueue(event, this.faults.webhooks),
    );
    if (options.faults !== undefined) this.setFaults(options.faults);
  }

  get sizes(): CrmSizes {
    return this.state.sizes;
  }

  handle(request: SandboxRequest, now: number): SandboxResponse {
    const { kind, response } = this.answer(request, now);
    this.counter.add(request.method, kind, response.status);
    return response;
  }

  private answer(request: SandboxRequest, now: number): Routed {
    const kind = `${request.method} ${request.path}`;
    if (kind === 'POST /oauth/token') return { kind, response: this.tokens.grant(request, now) };
    if (kind === 'GET /openapi.json') return { kind, response: jsonResponse(200, crmOpenApi()) };
    const refusal = this.tokens.refusal(request, now);
    if (refusal !== null) return { kind: '(refused)', response: refusal };
    const { passed, headers } = this.window.take(now);
    if (!passed) return { kind: '(rate limited)', response: tooManyRequests(headers) };
    const { stale } = this.faults;
    const isStale = stale.ms > 0 && request.method === 'GET' && this.random() < stale.probability;
    const asOf = isStale ? now - stale.ms : now;
    const { state, replays, webhooks } = this;
    const routed = route({ state, replays, webhooks, request, now, asOf });
    Object.assign(routed.response.headers, headers);
    return routed;
  }

  dueWebhooks(now: number): WebhookDelivery[] {
    return this.webhooks.due(now);
  }

  webhookFailed(delivery: WebhookDelivery, now: number): void {
    this.webhooks.failed(delivery, now);
  }

  setFaults(faults: Partial<Faults>): void {
    Object.assign(this.faults, faults);
    this.state.setRetention(this.faults.stale.ms);
  }

  decide(request: SandboxRequest): Decision {
    return decide(this.faults.rules, request, this.random);
  }

  faultResponse(kind: FaultRule['kind']): SandboxResponse {
    if (kind === 'rate-limited') return tooManyRequests({ 'retry-after': '1' });
    if (kind === 'unavailable') return jsonResponse(503, { error: 'unavailable' });
    return jsonResponse(500, { error: 'internal' });
  }

  busy(): SandboxResponse {
    return jsonResponse(503, { error: 'unavailable' });
  }

  stats(): Stats {
    return this.counter.read();
  }

  digest(): string {
    return this.state.digest();
  }

  *records(object: CrmObject): Generator<CrmRecord> {
    const table = this.state.table(object);
    for (let n = 0; n < table.next; n += 1) {
      const record = table.current(n);
      if (record !== null) yield record;
    }
  }

  count(object: CrmObject): number {
    return this.state.table(object).currentCount;
  }

  get(object: CrmObject, id: string): CrmRecord | null {
    return this.state.get(object, id);
  }

  userCreate(object: CrmObject, fields: Record<string, Json>, now: number): Outcome {
    return this.state.create(object, fields, now);
  }

  userUpdate(object: CrmObject, id: string, fields: Record<string, Json>, now: number): Outcome {
    return this.state.update(object, id, fields, null, now);
  }

  userDelete(object: CrmObject, id: string, now: number): Outcome {
    return this.state.archive(object, id, null, now);
  }

  userRestore(object: CrmObject, id: string, now: number): Outcome {
    return this.state.restore(object, id, now);
  }

  purge(object: CrmObject, id: string, now: number): Outcome {
    return this.state.purge(object, id, now);
  }

  merge(object: CrmObject, survivorId: string, mergedId: string, now: number): Outcome {
    return this.state.merge(object, survivorId, mergedId, now);
  }

  addOption(object: CrmObject, field: string, value: string, label: string): boolean {
    return this.state.addOption(object, field, { value, label });
  }

  removeOption(object: CrmObject, field: string, value: string): boolean {
    return this.state.removeOption(object, field, value);
  }

  options(object: CrmObject, field: string): readonly Option[] {
    return this.state.options(object, field);
  }

  removeCustomField(object: CrmObject, key: string): boolean {
    return this.state.removeCustomField(object, key);
  }

  customFields(object: CrmObject): readonly CustomField[] {
    return this.state.customFields(object);
  }

  addCustomField(object: CrmObject, field: CustomField): boolean {
    return this.state.addCustomField(object, field);
  }

  expireTokens(): void {
    this.tokens.expireAll();
  }

  setLimit(limit: RateLimit | null): void {
    this.window.limit = limit;
  }
}
