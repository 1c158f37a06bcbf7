import type { Command } from 'commander';
import { catalogue, findConnector } from '../../integration/files.ts';
import { variablesOf } from '../../integration/load-systems.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { type Cli, withExamples, withJson } from '../command.ts';
import { type ConnectorEntry, connectorEntry } from '../connectors-report.ts';
import { EXIT } from '../exit-code.ts';
import { openOutput } from '../output.ts';
import { connectorsText, connectorText } from '../views/connectors.ts';

export function addConnectors(program: Command, cli: Cli): void {
  const connectors = withJson(program.command('connectors [name]'))
    .summary('the systems that Dovetail knows')
    .description('Lists the connectors that come with Dovetail, or shows one: what it needs, and what it can do.')
    .action((name: string | undefined, { json }: { json?: boolean }) => {
      const output = openOutput(cli.terminal, json === true);
      const { entries, faults } = read(name === undefined ? catalogue() : [name]);
      if (faults.length > 0) {
        cli.exit = output.failure(EXIT.usage, faults);
        return;
      }
      const [only] = entries;
      if (name !== undefined && only) output.document({ connector: only }, connectorText);
      else output.document({ connectors: entries }, connectorsText);
    });
  withExamples(connectors, 'dovetail connectors', 'dovetail connectors hubspot', 'dovetail connectors --json');
}

function read(names: readonly string[]): { entries: ConnectorEntry[]; faults: Diagnostic[] } {
  const entries: ConnectorEntry[] = [];
  const faults: Diagnostic[] = [];
  for (const name of names) {
    const found = findConnector(name, '');
    if (found.ok) entries.push(connectorEntry(found.value.definition, variablesOf(found.value.definition)));
    else faults.push(...found.error);
  }
  return { entries, faults };
}
