import type { Command } from 'commander';
import { type Cli, type CommonOptions, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { commandLine } from '../mappings.ts';
import { statusOf } from '../status-report.ts';
import { statusText } from '../views/status.ts';

export function addStatus(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('status'))
    .summary('links, cursors, parked records and the last run')
    .description('Shows what is known about an integration. Asks neither system.')
    .action((options: CommonOptions) =>
      withRuntime(cli, options, async (runtime, output) => {
        const next = commandLine('dovetail plan', options);
        output.document(await statusOf(runtime, next), statusText);
        return EXIT.done;
      }),
    );
  withExamples(command, 'dovetail status', 'dovetail status --env production --json');
}
