import { extname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { DataProblem } from '../engine/validate-records.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import { canonicalText } from '../record/canonical.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import { type WrittenFile, writeFile } from './written-file.ts';

/** A list of problems as a file, for those who correct the records. */
export interface ProblemList {
  add(found: DataProblem): void;
  /** Ends the file and puts it in its place. Fails with `file-unwritable` or `list-too-long`. */
  finish(): Promise<Result<void>>;
  /** Leaves nothing behind. */
  discard(): void;
}

/** A workbook is made in memory. */
const MOST_IN_WORKBOOK = 100_000;

const COLUMNS = [
  { header: 'Mapping', width: 16 },
  { header: 'System', width: 12 },
  { header: 'Id', width: 20 },
  { header: 'Field', width: 20 },
  { header: 'Rule', width: 20 },
  { header: 'Rule of', width: 12 },
  { header: 'Field there', width: 20 },
  { header: 'Outcome', width: 12 },
  { header: 'What is wrong', width: 70 },
];
const VALUE_COLUMN = { header: 'Value', width: 40 };

/** Opens a list; its kind is told by the end of the name. Fails with `export-kind` or `file-unwritable`. */
export function openProblemList(
  file: string,
  integration: LoadedIntegration,
  withValues: boolean,
): Result<ProblemList> {
  const kind = extname(file).toLowerCase();
  if (kind !== '.csv' && kind !== '.xlsx') {
    return fail(
      problem('export-kind', 'The list can be a .csv or an .xlsx file', {
        next: 'Name it with one of these ends: --export problems.csv',
      }),
    );
  }
  const opened = writeFile(file);
  if (!opened.ok) return opened;
  const columns = withValues ? [...COLUMNS, VALUE_COLUMN] : COLUMNS;
  const rowOf = (found: DataProblem) => cellsOf(found, { a: integration.a.name, b: integration.b.name }, withValues);
  return ok(kind === '.csv' ? csvList(opened.value, columns, rowOf) : workbook(file, opened.value, columns, rowOf));
}

type Columns = typeof COLUMNS;

function cellsOf(found: DataProblem, systems: Record<Side, string>, withValues: boolean): string[] {
  const { mapping, side, id, ownField, rule, ruleSide, field, outcome, diagnostic, value } = found;
  const cells = [mapping, systems[side], id, ownField ?? '', rule, systems[ruleSide], field ?? '', outcome];
  return [...cells, diagnostic.summary, ...(withValues ? [valueCell(value)] : [])];
}

/** Texts as they are, all else in one line. */
const valueCell = (value: Value | undefined): string =>
  typeof value === 'string' ? value : value === null || value === undefined ? '' : canonicalText(value);

/** With a byte order mark, by which spreadsheets know UTF-8; what looks like a formula is a text for them. */
function csvList(out: WrittenFile, columns: Columns, rowOf: (found: DataProblem) => string[]): ProblemList {
  const line = (cells: string[]) => stringify([cells], { escape_formulas: true, record_delimiter: 'windows' });
  out.add(`\u{feff}${line(columns.map(({ header }) => header))}`);
  return {
    add: (found) => out.add(line(rowOf(found))),
    finish: async () => out.finish(),
    discard: out.discard,
  };
}

/** Every cell is a text, so none is a formula. */
function workbook(
  file: string,
  out: WrittenFile,
  columns: Columns,
  rowOf: (found: DataProblem) => string[],
): ProblemList {
  const rows: string[][] = [];
  let left = 0;
  return {
    add(found) {
      if (rows.length < MOST_IN_WORKBOOK) rows.push(rowOf(found));
      else left += 1;
    },
    async finish() {
      if (left > 0) {
        out.discard();
        const summary = `There are more than ${MOST_IN_WORKBOOK} problems, too many for a workbook`;
        return fail(problem('list-too-long', summary, { where: { file }, next: 'Export a .csv file instead.' }));
      }
      const { writeXlsx } = await import('hucre/xlsx');
      out.add(
        await writeXlsx({
          sheets: [
            {
              name: 'Problems',
              columns,
              rows: [columns.map(({ header }) => header), ...rows],
              freezePane: { rows: 1 },
              autoFilter: { range: `A1:${String.fromCharCode(64 + columns.length)}${rows.length + 1}` },
            },
          ],
        }),
      );
      return out.finish();
    },
    discard: out.discard,
  };
}
