import { Command, CommanderError } from 'commander';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import type { Cli } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { openOutput } from './output.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Runs one command line, without the name of the program, and gives its exit code. */
export async function main(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const cli: Cli = { terminal, exit: EXIT.done };
  try {
    await (await programOf(cli, args)).parseAsync([...args], { from: 'user' });
    return cli.exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    openOutput(terminal, args.includes('--json')).failure(EXIT.failed, [bug(error)]);
    return EXIT.failed;
  }
}

const HELP = `
Start with:
  dovetail demo       two sandbox systems, synchronised in front of your eyes
  dovetail init       an interview that ends with an integration of your own
  dovetail plan       what a sync would do, and why

Exit codes: 0 done, nothing left; 1 failed; 2 wrong usage or an invalid file; 3 blocked by the check list;
4 done, but records are parked or in conflict.`;

type Add = (program: Command, cli: Cli) => void;

/** In the order of the help. Each is loaded when it is asked for: what one needs would slow down the start of the others. */
const COMMANDS = new Map<string, () => Promise<Add>>([
  ['demo', async () => (await import('./commands/demo.ts')).addDemo],
  ['init', async () => (await import('./commands/init.ts')).addInit],
  ['connect', async () => (await import('./commands/connect.ts')).addConnect],
  ['check', async () => (await import('./commands/check.ts')).addCheck],
  ['plan', async () => (await import('./commands/plan.ts')).addPlan],
  ['sync', async () => (await import('./commands/sync.ts')).addSync],
  ['validate', async () => (await import('./commands/validate.ts')).addValidate],
  ['test', async () => (await import('./commands/test.ts')).addTest],
  ['status', async () => (await import('./commands/status.ts')).addStatus],
  ['runs', async () => (await import('./commands/runs.ts')).addRuns],
  ['parked', async () => (await import('./commands/parked.ts')).addParked],
  ['explain', async () => (await import('./commands/explain.ts')).addExplain],
  ['connectors', async () => (await import('./commands/connectors.ts')).addConnectors],
  ['connector', async () => (await import('./commands/connector.ts')).addConnector],
  ['mapping', async () => (await import('./commands/mapping.ts')).addMapping],
  ['testdata', async () => (await import('./commands/testdata.ts')).addTestdata],
  ['ticket', async () => (await import('./commands/ticket.ts')).addTicket],
  ['doctor', async () => (await import('./commands/doctor.ts')).addDoctor],
]);

async function programOf(cli: Cli, args: readonly string[]): Promise<Command> {
  const { terminal } = cli;
  const program = new Command('dovetail')
    .description('Keeps records the same in two business systems, in both directions.')
    .version(version(), '--version', 'show the version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      getOutHelpWidth: () => terminal.width,
      getErrHelpWidth: () => terminal.width,
      getOutHasColors: () => terminal.colour,
      getErrHasColors: () => terminal.colour,
    })
    .addHelpText('after', HELP);
  const asked = args[0] === undefined ? undefined : COMMANDS.get(args[0]);
  for (const load of asked ? [asked] : COMMANDS.values()) (await load())(program, cli);
  return program;
}

/** An exception is a fault of this program; where it happened is all that may be told, its text may hold values. */
function bug(error: unknown): Diagnostic {
  const place =
    error instanceof Error ? /\(?(?:file:\/\/)?([^()\s]+:\d+:\d+)\)?$/m.exec(error.stack ?? '')?.[1] : undefined;
  const name = error instanceof Error ? error.name : typeof error;
  return problem('internal', 'A fault of Dovetail itself', {
    detail: `${name}${place ? ` at ${place.replace(/^.*\/(?=(?:dist|src)\/)/, '')}` : ''}.`,
    next: 'Report it, with the command and this message. Nothing that was done is lost.',
  });
}
