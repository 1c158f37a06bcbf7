import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { loadConnector } from '../../src/connector/load.ts';
import type { Connection } from '../../src/connector/port.ts';
import type { RunEvent } from '../../src/engine/mapping-run.ts';
import { type RunOptions, runIntegration } from '../../src/engine/run.ts';
import { loadIntegration } from '../../src/integration/load.ts';
import type { LoadedIntegration, LoadedSystem } from '../../src/integration/loaded.ts';
import type { PlanItem } from '../../src/planning/plan-item.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openSqlConnection } from '../../src/protocols/sql/connection.ts';
import { ok, type Result } from '../../src/record/diagnostic.ts';
import type { Run, Store } from '../../src/store/port.ts';
import { openScratch } from '../../src/store/scratch.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

/** A database of one side: its tables, and the objects of its connector as YAML, each with an integer `id`. */
export interface TablesOf {
  tables: string;
  objects: string;
}

/** Two databases, an integration over them that can be edited, and a store in memory. */
export interface Tables {
  left: DatabaseSync;
  right: DatabaseSync;
  store: Store;
  connections: Record<'a' | 'b', Connection>;
  integration(): LoadedIntegration;
  /** From now on the mappings of the file are these. */
  edit(mappings: string): void;
  sync(more?: Partial<RunOptions>): Promise<Run>;
  plan(more?: Partial<RunOptions>): Promise<{ run: Run; items: { mapping: string; item: PlanItem }[] }>;
  /** Reason codes and records of what is parked: `b 3 parent-missing`. */
  parked(): Promise<string[]>;
  /** Time goes by. */
  skip(ms: number): void;
  close(): Promise<void>;
}

export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error, null, 1));
  return result.value;
}

export async function openTables(sides: { left: TablesOf; right: TablesOf; mappings: string }): Promise<Tables> {
  const folder = mkdtempSync(join(tmpdir(), 'dovetail-tables-'));
  const database = (name: 'left' | 'right'): DatabaseSync => {
    const opened = new DatabaseSync(join(folder, `${name}.db`));
    opened.exec(sides[name].tables);
    return opened;
  };
  const [left, right] = [database('left'), database('right')];
  const load = loader(folder, sides);
  let integration = load(sides.mappings);
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const platform = { clock, random: systemRandom, http: undiciHttp(), log: silentLog };
  const store = must(openSqliteStore(':memory:', { key: new Uint8Array(32), random: systemRandom, clock }));
  const open = ({ connector: definition, variables }: LoadedSystem): Connection =>
    must(openSqlConnection({ definition, variables, platform }));
  const connections = { a: open(integration.a), b: open(integration.b) };
  const keys = { fields: new Uint8Array(16), strong: new Uint8Array(32) };
  const random = (bytes: number) => systemRandom.bytes(bytes);
  const run = async (mode: 'plan' | 'sync', more: Partial<RunOptions>) => {
    const scratch = () => openScratch({ memoryBytes: 1_000_000, directory: null, random });
    const all = { integration, connections, store, platform, mode, keys, openScratch: scratch, ...more };
    return must(await runIntegration(all));
  };
  return {
    left,
    right,
    store,
    connections,
    integration: () => integration,
    edit(mappings) {
      integration = load(mappings);
    },
    sync: (more = {}) => run('sync', more),
    async plan(more = {}) {
      const items: { mapping: string; item: PlanItem }[] = [];
      const onEvent = (event: RunEvent) => {
        if (event.type === 'item') items.push({ mapping: event.mapping, item: event.item });
      };
      return { run: await run('plan', { onEvent, ...more }), items };
    },
    parked: async () => (await store.parked({})).map(({ side, id, reason }) => `${side} ${id} ${reason}`).sort(),
    skip(ms) {
      ahead += ms;
    },
    async close() {
      for (const connection of Object.values(connections)) await connection.close();
      await platform.http.close();
      await store.close();
      left.close();
      right.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Loads an integration over both databases with the given mappings. */
function loader(folder: string, sides: { left: TablesOf; right: TablesOf }): (mappings: string) => LoadedIntegration {
  const connectorOf = (name: 'left' | 'right') => {
    const head = `connector: ${name}\ntitle: ${name}\nprotocol: sql\ndatabase: \${database}\nobjects:\n`;
    return must(loadConnector(head + sides[name].objects, `${name}.yaml`));
  };
  const known = { left: connectorOf('left'), right: connectorOf('right') };
  const variables = { LEFT: `sqlite:${join(folder, 'left.db')}`, RIGHT: `sqlite:${join(folder, 'right.db')}` };
  const connectors = (name: string) =>
    ok({ definition: name === 'left' ? known.left : known.right, file: `${name}.yaml` });
  return (mappings) => {
    const text = `${HEADER}\nmappings:\n${mappings}`;
    return must(loadIntegration('integration.yaml', text, { connectors, environment: 'test', variables }));
  };
}

const HEADER = `
integration: left-right
purpose: The same records in two databases.
systems:
  left: { connector: left, environments: { test: { database: '\${LEFT}' } } }
  right: { connector: right, environments: { test: { database: '\${RIGHT}' } } }`;

/** What a run wrote, all mappings together: `b: 2 create, 1 update`. */
export function written({ counts }: Run): string {
  const parts = (['a', 'b'] as const).flatMap((side) => {
    const sums = (['create', 'update', 'delete', 'archive'] as const).flatMap((kind) => {
      const sum = Object.values(counts).reduce((total, { wrote }) => total + wrote[side][kind], 0);
      return sum > 0 ? [`${sum} ${kind}`] : [];
    });
    return sums.length > 0 ? [`${side}: ${sums.join(', ')}`] : [];
  });
  return parts.join('; ') || 'nothing';
}

/** The same of a plan, by its items. */
export function planned(items: readonly { item: PlanItem }[]): string {
  const parts = (['a', 'b'] as const).flatMap((side) => {
    const sums = (['create', 'update', 'delete', 'archive'] as const).flatMap((kind) => {
      const sum = items.filter(({ item }) => item.actions[side]?.kind === kind).length;
      return sum > 0 ? [`${sum} ${kind}`] : [];
    });
    return sums.length > 0 ? [`${side}: ${sums.join(', ')}`] : [];
  });
  return parts.join('; ') || 'nothing';
}
