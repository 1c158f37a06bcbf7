import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { type AirbyteImport, connectorName, importAirbyte } from '../../importers/airbyte/import-manifest.ts';
import { systemClock } from '../../platform/clock.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { type Cli, withExamples, withJson } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openOutput } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { type AirbyteReport, airbyteText } from '../views/connector-import-airbyte.ts';

interface ImportOptions {
  out: string;
  replace?: boolean;
  json?: boolean;
}

export function addImportAirbyte(group: Command, cli: Cli): void {
  const command = withJson(group.command('airbyte <manifest>'))
    .summary('from a declarative manifest of Airbyte')
    .description(
      'Turns the manifest.yaml of a low-code source of Airbyte into a connector that reads. Nothing of it is run: a ' +
        'stream that needs Python code is refused by name, the others are imported, and what each of them lost is told.',
    )
    .option('--out <file>', 'the connector file', 'connector.yaml')
    .option('--replace', 'write over a file that is there')
    .action(async (manifest: string, options: ImportOptions) => {
      cli.exit = importManifest(cli.terminal, manifest, options);
    });
  withExamples(
    command,
    'dovetail connector import airbyte source-7shifts/manifest.yaml',
    'dovetail connector import airbyte manifest.yaml --out crm/connector.yaml --json',
  );
}

const MOST_BYTES = 20_000_000;

function importManifest(terminal: Terminal, manifest: string, options: ImportOptions): ExitCode {
  const output = openOutput(terminal, options.json === true);
  const file = resolve(terminal.folder, manifest);
  const text = textOf(file);
  if (!text.ok) return output.failure(EXIT.usage, [text.error]);
  const made = importAirbyte({
    text: text.value,
    file: basename(file),
    connector: connectorName(file),
    now: systemClock.now(),
  });
  if (!made.ok)
    return output.failure(
      EXIT.usage,
      made.error.map((one) => ({ ...one, where: { ...one.where, file } })),
    );
  const out = resolve(terminal.folder, options.out);
  const written = write(out, made.value, options.replace === true);
  if (!written.ok) return output.failure(EXIT.usage, [written.error]);
  const { definition, report } = made.value;
  output.document<AirbyteReport>(
    { source: manifest, title: definition.title, written: options.out, variables: variablesOf(made.value), ...report },
    airbyteText,
  );
  return EXIT.done;
}

const variablesOf = ({ definition }: AirbyteImport) =>
  Object.entries(definition.variables)
    .filter(([, variable]) => variable.default === undefined)
    .map(([name]) => name);

function textOf(file: string): Result<string> {
  if (!existsSync(file) || !statSync(file).isFile()) {
    return fail(problem('file-missing', 'There is no such file', { where: { file } }));
  }
  const { size } = statSync(file);
  if (size <= MOST_BYTES) return ok(readFileSync(file, 'utf8'));
  return fail(
    problem('file-too-large', 'The file is too large', {
      detail: `It has ${size} bytes; at most ${MOST_BYTES} are read.`,
      where: { file },
    }),
  );
}

/** A file that is there may hold what a person wrote. */
function write(file: string, made: AirbyteImport, replace: boolean): Result<void> {
  if (existsSync(file) && !replace) return fail(alreadyThere(file));
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, made.yaml);
    return ok(undefined);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    return fail(problem('file-unwritable', "The file can't be written", { detail: `${code}.`, where: { file } }));
  }
}

const alreadyThere = (file: string): Diagnostic =>
  problem('file-exists', 'The connector file is there already', {
    where: { file },
    next: 'Give another file with --out, or --replace to write over it',
  });
