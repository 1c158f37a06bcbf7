import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliWorld, openCliWorld } from './cli-world.ts';

/**
 * What a check leaves on disk and says holds no field value of the systems that it asked: reports, evidence, the store, the
 * terminal and JSON, also of a check that writes.
 */

let world: CliWorld;
let values: string[];
beforeAll(async () => {
  world = await openCliWorld({ crm: { size: 60, limit: null, indexLagMs: 0 }, erp: { size: 60 } });
  values = spoken(world);
});
afterAll(() => world.close());

/** Texts that say something of somebody; shorter ones, and those of few letters, are words of any message. */
function spoken({ crm, erp }: CliWorld): string[] {
  const companies = [...crm.records('companies')].flatMap((one) => [
    one.name,
    one.email,
    one.vat_id,
    one.street,
    one.phone,
  ]);
  const contacts = [...crm.records('contacts')].flatMap((one) => [one.email, one.phone]);
  const deals = [...crm.records('deals')].map(({ title }) => title);
  const customers = [...erp.records('customers')].flatMap((one) => [
    one.name_1,
    one.email,
    one.vat_no,
    one.street,
    one.phone,
  ]);
  const orders = [...erp.records('orders')].map(({ subject }) => subject);
  const all = [...companies, ...contacts, ...deals, ...customers, ...orders];
  return [...new Set(all.filter((one) => typeof one === 'string' && one.trim().length >= 7).map(String))];
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

function expectNone(bytes: Buffer, where: string): void {
  for (const value of values) {
    for (const encoding of ['utf8', 'utf16le'] as const) {
      expect(bytes.includes(Buffer.from(value, encoding)), `${where} holds ${value}`).toBe(false);
    }
  }
}

test('there is something to look for, and it would be found', () => {
  expect(values.length).toBeGreaterThan(300);
  expect(() => expectNone(Buffer.from(`… ${values[7]} …`, 'utf16le'), 'a file')).toThrow('a file holds');
});

test.each([
  ['check', ['--details']],
  ['check', ['--write', '--yes', '--json']],
  ['check', ['--report', 'en.html', 'en.md']],
  ['check', ['--report', 'de.html', 'de.md', '--language', 'de']],
  ['check', ['--export', 'evidence.jsonl']],
])('%s %j', { timeout: 120_000 }, async (command, args) => {
  const ran = await world.run(command, ...args);
  expect([0, 3]).toContain(ran.exit);
  expectNone(Buffer.from(ran.out + ran.err), 'what it says');
  for (const path of filesUnder(world.folder)) expectNone(readFileSync(path), path);
});
