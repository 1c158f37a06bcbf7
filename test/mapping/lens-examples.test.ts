import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { lensSides } from '../../src/checklist/lens-sides.ts';
import { openIntegration } from '../../src/integration/files.ts';
import { checkLens } from '../../src/mapping/lens/check-lens.ts';

const NO_LISTS = { a: () => [], b: () => [] };
const UNTRIED: Record<string, string[]> = {
  'crm-erp': ['status ↔ group', 'status ↔ group'],
  'parts-and-lines': ['salutation ↔ salutation', 'salutation ↔ salutation'],
};
const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

test.each(readdirSync(EXAMPLES))('the example %s loses nothing but what it declares', async (name) => {
  const variables = Object.fromEntries(
    [...readFileSync(`${EXAMPLES}/${name}/integration.yaml`, 'utf8').matchAll(/\$\{(\w+)\}/g)].map(([, variable]) => [
      variable,
      'x',
    ]),
  );
  const loaded = await openIntegration(`${EXAMPLES}/${name}/integration.yaml`, 'staging', variables);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const { mappings } = loaded.value;
  const found = mappings.flatMap((mapping) =>
    checkLens({ mapping, sides: lensSides(loaded.value, mapping, NO_LISTS), samples: { a: [], b: [] } }),
  );
  // What nothing could be tried for would look sound. Options of lists are known to the systems alone.
  expect(found.filter(({ tried }) => tried === 0).map(({ row }) => row.name)).toEqual(UNTRIED[name] ?? []);
  const undeclared = found.flatMap(({ violations }) => violations.filter(({ accepted }) => !accepted));
  expect(undeclared.map(({ diagnostic: { summary, next } }) => `${summary} → ${next}`)).toEqual([]);
  // What is declared and not found any more would hide what comes later.
  const declared = mappings.flatMap(({ fields }) =>
    fields.filter(({ lossAccepted }) => lossAccepted).map((row) => row.name),
  );
  const lost = found.flatMap(({ row, violations }) => (violations.length > 0 ? [row.name] : []));
  expect(declared.filter((row) => !lost.includes(row))).toEqual([]);
});
