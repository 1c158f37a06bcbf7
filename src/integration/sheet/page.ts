/** How a cell looks; `edit` and `code` may be changed, all others are locked. */
export type Look =
  | 'title'
  | 'lead'
  | 'text'
  | 'strong'
  | 'band-a'
  | 'band-b'
  | 'band-pair'
  | 'band-rules'
  | 'head-a'
  | 'head-b'
  | 'head-pair'
  | 'head-rules'
  | 'label'
  | 'fact'
  | 'count'
  | 'edit'
  | 'code'
  | 'mapped'
  | 'ignored'
  | 'open';

export interface PageCell {
  text: string;
  look: Look;
  /** The list that its drop-down offers. */
  list?: string;
  /** A note on the cell. */
  help?: string;
}

/** One sheet, as a grid that knows nothing of a file format. */
export interface Page {
  name: string;
  rows: PageCell[][];
  /** In characters. */
  widths: number[];
  /** Rows and columns that stay in view. */
  frozen: { rows: number; columns: number };
  /** Cells that run over several columns; rows and columns count from 0. */
  merges: { row: number; from: number; to: number }[];
  /** The row with the headings, from 0, of a table that can be filtered; null where there is none. */
  headings: number | null;
  /** The column whose words give a row its colour, from 0. */
  statusColumn: number | null;
  hidden: boolean;
  tab: 'plain' | 'mapping' | 'options';
}

export const cell = (text: string, look: Look): PageCell => ({ text, look });

/** A1 notation of a cell; rows and columns count from 0. */
export const addressOf = (row: number, column: number): string => `${columnLetters(column)}${row + 1}`;

export function columnLetters(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnLetters(Math.floor(column / 26) - 1) + letter;
}

/** `Contacts!F12`, `'Contact persons'!F12`. */
export function cellName(sheet: string, row: number, column: number): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_.]*$/.test(sheet);
  return `${plain ? sheet : `'${sheet.replaceAll("'", "''")}'`}!${addressOf(row, column)}`;
}
