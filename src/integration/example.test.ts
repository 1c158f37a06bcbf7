import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openIntegration, readEnvironmentFile } from './files.ts';

const folder = fileURLToPath(new URL('../../examples/crm-erp/', import.meta.url));
const variables = readEnvironmentFile(`${folder}.env.example`);

test('the example is in order, with nothing odd about it', async () => {
  const opened = await openIntegration(`${folder}integration.yaml`, 'staging', variables.ok ? variables.value : {});
  expect(opened.ok ? opened.value.remarks : opened.error).toEqual([]);
  if (!opened.ok) return;
  expect(opened.value.mappings.map((mapping) => [mapping.name, mapping.references])).toEqual([
    ['companies', []],
    ['products', []],
    ['deals', ['companies']],
  ]);
});

test('its production environment asks for secrets by name', async () => {
  const opened = await openIntegration(`${folder}integration.yaml`, 'production', {});
  expect(opened.ok ? [] : opened.error.map((each) => each.code)).toEqual([
    'variable-unset',
    'variable-unset',
    'variable-unset',
  ]);
});

test('.env.example names what staging needs', () => {
  const text = readFileSync(`${folder}integration.yaml`, 'utf8');
  const asked = [...text.matchAll(/\$\{(\w+)\}/g)]
    .map(([, name]) => name)
    .filter((name) => !name?.includes('PRODUCTION'));
  expect(Object.keys(variables.ok ? variables.value : {}).sort()).toEqual(asked.sort());
});
