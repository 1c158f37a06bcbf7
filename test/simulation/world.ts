import { createHash, type Hash } from 'node:crypto';
import { createCrm } from '../../sandbox/crm/crm.ts';
import { createErp } from '../../sandbox/erp/erp.ts';
import { passingTokens } from '../../src/connector/auth/tokens.ts';
import type { Connection } from '../../src/connector/port.ts';
import type { RunEvent } from '../../src/engine/mapping-run.ts';
import { type RunOptions, runIntegration } from '../../src/engine/run.ts';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { openRestConnection } from '../../src/protocols/rest/connection.ts';
import { fail, ok, problem, type Result } from '../../src/record/diagnostic.ts';
import type { Side } from '../../src/record/side.ts';
import type { Run, Store } from '../../src/store/port.ts';
import { openScratch } from '../../src/store/scratch.ts';
import { Scheduler } from '../../src/testing/clock.ts';
import {
  type Exchange,
  FAULTS,
  type Fault,
  SimulatedNetwork,
  type SimulatedSystem,
  type SystemRequest,
} from '../../src/testing/network.ts';
import { SimulatedProcess, type Trouble } from '../../src/testing/process.ts';
import { seededRandom } from '../../src/testing/random.ts';
import { noSabotage, type Sabotage } from '../../src/testing/sabotage.ts';
import { Held } from './bounded.ts';
import { type Deed, deedsAsked } from './deeds.ts';
import type { MappingName } from './fields.ts';
import { CRM_HOST, ERP_HOST, integrationOf } from './integration.ts';
import { Ledger } from './ledger.ts';
import { withHabits } from './lists.ts';
import { type Memory, perform } from './people.ts';
import type { Edit, Policies, WorldSpec } from './spec.ts';
import type { Systems } from './views.ts';

/** One start of the program: what it was asked for and what became of it. */
export interface Attempt {
  process: SimulatedProcess;
  mode: 'plan' | 'sync';
  started: number;
  /** Null while it runs, or when its process died. */
  result: Result<Run> | null;
  events: RunEvent[];
  writeRequests: number;
  commits: number;
  /** What it holds at a time. */
  held: Held;
  /** All that it asked the systems to write. */
  deeds: Deed[];
  /** Of its lease; 0 where it got none. */
  token: number;
}

const KEYS = { fields: new Uint8Array(16).fill(7), strong: new Uint8Array(32).fill(9) };
export const FIELD_KEY = KEYS.fields;

/** Both systems, the network between, the store and time itself: all there is while a world runs. */
export class World {
  readonly spec: WorldSpec;
  readonly systems: Systems;
  readonly scheduler: Scheduler;
  readonly ledger: Ledger;
  integration: LoadedIntegration;
  readonly store: Store;
  readonly attempts: Attempt[] = [];
  readonly faults: Partial<Record<Fault, number>> = {};
  readonly struck: Record<string, Fault> = {};
  /** What befell the engine besides faults of the network: how often. */
  readonly occurred: Record<string, number> = {};
  readonly log: string[] = [];
  edits = 0;
  isCalm = false;
  readonly #trace: Hash = createHash('sha1');
  readonly #network: SimulatedNetwork;
  readonly #memory: Memory = new Map();
  readonly #sabotage: Sabotage;
  readonly #told = new Map<string, { from: number; until: number }>();
  readonly #keepLog: boolean;
  readonly #takenAt = new Map<number, number>();
  #newestToken = 0;
  #requests = 0;
  #largestPage = 0;

