import type { Command } from 'commander';
import { type Cli, withExamples } from '../command.ts';
import { addImportAirbyte } from './connector-import-airbyte.ts';
import { addImportOpenapi } from './connector-import-openapi.ts';
import { addLearn } from './connector-learn.ts';

/** `dovetail connector …`: what makes and examines connectors. Each sub-command has a file of its own. */
export function addConnector(program: Command, cli: Cli): void {
  const group = program
    .command('connector')
    .summary('make connectors: from a description of an API, and from what a live system shows')
    .description('Makes connectors: the files that say how to talk to one kind of system.')
    .helpCommand(false);
  const imports = group
    .command('import')
    .summary('a description of an API becomes a connector')
    .description('Turns a description of an API into a connector.yaml. What is a guess says so in the file.')
    .helpCommand(false);
  addImportOpenapi(imports, cli);
  addImportAirbyte(imports, cli);
  addLearn(group, cli);
  const example = 'dovetail connector import openapi https://api.example.com/openapi.json';
  withExamples(group, example, 'dovetail connector learn crm --env staging');
  withExamples(imports, example, 'dovetail connector import airbyte manifest.yaml');
}
