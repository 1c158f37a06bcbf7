import { fileURLToPath } from 'node:url';
import { passingTokens } from '../../src/connector/auth/tokens.ts';
import type { Connection } from '../../src/connector/port.ts';
import { runIntegration } from '../../src/engine/run.ts';
import { openIntegration } from '../../src/integration/files.ts';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { HttpClient } from '../../src/platform/http.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openRestConnection } from '../../src/protocols/rest/connection.ts';
import { openSqlConnection } from '../../src/protocols/sql/connection.ts';
import { ok } from '../../src/record/diagnostic.ts';
import type { Side } from '../../src/record/side.ts';
import type { Run, Store } from '../../src/store/port.ts';
import { openScratch } from '../../src/store/scratch.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/northwind/integration.yaml', import.meta.url));

export interface OneRun {
  /** The variables of the integration file. */
  variables: Record<string, string>;
  /** Path of the store's file. */
  store: string;
  /** Milliseconds that the clock is ahead, so that the lease of a killed run is over. */
  ahead: number;
  /** Kill this process, as `kill -9` does, at this step; a step begins or ends a call of either system. */
  killAt?: number;
  sweep?: 'due' | 'always';
}

export interface RunResult {
  run: Run;
  /** How many steps there were. */
  steps: number;
  /** What is parked after it: mapping, side, id, reason and diagnostic. */
  parked: string[];
}

/** One sync of the Northwind example, in this process. */
export async function runOnce(options: OneRun): Promise<RunResult> {
  const clock = { ...systemClock, now: () => Date.now() + options.ahead };
  let steps = 0;
  const step = () => {
    steps += 1;
    if (steps === options.killAt) process.kill(process.pid, 'SIGKILL');
  };
  const http = watchedHttp(undiciHttp(), step);
  const platform: Platform = { clock, random: systemRandom, http, log: silentLog };
  const loaded = await openIntegration(EXAMPLE, 'staging', options.variables);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const opened = openSqliteStore(options.store, { key: new Uint8Array(32), random: systemRandom, clock });
  if (!opened.ok) throw new Error(opened.error.summary);
  const store = opened.value;
  const database = watched(openDatabase(loaded.value, platform), step);
  const result = await runIntegration({
    integration: loaded.value,
    store,
    platform,
    mode: 'sync',
    connections: { a: database, b: openCrm(loaded.value, platform, store) },
    keys: { fields: new Uint8Array(16).fill(7), strong: new Uint8Array(32).fill(9) },
    openScratch: () => openScratch({ memoryBytes: 1_000_000, directory: null, random: (n) => systemRandom.bytes(n) }),
    sweep: options.sweep ?? 'due',
  });
  const parked = await store.parked({});
  await database.close();
  await http.close();
  await store.close();
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.summary}`);
  return {
    run: result.value,
    steps,
    parked: parked.map(
      ({ mapping, side, id, reason, diagnostic }) =>
        `${mapping} ${side} ${id} ${reason}: ${diagnostic.summary} ${diagnostic.detail ?? ''}`,
    ),
  };
}

function openDatabase(integration: LoadedIntegration, platform: Platform): Connection {
  const { connector: definition, variables } = integration.a;
  const connection = openSqlConnection({ definition, variables, platform });
  if (!connection.ok) throw new Error(connection.error.summary);
  return connection.value;
}

function openCrm(integration: LoadedIntegration, platform: Platform, store: Store): Connection {
  const side: Side = 'b';
  const { connector: definition, variables, name } = integration[side];
  const tokens = {
    ...passingTokens(),
    load: () => store.secret(`token ${name}`),
    save: async (json: string) => ok(await store.putSecret(`token ${name}`, json)),
  };
  const connection = openRestConnection({ definition, variables, platform, tokens });
  if (!connection.ok) throw new Error(connection.error.summary);
  return connection.value;
}

function watchedHttp(http: HttpClient, step: () => void): HttpClient {
  return {
    async request(request) {
      step();
      const answer = await http.request(request);
      step();
      return answer;
    },
    close: () => http.close(),
  };
}

/** The connection with a step before and after each write. */
function watched(connection: Connection, step: () => void): Connection {
  const around =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      step();
      const result = await call(...args);
      step();
      return result;
    };
  return {
    connector: connection.connector,
    guardWrites: (check) => connection.guardWrites(check),
    capabilities: (object) => connection.capabilities(object),
    read: (request) => connection.read(request),
    sweep: (object, signal) => connection.sweep(object, signal),
    get: around((...args: Parameters<Connection['get']>) => connection.get(...args)),
    find: around((...args: Parameters<Connection['find']>) => connection.find(...args)),
    create: around((...args: Parameters<Connection['create']>) => connection.create(...args)),
    update: around((...args: Parameters<Connection['update']>) => connection.update(...args)),
    remove: around((...args: Parameters<Connection['remove']>) => connection.remove(...args)),
    loadOptions: (object, how) => connection.loadOptions(object, how),
    recallOptions: (lists) => connection.recallOptions(lists),
    options: (list) => connection.options(list),
    createOption: (list, option) => connection.createOption(list, option),
    createField: (object, field) => connection.createField(object, field),
    customFields: (object) => connection.customFields(object),
    rights: () => connection.rights(),
    ask: (request) => connection.ask(request),
    calls: () => connection.calls(),
    quota: () => connection.quota(),
    close: () => connection.close(),
  };
}

// As a process of its own: `node run-once.ts '{"variables": …}'` prints the result as JSON.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options: OneRun = JSON.parse(process.argv[2] ?? '{}');
  process.stdout.write(JSON.stringify(await runOnce(options)));
}
