import { once } from 'node:events';
import process from 'node:process';
import { loadConnector } from '../../src/connector/load.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openRestConnection } from '../../src/protocols/rest/connection.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { storedTokens } from '../../src/store/tokens.ts';

/**
 * A process that reads one record with the tokens of a store: `read-once.ts URL STORE [after-save|before-save]`. Says
 * `ready`, waits for a line, and says how it went. The last argument has it killed where it stands for.
 */

const [url = '', file = '', death] = process.argv.slice(2);

const yaml = `
connector: things
title: Things
protocol: rest
base_url: \${url}
auth:
  type: oauth2
  grant: refresh_token
  token_url: /token
  refresh_token: \${refresh}
  refresh: single_use
objects:
  things:
    id: { type: string }
    get: { path: '/things/{id}' }
    fields: { name: { type: string } }
`;

const platform = { clock: systemClock, random: systemRandom, http: undiciHttp(), log: silentLog };
const connector = loadConnector(yaml, 'connector.yaml');
if (!connector.ok) throw new Error(JSON.stringify(connector.error));
const store = openSqliteStore(file, { key: new Uint8Array(32), random: systemRandom, clock: systemClock });
if (!store.ok) throw new Error(store.error.summary);
const tokens = storedTokens(store.value, 'things', systemClock, systemRandom);
const opened = openRestConnection({
  definition: connector.value,
  variables: { url, refresh: 'refresh-0' },
  platform,
  tokens: {
    ...tokens,
    async save(json) {
      if (death === 'before-save') process.kill(process.pid, 'SIGKILL');
      const saved = await tokens.save(json);
      if (death === 'after-save') process.kill(process.pid, 'SIGKILL');
      return saved;
    },
  },
});
if (!opened.ok) throw new Error(opened.error.summary);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const found = await opened.value.get('things', ['1']);
process.stdout.write(`${JSON.stringify(found)}\n`);
await store.value.close();
await platform.http.close();
process.exit(0);
