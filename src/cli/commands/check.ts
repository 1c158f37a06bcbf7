import type { Command } from 'commander';
import { QUESTIONS } from '../../checklist/registry.ts';
import { runCheck, SAMPLE_SIZE } from '../../checklist/run-check.ts';
import { didYouMean } from '../../connector/closest-word.ts';
import { ok, problem, type Result } from '../../record/diagnostic.ts';
import { type Cli, type CommonOptions, toCount, withExamples, withIntegration, withRuntime } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { commandLine } from '../mappings.ts';
import type { Runtime } from '../open.ts';
import type { Output } from '../output.ts';
import { type CheckView, checkText } from '../views/check.ts';

interface CheckOptions extends CommonOptions {
  question?: string[];
  sample: number;
  details?: boolean;
}

export function addCheck(program: Command, cli: Cli): void {
  const command = withIntegration(program.command('check'))
    .summary('is everything ready? every question of the check list, asked of both live systems')
    .description(
      'Answers every question of the integration check list from the integration file, and verifies the answers on both ' +
        'live systems. Reads only. Exit code 3 says that something is in the way of a run.',
    )
    .option('--question <id...>', 'only these questions')
    .option('--sample <number>', 'records of each object to look at', toCount, SAMPLE_SIZE)
    .option('--details', 'show what was asked and what came back')
    .action((options: CheckOptions) =>
      withRuntime(cli, options, (runtime, output) => check(cli, runtime, output, options)),
    );
  withExamples(command, 'dovetail check', 'dovetail check --question credentials duplicates --details');
}

async function check(cli: Cli, runtime: Runtime, output: Output, options: CheckOptions): Promise<ExitCode> {
  const unknown = options.question?.find((id) => QUESTIONS.every((question) => question.id !== id));
  if (unknown !== undefined) return output.failure(EXIT.usage, [questionUnknown(unknown)]);
  const view = await checkView(runtime, {
    only: options.question ?? null,
    sampleSize: options.sample,
    nextCommand: commandLine('dovetail plan', options),
    signal: cli.terminal.signal,
  });
  if (!view.ok) return output.failure(EXIT.failed, [view.error]);
  if (cli.terminal.signal.aborted) return output.failure(EXIT.failed, [stopped]);
  output.diagnostics(view.value.remarks);
  output.document(view.value, (value, style) => checkText(value, style, { details: options.details === true }));
  return view.value.ready ? EXIT.done : EXIT.blocked;
}

export interface CheckSettings {
  only: readonly string[] | null;
  sampleSize: number;
  /** Named where nothing is in the way of it; empty for none. */
  nextCommand: string;
  signal: AbortSignal;
}

/** Runs the check list over an open runtime. Fails where a connection can't be opened. */
export async function checkView(runtime: Runtime, settings: CheckSettings): Promise<Result<CheckView>> {
  const { integration, platform } = runtime;
  const { only, sampleSize, signal, nextCommand } = settings;
  const connections = runtime.connect({ freshTokens: true });
  if (!connections.ok) return connections;
  const report = await runCheck({ integration, connections: connections.value, platform, only, sampleSize, signal });
  return ok({ ...report, nextCommand: report.ready ? nextCommand : '' });
}

const stopped = problem('interrupted', 'Stopped', { detail: 'Nothing was written.' });

function questionUnknown(id: string) {
  const next = didYouMean(
    id,
    QUESTIONS.map((question) => question.id),
  );
  return problem('question-unknown', `The check list has no question "${id}"`, next === undefined ? {} : { next });
}
