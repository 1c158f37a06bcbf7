import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../../src/engine/mapping-run.ts';
import { openIntegration } from '../../src/integration/files.ts';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import type { PlanItem } from '../../src/planning/plan-item.ts';
import { must, written } from './tables.ts';
import { openWorld, type World } from './world.ts';

const CUSTOMERS = 10_000;

/** Customers of the ERP are companies of the CRM, as far as the filter lets them in. */
const file = (filter: string, rows: { name: string; city: string; group: string }) => `
integration: crm-erp
purpose: The same companies in both systems.
systems:
  crm: { connector: sandbox-crm, environments: { test: { base_url: '\${CRM}', client_id: '\${ID}', client_secret: '\${SECRET}' } } }
  erp: { connector: sandbox-erp, environments: { test: { base_url: '\${ERP}', api_key: '\${KEY}' } } }
mappings:
  companies:
    crm: companies
    erp: customers
    match: []
    first_contact: { prefer: erp }
    conflict: hold
    propagate: { crm: { create: ignore }, erp: { delete: archive } }
    on_leave: archive
    delete_guard: { share: 1, records: 10000 }
    filter: { erp: "${filter}" }
    fields:
      - { crm: name, erp: name_1, ${rows.name} }
      - { crm: vat_id, erp: vat_no }
      - { crm: street, erp: street }
      - { crm: city, erp: city, direction: erp -> crm, ${rows.city} }
      - { crm: country, erp: country }
      - { crm: status, erp: group, ${rows.group} }
`;
const BEFORE = file("{{ record.group != 'lead' }}", {
  name: 'note: as it is',
  city: 'note: as it is',
  group: 'note: same keys',
});
const AFTER = file("{{ record.country != 'AT' }}", {
  name: `to_crm: "{{ value | replace('GmbH', 'Gesellschaft mbH') }}", to_erp: "{{ value | replace('Gesellschaft mbH', 'GmbH') }}"`,
  city: 'to_crm: "{{ value | upper }}"',
  group: 'options: { lead: lead, prospect: customer, customer: prospect, churned: churned }',
});

let world: World;
const folder = mkdtempSync(join(tmpdir(), 'dovetail-edited-'));
beforeAll(async () => {
  world = await openWorld({
    crm: { seed: 5, sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 } },
    erp: { seed: 5, sizes: { customers: CUSTOMERS, articles: 0, orders: 0, price_lists: 0 } },
  });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function load(text: string): Promise<LoadedIntegration> {
  const { a, b } = world.integration;
  const path = join(folder, 'integration.yaml');
  writeFileSync(path, text);
  return must(
    await openIntegration(path, 'test', {
      CRM: a.variables.base_url ?? '',
      ID: a.variables.client_id ?? '',
      SECRET: a.variables.client_secret ?? '',
      ERP: b.variables.base_url ?? '',
      KEY: b.variables.api_key ?? '',
    }),
  );
}

/** What the edit is to do, told from the ERP's records alone; customers in conflict wait. */
function consequences(inConflict: ReadonlySet<unknown>) {
  const found = { create: 0, archive: 0, update: 0, name: 0, city: 0, status: 0 };
  for (const { id, group, country, name_1: name, city } of world.erp.records('customers')) {
    const [was, is] = [group !== 1, country !== 'AT'];
    if (!was && is) found.create += 1;
    if (was && !is) found.archive += 1;
    if (!was || !is || inConflict.has(id)) continue;
    const changed = {
      name: String(name).includes('GmbH'),
      city: String(city).toUpperCase() !== city,
      status: group === 2 || group === 3,
    };
    for (const field of ['name', 'city', 'status'] as const) if (changed[field]) found[field] += 1;
    if (Object.values(changed).includes(true)) found.update += 1;
  }
  return found;
}

/** What a plan says, in the same terms, with the updates of the ERP and the conflicts. */
async function planned(integration: LoadedIntegration) {
  const items: PlanItem[] = [];
  const onEvent = (event: RunEvent) => {
    if (event.type === 'item') items.push(event.item);
  };
  await world.plan({ integration, onEvent });
  const changes = items.flatMap(({ actions }) => (actions.a?.kind === 'update' ? actions.a.changes : []));
  const count = (field: string, rule: string) =>
    changes.filter((one) => one.field === field && one.rule === rule).length;
  const kinds = (side: 'a' | 'b', kind: string) => items.filter(({ actions }) => actions[side]?.kind === kind).length;
  const found = {
    create: kinds('a', 'create'),
    archive: kinds('a', 'archive'),
    update: kinds('a', 'update'),
    name: count('name', 'mapping-changed'),
    city: count('city', 'mapping-changed'),
    status: count('status', 'first-contact-preferred'),
  };
  const others = changes.length - found.name - found.city - found.status;
  const conflicts = items.filter(({ park }) => park?.reason === 'conflict').length;
  return { ...found, others, conflicts, erp: kinds('b', 'update') };
}

it('a filter and three rows edited after a first sync of 10,000 records: planned, done, quiet', {
  timeout: 600_000,
}, async () => {
  const first = await load(BEFORE);
  const run = await world.sync({ integration: first });
  const inside = [...world.erp.records('customers')].filter(({ group }) => group !== 1).length;
  expect([run.outcome, run.counts.companies?.b.read, written(run)]).toEqual(['done', CUSTOMERS, `a: ${inside} create`]);
  expect(written(await world.sync({ integration: first }))).toBe('nothing');

  // Edits of people on both sides, of rows that were edited and of one that was not.
  const german = [...world.crm.records('companies')].filter(
    ({ name, country }) => String(name).includes('GmbH') && country === 'DE',
  );
  const [renamed, moved] = [german.slice(0, 3), german.slice(3, 5)];
  for (const { id } of renamed) world.crm.userUpdate('companies', String(id), { name: 'Neu GmbH' }, Date.now());
  for (const { id } of moved) world.crm.userUpdate('companies', String(id), { street: 'Neue Str. 1' }, Date.now());

  const expected = consequences(new Set(renamed.map(({ external_id: token }) => Number(String(token).split(':')[1]))));
  const edited = await load(AFTER);
  const foreseen = { ...expected, others: 0, conflicts: renamed.length, erp: moved.length };
  expect(await planned(edited)).toEqual(foreseen);

  const done = await world.sync({ integration: edited });
  expect(written(done)).toBe(
    `a: ${expected.create} create, ${expected.update} update, ${expected.archive} archive; b: ${moved.length} update`,
  );
  const quiet = await world.sync({ integration: edited });
  expect([written(quiet), quiet.calls.a.writes, quiet.calls.b.writes]).toEqual(['nothing', 0, 0]);
  const again = await world.sync({ integration: edited, full: true });
  expect([written(again), again.calls.a.writes, again.calls.b.writes]).toEqual(['nothing', 0, 0]);
});
