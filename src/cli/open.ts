import { resolve } from 'node:path';
import { needsKeptTokens } from '../connector/auth/authenticator.ts';
import { passingTokens, type TokenStore } from '../connector/auth/tokens.ts';
import type { Connection } from '../connector/port.ts';
import { openIntegration } from '../integration/files.ts';
import type { LoadSettings } from '../integration/load-systems.ts';
import type { LoadedIntegration, LoadedSystem } from '../integration/loaded.ts';
import { systemClock } from '../platform/clock.ts';
import { undiciHttp } from '../platform/http-undici.ts';
import { type Log, silentLog } from '../platform/log.ts';
import { nodeNetwork } from '../platform/network-node.ts';
import type { Platform } from '../platform/platform.ts';
import { systemRandom } from '../platform/random.ts';
import { throughProxy } from '../platform/through-proxy.ts';
import { openRestConnection } from '../protocols/rest/connection.ts';
import { openSqlConnection } from '../protocols/sql/connection.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import { checkGeneration } from '../store/installation.ts';
import type { Store } from '../store/port.ts';
import { openScratch, type Scratch } from '../store/scratch.ts';
import { loadVariables, storedTokens } from '../store/tokens.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { hasState, openState, type State, stateFolder } from './state.ts';
import type { Terminal } from './terminal.ts';

/** The options that say which integration a command is about. */
export interface RuntimeOptions {
  /** Path of the integration file; default: `integration.yaml` in the current folder. */
  integration?: string;
  /** Default: the first environment of the file's first system. */
  env?: string;
  /** Default: `.dovetail` beside the integration file. */
  state?: string;
}

/** Everything a command works with, opened. Whoever opens it closes it. */
export interface Runtime extends State {
  integration: LoadedIntegration;
  platform: Platform;
  /**
   * Both connections, opened on first call. Nothing is sent yet. With `freshTokens`, kept tokens are left alone: only
   * new ones tell whether the credentials are valid. Those that only a person can give are used all the same.
   */
  connect(settings?: { freshTokens?: boolean }): Result<Record<Side, Connection>>;
  openScratch(): Scratch;
  close(): Promise<void>;
}

/** Why a command can't start, and with which exit code it ends. */
export interface Refusal {
  exit: ExitCode;
  diagnostics: Diagnostic[];
}

export const refuse = (exit: ExitCode, ...diagnostics: Diagnostic[]) => fail({ exit, diagnostics });

/** Records beyond this many bytes, of those read ahead, go to an encrypted file. */
const SCRATCH_BYTES = 32 * 1024 * 1024;

/**
 * Opens an integration with its store. Refused with exit 2 where a file is wrong, with 1 where the store can't be used;
 * an older copy of the store is refused, unless `anyStore` is set. With `systemsOnly`, faulty mappings are left out.
 */
export async function openRuntime(
  terminal: Terminal,
  options: RuntimeOptions,
  { anyStore = false, systemsOnly = false } = {},
): Promise<Result<Runtime, Refusal>> {
  const platform = await openPlatform(terminal);
  if (!platform.ok) return refuse(EXIT.usage, platform.error);
  const loaded = await loadWithKept(terminal, options, platform.value, systemsOnly);
  if (!loaded.ok) {
    await platform.value.http.close();
    return refuse(EXIT.usage, ...loaded.error);
  }
  const state = openState(terminal, stateFolder(terminal, loaded.value, options.state), platform.value);
  if (!state.ok) {
    await platform.value.http.close();
    return refuse(EXIT.failed, state.error);
  }
  const runtime = assemble(loaded.value, platform.value, state.value);
  const current = anyStore ? ok(undefined) : await checkGeneration(state.value.store, state.value.installation);
  if (current.ok) return ok(runtime);
  await runtime.close();
  return refuse(EXIT.failed, current.error);
}

/**
 * The integration, with what `dovetail connect` has kept for variables that nothing else gives but a default. The store is
 * looked into only where there are such.
 */
async function loadWithKept(
  terminal: Terminal,
  options: RuntimeOptions,
  platform: Platform,
  systemsOnly: boolean,
): Promise<Result<LoadedIntegration, Diagnostic[]>> {
  const asked = new Map<string, string>();
  const plain = await loadFile(terminal, options, {
    systemsOnly,
    kept: (environment, system) => {
      asked.set(system, environment);
      return undefined;
    },
  });
  const [environment] = asked.values();
  if (environment === undefined) return plain;
  const file = integrationFile(terminal, options);
  const folder = stateFolder(terminal, { file, environment }, options.state);
  if (!hasState(folder)) return plain;
  const state = openState(terminal, folder, platform);
  if (!state.ok) return plain.ok ? plain : fail([state.error]);
  const kept = new Map<string, Record<string, string>>();
  for (const system of asked.keys()) kept.set(system, await loadVariables(state.value.store, system));
  await state.value.store.close();
  return loadFile(terminal, options, { systemsOnly, kept: (_, system, variable) => kept.get(system)?.[variable] });
}

