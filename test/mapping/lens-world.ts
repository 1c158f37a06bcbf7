import { lensSides } from '../../src/checklist/lens-sides.ts';
import { loadConnector } from '../../src/connector/load.ts';
import { loadIntegration } from '../../src/integration/load.ts';
import type { LoadedIntegration } from '../../src/integration/loaded.ts';
import { checkLens, type RowLens } from '../../src/mapping/lens/check-lens.ts';
import { ok } from '../../src/record/diagnostic.ts';
import type { Fields } from '../../src/record/value.ts';

/** One object on each side, and the rows between them, in the words of the files. */
export interface LensWorld {
  a: Record<string, object>;
  b: Record<string, object>;
  rows: Record<string, unknown>[];
  samples?: { a?: Fields[]; b?: Fields[] };
}

/** The lens check of a small world, with the systems `crm` and `erp`. */
export function lensesOf({ a, b, rows, samples }: LensWorld): RowLens[] {
  const integration = load(a, b, rows);
  const [mapping] = integration.mappings;
  if (!mapping) throw new Error('The world has no mapping');
  return checkLens({
    mapping,
    sides: lensSides(integration, mapping, { a: () => [], b: () => [] }),
    samples: { a: samples?.a ?? [], b: samples?.b ?? [] },
  });
}

/** What a world loses, as `crm: cut`; sorted. */
export const lossesOf = (world: LensWorld): string[] =>
  lensesOf(world)
    .flatMap(({ from, violations }) =>
      violations.filter((one) => !one.accepted).map(({ cause }) => `${from === 'a' ? 'crm' : 'erp'}: ${cause}`),
    )
    .toSorted();

function load(a: object, b: object, rows: object[]): LoadedIntegration {
  const connector = (name: string, fields: object) =>
    JSON.stringify({
      connector: name,
      title: name,
      protocol: 'rest',
      base_url: 'https://example.test',
      auth: { type: 'none' },
      objects: {
        things: {
          id: { path: 'id' },
          create: { method: 'POST', path: '/things' },
          update: { method: 'PATCH', path: '/things/{id}' },
          fields,
        },
      },
    });
  const texts: Record<string, string> = { crm: connector('crm', a), erp: connector('erp', b) };
  const file = {
    integration: 'world',
    purpose: 'a test',
    systems: {
      crm: { connector: 'crm', environments: { test: {} } },
      erp: { connector: 'erp', environments: { test: {} } },
    },
    mappings: { things: { crm: 'things', erp: 'things', fields: rows } },
  };
  const loaded = loadIntegration('integration.yaml', JSON.stringify(file), {
    environment: 'test',
    variables: {},
    connectors: (name) => {
      const definition = loadConnector(texts[name] ?? '', `${name}.yaml`);
      return definition.ok ? ok({ definition: definition.value, file: `${name}.yaml` }) : definition;
    },
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error, null, 2));
  return loaded.value;
}
