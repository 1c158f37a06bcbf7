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
import type { ErpObject, ErpRecord } from './objects.ts';
import { erpOpenApi } from './openapi.ts';
import { htmlError, routeErp } from './routes.ts';
import { ErpSeeds, type ErpSizes, erpSizes, type Overlap } from './seeds.ts';
import { type ErpOutcome, ErpState } from './state.ts';

export interface ErpOptions {
  /** Decides about the seeded records; the same as the CRM's for records in common. */
  seed?: number;
  /** Customers; the other objects in proportion. 0: an empty ERP. */
  size?: number;
  /** Exact numbers of records per object. */
  sizes?: Partial<ErpSizes>;
  /** Records that are also in the CRM. Default: 60 % of a CRM of the same size. */
  overlap?: Partial<Overlap>;
  /** Uniform in [0, 1): for faults. Seeded when absent. */
  random?: () => number;
  faults?: Partial<Faults>;
}

export const ERP_KEY = 'sandbox-erp-key';
export const ERP_READONLY_KEY = 'sandbox-erp-readonly';
/** Requests served at once; more get 503. */
export const ERP_CONCURRENCY = 10;

/** The ERP, with what a person does in its user interface: those edits pass no network and no limit. */
export interface Erp extends SandboxSystem {
  readonly name: 'erp';
  readonly sizes: ErpSizes;
  /** All records of an object in order of id. */
  records(object: ErpObject): Generator<ErpRecord>;
  count(object: ErpObject): number;
  get(object: ErpObject, id: number): ErpRecord | null;
  /** Refused when a rule of the user interface is broken. */
  userCreate(object: ErpObject, fields: Record<string, Json>, now: number): ErpOutcome;
  /** Changes the given fields only; refused when a rule of the user interface is broken. */
  userUpdate(object: ErpObject, id: number, fields: Record<string, Json>, now: number): ErpOutcome;
  userDelete(object: ErpObject, id: number, now: number): ErpOutcome;
}

export function createErp(options: ErpOptions = {}): Erp {
  return new ErpSystem(options);
}

class ErpSystem implements Erp {
  readonly name = 'erp';
  readonly concurrency = ERP_CONCURRENCY;
  readonly faults: Faults;
  private readonly random: () => number;
  private readonly state: ErpState;
  private readonly counter = new Counter();

  constructor(options: ErpOptions) {
    const { seed = 1, size = 100, sizes, overlap } = options;
    const draw = new Draw(seed, 51);
    this.random = options.random ?? (() => draw.next());
    const own = erpSizes(size, sizes);
    const common = { share: 0.6, companies: own.customers, products: own.articles, deals: own.orders, ...overlap };
    this.state = new ErpState(new ErpSeeds(seed, own, common));
    this.faults = noFaults();
    if (options.faults !== undefined) this.setFaults(options.faults);
  }

  get sizes(): ErpSizes {
    return this.state.sizes;
  }

  handle(request: SandboxRequest, now: number): SandboxResponse {
    const { kind, response } = this.answer(request, now);
    this.counter.add(request.method, kind, response.status);
    return response;
  }

  private answer(request: SandboxRequest, now: number): { kind: string; response: SandboxResponse } {
    const { method, path, headers } = request;
    if (`${method} ${path}` === 'GET /openapi.json') {
      return { kind: 'GET /openapi.json', response: jsonResponse(200, erpOpenApi()) };
    }
    const key = headers['x-api-key'];
    if (key !== ERP_KEY && key !== ERP_READONLY_KEY) {
      return { kind: '(refused)', response: jsonResponse(401, { message: 'API-Schlüssel fehlt oder ist ungültig' }) };
    }
    if (key === ERP_READONLY_KEY && method !== 'GET') {
      return { kind: '(refused)', response: jsonResponse(403, { message: 'Dieser Schlüssel darf nur lesen' }) };
    }
    const { stale } = this.faults;
    const isStale = stale.ms > 0 && method === 'GET' && this.random() < stale.probability;
    return routeErp({ state: this.state, request, now, asOf: isStale ? now - stale.ms : now });
  }

  /** None: the ERP has no webhooks. */
  dueWebhooks(): WebhookDelivery[] {
    return [];
  }

  webhookFailed(): void {}

  expireTokens(): void {}

  setFaults(faults: Partial<Faults>): void {
    Object.assign(this.faults, faults);
    this.state.setRetention(this.faults.stale.ms);
  }

  decide(request: SandboxRequest): Decision {
    return decide(this.faults.rules, request, this.random);
  }

  faultResponse(kind: FaultRule['kind']): SandboxResponse {
    return kind === 'rate-limited' || kind === 'unavailable' ? this.busy() : htmlError();
  }

  busy(): SandboxResponse {
    return { status: 503, headers: { 'content-type': 'text/plain' }, body: 'Service Unavailable' };
  }

  stats(): Stats {
    return this.counter.read();
  }

  digest(): string {
    return this.state.digest();
  }

  *records(object: ErpObject): Generator<ErpRecord> {
    const table = this.state.table(object);
    for (let n = 0; n < table.next; n += 1) {
      const record = table.current(n);
      if (record !== null) yield record;
    }
  }

  count(object: ErpObject): number {
    return this.state.table(object).currentCount;
  }

  get(object: ErpObject, id: number): ErpRecord | null {
    return this.state.get(object, id);
  }

  userCreate(object: ErpObject, fields: Record<string, Json>, now: number): ErpOutcome {
    return this.state.userCreate(object, fields, now);
  }

  userUpdate(object: ErpObject, id: number, fields: Record<string, Json>, now: number): ErpOutcome {
    return this.state.userUpdate(object, id, fields, now);
  }

  userDelete(object: ErpObject, id: number, now: number): ErpOutcome {
    return this.state.remove(object, id, now);
  }
}
