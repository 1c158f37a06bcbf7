import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from './exit-code.ts';
import { openRuntime, type Runtime, type RuntimeOptions } from './open.ts';
import { type Output, openOutput } from './output.ts';
import type { Terminal } from './terminal.ts';

/** The options that every command has. */
export interface CommonOptions extends RuntimeOptions {
  json?: boolean;
}

/** What the commands of one command line share. */
export interface Cli {
  terminal: Terminal;
  /** The exit code of the command that ran. */
  exit: ExitCode;
}

/** Adds the options that say which integration a command is about. */
export function withIntegration(command: Command): Command {
  return withJson(
    command
      .option('--integration <file>', 'the integration file (default: integration.yaml in this folder)')
      .option('--env <name>', 'the environment (default: the first one of the file)')
      .option('--state <folder>', 'where links and run records are kept (default: .dovetail beside the file)'),
  );
}

export const withJson = (command: Command): Command => command.option('--json', 'write JSON instead of text');

/** Adds an example to the help of a command. */
export const withExamples = (command: Command, ...examples: string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`);

/**
 * Runs a command that works on an integration: opens it, and closes it whatever happens. With `remarks`, what looks odd in
 * the file is shown first.
 */
export async function withRuntime<T extends CommonOptions>(
  cli: Cli,
  options: T,
  work: (runtime: Runtime, output: Output) => Promise<ExitCode>,
  settings: { anyStore?: boolean; remarks?: boolean } = {},
): Promise<void> {
  const output = openOutput(cli.terminal, options.json === true);
  const opened = await openRuntime(cli.terminal, options, settings);
  if (!opened.ok) {
    cli.exit = output.failure(opened.error.exit, opened.error.diagnostics);
    return;
  }
  try {
    const { remarks } = opened.value.integration;
    if (settings.remarks) output.diagnostics(remarks.filter((one) => one.severity !== 'info'));
    cli.exit = await work(opened.value, output);
  } finally {
    await opened.value.close();
  }
}

/** Reads the number of an option. */
export function toCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a number from 1.');
  return Number(text);
}
