import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { type Cli, withExamples, withJson } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { initText } from '../views/init.ts';

const EXAMPLES = ['crm-erp', 'northwind'];

interface InitOptions {
  example: string;
  yes?: boolean;
  json?: boolean;
}

export function addInit(program: Command, cli: Cli): void {
  const command = withJson(program.command('init [folder]'))
    .summary('an example integration to start from')
    .description('Writes an example integration into a folder, and says what to change. Overwrites nothing.')
    .addOption(new Option('--example <name>', 'which example').choices(EXAMPLES).default('crm-erp'))
    .option('--yes', 'also into a folder that holds other files')
    .action((folder: string | undefined, options: InitOptions) => {
      cli.exit = init(cli.terminal, folder ?? '.', options);
    });
  withExamples(command, 'dovetail init', 'dovetail init shop --example northwind');
}

function init(terminal: Terminal, folder: string, options: InitOptions): ExitCode {
  const output = openOutput(terminal, options.json === true);
  const target = resolve(terminal.folder, folder);
  const copied = copyExample(options.example, target, options.yes === true);
  if (!copied.ok) return output.failure(EXIT.usage, [copied.error]);
  const way = relative(terminal.folder, target) || '.';
  const shown = way.startsWith('..') ? target : way;
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

/** Copies all files of an example; gives their names. */
export function copyExample(name: string, target: string, intoFilled: boolean): Result<string[]> {
  const source = exampleFolder(name);
  if (source === null) return fail(problem('example-missing', `The example ${name} is not part of this installation`));
  const files = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.env' && !entry.parentPath.includes('.dovetail'))
    .map((entry) => relative(source, join(entry.parentPath, entry.name)))
    .sort();
  const present = existsSync(target) ? readdirSync(target) : [];
  const clash = files.filter((file) => existsSync(join(target, file)));
  if (clash.length > 0) return fail(wouldOverwrite(clash));
  if (present.length > 0 && !intoFilled) return fail(folderFilled(target));
  try {
    mkdirSync(target, { recursive: true });
    for (const file of files) copyFile(join(source, file), join(target, file));
    return ok(files);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    return fail(problem('folder-unwritable', `The folder can't be written`, { detail: code, where: { file: target } }));
  }
}

const SCHEMAS = '../../schemas/';

/** A YAML file names its schema for the editor, which from its new place is another way. */
function copyFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (!/\.ya?ml$/.test(from)) {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return;
  }
  const schemas = relative(dirname(to), resolve(dirname(from), SCHEMAS)).replaceAll('\\', '/');
  const text = readFileSync(from, 'utf8').replace(`$schema=${SCHEMAS}`, `$schema=${schemas}/`);
  writeFileSync(to, text, { flag: 'wx' });
}

/** Of the package: above this folder in the sources and in dist/. */
function exampleFolder(name: string): string | null {
  const places = ['../../../examples/', '../../../../examples/'].map((path) =>
    fileURLToPath(new URL(`${path}${name}/`, import.meta.url)),
  );
  return places.find((place) => existsSync(join(place, 'integration.yaml'))) ?? null;
}

const wouldOverwrite = (files: readonly string[]): Diagnostic =>
  problem('would-overwrite', `There is ${files.slice(0, 3).join(', ')} already`, {
    detail: 'Nothing was written.',
    next: 'Name another folder: dovetail init FOLDER',
  });

const folderFilled = (target: string): Diagnostic =>
  problem('folder-filled', 'The folder holds other files', {
    detail: 'Nothing was written.',
    where: { file: target },
    next: 'Name a new folder, as in `dovetail init my-integration`, or say --yes.',
  });
