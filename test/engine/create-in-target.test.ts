import { afterEach, beforeEach, expect, it } from 'vitest';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { type Crm, createCrm } from '../../sandbox/crm/crm.ts';
import { serve } from '../../sandbox/http.ts';
import { runIntegration } from '../../src/engine/run.ts';
import { findConnector } from '../../src/integration/files.ts';
import { loadIntegration } from '../../src/integration/load.ts';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Platform } from '../../src/platform/platform.ts';
import { systemRandom } from '../../src/platform/random.ts';
import type { Run, Store } from '../../src/store/port.ts';
import { openScratch } from '../../src/store/scratch.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { openConnection } from './world.ts';

/** Two CRMs, so that both have fields that users add. */
const NORTH_SOUTH = `
integration: north-south
purpose: Two branches know the same companies.
systems:
  north: { connector: sandbox-crm, environments: { test: { base_url: '\${NORTH}', client_id: '\${ID}', client_secret: '\${SECRET}' } } }
  south: { connector: sandbox-crm, environments: { test: { base_url: '\${SOUTH}', client_id: '\${ID}', client_secret: '\${SECRET}' } } }
mappings:
  companies:
    north: companies
    south: companies
    match: [[vat_id]]
    conflict: north
    new_fields: { north: create-in-target, south: map-by-name }
    fields:
      - { north: name, south: name }
      - { north: vat_id, south: vat_id }
schedule: { fields: 0s }
`;

const small = { limit: null, indexLagMs: 0, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } };
let north: Crm;
let south: Crm;
let integration: LoadedIntegration;
let store: Store;
let platform: Platform;
let close: () => Promise<void>;

beforeEach(async () => {
  north = createCrm({ seed: 3, ...small });
  south = createCrm({ seed: 4, ...small });
  const servers = [await serve(north), await serve(south)] as const;
  const variables = { NORTH: servers[0].url, SOUTH: servers[1].url, ID: CRM_CLIENT_ID, SECRET: CRM_CLIENT_SECRET };
  const settings = { connectors: findConnector, environment: 'test', variables };
  const loaded = loadIntegration('integration.yaml', NORTH_SOUTH, settings);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  integration = loaded.value;
  const http = undiciHttp();
  platform = { clock: systemClock, random: systemRandom, http, log: silentLog };
  const opened = openSqliteStore(':memory:', { key: new Uint8Array(32), random: systemRandom, clock: systemClock });
  if (!opened.ok) throw new Error(opened.error.summary);
  store = opened.value;
  close = async () => {
    await http.close();
    await store.close();
    for (const server of servers) await server.close();
  };
});
afterEach(() => close());

async function run(mode: 'plan' | 'sync'): Promise<Run> {
  const ran = await runIntegration({
    integration,
    store,
    platform,
    mode,
    full: true,
    connections: {
      a: openConnection(integration, 'a', platform, store),
      b: openConnection(integration, 'b', platform, store),
    },
    keys: { fields: new Uint8Array(16).fill(7), strong: new Uint8Array(32).fill(9) },
    openScratch: () => openScratch({ memoryBytes: 1_000_000, directory: null, random: (n) => systemRandom.bytes(n) }),
  });
  if (!ran.ok) throw new Error(ran.error.summary);
  return ran.value;
}

const codes = ({ diagnostics }: Run) => diagnostics.map(({ code }) => code);
const keysOf = (crm: Crm) => crm.customFields('companies').map(({ key }) => key);
const held = (crm: Crm) => [...crm.records('companies')].map(({ custom_fields }) => custom_fields);

it('a field that users add is added to the other system, planned first, and its values flow both ways', async () => {
  const made = north.userCreate('companies', { name: 'Nord', vat_id: 'DE136695976', country: 'DE' }, Date.now());
  if (!('record' in made)) throw new Error('not made');
  await run('sync');
  north.addCustomField('companies', { key: 'tier', label: 'Tier', type: 'text', max_length: 9 });
  north.userUpdate('companies', made.record.id, { custom_fields: { tier: 'gold' } }, Date.now());
  expect(codes(await run('plan'))).toEqual(['field-to-create', 'field-new']);
  expect(keysOf(south)).toEqual(['region']);
  expect(codes(await run('sync'))).toContain('field-to-create');
  expect(south.customFields('companies').at(-1)).toEqual({ key: 'tier', label: 'Tier', type: 'text', max_length: 9 });
  expect(held(south)).toEqual([{ tier: 'gold' }]);
  const [copy] = south.records('companies');
  south.userUpdate('companies', copy?.id ?? '', { custom_fields: { tier: 'silver' } }, Date.now());
  expect((await run('sync')).outcome).toBe('done');
  expect(held(north)).toEqual([{ tier: 'silver' }]);
  const quiet = await run('sync');
  expect(quiet.calls.a.writes + quiet.calls.b.writes).toBe(0);
  expect(quiet.diagnostics).toEqual([]);
});
