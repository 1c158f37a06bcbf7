import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { type Crm, type CrmOptions, createCrm } from '../../sandbox/crm/crm.ts';
import { createErp, ERP_KEY, type Erp, type ErpOptions } from '../../sandbox/erp/erp.ts';
import { serve } from '../../sandbox/http.ts';
import { passingTokens } from '../../src/connector/auth/tokens.ts';
import type { Connection } from '../../src/connector/port.ts';
import { type RunOptions, runIntegration } from '../../src/engine/run.ts';
import { findConnector } from '../../src/integration/files.ts';
import { loadIntegration } from '../../src/integration/load.ts';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openRestConnection } from '../../src/protocols/rest/connection.ts';
import { ok } from '../../src/record/diagnostic.ts';
import type { Run, Side, Store } from '../../src/store/port.ts';
import { openScratch } from '../../src/store/scratch.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

export const EXAMPLE = fileURLToPath(new URL('../../examples/crm-erp/integration.yaml', import.meta.url));

/** Both sandbox systems on real sockets, the example integration over them, and a store in memory. */
export interface World {
  crm: Crm;
  erp: Erp;
  store: Store;
  platform: Platform;
  integration: LoadedIntegration;
  /** The example with its text edited: each passage stands once in it. */
  edited(...edits: [from: string, to: string][]): LoadedIntegration;
  sync(more?: Partial<RunOptions>): Promise<Run>;
  plan(more?: Partial<RunOptions>): Promise<Run>;
  close(): Promise<void>;
}

export interface WorldOptions {
  crm?: CrmOptions;
  erp?: ErpOptions;
  clock?: Platform['clock'];
  store?: string;
  /** Another integration file over the same two systems. */
  file?: string;
  /** Passages of the file that say something else in this world. */
  edits?: readonly [from: string, to: string][];
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const clock = options.clock ?? systemClock;
  const crm = createCrm({ limit: null, indexLagMs: 0, ...options.crm });
  const erp = createErp(options.erp);
  const servers = [
    await serve(crm, { clock: { now: () => clock.now() } }),
    await serve(erp, { clock: { now: () => clock.now() } }),
  ] as const;
  const variables = {
    CRM_URL: servers[0].url,
    CRM_CLIENT_ID,
    CRM_CLIENT_SECRET,
    ERP_URL: servers[1].url,
    ERP_API_KEY: ERP_KEY,
  };
  const file = options.file ?? EXAMPLE;
  const integration = editedExample(file, variables, options.edits);
  const http = undiciHttp();
  const platform: Platform = { clock, random: systemRandom, http, log: silentLog };
  const opened = openSqliteStore(options.store ?? ':memory:', { key: new Uint8Array(32), random: systemRandom, clock });
  if (!opened.ok) throw new Error(opened.error.summary);
  const store = opened.value;
  const run = async (mode: 'plan' | 'sync', more: Partial<RunOptions>): Promise<Run> => {
    const result = await runIntegration({
      integration,
      store,
      platform,
      mode,
      connections: {
        a: openConnection(integration, 'a', platform, store),
        b: openConnection(integration, 'b', platform, store),
      },
      keys: { fields: new Uint8Array(16).fill(7), strong: new Uint8Array(32).fill(9) },
      openScratch: () => openScratch({ memoryBytes: 1_000_000, directory: null, random: (n) => systemRandom.bytes(n) }),
      ...more,
    });
    if (!result.ok) throw new Error(result.error.summary);
    return result.value;
  };
  return {
    crm,
    erp,
    store,
    platform,
    integration,
    edited: (...edits) => editedExample(file, variables, edits),
    sync: (more = {}) => run('sync', more),
    plan: (more = {}) => run('plan', more),
    close: async () => {
      await http.close();
      await store.close();
      for (const server of servers) await server.close();
    },
  };
}

/** Both systems without a record. */
export const openEmptyWorld = (): Promise<World> =>
  openWorld({
    crm: { seed: 3, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } },
  });

function editedExample(
  file: string,
  variables: Record<string, string>,
  edits: readonly (readonly [string, string])[] = [],
): LoadedIntegration {
  const text = edits.reduce(
    (current, [from, to]) => {
      if (current.split(from).length !== 2) throw new Error(`"${from}" does not stand once in the example`);
      return current.replace(from, () => to);
    },
    readFileSync(file, 'utf8'),
  );
  const loaded = loadIntegration(file, text, { connectors: findConnector, environment: 'staging', variables });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error, null, 2));
  return loaded.value;
}

export function openConnection(
  integration: LoadedIntegration,
  side: Side,
  platform: Platform,
  store: Store,
): Connection {
  const system = integration[side];
  const tokens = {
    ...passingTokens(),
    load: () => store.secret(`token ${system.name}`),
    save: async (json: string) => ok(await store.putSecret(`token ${system.name}`, json)),
  };
  const connection = openRestConnection({
    definition: system.connector,
    variables: system.variables,
    platform,
    tokens,
  });
  if (!connection.ok) throw new Error(connection.error.summary);
  return connection.value;
}

/** A connection or store of which some methods do something else. */
export const instead = <T extends object>(whole: T, methods: Partial<T>): T =>
  new Proxy(whole, {
    get: (target, name) => {
      const own: unknown = Reflect.get(methods, name);
      if (own !== undefined) return own;
      const method: unknown = Reflect.get(target, name);
      return typeof method === 'function' ? method.bind(target) : method;
    },
  });

/** A person approves all that is held, as \`dovetail parked approve\` does. */
export async function approve(store: Store, integration: string): Promise<void> {
  const parked = await store.parked({});
  const fence = await store.acquire(integration, 'person', 1000, Date.now());
  if (!fence.ok) throw new Error(fence.error.summary);
  await store.commit(fence.value, { parked: parked.map((one) => ({ ...one, approved: one.reason })) });
  await store.release(fence.value);
}
