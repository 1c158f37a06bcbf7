import { expect, test } from 'vitest';
import { createCrm } from './crm/crm.ts';
import { createErp, ERP_KEY } from './erp/erp.ts';
import type { Json } from './system.ts';

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);

test('seeded records obey the rules of the CRM, and are as varied as real ones', () => {
  const crm = createCrm({ size: 400 });
  for (const object of ['companies', 'contacts', 'deals', 'products', 'users'] as const) {
    for (const record of crm.records(object)) {
      const { id, created_at, updated_at, version, archived, merged_into, ...fields } = record;
      const input: Record<string, Json> = {};
      for (const [name, value] of Object.entries(fields)) if (value !== undefined) input[name] = value;
      const outcome = crm.userUpdate(object, id, input, NOW);
      expect(outcome).toMatchObject({ status: 200 });
      expect('record' in outcome && outcome.record).toMatchObject(input);
    }
  }
  const companies = [...crm.records('companies')];
  const emails = companies.map((company) => company.email);
  expect(emails).toContain(null);
  expect(new Set(emails).size).toBeLessThan(emails.filter((email) => email !== null).length);
  expect(companies.some((company) => String(company.name).length > 40)).toBe(true);
  const notations = [/^\+\d+ \d+ \d+$/, /^00/, /\(0\)/, /^0[1-9]\d*\//, /^\(0/];
  for (const notation of notations)
    expect(companies.some((company) => notation.test(String(company.phone)))).toBe(true);
});

test('seeded records are as the ERP stores them, and overlap with the CRM', () => {
  const erp = createErp({ size: 300 });
  const crm = createCrm({ size: 300 });
  for (const object of ['customers', 'articles', 'orders', 'price_lists'] as const) {
    for (const record of erp.records(object)) {
      const { id, row_version, created, changed, ...fields } = record;
      const request = { method: 'PUT', path: `/api/${object}/${id}`, headers: { 'x-api-key': ERP_KEY } };
      const stored = erp.handle({ ...request, body: JSON.stringify(fields) }, NOW);
      expect(JSON.parse(stored.body)).toMatchObject(fields);
    }
  }
  const companies = new Map([...crm.records('companies')].map((company) => [company.vat_id, company]));
  let common = 0;
  for (const customer of erp.records('customers')) {
    const company = customer.vat_no === '' ? undefined : companies.get(String(customer.vat_no));
    if (company === undefined) continue;
    common += 1;
    const name = String(company.name)
      .replace(/[^\u0000-\u00ff]/gu, '?')
      .slice(0, 40)
      .trimEnd();
    expect(customer.name_1).toBe(name);
  }
  expect(common).toBeGreaterThan(300 * 0.6 * 0.85);
  expect(common).toBeLessThan(300 * 0.6 * 1.1);
});

test('the same seed gives the same CRM; the state has a digest', () => {
  const [a, b, c] = [7, 7, 8].map((seed) => createCrm({ seed, size: 20 }));
  expect([...a!.records('contacts')]).toEqual([...b!.records('contacts')]);
  expect([...a!.records('companies')]).not.toEqual([...c!.records('companies')]);
  expect(a!.digest()).toBe(b!.digest());
  a!.userUpdate('companies', 'co_1000003', { city: 'Ulm' }, NOW);
  expect(a!.digest()).not.toBe(b!.digest());
});

test('the same seed gives the same ERP; the state has a digest', () => {
  const [a, b] = [createErp({ seed: 3, size: 20 }), createErp({ seed: 3, size: 20 })];
  expect([...a.records('orders')]).toEqual([...b.records('orders')]);
  expect(a.digest()).toBe(b.digest());
  a.userDelete('orders', 500_003, NOW);
  expect(a.digest()).not.toBe(b.digest());
});

test('a million records cost nothing until they are looked at', () => {
  const crm = createCrm({ size: 1_000_000, limit: null });
  const erp = createErp({ size: 1_000_000 });
  expect([crm.count('contacts'), erp.count('orders')]).toEqual([2_000_000, 1_000_000]);
  expect(crm.get('contacts', 'ct_11e847f')?.company_id).toBe(null);
  expect(erp.get('customers', 1_009_999)?.name_1).not.toBe('');
});
