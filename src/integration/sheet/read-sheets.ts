import { didYouMean } from '../../connector/closest-word.ts';
import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import { type ColumnId, columnsOf } from './columns.ts';
import type { SheetContents, SheetMapping } from './contents.ts';
import type { Grid } from './grid.ts';
import { OPTIONS } from './names.ts';
import { type OptionColumnId, optionColumns } from './options-page.ts';
import { type EditedRow, placesNow, readRows } from './read-mapping.ts';
import { optionEdits } from './read-options.ts';
import { faultAt, type Table, tableOf } from './read-table.ts';
import { type PlacedEdit, rowEdits } from './row-edits.ts';
import { type Base, baseOf, readSnapshot } from './snapshot.ts';

/** The sheet of one mapping, understood. */
export interface SheetReading {
  mapping: SheetMapping;
  table: Table<ColumnId>;
  rows: EditedRow[];
  edits: PlacedEdit[];
  /** Numbers of rows in the sheet → places in the file now. */
  placed: ReadonlyMap<number, number>;
}

export interface SheetsReading {
  readings: SheetReading[];
  options: { table: Table<OptionColumnId>; edits: PlacedEdit[] } | null;
}

/** What the sheets change in the integration file that `contents` shows; what is wrong is in `found`, with its cell. */
export function readSheets(grids: readonly Grid[], contents: SheetContents, found: Diagnostic[]): SheetsReading {
  const written = readSnapshot(grids);
  const base: Base = written ?? baseOf(contents);
  const columns = columnsOf(
    contents.names,
    contents.mappings.map(({ name }) => name),
  );
  const readings = contents.mappings.flatMap((mapping): SheetReading[] => {
    const grid = gridNamed(grids, mapping.sheet);
    const rowsBefore = base.get(mapping.name);
    if (!grid || !rowsBefore) return [];
    const table = tableOf(grid, columns, found);
    if (!table) {
      found.push(
        faultAt(grid, 0, 0, 'headings-missing', 'The headings of the sheet are missing', {
          next: 'Begin with a new export',
        }),
      );
      return [];
    }
    const rows = readRows({ table, columns, mapping, base: rowsBefore, found });
    const placed = placesNow(rowsBefore, mapping);
    const edits = rowEdits(rows, { table, mapping, names: contents.names, placed, found });
    return [{ mapping, table, rows, edits, placed }];
  });
  checkSheets(grids, contents, found);
  return { readings, options: readOptions(grids, contents, base, found) };
}

const gridNamed = (grids: readonly Grid[], name: string): Grid | undefined =>
  grids.find((grid) => grid.name.toLowerCase() === name.toLowerCase());

function readOptions(
  grids: readonly Grid[],
  contents: SheetContents,
  base: Base,
  found: Diagnostic[],
): SheetsReading['options'] {
  const grid = gridNamed(grids, OPTIONS);
  if (!grid) return null;
  const table = tableOf(grid, optionColumns(contents), found);
  return table ? { table, edits: optionEdits({ table, contents, base, found }) } : null;
}

/** A sheet that looks like one of ours under another name would be overlooked. */
function checkSheets(grids: readonly Grid[], contents: SheetContents, found: Diagnostic[]): void {
  const sheets = contents.mappings.map(({ sheet }) => sheet);
  const missing = sheets.filter((sheet) => !gridNamed(grids, sheet));
  const columns = columnsOf(contents.names, []);
  for (const grid of grids) {
    const known = [...sheets, OPTIONS].some((sheet) => sheet.toLowerCase() === grid.name.toLowerCase());
    if (known || (tableOf(grid, columns, [])?.columns.size ?? 0) < columns.length / 2) continue;
    const next = didYouMean(grid.name, missing.length > 0 ? missing : sheets);
    found.push(
      faultAt(grid, 0, 0, 'sheet-unknown', `The integration has no mapping with the sheet "${grid.name}"`, { next }),
    );
  }
  const [file] = grids.map((grid) => grid.file);
  if (missing.length === sheets.length && file !== undefined) {
    const detail = `Looked for: ${sheets.join(', ')}.`;
    found.push(problem('sheets-missing', 'The file has no sheet of this integration', { detail, where: { file } }));
  }
}
