import { fileURLToPath } from 'node:url';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { createCrm } from '../../sandbox/crm/crm.ts';
import { serve } from '../../sandbox/http.ts';
import { type CheckReport, runCheck } from '../../src/checklist/run-check.ts';
import { passingTokens } from '../../src/connector/auth/tokens.ts';
import type { Connection } from '../../src/connector/port.ts';
import { openIntegration } from '../../src/integration/files.ts';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import { nodeNetwork } from '../../src/platform/network-node.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openRestConnection } from '../../src/protocols/rest/connection.ts';
import { openSqlConnection } from '../../src/protocols/sql/connection.ts';
import type { Result } from '../../src/record/diagnostic.ts';
import { northwind } from '../northwind/data.ts';
import { loadNorthwind, northwindTables } from '../northwind/load.ts';
import { sqliteDatabase, type TestDatabase } from '../sql/world.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/northwind/integration.yaml', import.meta.url));

/** Checks a question where the ERP is a database, that of Northwind, by this address. */
export async function checkDatabase(
  question: string,
  url: string,
  change: (integration: LoadedIntegration) => void = () => undefined,
): Promise<CheckReport> {
  const sizes = { companies: 15, contacts: 0, deals: 8, products: 5, users: 2 };
  const crm = await serve(createCrm({ seed: 4, sizes, limit: null, indexLagMs: 0 }));
  const http = undiciHttp();
  const variables = { NORTHWIND_DATABASE_URL: url, CRM_URL: crm.url, CRM_CLIENT_ID, CRM_CLIENT_SECRET };
  const loaded = must(await openIntegration(EXAMPLE, 'staging', variables));
  loaded.a.name = 'erp';
  change(loaded);
  const platform = { clock: systemClock, random: systemRandom, http, log: silentLog, network: nodeNetwork };
  const connections: Record<'a' | 'b', Connection> = {
    a: must(openSqlConnection({ ...connected(loaded.a), platform, proxy: loaded.a.proxy })),
    b: must(openRestConnection({ ...connected(loaded.b), platform, tokens: passingTokens() })),
  };
  try {
    return await runCheck({ integration: loaded, connections, platform, only: [question] });
  } finally {
    await connections.a.close();
    await http.close();
    await crm.close();
  }
}

const connected = ({ connector, variables }: LoadedIntegration['a']) => ({ definition: connector, variables });

function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** The same over a file of its own, with Northwind in it. `begin`: statements that are run in it before. */
export async function checkSqlite(
  question: string,
  change?: (integration: LoadedIntegration) => void,
  begin = '',
): Promise<CheckReport> {
  const database = await sqliteDatabase();
  try {
    await filled(database, begin);
    return await checkDatabase(question, database.url, change);
  } finally {
    await database.drop();
  }
}

export async function filled(database: TestDatabase, begin = ''): Promise<void> {
  await database.run(northwindTables(database.kind));
  await loadNorthwind(database, northwind().data);
  if (begin !== '') await database.run(begin);
}
