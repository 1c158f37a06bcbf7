import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generated, ROOT } from '../scripts/generated.ts';

test.each([...generated()])('%s is as the schemas say (node scripts/schemas.ts writes it)', (path, text) => {
  expect(readFileSync(ROOT + path, 'utf8')).toBe(text);
});
