import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CliWorld, openCliWorld } from './cli-world.ts';

let world: CliWorld;
beforeEach(async () => {
  world = await openCliWorld();
});
afterEach(() => world.close());

const file = () => join(world.folder, 'integration.yaml');
const text = () => readFileSync(file(), 'utf8');
/** Takes rows out of the example, as if nobody had mapped these fields yet. */
function forget(...rows: string[]): string {
  const lines = text().split('\n');
  writeFileSync(file(), lines.filter((line) => !rows.some((row) => line.includes(row))).join('\n'));
  return text();
}
const FORGOTTEN = ['crm: postal_code', 'crm: phone', 'crm: newsletter'];

test('shows what is probably missing, why, and the rows for it; writes nothing', async () => {
  const before = forget(...FORGOTTEN);
  const ran = await world.run('mapping', 'suggest', 'companies');
  expect(ran.exit).toBe(0);
  // What the rows would bring is said before they are written.
  expect(ran.err).toContain('warning lossy: postal_code of crm loses letters beyond Latin-1 in zip of erp');
  await expect(ran.out).toMatchFileSnapshot('../golden/cli/mapping-suggest.txt');
  expect(text()).toBe(before);
});

test('writes sure rows when it is told to and somebody agrees; then nothing is missing', async () => {
  forget(...FORGOTTEN);
  const asked = await world.run('mapping', 'suggest', 'companies', '--write');
  expect(asked.out).toContain('Add --yes to write without being asked');
  const written = await world.run('mapping', 'suggest', 'companies', '--write', '--yes', '--json');
  expect(written.last()).toMatchObject({ outcome: 'written', pairs: [{ mapping: 'companies', rows: 4 }] });
  expect(text()).toContain('- { crm: postal_code, erp: zip }\n');
  expect(text()).toContain('# The VAT id says it for certain.');
  const again = await world.run('mapping', 'suggest', 'companies');
  expect(again.out).toContain('Nothing more is probably the same.');
});

test('with --values, what both systems hold tells more than names; no value is shown', async () => {
  for (const [at, city] of ['Kiel', 'Ulm', 'Emden', 'Jena', 'Fulda', 'Lindau'].entries()) {
    const company = { name: `Werft ${city}`, vat_id: `DE13669597${at}`, city, status: 'customer', country: 'DE' };
    expect(world.crm.userCreate('companies', company, Date.now())).toHaveProperty('record');
  }
  expect((await world.run('sync')).exit).toBe(0);
  // Without the name, which the ERP requires, the mapping is faulty; that is when one asks.
  forget('crm: name, erp: name_1', 'crm: city', 'crm: vat_id, erp', '- [vat_id]');
  const ran = await world.run('mapping', 'suggest', 'companies', '--values', '500', '--json');
  expect(ran.exit).toBe(0);
  const [{ proposals }] = ran.last().pairs as [{ proposals: { a: string; b: string; grounds: string[] }[] }];
  const found = proposals.find(({ a }) => a === 'vat_id');
  expect(found).toMatchObject({
    b: 'vat_no',
    grounds: ['vat id = vat no', '6 of 6 sampled values are the same, each once'],
  });
  expect(ran.out).not.toMatch(/Emden|DE13669597/);
});

test('two objects without a mapping are compared as they are', async () => {
  const ran = await world.run('mapping', 'suggest', '--objects', 'erp.customers', 'crm.contacts', '--json');
  const [pair] = ran.last().pairs as [{ mapping: null; proposals: { a: string; b: string }[] }];
  expect(pair.mapping).toBeNull();
  expect(pair.proposals).toContainEqual(expect.objectContaining({ a: 'last_name', b: 'contact_last_name' }));
});

test('without names, the objects that may fit and have no mapping yet', async () => {
  const before = text();
  // As if nothing but the products were mapped.
  writeFileSync(
    file(),
    before
      .replace(/\n {2}companies:[\s\S]*?\n {2}products:/, '\n  products:')
      .replace(/\n {2}deals:[\s\S]*?\nschedule:/, '\nschedule:'),
  );
  const ran = await world.run('mapping', 'suggest', '--objects');
  expect([ran.err, ran.exit]).toEqual(['', 0]);
  expect(ran.out).toMatch(/0\.\d\d {2}crm companies +↔ erp customers +both are parties, \d+ pairs of fields/);
  expect(ran.out).toContain('dovetail mapping suggest --objects crm.');
  expect(ran.out).not.toContain('crm products');
});

test.each([
  [['companys'], 'There is no mapping "companys"'],
  [['--objects', 'crm.contact', 'erp.customers'], 'There is no object "crm.contact"'],
  [['--objects', 'crm.contacts', 'crm.companies'], 'It takes two objects, one of each system'],
])('suggest %j is refused', async (words, said) => {
  const ran = await world.run('mapping', 'suggest', ...words);
  expect(ran.exit).toBe(2);
  expect(ran.err).toContain(said);
});
