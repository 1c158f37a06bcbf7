import { expect, test } from 'vitest';
import { createCrm } from './crm/crm.ts';
import { crmOpenApi } from './crm/openapi.ts';
import { createErp, ERP_KEY } from './erp/erp.ts';
import { erpOpenApi } from './erp/openapi.ts';
import type { SandboxSystem } from './system.ts';

const NOW = Date.UTC(2026, 5, 1);

type Document = {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, { properties?: object }> };
};

const systems: [string, SandboxSystem, unknown][] = [
  ['CRM', createCrm({ size: 5, limit: null }), crmOpenApi()],
  ['ERP', createErp({ size: 5 }), erpOpenApi()],
];

function authorised(system: SandboxSystem): Record<string, string> {
  const body = 'grant_type=client_credentials&client_id=sandbox-crm-client&client_secret=sandbox-crm-secret';
  const response = system.handle({ method: 'POST', path: '/oauth/token', headers: {}, body }, NOW);
  return { 'x-api-key': ERP_KEY, authorization: `Bearer ${JSON.parse(response.body).access_token}` };
}

test.each(systems)('%s serves its document, without credentials', (_name, system, made) => {
  const response = system.handle({ method: 'GET', path: '/openapi.json', headers: {}, body: '' }, NOW);
  const document = JSON.parse(response.body) as Document;
  expect(document).toEqual(JSON.parse(JSON.stringify(made)));
  expect(document.openapi).toBe('3.1.0');
  for (const [, name] of response.body.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    expect(document.components.schemas).toHaveProperty(name ?? '');
  }
});

test.each(systems)('%s knows every path and method of its document', (_name, system, made) => {
  const headers = authorised(system);
  const { paths } = JSON.parse(JSON.stringify(made)) as Document;
  for (const [template, operations] of Object.entries(paths)) {
    const path = template.replace('{object}', 'companies').replace('{field}', 'status').replace('{name}', 'unit');
    for (const method of Object.keys(operations)) {
      if (method === 'parameters') continue;
      const before = system.stats().kinds;
      const request = { method: method.toUpperCase(), path: path.replace('{id}', 'x'), headers, body: '{}' };
      const response = system.handle(request, NOW);
      expect(response.status, `${method} ${path}`).not.toBe(405);
      const [kind] = Object.entries(system.stats().kinds).find(([key, count]) => count !== before[key]) ?? [];
      expect(kind).toBe(`${request.method} ${template}`);
    }
  }
});

test.each([
  ['CRM', 0, '/companies?limit=1', 'data', 'Company'],
  ['CRM', 0, '/deals?limit=1', 'data', 'Deal'],
  ['ERP', 1, '/api/customers?size=1', 'items', 'Customer'],
  ['ERP', 1, '/api/orders?size=1', 'items', 'Order'],
])('%s #%i: records of %s have exactly the documented fields', (_name, index, path, list, schema) => {
  const [, system, made] = systems[index]!;
  const response = system.handle({ method: 'GET', path, headers: authorised(system), body: '' }, NOW);
  const document = JSON.parse(JSON.stringify(made)) as Document;
  const fields = Object.keys(JSON.parse(response.body)[list][0]).sort();
  expect(fields).toEqual(Object.keys(document.components.schemas[schema]?.properties ?? {}).sort());
});