const integrationFile = (terminal: Terminal, options: RuntimeOptions): string =>
  resolve(terminal.folder, options.integration ?? 'integration.yaml');

/** Reads and checks the integration file for the chosen environment. */
export async function loadFile(
  terminal: Terminal,
  options: RuntimeOptions,
  more: Pick<LoadSettings, 'kept' | 'systemsOnly'> = {},
): Promise<Result<LoadedIntegration, Diagnostic[]>> {
  const file = integrationFile(terminal, options);
  const loaded = await openIntegration(file, options.env ?? null, { ...terminal.variables }, more);
  if (loaded.ok) return loaded;
  const where =
    options.integration === undefined ? 'Name it with --integration FILE' : 'Check the path after --integration';
  const next = `${where}, or make one with \`dovetail init\`.`;
  return fail(
    loaded.error.map((one) => (one.code === 'file-unreadable' && one.where?.file === file ? { ...one, next } : one)),
  );
}

export async function openPlatform(terminal: Terminal): Promise<Result<Platform>> {
  const log = await openLog(terminal);
  if (!log.ok) return log;
  return ok({ clock: systemClock, random: systemRandom, http: undiciHttp(), log: log.value, network: nodeNetwork });
}

/** The operator's log goes to stderr when `DOVETAIL_LOG` names a level. */
async function openLog(terminal: Terminal): Promise<Result<Log>> {
  const asked = terminal.variables.DOVETAIL_LOG;
  if (asked === undefined || asked === '') return ok(silentLog);
  const { LOG_LEVELS, pinoLog } = await import('../platform/log-pino.ts');
  const level = LOG_LEVELS.find((one) => one === asked);
  if (level) return ok(pinoLog(level));
  return fail(problem('log-level', 'DOVETAIL_LOG names no level', { next: `Set one of ${LOG_LEVELS.join(', ')}` }));
}

function assemble(integration: LoadedIntegration, platform: Platform, state: State): Runtime {
  let connections: Record<Side, Connection> | null = null;
  return {
    ...state,
    integration,
    platform,
    connect({ freshTokens = false } = {}) {
      if (connections) return ok(connections);
      const open = (system: LoadedSystem) => openConnection(system, platform, state.store, freshTokens);
      const a = open(integration.a);
      if (!a.ok) return a;
      const b = open(integration.b);
      if (!b.ok) {
        void a.value.close();
        return b;
      }
      connections = { a: a.value, b: b.value };
      return ok(connections);
    },
    openScratch: () =>
      openScratch({
        memoryBytes: SCRATCH_BYTES,
        directory: state.folder,
        random: (length) => platform.random.bytes(length),
      }),
    async close() {
      await connections?.a.close();
      await connections?.b.close();
      await platform.http.close();
      await state.store.close();
    },
  };
}

/** The tokens of a connection, kept in the store. */
export const tokensOf = ({ store, platform }: Runtime, { name }: LoadedSystem): TokenStore =>
  storedTokens(store, name, platform.clock, platform.random);

/** Opens a system with tokens that nobody keeps: fails where only a person can give them. */
export function openPassing(system: LoadedSystem, platform: Platform): Result<Connection> {
  const { connector: definition, variables } = system;
  if (definition.protocol === 'sql') return openSqlConnection({ definition, variables, platform });
  if (needsKeptTokens(definition.auth)) {
    return fail(problem('auth-not-allowed-yet', `Only a person can allow a connection to ${system.name}`));
  }
  return openRestConnection({ definition, variables, platform, tokens: passingTokens() });
}

/** Opens one system by the protocol of its connector. Tokens are kept in the store, encrypted; fresh ones as long as the connection. */
export function openConnection(
  system: LoadedSystem,
  platform: Platform,
  store: Store,
  freshTokens: boolean,
): Result<Connection> {
  const { connector: definition, variables, name, proxy } = system;
  if (definition.protocol === 'sql') return openSqlConnection({ definition, variables, platform, proxy });
  const passing = freshTokens && !needsKeptTokens(definition.auth);
  const tokens = passing ? passingTokens() : storedTokens(store, name, platform.clock, platform.random);
  const http = throughProxy(platform.http, proxy);
  return openRestConnection({ definition, variables, platform: { ...platform, http }, tokens });
}
