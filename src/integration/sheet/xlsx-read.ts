import { type Cell, readXlsx, type Sheet } from 'hucre/xlsx';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { GRID_LIMITS, type Grid, type GridCell } from './grid.ts';
import { checkArchive } from './xlsx-archive.ts';

/**
 * The sheets of an XLSX file as texts. Formulas are not evaluated: a cell that holds one says so. Archives that grow
 * beyond bounds, and documents that define entities, are refused.
 */
export async function readXlsxGrids(bytes: Uint8Array, file: string): Promise<Result<Grid[]>> {
  const checked = checkArchive(bytes, file);
  if (!checked.ok) return checked;
  try {
    // One row more than is taken, so that a sheet that goes on is noticed.
    const { sheets } = await readXlsx(bytes, { maxRows: GRID_LIMITS.rows + 1 });
    const large = sheets.find(isTooLarge);
    return large ? fail(tooLarge(large.name, file)) : ok(sheets.map((sheet) => gridOf(sheet, file)));
  } catch {
    return fail(unreadable(file));
  }
}

export const unreadable = (file: string): Diagnostic =>
  problem('sheet-unreadable', 'The file is no XLSX workbook that can be read', {
    detail: 'It may be damaged, protected by a password, or of another kind.',
    where: { file },
    next: 'Save it as "Excel workbook (.xlsx)" without a password',
  });

/** Two cells far apart are enough to span millions. */
const isTooLarge = ({ rows }: Sheet): boolean =>
  rows.length > GRID_LIMITS.rows || rows.reduce((sum, row) => sum + row.length, 0) > GRID_LIMITS.cells;

const tooLarge = (sheet: string, file: string): Diagnostic =>
  problem('sheet-too-large', `The sheet ${sheet} is too large`, {
    detail: `At most ${GRID_LIMITS.rows} rows and ${GRID_LIMITS.cells} cells are read.`,
    where: { file },
    next: 'Delete what does not belong there',
  });

function gridOf(sheet: Sheet, file: string): Grid {
  const rows = sheet.rows.map((row, i) => row.map((value, j) => cellOf(value, sheet.cells?.get(`${i},${j}`))));
  return { name: sheet.name, file, rows };
}

function cellOf(value: Sheet['rows'][number][number], cell: Cell | undefined): GridCell {
  if (cell?.formula !== undefined) return { text: '', fault: 'formula' };
  if (cell?.type === 'error') return { text: '', fault: 'error' };
  return { text: textOf(value), fault: null };
}

/** A date that a program made of what was typed is written as one. */
function textOf(value: Sheet['rows'][number][number]): string {
  if (value === null || value === undefined) return '';
  if (!(value instanceof Date)) return String(value);
  return Number.isNaN(value.getTime()) ? '' : value.toISOString().replace(/T00:00:00\.000Z$/, '');
}
