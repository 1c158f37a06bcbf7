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
