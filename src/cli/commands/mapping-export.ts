import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { SheetContents } from '../../integration/sheet/contents.ts';
import { workbookOf } from '../../integration/sheet/workbook.ts';
import { systemClock } from '../../platform/clock.ts';
import { type Diagnostic, ok, problem, type Result } from '../../record/diagnostic.ts';
import { type Cli, withExamples, withIntegration } from '../command.ts';
import { confirmWrite } from '../confirm-write.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readMappingSamples, type SampledMappings } from '../mapping-samples.ts';
import { csvNames, openMappingSource, writeSheets } from '../mapping-sheets.ts';
import type { Refusal, RuntimeOptions } from '../open.ts';
import { type Output, openOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { type ExportReport, exportText } from '../views/mapping-export.ts';

interface ExportOptions extends RuntimeOptions {
  out: string;
  csv?: string;
  /** True: as they are; false: none; absent: masked. */
  samples?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function addMappingExport(group: Command, cli: Cli): void {
  const command = withIntegration(group.command('export'))
    .summary('the mappings as a spreadsheet')
    .description(
      'Writes the field mappings as a spreadsheet for the people who know the data: a sheet for each mapping with the ' +
        'fields of both systems side by side, and one with what each option becomes. Sample values are read from the ' +
        'systems and masked.',
    )
    .option('--out <file>', 'the XLSX file', 'mapping.xlsx')
    .option('--csv <folder>', 'write CSV files into this folder instead')
    .option('--samples', 'show sample values as they are')
    .option('--no-samples', 'read nothing from the systems')
    .option('--yes', 'write over what is there')
    .action(async (options: ExportOptions) => {
      cli.exit = await exportMappings(cli.terminal, options);
    });
  withExamples(
    command,
    'dovetail mapping export',
    'dovetail mapping export --no-samples --out agreed.xlsx',
    'dovetail mapping export --csv mappings --env production --samples',
  );
}

async function exportMappings(terminal: Terminal, options: ExportOptions): Promise<ExitCode> {
  const output = openOutput(terminal, options.json === true);
  const source = await openMappingSource(terminal, options);
  if (!source.ok) return output.failure(EXIT.usage, source.error);
  const shown = options.csv ?? options.out;
  const target = resolve(terminal.folder, shown);
  const there = await inTheWay(terminal, target, options, source.value.contents);
  if (there) return output.failure(EXIT.usage, [there]);
  const read = await samplesOf(terminal, output, options, source.value.contents);
  if (!read.ok) return output.failure(read.error.exit, [...read.error.diagnostics, WITHOUT_SAMPLES]);
  const contents = read.value ? source.value.withOptions(read.value.options) : source.value.contents;
  const kind = read.value === null ? 'none' : options.samples ? 'real' : 'masked';
  const written = systemClock.now();
  const on = new Date(written).toISOString().slice(0, 10);
  const pages = workbookOf(contents, { on, samples: kind }, read.value?.samples ?? null);
  const facts = { csv: options.csv !== undefined, title: contents.integration, written, secret: kind === 'real' };
  const files = await writeSheets(target, pages, facts);
  if (!files.ok) return output.failure(EXIT.failed, [files.error]);
  const report: ExportReport = {
    to: shown,
    files: files.value.map((file) => relative(terminal.folder, file)),
    environment: contents.environment,
    samples: kind,
    sheets: sheetCounts(contents),
  };
  output.document(report, exportText);
  return EXIT.done;
}

const WITHOUT_SAMPLES: Diagnostic = {
  severity: 'info',
  code: 'samples-unread',
  summary: 'The sheets can be written without sample values',
  next: 'Add --no-samples: nothing is read from the systems',
};

/** Null without samples. Objects that can't be read are told and left out. */
async function samplesOf(
  terminal: Terminal,
  output: Output,
  options: ExportOptions,
  contents: SheetContents,
): Promise<Result<SampledMappings | null, Refusal>> {
  if (options.samples === false) return ok(null);
  const read = await readMappingSamples(terminal, options, contents, options.samples === true);
  if (!read.ok) return read;
  output.diagnostics(read.value.failures);
  return ok(read.value);
}

/** What is there may hold the work of people: it is written over only when somebody says so. */
async function inTheWay(
  terminal: Terminal,
  target: string,
  options: ExportOptions,
  contents: SheetContents,
): Promise<Diagnostic | null> {
  const first = csvNames(contents.mappings.map(({ sheet }) => ({ name: sheet })))
    .values()
    .next().value;
  const file = options.csv === undefined ? target : join(target, `${first}.csv`);
  if (options.yes || !existsSync(file)) return null;
  if (terminal.interactive && !options.json && (await confirmWrite(file))) return null;
  return problem('file-exists', 'There is such a file already', {
    detail: 'Nothing was written.',
    where: { file },
    next: 'Name another one with --out or --csv, or write over it with --yes',
  });
}

function sheetCounts({ mappings }: SheetContents): ExportReport['sheets'] {
  return mappings.map(({ sheet, name, rows }) => {
    const count = (status: string) => rows.filter(({ cells }) => cells.status === status).length;
    return { sheet, mapping: name, mapped: count('mapped'), ignored: count('ignored'), open: count('open') };
  });
}
