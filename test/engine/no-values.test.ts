import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openWorld } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'dovetail-no-values-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Texts that could only come from a record: names, addresses, e-mails, phones, VAT ids, titles, amounts. */
function valuesOf(record: object): string[] {
  return Object.entries(record).flatMap(([name, value]): string[] => {
    if (/^(id|company_id|owner_id|merged_into|external_id|created|changed|created_at|updated_at|currency)$/.test(name))
      return [];
    if (typeof value === 'string') return value.length >= 6 ? [value] : [];
    return value !== null && typeof value === 'object' ? valuesOf(value) : [];
  });
}

it('no-values: after a sync no field value stands in any file of the store, in UTF-8 or UTF-16', async () => {
  const world = await openWorld({
    crm: { seed: 5, size: 120 },
    erp: { seed: 5, size: 90 },
    store: join(folder, 'store.db'),
  });
  await world.sync();
  const [company] = world.crm.records('companies');
  world.crm.userUpdate('companies', company?.id ?? '', { city: 'Unverwechselbarstadt' }, Date.now());
  await world.sync();
  const values = new Set<string>(['Unverwechselbarstadt']);
  for (const object of ['companies', 'deals', 'products'] as const) {
    for (const record of world.crm.records(object)) for (const value of valuesOf(record)) values.add(value);
  }
  for (const object of ['customers', 'orders', 'articles'] as const) {
    for (const record of world.erp.records(object)) for (const value of valuesOf(record)) values.add(value);
  }
  const open = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  await world.close();
  const files = [...open, ...readdirSync(folder).map((name) => readFileSync(join(folder, name)))];
  expect(Buffer.concat(files).includes('co_')).toBe(true);
  const words = new Set([
    'prospect',
    'customer',
    'churned',
    'manufacturing',
    'quoted',
    'logistics',
    'retail',
    'construction',
    'software',
    'healthcare',
  ]);
  const found = [...values].filter(
    (value) =>
      !words.has(value) && files.some((file) => file.includes(value, 0, 'utf8') || file.includes(value, 0, 'utf16le')),
  );
  expect(values.size).toBeGreaterThan(500);
  expect(found).toEqual([]);
});
