import { writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { isProduction } from '../../checklist/environment.ts';
import { milliseconds } from '../../connector/duration.ts';
import { diffText } from '../../connector/line-diff.ts';
import { loadConnector } from '../../connector/load.ts';
import { editConnector } from '../../importers/learn/edit.ts';
import { learn } from '../../importers/learn/learn.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { type Cli, toCount, withExamples, withIntegration } from '../command.ts';
import { confirmWrite } from '../confirm-write.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type LearnTarget, openLearnTarget } from '../learn-target.ts';
import type { RuntimeOptions } from '../open.ts';
import { type Output, openOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { type LearnView, learnText, probeText } from '../views/connector-learn.ts';

interface LearnCommandOptions extends RuntimeOptions {
  objects?: string;
  write?: boolean;
  patience: number;
  burst?: number;
  pages: number;
  out?: string;
  dryRun?: boolean;
  yes?: boolean;
  details?: boolean;
  json?: boolean;
}

export function addLearn(group: Command, cli: Cli): void {
  const command = withIntegration(group.command('learn <connection>'))
    .summary('what a live system is really like')
    .description(
      'Asks a live system, best a staging one, for what no description says, and writes it into its connector: page ' +
        'sizes, filters, sorting, lags, ids that are missing, and with --write what becomes of what is written. ' +
        'The connection is a system of the integration, or the path of a connector file.',
    )
    .option('--objects <names>', 'which objects, with commas between them (default: all)')
    .option('--write', 'make test records, marked as such, and take them away again')
    .option('--patience <duration>', 'the longest wait for one thing to happen', toPatience, 60_000)
    .option('--burst <requests>', 'so many requests at once, to find the most that are served', toCount)
    .option('--pages <count>', 'the most pages of one walk through a list', toCount, 40)
    .option('--out <file>', 'write into this file instead of the connector')
    .option('--dry-run', 'only show what would be changed in the connector')
    .option('--yes', 'write without asking')
    .option('--details', 'show what was confirmed, and every request behind it')
    .action(async (name: string, options: LearnCommandOptions) => {
      cli.exit = await learnCommand(cli.terminal, name, options);
    });
  withExamples(
    command,
    'dovetail connector learn crm --dry-run',
    'dovetail connector learn crm --env staging --write --patience 15m',
    'dovetail connector learn ./connector.yaml --objects contacts --json',
  );
}

function toPatience(text: string): number {
  if (/^\d+(ms|s|m|h)$/.test(text)) return milliseconds(text);
  throw new InvalidArgumentError('Expected a number and a unit, e.g. 90s or 15m.');
}

async function learnCommand(terminal: Terminal, name: string, options: LearnCommandOptions): Promise<ExitCode> {
  const output = openOutput(terminal, options.json === true);
  const target = await openLearnTarget(terminal, name, options);
  if (!target.ok) return output.failure(EXIT.usage, target.error);
  try {
    const refusal = refusalOf(target.value, options);
    if (refusal) return output.failure(EXIT.usage, [refusal]);
    return await learnInto(terminal, output, name, target.value, options);
  } finally {
    await target.value.close();
  }
}

async function learnInto(
  terminal: Terminal,
  output: Output,
  name: string,
  target: LearnTarget,
  options: LearnCommandOptions,
): Promise<ExitCode> {
  const { definition, data, variables, platform, tokens } = target;
  const live = terminal.interactive && !output.json;
  const learnt = await learn({
    definition,
    data,
    variables,
    platform,
    tokens,
    ...(options.objects === undefined ? {} : { objects: namesIn(options.objects) }),
    options: {
      write: options.write === true,
      patienceMs: options.patience,
      burst: options.burst ?? 0,
      mostPages: options.pages,
      signal: terminal.signal,
    },
    onProbe: (object, probe) => {
      if (live) terminal.err(probeText(object, probe));
    },
  });
  if (live) terminal.err(probeText(null, null));
  if (!learnt.ok) return output.failure(USAGE.includes(learnt.error.code) ? EXIT.usage : EXIT.failed, [learnt.error]);
  const { report } = learnt.value;
  const text = editConnector(target.text, report.findings, report.on, probedIn(report.findings));
  const sound = loadConnector(text, target.file);
  if (!sound.ok) return output.failure(EXIT.failed, sound.error);
  const view: LearnView = {
    ...report,
    connection: name,
    file: options.out ?? fromHere(terminal, target.file),
    outcome: 'unchanged',
    diff: diffText(target.text, text),
    interrupted: terminal.signal.aborted,
  };
  if (!output.json) output.text(learnText({ ...view, outcome: 'shown' }, output.style, options.details === true));
  const outcome = await write(terminal, target, text, options, view);
  if (!outcome.ok) return output.failure(EXIT.usage, [outcome.error]);
  const { diff, ...rest } = view;
  if (output.json) output.document({ ...rest, outcome: outcome.value, diff: diff.map(lineOf) }, () => '');
  else output.text(OUTCOME[outcome.value](view.file));
  return report.left.length > 0 ? EXIT.failed : EXIT.done;
}

/** What is wrong with the command or the file, not with the system. */
const USAGE = ['object-unknown', 'protocol-unlearnt', 'variable-missing', 'base-url-unusable'];

/** As a person in this folder would name it. */
function fromHere({ folder }: Terminal, file: string): string {
  const path = relative(folder, file);
  return path.startsWith('..') ? file : path;
}

const lineOf = ({ kind, line }: LearnView['diff'][number]) =>
  `${{ same: ' ', gone: '-', new: '+', gap: '…' }[kind]}${line}`;

const namesIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const probedIn = (findings: readonly { object: string | null }[]): string[] => [
  ...new Set(findings.flatMap(({ object }) => object ?? [])),
];

const OUTCOME: Record<LearnView['outcome'], (file: string) => string> = {
  shown: () => '\nNothing was written.',
  unchanged: () => '\nNothing is to be changed.',
  written: (file) => `\nWritten to ${file}.`,
};

/** After the difference was shown, and somebody who sits there agreed. */
async function write(
  terminal: Terminal,
  target: LearnTarget,
  text: string,
  options: LearnCommandOptions,
  view: LearnView,
): Promise<Result<LearnView['outcome']>> {
  if (text === target.text && options.out === undefined) return ok('unchanged');
  if (options.dryRun) return ok('shown');
  const asks = terminal.interactive && !options.json && !options.yes;
  if (asks && !(await confirmWrite(view.file))) return ok('shown');
  const file = options.out === undefined ? target.file : resolve(terminal.folder, options.out);
  try {
    writeFileSync(file, text);
    return ok('written');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    return fail(problem('file-unwritable', "The file can't be written", { detail: `${code}.`, where: { file } }));
  }
}

/** What is refused before anything is sent. */
function refusalOf(target: LearnTarget, options: LearnCommandOptions): Diagnostic | null {
  const { environment, isCatalogue, definition } = target;
  if (isCatalogue && options.out === undefined && !options.dryRun) return notOwn(definition.connector);
  if (!options.write || environment === null || !isProduction(environment)) return null;
  return problem('production-write', `Test records are not made in ${environment}`, {
    next: 'Choose another environment with --env, or leave out --write: then nothing is written.',
  });
}

const notOwn = (connector: string) =>
  problem('connector-not-own', `The connector ${connector} comes with Dovetail and is not changed`, {
    detail: 'Nothing was sent.',
    next: 'Write a copy of your own with --out connector.yaml and name that in the integration file, or look with --dry-run.',
  });
