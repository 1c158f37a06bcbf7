import { lensRemarks } from '../../src/cli/lens-remarks.ts';
import { readYaml } from '../../src/connector/yaml-document.ts';
import { contentsOf, type SheetContents } from '../../src/integration/sheet/contents.ts';
import type { Grid } from '../../src/integration/sheet/grid.ts';
import { importSheets, type SheetImport } from '../../src/integration/sheet/import-sheets.ts';
import { cellName, type Page } from '../../src/integration/sheet/page.ts';
import { workbookOf } from '../../src/integration/sheet/workbook.ts';
import { loadSmall } from '../small-integration.ts';

export const FILE = 'mapping.xlsx';

/** What the sheets show of an integration between the two small systems. */
export function smallContents(text: string): SheetContents {
  const read = readYaml(text, 'integration.yaml');
  const loaded = loadSmall(text, { systemsOnly: true });
  if (!read.ok || !loaded.ok) throw new Error(JSON.stringify(loaded));
  return contentsOf(read.value.data, loaded.value);
}

export const smallPages = (text: string): Page[] =>
  workbookOf(smallContents(text), { on: '2026-05-01', samples: 'none' }, null);

/** Pages as they would be read back from a file. */
export const gridsOf = (pages: readonly Page[]): Grid[] =>
  pages.map(({ name, rows }) => ({
    name,
    file: FILE,
    rows: rows.map((row) => row.map(({ text }) => ({ text, fault: null }))),
  }));

/** Imports edited sheets into the integration that they were made of, or into another one. */
export async function importSmall(grids: readonly Grid[], text: string): Promise<SheetImport> {
  const systems = loadSmall(text, { systemsOnly: true });
  if (!systems.ok) throw new Error(JSON.stringify(systems.error));
  const before = { file: 'integration.yaml', text, systems: systems.value };
  const result = await importSheets(grids, before, {
    load: async (changed) => loadSmall(changed),
    lens: lensRemarks,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** Sheets that are edited as a person does: the cell is found by what stands beside it. */
export class Sheets {
  readonly grids: Grid[];

  constructor(text: string) {
    this.grids = gridsOf(smallPages(text));
  }

  /** The row of a sheet whose cells under some headings say this, from 0. */
  rowOf(sheet: string, wanted: Record<string, string>): number {
    const { rows } = this.grid(sheet);
    const at = rows.findIndex((_, i) =>
      Object.entries(wanted).every(([header, text]) => rows[i]?.[this.columnOf(sheet, header)]?.text === text),
    );
    if (at < 0) throw new Error(`${sheet} has no row with ${JSON.stringify(wanted)}`);
    return at;
  }

  /** The first row of a sheet that says nothing. */
  spare(sheet: string): number {
    return this.grid(sheet).rows.findIndex((row, i) => i > 3 && row.every(({ text }) => text === ''));
  }

  columnOf(sheet: string, header: string): number {
    const at = this.grid(sheet).rows[3]?.findIndex(({ text }) => text === header) ?? -1;
    if (at < 0) throw new Error(`${sheet} has no column "${header}"`);
    return at;
  }

  grid(sheet: string): Grid {
    const grid = this.grids.find(({ name }) => name === sheet);
    if (!grid) throw new Error(`There is no sheet ${sheet}`);
    return grid;
  }

  /** Sets a cell and gives its address. */
  set(sheet: string, row: number, header: string, text: string): string {
    const column = this.columnOf(sheet, header);
    const cells = this.grid(sheet).rows[row] ?? [];
    while (cells.length <= column) cells.push({ text: '', fault: null });
    cells[column] = { text, fault: null };
    return cellName(sheet, row, column);
  }
}
