import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { passingTokens, type TokenStore } from '../connector/auth/tokens.ts';
import { didYouMean } from '../connector/closest-word.ts';
import type { ConnectorDefinition } from '../connector/definition.ts';
import { withDefaults } from '../connector/template.ts';
import { readYaml } from '../connector/yaml-document.ts';
import { findConnector, readEnvironmentFile } from '../integration/files.ts';
import { neededVariables, variablesOf } from '../integration/load-systems.ts';
import type { LoadedSystem } from '../integration/loaded.ts';
import type { Platform } from '../platform/platform.ts';
import { throughProxy } from '../platform/through-proxy.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { openPlatform, openRuntime, type RuntimeOptions, tokensOf } from './open.ts';
import type { Terminal } from './terminal.ts';

/** A live system and the connector file that is to say what it is like. */
export interface LearnTarget {
  /** Absolute. */
  file: string;
  text: string;
  data: Record<string, unknown>;
  definition: ConnectorDefinition;
  variables: Record<string, string>;
  /** Null where no integration says it. */
  environment: string | null;
  /** It comes with the package, where it is not to be changed. */
  isCatalogue: boolean;
  tokens: TokenStore;
  platform: Platform;
  close(): Promise<void>;
}

/** By the name of a system of the integration, or by the path of a connector file. */
export async function openLearnTarget(
  terminal: Terminal,
  name: string,
  options: RuntimeOptions,
): Promise<Result<LearnTarget, Diagnostic[]>> {
  if (/\.ya?ml$/.test(name)) return ofFile(terminal, name);
  const runtime = await openRuntime(terminal, options);
  if (!runtime.ok) return fail(runtime.error.diagnostics);
  const { integration, platform, close } = runtime.value;
  const system = [integration.a, integration.b].find((one) => one.name === name);
  const read = system ? readConnector(system) : fail([systemUnknown(name, [integration.a.name, integration.b.name])]);
  if (!system || !read.ok) {
    await close();
    return read.ok ? fail([]) : read;
  }
  return ok({
    ...read.value,
    definition: system.connector,
    variables: system.variables,
    environment: integration.environment,
    isCatalogue: isCatalogue(system.connector.connector, read.value.file),
    tokens: tokensOf(runtime.value, system),
    platform: { ...platform, http: throughProxy(platform.http, system.proxy) },
    close,
  });
}

type ConnectorText = Pick<LearnTarget, 'file' | 'text' | 'data'>;

const readConnector = ({ connectorFile }: LoadedSystem) => textOf(connectorFile);

function textOf(file: string): Result<ConnectorText, Diagnostic[]> {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  const read = readYaml(text, file);
  if (!read.ok) return read;
  const { data } = read.value;
  return ok({ file, text, data: typeof data === 'object' && data !== null ? { ...data } : {} });
}

function isCatalogue(name: string, file: string): boolean {
  const found = findConnector(name, file);
  return found.ok && found.value.file === file;
}

/** A connector file by itself: its variables come from the environment and the .env file beside it. */
async function ofFile(terminal: Terminal, name: string): Promise<Result<LearnTarget, Diagnostic[]>> {
  const file = resolve(terminal.folder, name);
  const found = findConnector(`./${file.split(/[/\\]/).at(-1)}`, file);
  if (!found.ok) return found;
  const { definition } = found.value;
  const beside = readEnvironmentFile(resolve(dirname(file), '.env'));
  if (!beside.ok) return beside;
  const variables = variablesFor(definition, { ...beside.value, ...terminal.variables });
  if (!variables.ok) return fail([variables.error]);
  const read = textOf(file);
  if (!read.ok) return read;
  const platform = await openPlatform(terminal);
  if (!platform.ok) return fail([platform.error]);
  return ok({
    ...read.value,
    definition,
    variables: variables.value,
    environment: null,
    isCatalogue: false,
    tokens: passingTokens(),
    platform: platform.value,
    close: () => platform.value.http.close(),
  });
}

/** `api_key` of the connector `shop` is `SHOP_API_KEY`, or `API_KEY`. */
function variablesFor(
  definition: ConnectorDefinition,
  environment: Readonly<Record<string, string | undefined>>,
): Result<Record<string, string>> {
  const found: Record<string, string> = {};
  const missing: string[] = [];
  for (const name of variablesOf(definition)) {
    const long = `${definition.connector}_${name}`.toUpperCase().replaceAll('-', '_');
    const value = [long, name.toUpperCase(), name].map((one) => environment[one]).find((one) => one);
    if (value !== undefined) found[name] = value;
    else missing.push(name);
  }
  const filled = withDefaults(definition.variables, found);
  const needed = neededVariables(definition);
  const lacking = missing.filter((name) => needed.has(name) && !Object.hasOwn(filled, name));
  if (lacking.length === 0) return ok({ ...filled });
  const names = lacking.map((name) => `${definition.connector}_${name}`.toUpperCase().replaceAll('-', '_'));
  return fail(
    problem('variable-missing', `There is no value for ${lacking.join(', ')}`, {
      next: `Set ${names.join(', ')} in the environment, or in a .env file beside the connector`,
    }),
  );
}

function systemUnknown(name: string, known: readonly string[]): Diagnostic {
  const next = didYouMean(name, [...known]);
  return problem('system-unknown', `The integration has no system "${name}"`, {
    detail: `It has ${known.join(' and ')}. A connector file is named by its path, e.g. ./connector.yaml.`,
    ...(next ? { next } : {}),
  });
}
