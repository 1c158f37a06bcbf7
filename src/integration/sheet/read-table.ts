import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import type { Grid } from './grid.ts';
import { cellName } from './page.ts';

/** A sheet that was read, with the places of its columns. */
export interface Table<Id extends string> {
  grid: Grid;
  /** The row with the headings, from 0. */
  headings: number;
  columns: ReadonlyMap<Id, number>;
}

/** How far down headings are looked for. */
const LATEST_HEADINGS = 30;

/**
 * Finds the columns by their headings, in whatever order they stand. Null where no row has any two of them: the sheet is
 * another one.
 */
export function tableOf<Id extends string>(
  grid: Grid,
  wanted: readonly { id: Id; header: string }[],
  found: Diagnostic[],
): Table<Id> | null {
  const plain = (text: string) => text.trim().toLowerCase();
  const known = new Map(wanted.map(({ id, header }) => [plain(header), id]));
  const hits = grid.rows
    .slice(0, LATEST_HEADINGS)
    .map((row) => row.filter(({ text }) => known.has(plain(text))).length);
  const most = Math.max(0, ...hits);
  if (most < 2) return null;
  const headings = hits.indexOf(most);
  const columns = new Map<Id, number>();
  const table: Table<Id> = { grid, headings, columns };
  for (const [i, { text }] of (grid.rows[headings] ?? []).entries()) {
    const id = known.get(plain(text));
    if (id === undefined) continue;
    if (columns.has(id)) {
      const next = 'Delete one of the two columns';
      found.push(faultAt(grid, headings, i, 'heading-twice', `The heading "${text.trim()}" stands twice`, { next }));
    } else columns.set(id, i);
  }
  for (const { id, header } of wanted) {
    if (columns.has(id)) continue;
    const next = 'Give the column its heading back, or begin with a new export';
    found.push(faultAt(grid, headings, 0, 'heading-missing', `The column "${header}" is missing`, { next }));
  }
  return table;
}

/** The text of a cell: line ends as `\n`, without the blanks around it. */
export function textAt<Id extends string>({ grid, columns }: Table<Id>, row: number, id: Id): string {
  const text = grid.rows[row]?.[columns.get(id) ?? -1]?.text ?? '';
  return plainCell(text);
}

/** As texts of cells are compared. */
export const plainCell = (text: string): string => text.replace(/\r\n?/g, '\n').trim();

export function plainCells<Cells extends Record<string, string>>(cells: Cells): Cells {
  return { ...cells, ...Object.fromEntries(Object.entries(cells).map(([id, text]) => [id, plainCell(text)])) };
}

/** A fault with the address of its cell. */
export function faultAt(
  grid: Grid,
  row: number,
  column: number,
  code: string,
  summary: string,
  more: { detail?: string; next?: string | undefined } = {},
): Diagnostic {
  const { next, ...rest } = more;
  const where = { file: grid.file, cell: cellName(grid.name, row, column) };
  return problem(code, summary, { ...rest, where, ...(next === undefined ? {} : { next }) });
}

/** The same for a column of a table. */
export function faultIn<Id extends string>(
  table: Table<Id>,
  row: number,
  id: Id,
  code: string,
  summary: string,
  more: { detail?: string; next?: string | undefined } = {},
): Diagnostic {
  return faultAt(table.grid, row, table.columns.get(id) ?? 0, code, summary, more);
}
