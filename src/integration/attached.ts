import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { didYouMean } from '../connector/closest-word.ts';
import { readYaml } from '../connector/yaml-document.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import type { MappingFunction } from './expression.ts';
import { pathBeside, readBytes, readText } from './file-paths.ts';
import { type Attached, type AttachedFunctions, NOTHING_ATTACHED, type RowsOfFile } from './load-tables.ts';
import { type NamedTable, namedFiles } from './schema.ts';

/** Characters of one row of a CSV file. */
const LONGEST_ROW = 100_000;

/** Reads what an integration file names besides its connectors: the files of its tables, and its functions. */
export async function readAttached(path: string, text: string): Promise<Attached> {
  if (!/^["']?(tables|functions)\b/m.test(text)) return NOTHING_ATTACHED;
  const document = readYaml(text, path);
  const named = document.ok ? namedFiles.safeParse(document.value.data) : null;
  if (!named?.success) return NOTHING_ATTACHED;
  const tables = new Map<string, Result<RowsOfFile>>();
  for (const [name, table] of Object.entries(named.data.tables)) {
    if (table.file !== undefined) tables.set(name, await readRows(path, table.file, table));
  }
  const { functions } = named.data;
  return { tables, functions: functions === undefined ? null : await readFunctions(path, functions) };
}

async function readRows(from: string, reference: string, named: NamedTable): Promise<Result<RowsOfFile>> {
  const kind = { what: 'table', ending: /\.(csv|xlsx)$/i, endings: '.csv or .xlsx' };
  const path = pathBeside(reference, from, kind);
  if (!path.ok) return path;
  return /\.csv$/i.test(path.value) ? readCsv(path.value, named) : await readSheet(path.value, named);
}

/** Rows of a sheet: the one that is named, or the first. Cells are taken as they are shown, and formulas not at all. */
async function readSheet(file: string, { sheet }: NamedTable): Promise<Result<RowsOfFile>> {
  const bytes = readBytes(file, 'table');
  if (!bytes.ok) return bytes;
  const { readXlsxGrids } = await import('./sheet/xlsx-read.ts');
  const grids = await readXlsxGrids(bytes.value, file);
  if (!grids.ok) return grids;
  const grid = sheet === undefined ? grids.value[0] : grids.value.find(({ name }) => name === sheet);
  if (!grid) {
    const names = grids.value.map(({ name }) => name);
    const next = didYouMean(sheet ?? '', names);
    return fail(
      problem('table-sheet', `The file has no sheet "${sheet ?? ''}"`, { where: { file }, ...(next ? { next } : {}) }),
    );
  }
  const faulty = grid.rows.findIndex((row) => row.some(({ fault }) => fault !== null));
  if (faulty >= 0) {
    return fail(
      problem('table-formula', 'A cell of the table holds a formula', {
        detail: 'Formulas are not calculated here.',
        where: { file, line: faulty + 1 },
        next: 'Paste the values in its place',
      }),
    );
  }
  const rows = grid.rows.map((row, i) => ({ line: i + 1, cells: row.map(({ text }) => text) }));
  return ok({ file, rows: rows.filter(({ cells }) => cells.some((cell) => cell !== '')) });
}

function readCsv(file: string, { separator }: NamedTable): Result<RowsOfFile> {
  const text = readText(file, 'table');
  if (!text.ok) return text;
  try {
    const parsed: unknown = parse(text.value, {
      bom: true,
      delimiter: separator ?? ',',
      info: true,
      max_record_size: LONGEST_ROW,
      relax_column_count_less: true,
      skip_empty_lines: true,
    });
    return ok({ file, rows: rowsOf(parsed) });
  } catch (error) {
    const line = error instanceof CsvError && typeof error.lines === 'number' ? error.lines : 1;
    return fail(
      problem('table-unreadable', 'The table is no CSV file', {
        detail: error instanceof CsvError ? `${error.code}.` : 'It can not be read.',
        where: { file, line },
        next: 'Save it as CSV in UTF-8, with quotes around cells that hold the separator',
      }),
    );
  }
}

const infoRows = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) }));

/** With `info`, csv-parse gives each record with the line that it ends on. */
function rowsOf(parsed: unknown): RowsOfFile['rows'] {
  return infoRows.parse(parsed).map(({ record, info }) => ({ line: info.lines, cells: record }));
}

async function readFunctions(from: string, reference: string): Promise<Result<AttachedFunctions, Diagnostic[]>> {
  const path = pathBeside(reference, from, { what: 'functions', ending: /\.(m?ts|m?js)$/, endings: '.ts or .js' });
  if (!path.ok) return fail([path.error]);
  const text = readText(path.value, 'file of functions');
  if (!text.ok) return fail([text.error]);
  const digest = createHash('sha256').update(text.value).digest('base64');
  try {
    // Another text is another module: what is loaded once is kept.
    const module: object = await import(`${pathToFileURL(path.value).href}?${encodeURIComponent(digest)}`);
    return exported(module, path.value, digest);
  } catch (error) {
    // What it says is about its code; it may repeat what the code read while it was loaded.
    const detail = error instanceof SyntaxError ? error.message.split('\n')[0] : undefined;
    return fail([
      problem('functions-broken', "The functions can't be loaded", {
        detail: `${error instanceof Error ? error.name : 'An error'}${detail ? `: ${detail}` : ''}.`,
        where: { file: path.value },
        next: 'Run it with node to see where it fails',
      }),
    ]);
  }
}

function exported(module: object, file: string, digest: string): Result<AttachedFunctions, Diagnostic[]> {
  const functions = new Map<string, MappingFunction>();
  const faults: Diagnostic[] = [];
  const fault = (summary: string, next: string) =>
    faults.push(problem('functions-unfit', summary, { where: { file }, next }));
  for (const [name, value] of Object.entries(module)) {
    if (name === 'default') fault('The functions have a default export', 'Export each function by its name');
    else if (!isFunction(value)) continue;
    else if (/^(Async|(Async)?Generator)/.test(value.constructor.name)) {
      fault(`${name} is asynchronous or a generator`, 'Functions of mappings give their value at once');
    } else functions.set(name, value);
  }
  if (functions.size === 0 && faults.length === 0)
    fault('The file exports no functions', 'Write: export const name = …');
  return faults.length > 0 ? fail(faults) : ok({ functions, digest });
}

const isFunction = (value: unknown): value is MappingFunction => typeof value === 'function';
