import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { type Cli, withExamples, withJson } from '../command.ts';
import { copyExample, EXAMPLES } from '../example.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { Given } from '../interview/answers.ts';
import { openOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { initText } from '../views/init.ts';

interface InitOptions {
  example?: string;
  answers?: string;
  env: string;
  language: 'en' | 'de';
  yes?: boolean;
  json?: boolean;
}

export function addInit(program: Command, cli: Cli): void {
  const command = withJson(program.command('init [folder]'))
    .summary('an interview that ends with an integration that runs')
    .description(
      'Asks for both systems and what is agreed about them, at most twelve questions, finds out the rest by itself, and ' +
        'writes an integration into a folder: the file, the report of its check, and the tickets to send. Left in the ' +
        'middle, it goes on where it was. A question that you can not answer is answered with `? NAME`: whom to ask. ' +
        'Writes nothing into either system, and overwrites no file.',
    )
    .option('--answers <file>', 'answers from a YAML file; what it leaves out is asked for')
    .option('--yes', 'ask nothing: the safe answer where the file has none; with --example, also into a filled folder')
    .option('--env <name>', 'the environment that the addresses and credentials are of', 'staging')
    .addOption(new Option('--language <code>', 'of the report and the tickets').choices(['en', 'de']).default('en'))
    .addOption(new Option('--example <name>', 'copy an example instead of asking').choices(EXAMPLES))
    .action(async (folder: string | undefined, options: InitOptions) => {
      cli.exit = await init(cli, folder ?? '.', options);
    });
  withExamples(
    command,
    'dovetail init shop',
    'dovetail init shop --answers answers.yaml --yes --json',
    'dovetail init shop --example northwind',
  );
}

async function init(cli: Cli, folder: string, options: InitOptions): Promise<ExitCode> {
  const { terminal } = cli;
  const output = openOutput(terminal, options.json === true);
  const target = resolve(terminal.folder, folder);
  if (options.example !== undefined) return example(terminal, target, options.example, options);
  const answers = await answersIn(terminal, options.answers);
  if (!answers.ok) return output.failure(EXIT.usage, answers.error);
  if (existsSync(join(target, 'integration.yaml'))) return output.failure(EXIT.usage, [alreadyThere(target)]);
  const { holdInterview } = await import('../interview/hold-interview.ts');
  const { environment, language, yes } = { ...options, environment: options.env, yes: options.yes === true };
  return holdInterview(cli, output, {
    folder: target,
    shown: shownAs(terminal, target),
    environment,
    language,
    yes,
    answers: answers.value,
  });
}

/** As a person in this folder would name it. */
function shownAs(terminal: Terminal, target: string): string {
  const way = relative(terminal.folder, target) || '.';
  return way.startsWith('..') ? target : way;
}

function example(terminal: Terminal, target: string, name: string, options: InitOptions): ExitCode {
  const output = openOutput(terminal, options.json === true);
  const copied = copyExample(name, target, options.yes === true);
  if (!copied.ok) return output.failure(EXIT.usage, [copied.error]);
  const shown = shownAs(terminal, target);
  const file = join(shown, 'integration.yaml');
  const at = shown === '.' ? '' : ` --integration ${file}`;
  const next = [
    `Read ${file}: every line is a decision, with its reason beside it.`,
    ...(copied.value.includes('.env.example')
      ? [`Copy ${join(shown, '.env.example')} to ${join(shown, '.env')} and put the credentials there.`]
      : []),
    `dovetail check${at}    is everything ready?`,
    `dovetail plan${at}     what would happen? Nothing is written.`,
    `dovetail sync${at}     do it`,
  ];
  output.document({ folder: shown, files: copied.value, next }, initText);
  return EXIT.done;
}

/** The answers of a file by the ids of their questions, `${NAME}` filled in from the environment. */
async function answersIn(
  terminal: Terminal,
  name: string | undefined,
): Promise<Result<Map<string, Given>, Diagnostic[]>> {
  if (name === undefined) return ok(new Map());
  const file = resolve(terminal.folder, name);
  if (!existsSync(file))
    return fail([problem('file-missing', 'There is no such file of answers', { where: { file } })]);
  const { readAnswers } = await import('../interview/read-answers.ts');
  return readAnswers(readFileSync(file, 'utf8'), file, terminal.variables);
}

const alreadyThere = (folder: string): Diagnostic =>
  problem('would-overwrite', 'There is an integration.yaml already', {
    detail: 'Nothing was written.',
    where: { file: join(folder, 'integration.yaml') },
    next: 'Name another folder: dovetail init FOLDER; or check the one that is there: dovetail check',
  });
