import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readYaml } from '../connector/yaml-document.ts';
import { openIntegrationText, readIntegrationText } from '../integration/files.ts';
import type { LoadedIntegration } from '../integration/loaded.ts';
import { contentsOf, type LiveOptions, type SheetContents } from '../integration/sheet/contents.ts';
import { csvOf, readCsvGrid } from '../integration/sheet/csv.ts';
import { GRID_LIMITS, type Grid } from '../integration/sheet/grid.ts';
import { COVER, LISTS, OPTIONS, SNAPSHOT } from '../integration/sheet/names.ts';
import type { Page } from '../integration/sheet/page.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { loadFile, type RuntimeOptions } from './open.ts';
import type { Terminal } from './terminal.ts';

/** An integration file as it is edited: its text, its two systems, and what the sheets show of it. */
export interface MappingSource {
  file: string;
  text: string;
  systems: LoadedIntegration;
  contents: SheetContents;
  /** The same, with options that only the systems know. */
  withOptions(live: LiveOptions): SheetContents;
  /** Runs all checks on the file with another text. */
  load(text: string): Promise<Result<LoadedIntegration, Diagnostic[]>>;
}

/** Variables are not needed to look at mappings: those that are not set are taken for set. */
const OFFLINE = { kept: () => 'not needed' };

/** Opens an integration file whose mappings may be faulty. Nothing is sent. */
export async function openMappingSource(
  terminal: Terminal,
  options: RuntimeOptions,
): Promise<Result<MappingSource, Diagnostic[]>> {
  const systems = await loadFile(terminal, options, { ...OFFLINE, systemsOnly: true });
  if (!systems.ok) return systems;
  const { file } = systems.value;
  const text = readIntegrationText(file);
  if (!text.ok) return fail([text.error]);
  const read = readYaml(text.value, file);
  if (!read.ok) return read;
  return ok({
    file,
    text: text.value,
    systems: systems.value,
    contents: contentsOf(read.value.data, systems.value),
    withOptions: (live) => contentsOf(read.value.data, systems.value, live),
    load: (changed) => openIntegrationText(file, changed, options.env ?? null, { ...terminal.variables }, OFFLINE),
  });
}

/** The names of the CSV files, without their ending, by sheet. The lists of the drop-downs are of no use there. */
export function csvNames(pages: readonly { name: string }[]): Map<string, string> {
  const fileName = (sheet: string) => sheet.toLowerCase().replaceAll(' ', '-');
  return new Map(pages.filter(({ name }) => name !== LISTS).map(({ name }) => [name, fileName(name)]));
}

/** Writes the sheets; with real values, only for the eyes of whoever writes them. */
export async function writeSheets(
  target: string,
  pages: readonly Page[],
  { csv, title, written, secret }: { csv: boolean; title: string; written: number; secret: boolean },
): Promise<Result<string[]>> {
  const mode = secret ? 0o600 : 0o644;
  try {
    if (!csv) {
      const { xlsxOf } = await import('../integration/sheet/xlsx-write.ts');
      writeFileSync(target, await xlsxOf(pages, { title, written }), { mode });
      return ok([target]);
    }
    mkdirSync(target, { recursive: true });
    const names = csvNames(pages);
    const files = pages.flatMap((page) => {
      const name = names.get(page.name);
      if (name === undefined) return [];
      const file = join(target, `${name}.csv`);
      writeFileSync(file, csvOf(page), { mode });
      return [file];
    });
    return ok(files);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (code === null) throw error;
    const where = { file: target };
    return fail(problem('file-unwritable', "The sheets can't be written", { detail: `${code}.`, where }));
  }
}

/** Reads the sheets of an XLSX file, of a CSV file, or of a folder of CSV files. */
export async function readGrids(
  terminal: Terminal,
  given: string,
  contents: SheetContents,
): Promise<Result<Grid[], Diagnostic[]>> {
  const path = resolve(terminal.folder, given);
  if (!existsSync(path)) return fail([problem('file-missing', 'There is no such file', { where: { file: path } })]);
  const isFolder = statSync(path).isDirectory();
  const files = isFolder
    ? readdirSync(path)
        .filter((name) => /\.csv$/i.test(name))
        .sort()
        .map((name) => join(path, name))
    : [path];
  const large = files.find((file) => statSync(file).size > GRID_LIMITS.fileBytes);
  if (large !== undefined) {
    const detail = `At most ${GRID_LIMITS.fileBytes} bytes are read.`;
    return fail([problem('file-too-large', 'The file is too large', { detail, where: { file: large } })]);
  }
  if (!isFolder && !/\.csv$/i.test(path)) {
    const { readXlsxGrids } = await import('../integration/sheet/xlsx-read.ts');
    const grids = await readXlsxGrids(readFileSync(path), path);
    return grids.ok ? grids : fail([grids.error]);
  }
  return readCsvFiles(files, contents);
}

function readCsvFiles(files: readonly string[], contents: SheetContents): Result<Grid[], Diagnostic[]> {
  const pages = [COVER, ...contents.mappings.map(({ sheet }) => sheet), OPTIONS, SNAPSHOT].map((name) => ({ name }));
  const sheets = new Map([...csvNames(pages)].map(([sheet, name]) => [name, sheet]));
  const read = files.map((file) => {
    const name = basename(file).replace(/\.csv$/i, '');
    return readCsvGrid(readFileSync(file, 'utf8'), sheets.get(name.toLowerCase()) ?? name, file);
  });
  const faults = read.flatMap((one) => (one.ok ? [] : [one.error]));
  return faults.length > 0 ? fail(faults) : ok(read.flatMap((one) => (one.ok ? [one.value] : [])));
}
