import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CliWorld, openCliWorld } from './cli-world.ts';

let world: CliWorld;
beforeEach(async () => {
  world = await openCliWorld();
});
afterEach(() => world.close());

const NORD = {
  name: 'Nordwerft GmbH',
  status: 'customer',
  country: 'DE',
  street: 'Hafenstraße 17',
  city: 'Kiel',
  vat_id: 'DE136695976',
  phone: '0431 901 0',
};

function company(): string {
  const created = world.crm.userCreate('companies', NORD, Date.now());
  if (!('record' in created)) throw new Error(`The sandbox refused it with ${created.status}`);
  return String(created.record.id);
}

it('shows each field from one wire to the other, in both directions', async () => {
  const id = company();
  const there = await world.run('mapping', 'try', 'companies', id);
  expect([there.err, there.exit]).toEqual(['', 0]);
  await expect(there.out.replaceAll(id, 'ID')).toMatchFileSnapshot('../golden/cli/mapping-try.txt');
  await world.run('sync');
  const [customer] = world.erp.records('customers');
  const back = await world.run('mapping', 'try', 'companies', String(customer?.id), '--from', 'erp');
  expect(back.exit).toBe(0);
  expect(back.out).toContain('erp customers');
});

it('with --mask, no value is shown; with --json, all is data', async () => {
  const id = company();
  const masked = await world.run('mapping', 'try', 'companies', id, '--mask');
  expect(masked.out).toContain('a text of 14 characters');
  for (const value of Object.values(NORD)) expect(masked.out).not.toContain(`"${value}"`);
  const json = await world.run('mapping', 'try', 'companies', id, '--json', '--field', 'name');
  expect(json.last()).toMatchObject({ mapping: 'companies', fields: [{ from: 'name', to: 'name_1', problem: null }] });
  const both = await world.run('mapping', 'try', 'companies', id, '--json', '--mask');
  expect(both.out).not.toContain('Nordwerft');
});

it('shows every part of an expression, and says why a sync would park the record', async () => {
  const file = join(world.folder, 'integration.yaml');
  const text = readFileSync(file, 'utf8');
  const row = /- \{ crm: name, erp: name_1[^}]*\}/;
  expect(text).toMatch(row);
  writeFileSync(
    file,
    text.replace(
      row,
      `- { crm: name, erp: name_1, to_crm: "{{ value }}", to_erp: "{{ value | replace('GmbH', '') | trim | decimal }}" }`,
    ),
  );
  const tried = await world.run('mapping', 'try', 'companies', company(), '--field', 'name_1');
  expect([tried.err, tried.exit]).toEqual(['', 4]);
  expect(tried.out).toMatch(/\| replace\('GmbH', ''\) +"Nordwerft "\n +\| trim +"Nordwerft"\n/);
  expect(tried.out).toContain('expression-failed');
  expect(tried.out).toContain('A sync would park the record');
});

it('shows what was looked up, in a table, in a system, by a function; and check tells of the functions', async () => {
  const [user] = [...world.crm.records('users')];
  const file = join(world.folder, 'integration.yaml');
  writeFileSync(join(world.folder, 'functions.ts'), 'export const shout = (value: unknown) => `${value}!`;\n');
  writeFileSync(join(world.folder, 'regions.csv'), 'country,region\nDE,Mitte\n');
  const row = `- { erp: memo, to_erp: "{{ record.country | lookup('regions') }} {{ lookup.owner.email }} {{ fn.shout(record.city) }}" }`;
  const text = readFileSync(file, 'utf8')
    .replace(/^mappings:/m, 'functions: ./functions.ts\ntables: { regions: { file: regions.csv } }\nmappings:')
    .replace(
      '    clock_skew: 2m\n',
      `    clock_skew: 2m\n    lookups: { owner: { system: crm, of: crm, object: users, from: "{{ record.owner_id }}" } }\n`,
    )
    .replace('- { crm: email, erp: email }', `${row}\n      - { crm: email, erp: email }`);
  writeFileSync(file, text);
  const created = world.crm.userCreate('companies', { ...NORD, owner_id: user?.id ?? null }, Date.now());
  const id = 'record' in created ? String(created.record.id) : '';
  const tried = await world.run('mapping', 'try', 'companies', id, '--field', 'memo');
  expect([tried.err, tried.exit]).toEqual(['', 0]);
  expect(tried.out).toContain(`looked up as owner`);
  expect(tried.out).toMatch(new RegExp(`written to erp +"Mitte ${user?.email} Kiel!"`));
  const check = await world.run('check', '--question', 'credentials');
  expect(check.err).toContain('./functions.ts is code that runs with your rights');
  await world.run('sync');
  expect([...world.erp.records('customers')][0]?.memo).toBe(`Mitte ${user?.email} Kiel!`);
});

it.each([
  [['try', 'compnies', 'x'], 'Did you mean "companies"?'],
  [['try', 'companies', 'nobody'], 'Neither crm nor erp has a record nobody of companies'],
  [['try', 'companies', 'nobody', '--from', 'crm'], 'crm has no companies nobody'],
  [['try', 'companies', 'nobody', '--from', 'crmm'], 'Did you mean "crm"?'],
])('%j: %s', async (args, message) => {
  const tried = await world.run('mapping', ...args);
  expect(tried.exit).toBe(2);
  expect(tried.err).toContain(message);
});
