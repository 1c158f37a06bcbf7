import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { didYouMean } from '../connector/closest-word.ts';
import type { ConnectorDefinition } from '../connector/definition.ts';
import { loadConnector } from '../connector/load.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { loadIntegration } from './load.ts';
import type { LoadSettings } from './load-systems.ts';
import type { LoadedIntegration } from './loaded.ts';

const MOST_BYTES = 5_000_000;
/** The connectors that come with the package: beside this folder, in the sources as in dist/. */
const CATALOGUE = fileURLToPath(new URL('../connectors/', import.meta.url));

/**
 * Reads an integration file with its connectors, and the `.env` file beside it. `variables` is the environment of the
 * process, which goes before `.env`, and that before what is `kept`; without an environment, the first of the file is
 * meant. Fails with everything that is wrong; see `loadIntegration`.
 */
export function openIntegration(
  path: string,
  environment: string | null,
  variables: Record<string, string | undefined>,
  more: Pick<LoadSettings, 'kept' | 'systemsOnly'> = {},
): Result<LoadedIntegration, Diagnostic[]> {
  const text = readText(path, 'integration file');
  if (!text.ok) return fail([text.error]);
  const beside = readEnvironmentFile(resolve(dirname(path), '.env'));
  if (!beside.ok) return beside;
  return loadIntegration(path, text.value, {
    environment,
    connectors: findConnector,
    variables: { ...beside.value, ...variables },
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
  const file = /[/\\]|\.ya?ml$/.test(reference) ? connectorPath(reference, fromFile) : cataloguePath(reference);
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

function connectorPath(reference: string, fromFile: string): Result<string> {
  const refused = (detail: string) =>
    fail(problem('connector-path', 'The path of the connector is refused', { detail }));
  if (isAbsolute(reference) || /^[a-z]:/i.test(reference)) return refused('It must be relative to this file.');
  if (!/\.ya?ml$/.test(reference)) return refused('It must name a .yaml file.');
  const folder = dirname(resolve(fromFile));
  const path = resolve(folder, reference);
  if (reference.split(/[/\\]/).includes('..')) return ok(path);
  try {
    const inside = relative(realpathSync(folder), realpathSync(path));
    if (inside.split(sep)[0] === '..' || isAbsolute(inside))
      return refused('A link leads out of the folder of this file.');
    return ok(path);
  } catch {
    return ok(path);
  }
}

function readText(path: string, what: string): Result<string> {
  const unreadable = (detail: string) =>
    fail(problem('file-unreadable', `The ${what} can't be read`, { detail, where: { file: path } }));
  try {
    const found = statSync(path);
    if (!found.isFile()) return unreadable('It is not a file.');
    if (found.size > MOST_BYTES) return unreadable(`It has ${found.size} bytes; at most ${MOST_BYTES} are read.`);
    return ok(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    return unreadable(isMissing(error) ? `There is no file ${path}.` : `${codeOf(error)} while reading ${path}.`);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'An error';
const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

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
