/**
 * The public API: what the command line is made of, for programs that run integrations themselves.
 *
 * @example
 * const loaded = await openIntegration('integration.yaml', 'staging', process.env);
 * const run = await runIntegration({ integration, connections, store, platform, keys, openScratch, mode: 'sync' });
 */
export { checkConnector, connectorConformance } from './connector/conformance/conformance.ts';
export {
  type RecordedExchange,
  recordingHttp,
  replayingHttp,
} from './connector/conformance/recording.ts';
export type { ConformanceCheck, ConformanceReport } from './connector/conformance/report.ts';
export type { ConnectorDefinition } from './connector/definition.ts';
export { loadConnector } from './connector/load.ts';
export type { Capabilities, Connection, ReadStep, WireRecord, WriteOutcome } from './connector/port.ts';
export type { RunEvent } from './engine/mapping-run.ts';
export { type RunOptions, runIntegration } from './engine/run.ts';
export type { MappingFunction } from './integration/expression.ts';
export { openIntegration } from './integration/files.ts';
export type { LoadedIntegration, LoadedMapping } from './integration/loaded.ts';
export type { PlanItem } from './planning/plan-item.ts';
export { systemClock } from './platform/clock.ts';
export type { HttpClient } from './platform/http.ts';
export { undiciHttp } from './platform/http-undici.ts';
export { type Log, silentLog } from './platform/log.ts';
export type { Platform } from './platform/platform.ts';
export { systemRandom } from './platform/random.ts';
export { openRestConnection } from './protocols/rest/connection.ts';
export { openSqlConnection } from './protocols/sql/connection.ts';
export type { Diagnostic, Result } from './record/diagnostic.ts';
export type { Fields, Money, Value } from './record/value.ts';
export { STORE_CONFORMANCE } from './store/conformance.ts';
export { advanceGeneration, checkGeneration, deriveKeys, openInstallation } from './store/installation.ts';
export type { Link, MappingCounts, ParkedRecord, Run, Store } from './store/port.ts';
export { openScratch } from './store/scratch.ts';
export { openSqliteStore } from './store/sqlite/store.ts';
