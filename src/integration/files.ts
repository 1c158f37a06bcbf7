import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { didYouMean } from '../connector/closest-word.ts';
import type { ConnectorDefinition } from '../connector/definition.ts';
import { loadConnector } from '../connector/load.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { readAttached } from './attached.ts';
import { codeOf, isMissing, pathBeside, readText } from './file-paths.ts';
import { loadIntegration } from './load.ts';
import type { LoadSettings } from './load-systems.ts';
import { NOTHING_ATTACHED } from './load-tables.ts';
import type { LoadedIntegration } from './loaded.ts';

const YAML_FILE = { what: 'connector', ending: /\.ya?ml$/, endings: '.yaml' };
/** The connectors that come with the package: beside this folder, in the sources as in dist/. */
const CATALOGUE = fileURLToPath(new URL('../connectors/', import.meta.url));

/**
 * Reads an integration file with its connectors, and the `.env` file beside it. `variables` is the environment of the
 * process, which goes before `.env`, and that before what is `kept`; without an environment, the first of the file is
 * meant. Fails with everything that is wrong; see `loadIntegration`.
 */
export async function openIntegration(
  path: string,
  environment: string | null,
  variables: Record<string, string | undefined>,
  more: Pick<LoadSettings, 'kept' | 'systemsOnly'> = {},
): Promise<Result<LoadedIntegration, Diagnostic[]>> {
  const text = readIntegrationText(path);
  return text.ok ? openIntegrationText(path, text.value, environment, variables, more) : fail([text.error]);
}

/** The text of an integration file, without a byte order mark. */
export const readIntegrationText = (path: string): Result<string> => readText(path, 'integration file');

/** The same for a text that is to stand in the file. */
export async function openIntegrationText(
  path: string,
  text: string,
  environment: string | null,
  variables: Record<string, string | undefined>,
  more: Pick<LoadSettings, 'kept' | 'systemsOnly'> = {},
): Promise<Result<LoadedIntegration, Diagnostic[]>> {
  const beside = readEnvironmentFile(resolve(dirname(path), '.env'));
  if (!beside.ok) return beside;
  return loadIntegration(path, text, {
    environment,
    connectors: findConnector,
    variables: { ...beside.value, ...variables },
    attached: more.systemsOnly ? NOTHING_ATTACHED : await readAttached(path, text),
    ...more,
  });
}

/** Names of the connectors that come with the package. */
export function catalogue(): string[] {
  try {
    return readdirSync(CATALOGUE, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

/**
 * A connector by its name in the catalogue, or by the path of a connector.yaml relative to the file that names it. A
 * path without `..` stays in that file's folder, also through symbolic links.
 */
export function findConnector(
  reference: string,
  fromFile: string,
): Result<{ definition: ConnectorDefinition; file: string }, Diagnostic[]> {
  const file = /[/\\]|\.ya?ml$/.test(reference) ? pathBeside(reference, fromFile, YAML_FILE) : cataloguePath(reference);
  if (!file.ok) return fail([file.error]);
  const text = readText(file.value, 'connector');
  if (!text.ok) return fail([withoutPlace(text.error)]);
  const loaded = loadConnector(text.value, file.value);
  return loaded.ok ? ok({ definition: loaded.value, file: file.value }) : loaded;
}

/** So that it is shown where the connector is named. */
const withoutPlace = ({ where: _, ...rest }: Diagnostic): Diagnostic => rest;

function cataloguePath(name: string): Result<string> {
  const known = catalogue();
  if (known.includes(name)) return ok(resolve(CATALOGUE, name, 'connector.yaml'));
  const next = didYouMean(name, known);
  return fail(
    problem('connector-unknown', `There is no connector "${name}" in the catalogue`, {
      detail: 'A connector of your own is named by its path: ./connector.yaml',
      ...(next ? { next } : {}),
    }),
  );
}

/** Lines `NAME=value`, blank or comments; anything else is an error, since a lost secret is hard to find. */
export function readEnvironmentFile(path: string): Result<Record<string, string>, Diagnostic[]> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (isMissing(error)) return ok({});
    return fail([
      problem('file-unreadable', "The .env file can't be read", { detail: codeOf(error), where: { file: path } }),
    ]);
  }
  const strange = text.split(/\r?\n/).flatMap((line, i) => {
    const fine = line.trim() === '' || line.trim().startsWith('#') || /^\s*(export\s+)?[A-Za-z_]\w*\s*=/.test(line);
    return fine ? [] : [i + 1];
  });
  if (strange.length > 0) {
    return fail(
      strange.map((line) =>
        problem('env-line', 'A line of the .env file is not NAME=value', {
          detail: 'Values of several lines are not read.',
          where: { file: path, line, column: 1 },
        }),
      ),
    );
  }
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) variables[name] = value;
  return ok(variables);
}
