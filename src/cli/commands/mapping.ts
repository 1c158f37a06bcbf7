import type { Command } from 'commander';
import { type Cli, withExamples } from '../command.ts';
import { addMappingExport } from './mapping-export.ts';
import { addMappingImport } from './mapping-import.ts';
import { addMappingSuggest } from './mapping-suggest.ts';
import { addMappingTry } from './mapping-try.ts';

/** `dovetail mapping …`: agreeing on mappings with the people who know the data. Each sub-command has a file of its own. */
export function addMapping(program: Command, cli: Cli): void {
  const group = program
    .command('mapping')
    .summary('the field mappings: as a spreadsheet and back, suggested, and tried on a record')
    .description('Helps people agree on which field of one system is which of the other.')
    .helpCommand(false);
  addMappingExport(group, cli);
  addMappingImport(group, cli);
  addMappingSuggest(group, cli);
  addMappingTry(group, cli);
  withExamples(
    group,
    'dovetail mapping export',
    'dovetail mapping import mapping.xlsx',
    'dovetail mapping suggest companies',
    'dovetail mapping try companies co_1000003',
  );
}
