import { fileURLToPath } from 'node:url';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../sandbox/crm/access.ts';
import { type Crm, type CrmOptions, createCrm } from '../sandbox/crm/crm.ts';
import { createErp, ERP_KEY, type Erp, type ErpOptions } from '../sandbox/erp/erp.ts';
import { serve } from '../sandbox/http.ts';
import type { SandboxRequest, SandboxResponse, SandboxSystem } from '../sandbox/system.ts';
import type { CheckLine } from '../src/checklist/question.ts';
import { type CheckOptions, type CheckReport, runCheck } from '../src/checklist/run-check.ts';
import { passingTokens } from '../src/connector/auth/tokens.ts';
import { openIntegration } from '../src/integration/files.ts';
import type { LoadedIntegration, LoadedSystem } from '../src/integration/loaded.ts';
import { systemClock } from '../src/platform/clock.ts';
import type { HttpClient } from '../src/platform/http.ts';
import { undiciHttp } from '../src/platform/http-undici.ts';
import { silentLog } from '../src/platform/log.ts';
import { nodeNetwork } from '../src/platform/network-node.ts';
import { systemRandom } from '../src/platform/random.ts';
import { throughProxy } from '../src/platform/through-proxy.ts';
import { openRestConnection } from '../src/protocols/rest/connection.ts';
import { ok } from '../src/record/diagnostic.ts';
import type { MarkLog } from '../src/store/marked.ts';
import { openSqliteStore } from '../src/store/sqlite/store.ts';

const EXAMPLE = fileURLToPath(new URL('../examples/crm-erp/integration.yaml', import.meta.url));

/** What a check is to find otherwise than in the example. */
export interface CheckCase {
  variables?: Record<string, string>;
  /** Changes the loaded integration. */
  change?: (integration: LoadedIntegration) => void;
  http?: HttpClient;
  options?: Partial<CheckOptions>;
  /** Allows the probes that write. */
  write?: boolean;
}

/** The example integration over both sandbox systems on sockets, to be checked. */
export interface CheckWorld {
  crm: Crm;
  erp: Erp;
  http: HttpClient;
  check(one?: CheckCase): Promise<CheckReport>;
  /** Where the systems are. */
  urls: Record<'crm' | 'erp', string>;
  /** What was made to try something. */
  marked: MarkLog;
  close(): Promise<void>;
}

/** How a system answers otherwise than it would: gets the request, and what answers it. */
export type Bend = (request: SandboxRequest, answer: (request: SandboxRequest) => SandboxResponse) => SandboxResponse;

/** What the sandbox systems of a world are like. */
export interface CheckWorldOptions {
  crm?: CrmOptions;
  erp?: ErpOptions;
  bend?: { crm?: Bend; erp?: Bend };
}

export async function openCheckWorld({ bend = {}, ...systems }: CheckWorldOptions = {}): Promise<CheckWorld> {
  const crm = createCrm({ size: 60, limit: null, indexLagMs: 0, ...systems.crm });
  const erp = createErp({ size: 60, ...systems.erp });
  const http = undiciHttp();
  const store = openSqliteStore(':memory:', { key: new Uint8Array(32), random: systemRandom, clock: systemClock });
  if (!store.ok) throw new Error(store.error.summary);
  const { marked } = store.value;
  const servers = [await serve(bent(crm, bend.crm)), await serve(bent(erp, bend.erp))] as const;
  return {
    crm,
    erp,
    http,
    marked,
    urls: { crm: servers[0].url, erp: servers[1].url },
    async check(one = {}) {
      const loaded = await openIntegration(EXAMPLE, 'staging', {
        CRM_URL: servers[0].url,
        CRM_CLIENT_ID,
        CRM_CLIENT_SECRET,
        ERP_URL: servers[1].url,
        ERP_API_KEY: ERP_KEY,
        ...one.variables,
      });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
      one.change?.(loaded.value);
      const platform = {
        clock: systemClock,
        random: systemRandom,
        http: one.http ?? http,
        log: silentLog,
        network: nodeNetwork,
      };
      const connect = ({ connector: definition, variables, proxy }: LoadedSystem) => {
        const way = { ...platform, http: throughProxy(platform.http, proxy) };
        const connection = openRestConnection({ definition, variables, platform: way, tokens: passingTokens() });
        if (!connection.ok) throw new Error(connection.error.summary);
        return connection.value;
      };
      const connections = { a: connect(loaded.value.a), b: connect(loaded.value.b) };
      const write = one.write ? { write: marked } : {};
      const open = (system: LoadedSystem) => ok(connect(system));
      return runCheck({ integration: loaded.value, connections, platform, open, ...write, ...one.options });
    },
    async close() {
      await http.close();
      await store.value.close();
      for (const server of servers) await server.close();
    },
  };
}

/** The same system, answering otherwise. */
function bent(system: SandboxSystem, bend: Bend | undefined): SandboxSystem {
  if (!bend) return system;
  const handle: SandboxSystem['handle'] = (request, now) => bend(request, (asked) => system.handle(asked, now));
  return Object.assign(Object.create(system), { handle });
}

export function lineOf(report: CheckReport, question: string, system: string | null = null): CheckLine {
  const line = report.lines.find((one) => one.question === question && one.system === system);
  if (!line) throw new Error(`no line of ${question}`);
  return line;
}
