import type { Connection } from '../../connector/port.ts';
import { APPROVABLE } from '../../engine/approval.ts';
import { LEASE_MS } from '../../engine/commit.ts';
import type { RunEvent } from '../../engine/mapping-run.ts';
import { fillOldValues } from '../../engine/old-values.ts';
import { type RunOptions, runIntegration } from '../../engine/run.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import type { PlanItem } from '../../planning/plan-item.ts';
import type { Clock } from '../../platform/clock.ts';
import { silentLog } from '../../platform/log.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Random } from '../../platform/random.ts';
import { type Diagnostic, fail, ok, type Place, problem, type Result } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';
import type { ParkedRecord, Store } from '../../store/port.ts';
import { openScratch } from '../../store/scratch.ts';
import { openSqliteStore } from '../../store/sqlite/store.ts';
import { seededRandom } from '../random.ts';
import { linkGiven } from './link-given.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';
import { declaredStage, type HeldRecord, type Stage } from './stage.ts';

/** What came of a scenario. */
export interface Played {
  /** What the plan before the last sync told, in its order; updates with the values that they replace. */
  plan: RunEvent[];
  /** By side and object, after the last sync: of every object that is mapped or named. */
  records: Record<Side, Map<string, HeldRecord[]>>;
  parked: (Pick<ParkedRecord, 'side' | 'id' | 'reason' | 'diagnostic'> & { mapping: string })[];
  /** What the runs told that failed. */
  failures: Diagnostic[];
}

/** Where a scenario is played, and how time goes by there. */
export interface Playground {
  stages: Record<Side, Stage>;
  clock: Clock;
  random: Random;
  /** The system's id of a record that is given; absent: as the scenario says. */
  idOf?(side: Side, object: string, name: string): string;
  /** Lets the time between two steps pass; `ms`: as the scenario says it, null where it says nothing. */
  pass(ms: number | null): Promise<void>;
}

const BETWEEN_STEPS_MS = 600_000;
const SCRATCH_BYTES = 16 * 1024 * 1024;

