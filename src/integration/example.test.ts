import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findConnector, openIntegration, readEnvironmentFile } from './files.ts';
import { loadIntegration } from './load.ts';

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

test('the stamp of a whole decides nothing about its parts', () => {
  const file = fileURLToPath(new URL('../../examples/parts-and-lines/integration.yaml', import.meta.url));
  const text = readFileSync(file, 'utf8').replace(/^ {4}conflict: \w+$/gm, '    conflict: newest');
  const opened = loadIntegration(file, text, {
    environment: 'staging',
    connectors: findConnector,
    variables: variables.ok ? variables.value : {},
  });
  const faults = opened.ok ? [] : opened.error.filter(({ code }) => code === 'newest-without-stamp');
  expect(faults.map(({ summary }) => summary)).toContain('main_contacts of erp has no modification stamp of its own');
});
