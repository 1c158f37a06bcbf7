import { parseEnv } from 'node:util';
import { didYouMean } from '../connector/closest-word.ts';
import type { ConnectorDefinition } from '../connector/definition.ts';
import { fillIn } from '../integration/fill-in.ts';
import { isSecretName, neededVariables } from '../integration/load-systems.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';

/** A variable that neither the integration file nor the `.env` file gives. */
export interface OpenVariable {
  name: string;
  /** What the integration file says for it, with its `${NAME}`s; null where it says nothing. */
  text: string | null;
}

/** A variable as a person is asked for it. */
export interface VariableQuestion {
  name: string;
  label: string;
  /** Where a person finds it. */
  hint: string | null;
  secret: boolean;
  /** Taken for an empty answer; null: there must be one. */
  fallback: string | null;
}

export interface VariableSources {
  /** `name=value`, from the command line. */
  set: readonly string[];
  /** Lines `name=value` from stdin; null: not read. */
  input: string | null;
  environment: Readonly<Record<string, string | undefined>>;
  /** What was kept before, by name. */
  kept: Readonly<Record<string, string>>;
  /** What was kept before is asked for once more. */
  again: boolean;
  /** Null as a function: nobody is there to answer. Null as an answer: the person left. */
  ask: ((question: VariableQuestion) => Promise<string | null>) | null;
}

/**
 * The values to keep, by name: from the command line, stdin, the environment, what was kept before, and at last from the
 * person. Fails with what is missing; never with a value.
 */
export async function collectVariables(
  connector: ConnectorDefinition,
  open: readonly OpenVariable[],
  sources: VariableSources,
): Promise<Result<Record<string, string>>> {
  const given = givenVariables(connector, open, sources);
  if (!given.ok) return given;
  const { kept, again, ask, environment } = sources;
  const needed = neededVariables(connector);
  const values: Record<string, string> = {};
  const missing: VariableQuestion[] = [];
  for (const one of open) {
    const before = Object.hasOwn(kept, one.name) ? kept[one.name] : undefined;
    const value = own(given.value, one.name) ?? fromEnvironment(one, environment) ?? (again ? undefined : before);
    if (value !== undefined) values[one.name] = value;
    const question = questionFor(connector, one.name, before);
    if (value !== undefined || !needed.has(one.name) || (!again && question.fallback !== null)) continue;
    const answer = ask ? await ask(question) : question.fallback;
    if (ask && answer === null) return fail(left());
    if (answer === null || answer === '') missing.push(question);
    else values[one.name] = answer;
  }
  return missing.length === 0 ? ok(values) : fail(lacking(missing));
}

const own = (values: Readonly<Record<string, string>>, name: string) =>
  Object.hasOwn(values, name) ? values[name] : undefined;

export function questionFor(connector: ConnectorDefinition, name: string, before?: string): VariableQuestion {
  const told = Object.hasOwn(connector.variables, name) ? connector.variables[name] : undefined;
  return {
    name,
    label: told?.label ?? name,
    hint: told?.describe ?? null,
    secret: isSecret(connector, name),
    fallback: before ?? told?.default ?? null,
  };
}

const isSecret = (connector: ConnectorDefinition, name: string): boolean =>
  (Object.hasOwn(connector.variables, name) && connector.variables[name]?.secret === true) || isSecretName(name);

/** What the environment of the process gives; an empty text is nothing. */
function fromEnvironment({ text }: OpenVariable, environment: VariableSources['environment']): string | undefined {
  if (text === null) return undefined;
  const filled = fillIn(text, environment);
  return filled.unset.length === 0 && filled.text !== '' ? filled.text : undefined;
}

function givenVariables(
  connector: ConnectorDefinition,
  open: readonly OpenVariable[],
  { set, input }: VariableSources,
): Result<Record<string, string>> {
  const names = open.map(({ name }) => name);
  const given: Record<string, string> = {};
  const read = input === null ? {} : parseEnv(input);
  for (const [name, value] of Object.entries(read)) if (value !== undefined) given[name] = value;
  for (const pair of set) {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    if (at < 0) return fail(problem('set-unreadable', '--set takes name=value', { next: `--set ${name}=VALUE` }));
    if (isSecret(connector, name)) return fail(seen(name));
    given[name] = pair.slice(at + 1);
  }
  const strange = Object.keys(given).find((name) => !names.includes(name));
  return strange === undefined ? ok(given) : fail(unknown(strange, names));
}

const seen = (name: string) =>
  problem('secret-in-arguments', `${name} is a secret, which others could read on the command line`, {
    detail: 'Every user of this machine sees the arguments of commands, and the shell keeps them.',
    next: `Leave it out to be asked for it, or give it by --stdin: a line ${name}=…`,
  });

const unknown = (name: string, names: readonly string[]) => {
  const next = didYouMean(name, names);
  return problem('variable-unknown', `There is no variable "${name}" to be given`, {
    detail: 'What stands in the integration file or in the .env file is not asked for.',
    ...(next ? { next } : {}),
  });
};

const lacking = (missing: readonly VariableQuestion[]) =>
  problem('variable-missing', `There is no value for ${missing.map(({ name }) => name).join(', ')}`, {
    detail: missing.map(({ name, hint }) => (hint === null ? `${name}.` : `${name}: ${hint}.`)).join(' '),
    next: 'Run the command in a terminal to be asked, or give lines name=value by --stdin',
  });

const left = () => problem('left', 'Left without an answer', { detail: 'Nothing was kept.' });
