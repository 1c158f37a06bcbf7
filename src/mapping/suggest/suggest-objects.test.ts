import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConnector } from '../../connector/load.ts';
import { suggestObjects } from './suggest-objects.ts';

function objectsOf(connector: string) {
  const file = new URL(`../../connectors/${connector}/connector.yaml`, import.meta.url);
  const loaded = loadConnector(readFileSync(file, 'utf8'), 'connector.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return Object.entries(loaded.value.objects).map(([name, { label, fields }]) => ({
    name,
    label,
    fields: Object.entries(fields).map(([field, definition]) => ({ name: field, definition })),
  }));
}

test.each([
  ['sandbox-crm', 'sandbox-erp', ['companies = customers', 'products = articles']],
  ['hubspot', 'pipedrive', ['contacts = persons', 'companies = organizations', 'deals = deals']],
  ['shopware', 'woocommerce', ['products = products', 'orders = orders']],
])('of %s and %s', (a, b, pairs) => {
  const found = suggestObjects(objectsOf(a), objectsOf(b)).map((one) => `${one.a} = ${one.b}`);
  expect(found).toEqual(expect.arrayContaining(pairs));
});

test('objects with other names are the same where their records are', () => {
  const seen = (connector: string, name: string, field: string, digests: string[]) =>
    objectsOf(connector)
      .filter((one) => one.name === name)
      .map((one) => ({
        ...one,
        fields: one.fields.map((known) =>
          known.name === field ? { ...known, digests: new Set(digests), isUnique: true } : known,
        ),
      }));
  const titles = (from: number) => Array.from({ length: 40 }, (_, index) => `title ${index + from}`);
  const found = (shift: number) =>
    suggestObjects(
      seen('sandbox-crm', 'deals', 'title', titles(0)),
      seen('sandbox-erp', 'orders', 'subject', titles(shift)),
    );
  expect(found(20)).toMatchObject([
    { a: 'deals', b: 'orders', grounds: ['2 pairs of fields', 'the same title in 20 sampled records'] },
  ]);
  expect(found(38)).toEqual([]);
});
