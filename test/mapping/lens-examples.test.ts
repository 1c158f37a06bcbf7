import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openIntegration } from '../../src/integration/files.ts';
import { checkLens } from '../../src/mapping/lens/check-lens.ts';
import { compileCheck } from '../../src/validation/validate.ts';

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
  const { a, b, mappings } = loaded.value;
  const found = mappings.flatMap((mapping) => {
    const sideOf = (side: 'a' | 'b') => ({
      system: { a, b }[side].name,
      definition: { a, b }[side].connector.objects[mapping.objects[side]] ?? { fields: {} },
      optionLists: () => [],
      demandOf: compileCheck,
    });
    return checkLens({ mapping, sides: { a: sideOf('a'), b: sideOf('b') }, samples: { a: [], b: [] } });
  });
  const undeclared = found.flatMap(({ violations }) => violations.filter(({ accepted }) => !accepted));
  expect(undeclared.map(({ diagnostic: { summary, next } }) => `${summary} → ${next}`)).toEqual([]);
  // What is declared and not found any more would hide what comes later.
  const declared = mappings.flatMap(({ fields }) =>
    fields.filter(({ lossAccepted }) => lossAccepted).map((row) => row.name),
  );
  const lost = found.flatMap(({ row, violations }) => (violations.length > 0 ? [row.name] : []));
  expect(declared.filter((row) => !lost.includes(row))).toEqual([]);
});
