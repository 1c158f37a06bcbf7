import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readYaml } from '../../src/connector/yaml-document.ts';
import { openIntegrationText } from '../../src/integration/files.ts';
import { contentsOf } from '../../src/integration/sheet/contents.ts';
import { csvOf, readCsvGrid } from '../../src/integration/sheet/csv.ts';
import type { Grid } from '../../src/integration/sheet/grid.ts';
import { importSheets } from '../../src/integration/sheet/import-sheets.ts';
import type { Page } from '../../src/integration/sheet/page.ts';
import { workbookOf } from '../../src/integration/sheet/workbook.ts';
import { readXlsxGrids } from '../../src/integration/sheet/xlsx-read.ts';
import { xlsxOf } from '../../src/integration/sheet/xlsx-write.ts';
import { loadSmall, SMALL } from '../small-integration.ts';
import { FILE, importSmall, smallPages } from './world.ts';

async function byXlsx(pages: readonly Page[]): Promise<Grid[]> {
  const read = await readXlsxGrids(await xlsxOf(pages, { title: 'x', written: 0 }), FILE);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

function byCsv(pages: readonly Page[]): Grid[] {
  return pages.map((page) => {
    const read = readCsvGrid(csvOf(page), page.name, FILE);
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    return read.value;
  });
}

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

const unchanged = { edits: 0, faults: [], remarks: [] };

describe('sheets that nobody edited change nothing, to the byte', () => {
  test.each(readdirSync(EXAMPLES))('examples/%s', async (name) => {
    const file = `${EXAMPLES}${name}/integration.yaml`;
    const text = readFileSync(file, 'utf8');
    const offline = { kept: () => 'not needed' };
    const load = (changed: string) => openIntegrationText(file, changed, null, {}, offline);
    const [systems, read] = [await load(text), readYaml(text, file)];
    if (!systems.ok || !read.ok) throw new Error(JSON.stringify(systems));
    const pages = workbookOf(contentsOf(read.value.data, systems.value), { on: '2026-05-01', samples: 'none' }, null);
    for (const grids of [await byXlsx(pages), byCsv(pages)]) {
      const result = await importSheets(grids, { file, text, systems: systems.value }, { load, lens: () => [] });
      expect(result).toEqual({ ok: true, value: { ...unchanged, text } });
    }
  });

  test('whatever the integration says', async () => {
    await fc.assert(
      fc.asyncProperty(integrations, async (text) => {
        const pages = smallPages(text);
        for (const grids of [await byXlsx(pages), byCsv(pages)]) {
          expect(await importSmall(grids, text)).toEqual({ ...unchanged, text });
        }
      }),
      { numRuns: 25 },
    );
  });

  test('also where they hold no copy of what they said', async () => {
    const grids = byCsv(smallPages(SMALL)).filter(({ name }) => name !== 'Export');
    expect(await importSmall(grids, SMALL)).toEqual({ ...unchanged, text: SMALL });
  });
});

const SHOP = ['name', 'email', 'vat_id', 'status', 'credit', 'newsletter', 'updated', 'parent', 'pin'];
const BOOKS = ['name_1', 'mail', 'vat_no', 'group', 'limit', 'letters', 'parent_no', 'country'];
/** What a spreadsheet, CSV or YAML may make something else of. */
const texts = fc.oneof(
  fc.constantFrom(
    '=1+1',
    "'=x",
    "''",
    '+49 1',
    '-',
    '@a',
    '"',
    'a;b,c\td',
    'true',
    '1e3',
    '0012',
    '2026-05-01',
    '# x',
    'a: b',
    '{{ value }}',
    'yes',
    '~',
    '“x”',
    'x\ny',
    ' x ',
    '_x000D_',
    'Ä€😀',
  ),
  fc.string({ minLength: 1, maxLength: 20 }),
);

/** Integrations whose rows say anything that can be said, whether or not it makes sense: it only has to survive. */
const integrations = fc
  .record({
    rows: fc.uniqueArray(
      fc.record(
        {
          shop: fc.constantFrom(...SHOP),
          books: fc.constantFrom(...BOOKS),
          direction: fc.constantFrom('both', 'shop -> books', 'books -> shop'),
          to_books: texts,
          to_shop: texts,
          reference: fc.constantFrom('buyers', 'purchases'),
          conflict: fc.constantFrom('shop', 'books', 'hold', 'newest'),
          required: fc.boolean(),
          default: fc.oneof(
            texts,
            fc.integer(),
            fc.boolean(),
            fc.record({ shop: texts, books: fc.integer() }, { requiredKeys: [] }),
          ),
          options: fc.dictionary(
            fc.constantFrom('lead', 'customer', 'lost', 'other'),
            fc.constantFrom<string | string[]>('lead', 'customer', 'x', ['lead', 'x'], 'a,b'),
          ),
          otherwise: fc.constant({ policy: 'ignore' }),
          note: texts,
        },
        { requiredKeys: ['shop', 'books'] },
      ),
      { minLength: 1, maxLength: 6, selector: ({ shop, books }) => `${shop} ${books}` },
    ),
    ignored: fc.dictionary(fc.constantFrom(...SHOP), texts),
    flow: fc.boolean(),
  })
  .map(({ rows, ignored, flow }) => {
    const part = (key: string, value: object) =>
      flow ? `    ${key}: ${JSON.stringify(value)}\n` : stringify({ [key]: value }).replace(/^(?=.)/gm, '    ');
    const left = Object.keys(ignored).length > 0 ? part('ignored', { shop: ignored }) : '';
    const start = SMALL.indexOf('    fields:');
    return `${SMALL.slice(0, start)}${part('fields', rows)}${left}${SMALL.slice(SMALL.indexOf('  purchases:\n'))}`;
  });

test('the generated integrations are YAML', () => {
  fc.assert(
    fc.property(integrations, (text) => readYaml(text, 'integration.yaml').ok),
    { numRuns: 50 },
  );
  expect(loadSmall(SMALL).ok).toBe(true);
});
