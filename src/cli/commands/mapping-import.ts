import { relative } from 'node:path';
import type { Command } from 'commander';
import { diffText } from '../../connector/line-diff.ts';
import { importSheets } from '../../integration/sheet/import-sheets.ts';
import { type Cli, withExamples, withIntegration } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { lensRemarks } from '../lens-remarks.ts';
import { openMappingSource, readGrids } from '../mapping-sheets.ts';
import type { RuntimeOptions } from '../open.ts';
import { openOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { type MappingImport, mappingImportText, outcomeText } from '../views/mapping-import.ts';
import { type WriteOptions, writeMapping } from '../write-mapping.ts';

interface ImportOptions extends RuntimeOptions, WriteOptions {}

export function addMappingImport(group: Command, cli: Cli): void {
  const command = withIntegration(group.command('import <file>'))
    .summary('what people changed in the spreadsheet, into the integration file')
    .description(
      'Shows what the edited spreadsheet changes in the integration file; with --write, changes it. What is impossible ' +
        'is shown with its cell, all of it at once, and nothing is written. Comments and order of the file stay. The file ' +
        'is an XLSX workbook, a CSV file or a folder of CSV files.',
    )
    .option('--write', 'write the changes into the integration file')
    .option('--yes', 'write without asking')
    .action(async (file: string, options: ImportOptions) => {
      cli.exit = await importMappings(cli.terminal, file, options);
    });
  withExamples(
    command,
    'dovetail mapping import mapping.xlsx',
    'dovetail mapping import mapping.xlsx --write',
    'dovetail mapping import mappings --write --yes --json',
  );
}

async function importMappings(terminal: Terminal, file: string, options: ImportOptions): Promise<ExitCode> {
  const output = openOutput(terminal, options.json === true);
  const source = await openMappingSource(terminal, options);
  if (!source.ok) return output.failure(EXIT.usage, source.error);
  const { file: path, text: before, systems, load } = source.value;
  const grids = await readGrids(terminal, file, source.value.contents);
  if (!grids.ok) return output.failure(EXIT.usage, grids.error);
  const read = await importSheets(grids.value, { file: path, text: before, systems }, { load, lens: lensRemarks });
  if (!read.ok) return output.failure(EXIT.usage, read.error);
  const { text, edits, faults, remarks } = read.value;
  output.diagnostics(remarks);
  if (faults.length > 0) return output.failure(EXIT.usage, faults);
  const near = relative(terminal.folder, path);
  const name = near.startsWith('..') ? path : near;
  const view: MappingImport = {
    from: file,
    file: name,
    edits,
    remarks,
    outcome: 'unchanged',
    diff: diffText(before, text),
  };
  if (!output.json) output.text(mappingImportText(view, output.style));
  const outcome = await writeMapping(terminal, { file: path, name }, { before, text }, options);
  if (!outcome.ok) return output.failure(EXIT.failed, [outcome.error]);
  const done = { ...view, outcome: outcome.value };
  if (output.json) output.document(done, () => '');
  else output.text(outcomeText(done, options.write === true));
  return EXIT.done;
}