/** Two systems that behave as the connectors of the integration declare, and a clock that only the scenario moves. */
export function declaredPlayground(integration: LoadedIntegration, scenario: Scenario): Playground {
  let now = scenario.start;
  const clock: Clock = {
    now: () => now,
    // During a run no time passes: what waits for time waits for the end of the run.
    sleep: (_, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) resolve();
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  const stage = (side: Side) => declaredStage(integration[side].connector, scenario.options[side], clock.now);
  return {
    stages: { a: stage('a'), b: stage('b') },
    clock,
    random: seededRandom(scenario.name),
    async pass(ms) {
      now += ms ?? BETWEEN_STEPS_MS;
    },
  };
}

/**
 * Plays a scenario with the engine itself: the records that are given, the steps, then a plan and the sync that does it.
 * Fails where the systems can't hold what is given, or refuse what somebody does, each with its line.
 */
export async function playScenario(
  integration: LoadedIntegration,
  scenario: Scenario,
  playground: Playground = declaredPlayground(integration, scenario),
): Promise<Result<Played, Diagnostic[]>> {
  const { clock, random } = playground;
  const store = openSqliteStore(':memory:', { key: new Uint8Array(32), random, clock });
  if (!store.ok) return fail([store.error]);
  const platform: Platform = { clock, random, http: NO_NETWORK, log: silentLog };
  const play = new Play(integration, scenario, playground, platform, store.value);
  try {
    return await play.toTheEnd();
  } finally {
    await store.value.close();
  }
}

const unreachable = async () => fail({ kind: 'refused' as const, sent: 'no' as const, diagnostic: OFFLINE });
const OFFLINE = problem('no-network', 'There is no network in a scenario');
const NO_NETWORK: Platform['http'] = { request: unreachable, close: async () => undefined };

class Play {
  readonly #integration: LoadedIntegration;
  readonly #scenario: Scenario;
  readonly #playground: Playground;
  readonly #platform: Platform;
  readonly #store: Store;
  readonly #failures: Diagnostic[] = [];

  constructor(
    integration: LoadedIntegration,
    scenario: Scenario,
    playground: Playground,
    platform: Platform,
    store: Store,
  ) {
    this.#integration = integration;
    this.#scenario = scenario;
    this.#playground = playground;
    this.#platform = platform;
    this.#store = store;
  }

  async toTheEnd(): Promise<Result<Played, Diagnostic[]>> {
    const { given, linked, steps } = this.#scenario;
    const refused = await this.#put(given);
    if (refused.length > 0) return fail(refused);
    const link = await linkGiven(
      this.#options('sync', () => undefined),
      linked,
      this.#playground.idOf,
    );
    if (!link.ok) return fail([link.error]);
    let wait: number | null = null;
    for (const step of steps) {
      if (step.kind === 'wait') {
        wait = step.ms;
        continue;
      }
      await this.#playground.pass(wait);
      wait = null;
      const done = await this.#do(step);
      if (!done.ok) return fail([done.error]);
    }
    await this.#playground.pass(wait);
    const plan = await this.#plan();
    await this.#run('sync', () => undefined);
    const records = await this.#records();
    if (!records.ok) return fail([records.error]);
    return ok({ plan, records: records.value, parked: await this.#parked(), failures: this.#failures });
  }

  async #put(given: Scenario['given']): Promise<Diagnostic[]> {
    const refused: Diagnostic[] = [];
    for (const record of given) {
      const put = await this.#playground.stages[record.side].put(record);
      if (!put.ok) refused.push(at(record.where, put.error));
    }
    return refused;
  }

  async #do(step: ScenarioStep): Promise<Result<void>> {
    if (step.kind === 'edit') {
      const done = await this.#playground.stages[step.edit.side].edit(step.edit);
      return done.ok ? done : fail(at(step.edit.where, done.error));
    }
    if (step.kind === 'sync') await this.#run('sync', () => undefined);
    if (step.kind === 'approve') return this.#approve();
    return ok(undefined);
  }

  /** A person lets all through that is held. */
  async #approve(): Promise<Result<void>> {
    const now = this.#platform.clock.now();
    const held = (await this.#store.parked({})).filter(({ reason }) => APPROVABLE.includes(reason));
    const parked = held.map((one) => ({ ...one, next: now, dismissed: null, approved: one.reason }));
    const lease = await this.#store.acquire(this.#integration.name, 'person', LEASE_MS, now);
    if (!lease.ok) return lease;
    const done = await this.#store.commit(lease.value, { parked });
    await this.#store.release(lease.value);
    return done;
  }

  async #plan(): Promise<RunEvent[]> {
    const events: RunEvent[] = [];
    await this.#run('plan', (event) => events.push(event));
    const mappings = this.#integration.mappings.map(({ name, objects }) => ({
      objects,
      items: events.flatMap((event): PlanItem[] =>
        event.type === 'item' && event.mapping === name ? [event.item] : [],
      ),
    }));
    await fillOldValues(this.#integration, this.#connections(), mappings);
    return events;
  }

  async #run(mode: RunOptions['mode'], onEvent: (event: RunEvent) => void): Promise<void> {
    const run = await runIntegration(this.#options(mode, onEvent));
    if (!run.ok) this.#failures.push(run.error);
    else if (run.value.outcome === 'failed')
      this.#failures.push(...run.value.diagnostics.filter(({ severity }) => severity === 'error'));
  }

  #connections(): Record<Side, Connection> {
    const { a, b } = this.#playground.stages;
    return { a: a.connection, b: b.connection };
  }

  #options(mode: RunOptions['mode'], onEvent: (event: RunEvent) => void): RunOptions {
    const random = (length: number) => this.#platform.random.bytes(length);
    return {
      integration: this.#integration,
      connections: this.#connections(),
      store: this.#store,
      platform: this.#platform,
      keys: { fields: new Uint8Array(16), strong: new Uint8Array(32) },
      openScratch: () => openScratch({ memoryBytes: SCRATCH_BYTES, directory: null, random }),
      mode,
      sweep: 'always',
      onEvent,
    };
  }

  async #records(): Promise<Result<Played['records']>> {
    const { given, expected } = this.#scenario;
    const records: Played['records'] = { a: new Map(), b: new Map() };
    for (const side of SIDES) {
      const named = [...given, ...(expected?.objects ?? [])].filter((one) => one.side === side);
      const mapped = this.#integration.mappings.map(({ objects }) => objects[side]);
      for (const object of new Set([...mapped, ...named.map((one) => one.object)])) {
        const held = await this.#playground.stages[side].records(object);
        if (!held.ok) return held;
        records[side].set(object, held.value);
      }
    }
    return ok(records);
  }

  async #parked(): Promise<Played['parked']> {
    const parked = await this.#store.parked({});
    const prefix = `${this.#integration.name}/`;
    return parked.map(({ mapping, side, id, reason, diagnostic }) => ({
      mapping: mapping.slice(prefix.length),
      side,
      id,
      reason,
      diagnostic,
    }));
  }
}

const at = (where: Place, diagnostic: Diagnostic): Diagnostic => ({ ...diagnostic, where });
