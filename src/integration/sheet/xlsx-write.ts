import { type Cell, type ConditionalRule, type DataValidation, type WriteSheet, writeXlsx } from 'hucre/xlsx';
import { LOOKS, STATUS_LOOKS, TABS } from './looks.ts';
import { LISTS } from './names.ts';
import { addressOf, columnLetters, type Page, type PageCell } from './page.ts';

export interface WorkbookFacts {
  title: string;
  /** Epoch ms. */
  written: number;
}

/** The pages as an XLSX file. Texts stay texts, whatever they begin with. */
export function xlsxOf(pages: readonly Page[], { title, written }: WorkbookFacts): Promise<Uint8Array> {
  const lists = listRanges(pages);
  const at = new Date(written);
  return writeXlsx({
    sheets: pages.map((page) => sheetOf(page, lists)),
    properties: { title, creator: 'Dovetail', created: at, modified: at },
    defaultFont: { name: 'Arial', size: 10 },
    workbookProtection: { lockStructure: true },
  });
}

/** Where each drop-down finds its words, by the name of the list. */
function listRanges(pages: readonly Page[]): Map<string, string> {
  const names = pages.find((page) => page.name === LISTS)?.rows;
  const ranges = new Map<string, string>();
  for (const [i, { text }] of (names?.[0] ?? []).entries()) {
    const last = names?.findLastIndex((row) => (row[i]?.text ?? '') !== '') ?? 0;
    const letters = columnLetters(i);
    ranges.set(text, `${LISTS}!$${letters}$2:$${letters}$${last + 1}`);
  }
  return ranges;
}

function sheetOf(page: Page, lists: ReadonlyMap<string, string>): WriteSheet {
  return {
    name: page.name,
    rows: page.rows.map((row) => row.map(({ text }) => (text === '' ? null : text))),
    columns: page.widths.map((width) => ({ width })),
    cells: cellsOf(page),
    rowDefs: new Map(page.rows.map((row, i) => [i, { height: heightOf(row, page) }])),
    merges: page.merges.map(({ row, from, to }) => ({ startRow: row, endRow: row, startCol: from, endCol: to })),
    dataValidations: validationsOf(page, lists),
    conditionalRules: page.statusColumn === null ? [] : statusRules(page, page.statusColumn),
    ...(page.frozen.rows > 0 ? { freezePane: page.frozen } : {}),
    ...(page.headings === null ? {} : { autoFilter: { range: tableRange(page, page.headings) } }),
    protection: PROTECTION,
    view: { showGridLines: false, zoomScale: 100, tabColor: { rgb: TABS[page.tab] } },
    pageSetup: pageSetupOf(page),
    hidden: page.hidden,
  };
}

/** As wide as a sheet of paper; a table goes on over several, with its headings. */
function pageSetupOf({ headings }: Page): NonNullable<WriteSheet['pageSetup']> {
  const setup = { paperSize: 'a3', orientation: 'landscape', fitToPage: true, fitToWidth: 1 } as const;
  return headings === null
    ? { ...setup, fitToHeight: 1 }
    : { ...setup, fitToHeight: 0, printTitlesRow: `$1:$${headings + 1}` };
}

/** Without a password: it keeps people from slips, not from anything else. True: allowed. */
const PROTECTION = {
  selectLockedCells: true,
  selectUnlockedCells: true,
  formatCells: true,
  formatColumns: true,
  formatRows: true,
  sort: true,
  autoFilter: true,
  insertRows: false,
  deleteRows: false,
  insertColumns: false,
  deleteColumns: false,
};

function cellsOf(page: Page): Map<string, Partial<Cell>> {
  const cells = new Map<string, Partial<Cell>>();
  for (const [i, row] of page.rows.entries()) {
    for (const [j, { text, look, help }] of row.entries()) {
      cells.set(`${i},${j}`, {
        ...(text === '' ? {} : cellValue(text, look)),
        style: LOOKS[look],
        ...(help === undefined ? {} : { comment: { author: 'Dovetail', text: help } }),
      });
    }
  }
  return cells;
}

/** A number that nobody types is one: programs mark those that are texts. */
function cellValue(text: string, look: PageCell['look']): Pick<Cell, 'value' | 'type'> {
  const isNumber = (look === 'count' || look === 'fact') && /^[1-9]\d{0,8}$/.test(text);
  return isNumber ? { value: Number(text), type: 'number' } : { value: text, type: 'string' };
}

/** Points: of a line, and of what is around the lines of a cell. */
const LINE_HEIGHT = 12.8;
const PADDING = 5;
const HIGHEST = 200;
const TALL: Partial<Record<PageCell['look'], number>> = { title: 30, lead: 20, strong: 22 };

/** As high as its longest cell needs; programs do not measure wrapped texts when they open a file. */
function heightOf(row: readonly PageCell[], page: Page): number {
  const heights = row.map(({ text, look }, column) => {
    const given = TALL[look];
    if (given !== undefined) return given;
    const width = widthOf(page, row, column);
    const lines = text.split('\n').map((each) => Math.max(1, Math.ceil(each.length / width)));
    return lines.reduce((sum, count) => sum + count, 0) * LINE_HEIGHT + PADDING;
  });
  return Math.min(HIGHEST, Math.max(LINE_HEIGHT + PADDING, ...heights));
}

/** Characters that fit into a line of a cell, with what is merged into it. */
function widthOf(page: Page, row: readonly PageCell[], column: number): number {
  const merge = page.merges.find(({ row: at, from }) => page.rows[at] === row && from === column);
  const widths = page.widths.slice(column, (merge?.to ?? column) + 1);
  return Math.max(
    1,
    widths.reduce((sum, width) => sum + width, 0),
  );
}

function tableRange({ rows }: Page, headings: number): string {
  const last = Math.max(headings + 1, rows.length - 1);
  return `${addressOf(headings, 0)}:${addressOf(last, (rows[headings]?.length ?? 1) - 1)}`;
}

/** The drop-downs: cells of a column that offer the same list are one range. */
function validationsOf(page: Page, lists: ReadonlyMap<string, string>): DataValidation[] {
  const columns = Math.max(0, ...page.rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) => column).flatMap((column) =>
    runsOf(page.rows.map((row) => row[column]?.list)).flatMap(({ list, from, to }) => {
      const formula1 = lists.get(list);
      return formula1 === undefined
        ? []
        : [validation(formula1, `${addressOf(from, column)}:${addressOf(to, column)}`)];
    }),
  );
}

const validation = (formula1: string, range: string): DataValidation => ({
  type: 'list',
  formula1,
  range,
  allowBlank: true,
  showErrorMessage: true,
  errorStyle: 'stop',
  errorTitle: 'Not on the list',
  errorMessage: 'Please pick one of the list, or leave the cell empty.',
});

function runsOf(lists: readonly (string | undefined)[]): { list: string; from: number; to: number }[] {
  const runs: { list: string; from: number; to: number }[] = [];
  for (const [i, list] of lists.entries()) {
    const last = runs.at(-1);
    if (list === undefined) continue;
    if (last?.list === list && last.to === i - 1) last.to = i;
    else runs.push({ list, from: i, to: i });
  }
  return runs;
}

function statusRules(page: Page, column: number): ConditionalRule[] {
  const first = (page.headings ?? 0) + 1;
  const range = `${addressOf(first, column)}:${addressOf(page.rows.length - 1, column)}`;
  return STATUS_LOOKS.map(({ word, style }, i) => ({
    type: 'cellIs',
    operator: 'equal',
    formula: `"${word}"`,
    priority: i + 1,
    range,
    style,
  }));
}
