import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { GRID_LIMITS, type Grid } from './grid.ts';
import type { Page } from './page.ts';

/** What a spreadsheet program would take for a formula (OWASP, CSV Injection), or for the guard before one. */
const RISKY = /^'*[=+\-@\t\r]/;

/**
 * A page as CSV (RFC 4180) with a byte order mark, so that spreadsheet programs read it as UTF-8. A text that would be
 * taken for a formula gets an apostrophe before it.
 */
export function csvOf({ rows }: Page): string {
  const texts = rows.map((row) => row.map(({ text }) => (RISKY.test(text) ? `'${text}` : text)));
  return stringify(texts, { bom: true, record_delimiter: '\r\n' });
}

/** Reads a page back, whichever of comma, semicolon and tab a spreadsheet program put between the cells. */
export function readCsvGrid(text: string, name: string, file: string): Result<Grid> {
  try {
    const records = parse(text, {
      bom: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: false,
      to: GRID_LIMITS.rows + 1,
      max_record_size: 1_000_000,
    });
    if (records.length > GRID_LIMITS.rows) return fail(invalid(file, `It has more than ${GRID_LIMITS.rows} rows.`));
    const rows = records.map((record) =>
      record.map((cell) => ({ text: RISKY.test(cell) && cell.startsWith("'") ? cell.slice(1) : cell, fault: null })),
    );
    return ok({ name, file, rows });
  } catch {
    return fail(invalid(file, 'A quote is not closed, or a row is too long.'));
  }
}

const invalid = (file: string, detail: string): Diagnostic =>
  problem('csv-invalid', 'The file is not valid CSV', { detail, where: { file }, next: 'Save it anew as CSV (UTF-8)' });

/** The mark after the first heading of the table. */
const delimiterOf = (text: string): string => /^"?(?:Row|Mapping|kind)"?([,;\t])/m.exec(text)?.[1] ?? ',';
