import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadConnector } from '../../src/connector/load.ts';

test('the connector that the guide begins with is one', () => {
  const guide = readFileSync(new URL('../../docs/connectors.md', import.meta.url), 'utf8');
  const example = /## A connector in thirty lines\n\n```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';
  expect(example.split('\n').length).toBeGreaterThan(25);
  expect(loadConnector(example, 'guide.yaml')).toMatchObject({ ok: true });
});