  constructor(spec: WorldSpec, store: Store, options: { sabotage?: Sabotage; keepLog?: boolean } = {}) {
    // A copy: its policies may be edited while the world goes on.
    this.spec = { ...spec, policies: { ...spec.policies } };
    this.store = store;
    this.#sabotage = options.sabotage ?? noSabotage;
    this.#keepLog = options.keepLog ?? false;
    this.scheduler = new Scheduler(spec.start, () => new Promise((resolve) => setImmediate(resolve)));
    const random = seededRandom(`${spec.seed}/systems`);
    this.systems = {
      a: createCrm({
        sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 0 },
        random: () => random.next(),
        limit: spec.limit,
        indexLagMs: spec.indexLagMs,
      }),
      b: createErp({ sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 }, random: () => random.next() }),
    };
    this.ledger = new Ledger(
      this.systems,
      this.spec,
      () => this.scheduler.now,
      (what) => this.tell(what),
    );
    this.integration = this.#sabotage.integration(integrationOf(this.spec));
    this.#network = new SimulatedNetwork({
      scheduler: this.scheduler,
      systems: { [CRM_HOST]: this.#listed('a'), [ERP_HOST]: this.#listed('b') },
      skewMs: { [CRM_HOST]: spec.skewMs.a, [ERP_HOST]: spec.skewMs.b },
      decide: (host, process) => this.#decide(host === CRM_HOST ? 'a' : 'b', process),
      watch: (exchange) => this.#watch(exchange),
    });
  }

  #listed(side: Side): SimulatedSystem {
    return withHabits(this.systems, {
      side,
      seed: `${this.spec.seed}/lists`,
      habits: this.spec.lists[side],
      isCalm: () => this.isCalm,
      tell: (trouble) => this.tell(trouble),
      page: (size) => {
        this.#largestPage = Math.max(this.#largestPage, size);
      },
    });
  }

  tell(what: string): void {
    this.occurred[what] = (this.occurred[what] ?? 0) + 1;
  }

  /** All that was sent, answered, committed and edited, as one hash. */
  trace(): string {
    return this.#trace.copy().digest('hex');
  }

  note(text: string): void {
    this.#trace.update(text);
    if (this.#keepLog) this.log.push(`${this.scheduler.now - this.spec.start} ${text}`);
  }

  edit(edit: Edit): void {
    this.edits += 1;
    const { a, b } = this.spec.skewMs;
    const clock = { a: this.scheduler.now + a, b: this.scheduler.now + b };
    const partnerOf: Ledger['partnerOf'] = (...given) => this.ledger.partnerOf(...given);
    const known = { systems: this.systems, memory: this.#memory, clock, partnerOf };
    this.note(`edit ${perform(known, edit)}`);
    this.ledger.observe('person');
  }

  /** From now on the integration file says something else about a mapping. */
  revise(mapping: MappingName, policies: Policies): void {
    this.note(`revise ${mapping} ${JSON.stringify(policies.rules.filter)} ${policies.rules.onLeave}`);
    this.tell('mapping revised');
    this.ledger.filtered.beforeRevision(mapping);
    this.spec.policies[mapping] = policies;
    this.integration = this.#sabotage.integration(integrationOf(this.spec));
    this.ledger.filtered.afterRevision(mapping, this.scheduler.now);
  }

  /** Starts a run in a process of its own; it goes on while time passes. */
  start(mode: 'plan' | 'sync', options: Pick<RunOptions, 'sweep' | 'full'>, trouble: Trouble | null): Attempt {
    const process = new SimulatedProcess(`p${this.attempts.length + 1}`, this.scheduler, trouble);
    const attempt: Attempt = {
      process,
      mode,
      started: this.scheduler.now,
      result: null,
      events: [],
      writeRequests: 0,
      commits: 0,
      held: new Held(
        this.spec.batch,
        () => this.#largestPage,
        () => this.ledger.awayCount(),
        (what) => this.ledger.fail('bounded', what),
      ),
      deeds: [],
      token: 0,
    };
    this.attempts.push(attempt);
    this.note(`start ${process.name} ${mode}`);
    this.#run(attempt, options).then(
      (result) => {
        attempt.result = result;
        attempt.held.over();
        this.note(`end ${process.name} ${result.ok ? result.value.outcome : result.error.code}`);
      },
      (error: unknown) => {
        attempt.result = fail(problem('thrown', String(error)));
        this.ledger.fail('complete', `The run threw: ${error instanceof Error ? error.stack : String(error)}`);
      },
    );
    return attempt;
  }

  /** Lets time pass until the processes have ended or died. */
  async finish(...attempts: Attempt[]): Promise<void> {
    const isOver = (one: Attempt) => one.result !== null || !one.process.alive;
    const ended = await this.scheduler.until(() => attempts.every(isOver));
    if (!ended) this.ledger.fail('converge', 'a run waits for something that never happens');
  }

  async #run(attempt: Attempt, options: Pick<RunOptions, 'sweep' | 'full'>): Promise<Result<Run>> {
    const { process } = attempt;
    const random = seededRandom(`${this.spec.seed}/${process.name}`);
    const platform: Platform = { clock: process.clock, random, http: this.#network.client(process), log: silentLog };
    const store = this.#sabotage.store(process.store(this.#watched(attempt)));
    const connections = {
      a: this.#connect(attempt, 'a', platform, store),
      b: this.#connect(attempt, 'b', platform, store),
    };
    return runIntegration({
      ...options,
      integration: this.integration,
      connections,
      store,
      platform,
      keys: KEYS,
      mode: attempt.mode,
      openScratch: () =>
        this.#sabotage.scratch(
          attempt.held.scratch(
            openScratch({ memoryBytes: 1e6, directory: null, random: (length) => random.bytes(length) }),
          ),
        ),
      batch: this.spec.batch,
      onEvent: (event) => {
        attempt.held.told(event);
        if (event.type === 'item') attempt.events.push(event);
      },
    });
  }

  #connect(attempt: Attempt, side: Side, platform: Platform, store: Store): Connection {
    const system = this.integration[side];
    const opened = openRestConnection({
      definition: system.connector,
      variables: system.variables,
      platform,
      tokens: {
        ...passingTokens(),
        load: () => store.secret(`token ${side}`),
        save: async (json) => ok(await store.putSecret(`token ${side}`, json)),
      },
    });
    if (!opened.ok) throw new Error(opened.error.summary);
    return attempt.held.connection(this.#sabotage.connection(opened.value));
  }

  /** The store with an eye on what is committed: it counts from that moment, whether or not the process hears of it. */
  #watched(attempt: Attempt): Store {
    const commit: Store['commit'] = async (fence, change) => {
      const result = await this.store.commit(fence, change);
      this.note(`${attempt.process.name} commit ${result.ok} ${JSON.stringify(change, asHex)}`);
      if (!result.ok) return result;
      attempt.commits += 1;
      attempt.held.committed(change);
      for (const { reason } of change.parked ?? []) {
        if (reason === 'held-update' || reason === 'required-empty') this.tell(`parked as ${reason}`);
      }
      if (fence.token < this.#newestToken) this.ledger.fail('no-duplicate', 'A process that lost its lease committed');
      this.ledger.committed(change, attempt.started);
      return result;
    };
    const acquire: Store['acquire'] = async (...given) => {
      const result = await this.store.acquire(...given);
      if (result.ok) {
        this.#newestToken = result.value.token;
        this.#takenAt.set(result.value.token, this.scheduler.now);
        attempt.token = result.value.token;
      }
      return result;
    };
    return new Proxy(this.store, {
      get: (target, name) => {
        if (name === 'commit') return commit;
        if (name === 'acquire') return acquire;
        const method: unknown = Reflect.get(target, name);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
  }

  #decide(side: Side, process: SimulatedProcess) {
    this.#requests += 1;
    const at = `${process.name} ${process.operations}`;
    const random = seededRandom(`${this.spec.seed}/${at}`);
    const latencyMs = Math.ceil(this.spec.latencyMs * (0.3 + random.next()));
    const fault = this.isCalm ? null : (this.#outage(side) ?? this.#faultOf(at, random));
    if (fault) {
      this.faults[fault] = (this.faults[fault] ?? 0) + 1;
      this.struck[at] = fault;
    }
    return { fault, latencyMs: fault === 'slow' ? latencyMs + 1000 + random.below(20_000) : latencyMs };
  }

  #outage(side: Side): Fault | null {
    const at = this.scheduler.now - this.spec.start;
    return this.spec.outages.find((one) => one.side === side && at >= one.from && at < one.from + one.ms)?.how ?? null;
  }

  #faultOf(at: string, random: { next(): number }): Fault | null {
    const { struck, faults } = this.spec;
    if (struck) return struck[at] ?? null;
    for (const fault of FAULTS) if (random.next() < (faults[fault] ?? 0)) return fault;
    return null;
  }

  #watch(exchange: Exchange): void {
    const { process, request, response, fault } = exchange;
    this.note(
      `${process.name} ${request.method} ${request.path} ${request.body} → ${fault} ${response?.status} ${response?.body}`,
    );
    const attempt = this.attempts.find((one) => one.process === process);
    if (!attempt) return;
    this.#checkLimits(exchange);
    const side: Side = exchange.system === CRM_HOST ? 'a' : 'b';
    if (request.method === 'GET') {
      this.#noteRead(process.name, side, request);
    } else if (!request.path.startsWith('/oauth')) {
      attempt.writeRequests += 1;
      this.ledger.writeRequests += 1;
      const before = (mapping: MappingName, id: string) => this.ledger.tracked(mapping, side, id)?.raw;
      attempt.deeds.push(...deedsAsked(this.spec.mappings, side, request, response, before));
      this.#checkLease(attempt, exchange);
      this.ledger.observe({ process: process.name, started: attempt.started, conditional: isConditional(request) });
    }
  }

  /** A process whose lease another one has taken over must not write any more; it may have asked just before. */
  #checkLease({ process, token }: Attempt, { sentAt }: Exchange): void {
    const taken = this.#takenAt.get(token + 1);
    if (taken !== undefined && sentAt > taken) {
      this.ledger.fail('no-duplicate', `${process.name} wrote although its lease was another's`);
    }
  }

  /** Direct reads, by id or by a list of ids. */
  #noteRead(process: string, side: Side, request: SystemRequest): void {
    const url = new URL(request.path, 'http://x');
    const [object = '', ...rest] = url.pathname
      .replace('/api', '')
      .split('/')
      .filter((part) => part !== '');
    const ids = rest.length > 0 ? rest : (url.searchParams.get('ids')?.split(',') ?? []);
    for (const id of ids) this.ledger.reads.note(process, side, object, id, this.scheduler.now);
  }

  #checkLimits({ process, system, response, sentAt, effectAt }: Exchange): void {
    const key = `${process.name} ${system}`;
    const told = this.#told.get(key);
    if (told && sentAt > told.from && sentAt < told.until) {
      this.ledger.fail('within-limits', `${process.name} asked ${system} although it was told to wait`);
    }
    if (response?.status !== 429 || effectAt === null) return;
    const seconds = Number(response.headers['retry-after'] ?? 0);
    const back = effectAt + (effectAt - sentAt) + 5;
    this.#told.set(key, { from: back, until: back + seconds * 1000 - 10 });
  }
}

/** Bases are bytes; the rest is plain. */
const asHex = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;

const isConditional = (request: SystemRequest): boolean =>
  request.headers['if-match'] !== undefined || request.body.includes('"if_match"');
