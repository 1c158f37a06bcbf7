import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { didYouMean } from '../../connector/closest-word.ts';
import { connectorOf, type OpenapiImport, readOpenapi } from '../../importers/openapi/import-openapi.ts';
import { filesOf } from '../../importers/openapi/other-files.ts';
import { LIMITS, tooLarge } from '../../importers/openapi/read-description.ts';
import { fetchDescription, isAddress } from '../../importers/openapi/source.ts';
import { surveyOf } from '../../importers/openapi/survey.ts';
import { unknownsOf } from '../../importers/openapi/unknowns.ts';
import { isPrivateHost } from '../../platform/address-guard.ts';
import { undiciHttp } from '../../platform/http-undici.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { type Cli, withExamples, withJson } from '../command.ts';
import { importedObjects, writeConnector } from '../connector-files.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { openOutput } from '../output.ts';
import { canAsk, pickObjects } from '../pick-objects.ts';
import type { Terminal } from '../terminal.ts';
import { type ImportReport, importText } from '../views/connector-import.ts';

interface ImportOptions {
  objects?: string;
  out: string;
  refs?: string;
  allowPrivate?: boolean;
  json?: boolean;
}

export function addImportOpenapi(group: Command, cli: Cli): void {
  const command = withJson(group.command('openapi <source>'))
    .summary('from an OpenAPI or Swagger document')
    .description(
      'Turns an OpenAPI (3.0 to 3.2) or Swagger (2.0) document, a file or an address, into a connector. Without --objects, ' +
        'shows what the API offers, to pick from. Into a file that is there already, only what the API changed is brought: ' +
        'what a person changed stays.',
    )
    .option('--objects <names>', 'which objects, with commas between them, or all')
    .option('--out <file>', 'the connector file', 'connector.yaml')
    .option('--refs <folder>', 'references to files of this folder may be followed')
    .option('--allow-private', 'the address may be one of this machine or its own network')
    .action(async (source: string, options: ImportOptions) => {
      cli.exit = await importOpenapi(cli.terminal, source, options);
    });
  withExamples(
    command,
    'dovetail connector import openapi https://api.example.com/openapi.json',
    'dovetail connector import openapi crm.yaml --objects contacts,companies --out crm/connector.yaml',
    'dovetail connector import openapi crm.yaml --objects all --json',
  );
}

async function importOpenapi(terminal: Terminal, source: string, options: ImportOptions): Promise<ExitCode> {
  const output = openOutput(terminal, options.json === true);
  const text = isAddress(source) ? await fetched(terminal, source, options) : fileText(terminal, source);
  if (!text.ok) return output.failure(isAddress(source) ? EXIT.failed : EXIT.usage, [text.error]);
  const name = isAddress(source) ? withoutQuery(source) : source;
  const others = options.refs === undefined ? undefined : filesOf(resolve(terminal.folder, options.refs));
  const file = isAddress(source) ? name : resolve(terminal.folder, source);
  const read = readOpenapi(text.value, file, others);
  if (!read.ok) return output.failure(EXIT.usage, [read.error]);
  const out = resolve(terminal.folder, options.out);
  const chosen = await choose(terminal, read.value, options, out);
  if (!chosen.ok) return output.failure(EXIT.usage, [chosen.error]);
  const base = reportBase(read.value, name);
  if (chosen.value.kind === 'nothing') {
    output.document<ImportReport>({ ...base, written: null }, importText);
    return EXIT.done;
  }
  const made = connectorOf(read.value, chosen.value.names, isAddress(source) ? name : basename(source));
  if (!made.ok) return output.failure(made.error.code === 'import-unusable' ? EXIT.failed : EXIT.usage, [made.error]);
  output.diagnostics(made.value.remarks);
  const written = writeConnector(out, options.out, made.value);
  if (!written.ok) return output.failure(EXIT.usage, written.error);
  const report: ImportReport = {
    ...base,
    written: { ...written.value, objects: Object.keys(made.value.definition.objects), added: made.value.added },
    scopes: made.value.access.scopes,
    unknown: unknownsOf(made.value),
    grounds: made.value.grounds,
    remarks: made.value.remarks,
  };
  output.document(report, importText);
  return EXIT.done;
}

async function fetched(terminal: Terminal, source: string, options: ImportOptions): Promise<Result<string>> {
  const publicOnly = options.allowPrivate !== true;
  const http = undiciHttp({ maxBodyBytes: LIMITS.bytes, publicOnly });
  const { signal } = terminal;
  try {
    return await fetchDescription(source, { http, isPrivate: publicOnly ? isPrivateHost : null, signal });
  } finally {
    await http.close();
  }
}

function fileText(terminal: Terminal, source: string): Result<string> {
  const file = resolve(terminal.folder, source);
  if (!existsSync(file) || !statSync(file).isFile()) {
    return fail(problem('file-missing', 'There is no such file', { where: { file } }));
  }
  const { size } = statSync(file);
  return size > LIMITS.bytes ? fail(tooLarge(file, size)) : ok(readFileSync(file, 'utf8'));
}

/** Queries may hold keys, which do not go into the file. */
const withoutQuery = (source: string): string => source.split(/[?#]/)[0] ?? source;

type Choice = { kind: 'nothing' } | { kind: 'objects'; names: string[] | null };

/** The objects that are asked for; else those of the file that is there; else those that a person picks. */
async function choose(
  terminal: Terminal,
  read: OpenapiImport,
  options: ImportOptions,
  out: string,
): Promise<Result<Choice>> {
  const known = read.resources.map((resource) => resource.name);
  const there = importedObjects(out).filter((name) => known.includes(name));
  if (options.objects === 'all') return ok({ kind: 'objects', names: null });
  if (options.objects !== undefined) {
    const names = options.objects
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const missing = names.find((name) => !known.includes(name));
    if (missing !== undefined) return fail(objectUnknown(missing, known));
    return ok({ kind: 'objects', names: [...new Set([...names, ...there])] });
  }
  if (there.length > 0) return ok({ kind: 'objects', names: there });
  if (options.json || !canAsk(terminal) || known.length === 0) return ok({ kind: 'nothing' });
  const picked = await pickObjects(surveyOf(read), terminal);
  return ok(picked === null ? { kind: 'nothing' } : { kind: 'objects', names: picked });
}

function objectUnknown(name: string, known: readonly string[]): Diagnostic {
  const next = didYouMean(name, [...known]) ?? 'Leave out --objects to see what there is';
  return problem('object-unknown', `The API lists no ${name}`, { next });
}

const reportBase = ({ description, resources, digest, ...read }: OpenapiImport, source: string): ImportReport => ({
  source,
  title: description.title,
  version: description.version,
  format: `${description.format} ${description.formatVersion}`,
  operations: description.operations.length,
  objects: surveyOf({ description, resources, digest, ...read }),
  written: null,
});
