import { createHash } from 'node:crypto';
import type { DataPath } from '../connector/yaml-document.ts';
import type { Diagnostic, Result } from '../record/diagnostic.ts';
import { FileDeclared } from './declared.ts';
import type { Cell, LookupTable, MappingFunction } from './expression.ts';
import type { Findings } from './findings.ts';
import type { IntegrationFile, TableFile } from './schema.ts';

/** A file of rows, as texts; the first row names the columns. */
export interface RowsOfFile {
  file: string;
  rows: readonly { line: number; cells: readonly string[] }[];
}

/** What an integration file names and was read beside it. */
export interface Attached {
  /** By the name of the table. */
  tables: ReadonlyMap<string, Result<RowsOfFile>>;
  /** Null where the file names no functions. */
  functions: Result<AttachedFunctions, Diagnostic[]> | null;
}

export interface AttachedFunctions {
  functions: ReadonlyMap<string, MappingFunction>;
  /** Of the file's text: what the functions do may change with it. */
  digest: string;
}

export const NOTHING_ATTACHED: Attached = { tables: new Map(), functions: null };

const MOST_ROWS = 100_000;

/** The tables and functions that the expressions of a file may use. */
export function loadDeclared(parsed: IntegrationFile, attached: Attached, findings: Findings): FileDeclared {
  const tables = new Map<string, LookupTable>();
  const versions = new Map<string, string>();
  for (const [name, file] of Object.entries(parsed.tables)) {
    const table = loadTable(name, file, attached, findings);
    if (!table) continue;
    tables.set(name, table);
    versions.set(name, digestOf(table));
  }
  const { functions } = attached;
  if (functions && !functions.ok) findings.take(functions.error, ['functions']);
  if (parsed.functions !== undefined && functions?.ok) {
    versions.set('fn.', functions.value.digest);
    findings.info('functions-loaded', `${parsed.functions} is code that runs with your rights`, ['functions'], {
      detail: `It gives ${[...functions.value.functions.keys()].map((name) => `fn.${name}`).join(', ')}.`,
      next: 'Use it only if you trust whoever can change it.',
    });
  }
  return new FileDeclared(tables, functions?.ok ? functions.value.functions : new Map(), versions);
}

const digestOf = ({ columns, rows, missing }: LookupTable): string => {
  const plain = [columns, missing, [...rows].map(([key, row]) => [key, [...row.values()]])];
  return createHash('sha256').update(JSON.stringify(plain)).digest('base64');
};

interface Loading {
  name: string;
  file: TableFile;
  path: DataPath;
  findings: Findings;
}

function loadTable(name: string, file: TableFile, attached: Attached, findings: Findings): LookupTable | null {
  const path = ['tables', name];
  const given = [file.map, file.rows, file.file].filter((each) => each !== undefined);
  if (given.length !== 1) {
    findings.error('table-source', `The table ${name} is given ${given.length === 0 ? 'nowhere' : 'twice'}`, path, {
      next: 'Write one of map, rows and file',
    });
    return null;
  }
  const loading = { name, file, path, findings };
  if (file.map) return ofMap(file.map, loading);
  if (file.rows) return ofRows(file.rows, loading);
  const read = attached.tables.get(name);
  if (!read) throw new Error(`The file of the table ${name} was not read`);
  if (read.ok) return ofFile(read.value, loading);
  findings.take([read.error], [...path, 'file']);
  return null;
}

function ofMap(map: NonNullable<TableFile['map']>, { name, file, path, findings }: Loading): LookupTable {
  if (file.key !== undefined) {
    findings.error('table-key', `The table ${name} is a map, which has no columns`, [...path, 'key'], {
      next: 'Leave key out',
    });
  }
  const rows = Object.entries(map).map(([key, value]) => [key, new Map([['value', value]])] as const);
  return { columns: ['value'], rows: new Map(rows), missing: file.missing };
}

function ofRows(rows: NonNullable<TableFile['rows']>, loading: Loading): LookupTable | null {
  const { path, findings } = loading;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return table(
    columns,
    rows.map((row, i) => ({ cells: columns.map((column) => row[column] ?? null), at: `row ${i + 1}`, index: i })),
    loading,
    (code, summary, { index }) => findings.error(code, summary, [...path, 'rows', index]),
  );
}

function ofFile({ file, rows }: RowsOfFile, loading: Loading): LookupTable | null {
  const { name, path, findings } = loading;
  const [head, ...body] = rows;
  if (!head || rows.length > MOST_ROWS) {
    const summary = head ? `has more than ${MOST_ROWS} rows` : 'has no rows';
    findings.error('table-size', `The table ${name} ${summary}`, [...path, 'file']);
    return null;
  }
  const columns = head.cells.map((cell) => cell.trim());
  const wrong = columns.find((column, i) => column === '' || columns.indexOf(column) !== i);
  if (wrong !== undefined) {
    const summary = wrong === '' ? 'A column has no name' : `Two columns are called "${wrong}"`;
    findings.take([{ severity: 'error', code: 'table-columns', summary, where: { file, line: head.line } }], path);
    return null;
  }
  const texts = body.map(({ line, cells }) => ({
    cells: columns.map((_, i) => textOrNull(cells[i])),
    at: `line ${line}`,
    index: line,
  }));
  return table(columns, texts, loading, (code, summary, { index }) =>
    findings.take([{ severity: 'error', code, summary, where: { file, line: index } }], path),
  );
}

const textOrNull = (cell: string | undefined): string | null => (cell === undefined || cell === '' ? null : cell);

interface Row {
  cells: Cell[];
  /** Where it stands, for people. */
  at: string;
  index: number;
}

type Complain = (code: string, summary: string, row: Row) => void;

function table(columns: string[], rows: Row[], loading: Loading, complain: Complain): LookupTable | null {
  const { name, file, path, findings } = loading;
  const key = file.key ?? columns[0] ?? '';
  const at = columns.indexOf(key);
  if (at < 0) {
    findings.unknown('table-key', `The table ${name} has no column "${key}"`, [...path, 'key'], key, columns);
    return null;
  }
  if (columns.length < 2) {
    findings.error('table-columns', `The table ${name} has no column besides its key`, path);
    return null;
  }
  const byKey = new Map<string, { row: Row; cells: ReadonlyMap<string, Cell> }>();
  for (const row of rows) {
    const text = String(row.cells[at] ?? '').trim();
    const other = byKey.get(text);
    if (text === '') complain('table-key-missing', `A row of the table ${name} has no ${key}`, row);
    else if (other)
      complain('table-key-twice', `A key of the table ${name} stands twice, first in ${other.row.at}`, row);
    else byKey.set(text, { row, cells: cellsOf(columns, row, at) });
  }
  return {
    columns: columns.filter((_, i) => i !== at),
    rows: new Map([...byKey].map(([text, { cells }]) => [text, cells])),
    missing: file.missing,
  };
}

const cellsOf = (columns: readonly string[], row: Row, at: number): ReadonlyMap<string, Cell> =>
  new Map(columns.flatMap((column, i) => (i === at ? [] : [[column, row.cells[i] ?? null] as const])));
