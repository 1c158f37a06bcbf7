import type { ConnectorDefinition } from '../connector/definition.ts';
import { objectWithin, withOwnFields } from '../connector/own-fields.ts';
import { withAddedFields } from '../connector/within/complete.ts';
import { withinFaults } from '../connector/within/faults.ts';
import type { Diagnostic, Result } from '../record/diagnostic.ts';
import { loadElsewhere } from './elsewhere.ts';
import { fillIn, PLACEHOLDER } from './fill-in.ts';
import type { Findings } from './findings.ts';
import { loadProxy } from './load-proxy.ts';
import type { Attached } from './load-tables.ts';
import type { LoadedSystem } from './loaded.ts';
import type { IntegrationFile } from './schema.ts';

/** Finds the connector that an integration file names; `fromFile` is the file that does. */
export type FindConnector = (
  reference: string,
  fromFile: string,
) => Result<{ definition: ConnectorDefinition; file: string }, Diagnostic[]>;

export interface LoadSettings {
  connectors: FindConnector;
  /** Null: the first one that the first system has. */
  environment: string | null;
  /** What `${NAME}` may refer to: the process's environment and the `.env` file beside the integration. */
  variables: Record<string, string | undefined>;
  /** Values that `dovetail connect` has kept: asked for what neither the file nor `variables` gives. */
  kept?: KeptVariables;
  /** Files that the integration file names, read; absent: there are none. */
  attached?: Attached;
  /** Looks at no mapping, and says nothing about them: for what is done before they are right. */
  systemsOnly?: boolean;
}

/** What a system's variable was given as. `text` is what the file says, with its `${NAME}`s; null where it says nothing. */
export type KeptVariables = (
  environment: string,
  system: string,
  variable: string,
  text: string | null,
) => string | undefined;

/** Whether a variable holds a secret, by its name. */
export const isSecretName = (variable: string): boolean => SECRET_NAME.test(variable);

type SystemFile = IntegrationFile['systems'][string];

const SECRET_NAME = /secret|passw|token|credential|private|api_?key|(^|_)key$|(^|_)pw?d$/i;

/** The settings once it is known which environment is meant. */
export type ChosenSettings = LoadSettings & { environment: string };

/** One system: its connector and, for the environment, its variables. Null where nothing further can be checked. */
export function loadSystem(
  name: string,
  system: SystemFile,
  file: string,
  settings: ChosenSettings,
  findings: Findings,
): LoadedSystem | null {
  const path = ['systems', name];
  const found = settings.connectors(system.connector, file);
  if (!found.ok) {
    findings.take(found.error, [...path, 'connector']);
    return null;
  }
  const connector = ofInstallation(name, found.value.definition, system, findings);
  checkPlainSecrets(name, system, findings);
  return {
    name,
    title: system.title ?? connector.title,
    contact: system.contact ? { name: system.contact.name, email: system.contact.email ?? null } : null,
    connector,
    connectorFile: found.value.file,
    variables: loadVariables(name, system, connector, settings, findings),
    elsewhere: loadElsewhere(system, connector, settings, {
      used: variablesOf(connector),
      needed: neededVariables(connector),
    }),
    proxy: loadProxy(name, system, settings, findings),
  };
}

/** The connector with what only this installation has. */
function ofInstallation(
  name: string,
  connector: ConnectorDefinition,
  system: SystemFile,
  findings: Findings,
): ConnectorDefinition {
  const objects = { ...connector.objects };
  for (const [object, own] of Object.entries(system.objects)) {
    const definition = Object.hasOwn(objects, object) ? objects[object] : undefined;
    const path = ['systems', name, 'objects', object];
    if (!definition && (own.part_of ?? own.lines_of)) {
      objects[object] = objectWithin(own);
      const faults = withinFaults({ ...connector, objects }, object);
      for (const fault of faults) findings.take([fault.diagnostic], [...path, ...fault.path]);
      continue;
    }
    if (definition && (own.part_of ?? own.lines_of)) {
      findings.error('object-taken', `The connector ${connector.connector} has an object "${object}" already`, path, {
        next: 'Give the part or line another name',
      });
      continue;
    }
    if (!definition) {
      const summary = `The connector ${connector.connector} has no object "${object}"`;
      findings.unknown('object-unknown', summary, path, object, Object.keys(connector.objects));
      continue;
    }
    for (const [field, { custom }] of Object.entries(own.fields)) {
      if (custom === undefined || definition.custom_fields) continue;
      findings.error('custom-fields-undeclared', `${object} declares no custom_fields`, [...path, 'fields', field], {
        detail: `The connector ${connector.connector} does not say where custom fields stand.`,
        next: 'Say where the field stands by `path`, or add custom_fields to the connector',
      });
    }
    const whole = withOwnFields(definition, own);
    if (own.link_field !== undefined && !Object.hasOwn(whole.fields, own.link_field)) {
      const summary = `${object} has no field "${own.link_field}"`;
      findings.unknown('field-unknown', summary, [...path, 'link_field'], own.link_field, Object.keys(whole.fields));
    }
    objects[object] = whole;
  }
  return withAddedFields({ ...connector, objects });
}

function checkPlainSecrets(name: string, system: SystemFile, findings: Findings): void {
  for (const [environment, { proxy, ...keys }] of Object.entries(system.connections)) {
    const secrets = { ...keys, host_key: '', ...(/:\/\/[^/@\s:]+:[^/@\s]+@/.test(proxy) ? { proxy } : {}) };
    for (const [key, text = ''] of Object.entries(secrets)) {
      if (text === '' || text.includes('${')) continue;
      const proposed = `${name}_proxy_${key === 'proxy' ? 'password' : key}`.toUpperCase();
      const path = ['systems', name, 'connections', environment, key];
      findings.error('secret-in-file', `${key} of the connection to ${name} (${environment}) holds a secret`, path, {
        detail: 'Secrets do not belong into the integration file, which is shared and kept.',
        next: `Put it into the .env file beside this one, e.g. ${proposed}=…, and write \${${proposed}} here`,
      });
    }
  }
  for (const [environment, variables] of Object.entries(system.environments)) {
    for (const [variable, text] of Object.entries(variables)) {
      if (text === '' || text.includes('${') || !looksSecret(variable, text)) continue;
      const path = ['systems', name, 'environments', environment, variable];
      const proposed = variableName(name, variable);
      findings.error('secret-in-file', `${variable} of ${name} (${environment}) looks like a secret`, path, {
        detail: 'Secrets do not belong into the integration file, which is shared and kept.',
        next: `Put it into the .env file beside this one, e.g. ${proposed}=…, and write \${${proposed}} here`,
      });
    }
  }
}

const variableName = (system: string, variable: string): string =>
  (variable.startsWith(system) ? variable : `${system}_${variable}`).toUpperCase();

/** By its name, by the form of well-known tokens, by a password in a URL, or as a long word of letters and digits. */
function looksSecret(variable: string, text: string): boolean {
  if (isSecretName(variable)) return true;
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]+:[^/@\s]+@/i.test(text)) return true;
  if (/^(sk|pk|ghp|gho|xox[abp]|whsec|eyJ)[-_A-Za-z0-9]{12,}/.test(text)) return true;
  return /^[A-Za-z0-9+/_=-]{32,}$/.test(text) && /[a-z]/i.test(text) && /\d/.test(text);
}

function loadVariables(
  name: string,
  system: SystemFile,
  connector: ConnectorDefinition,
  settings: ChosenSettings,
  findings: Findings,
): Record<string, string> {
  const path = ['systems', name, 'environments'];
  const chosen = Object.hasOwn(system.environments, settings.environment)
    ? system.environments[settings.environment]
    : undefined;
  if (!chosen) {
    const summary = `${name} has no environment "${settings.environment}"`;
    const known = Object.keys(system.environments);
    findings.unknown('environment-unknown', summary, path, settings.environment, known);
    return {};
  }
  const used = variablesOf(connector);
  for (const variable of Object.keys(chosen)) {
    if (used.has(variable)) continue;
    const summary = `The connector ${connector.connector} has no variable "${variable}"`;
    findings.unknown('variable-unknown', summary, [...path, settings.environment, variable], variable, [...used]);
  }
  const variables: Record<string, string> = {};
  for (const variable of used) {
    const text = Object.hasOwn(chosen, variable) ? (chosen[variable] ?? '') : null;
    const filled = text === null ? null : fillIn(text, settings.variables);
    const fallback = connector.variables[variable]?.default;
    const value = filled?.unset.length === 0 ? filled.text : undefined;
    const known =
      value ?? settings.kept?.(settings.environment, name, variable, text) ?? (filled ? undefined : fallback);
    if (known !== undefined) variables[variable] = known;
    else if (filled)
      for (const one of filled.unset) reportUnset(one, [...path, settings.environment, variable], settings, findings);
    else if (neededVariables(connector).has(variable)) reportMissing(name, variable, connector, settings, findings);
  }
  return variables;
}

function reportMissing(
  system: string,
  variable: string,
  connector: ConnectorDefinition,
  { environment }: ChosenSettings,
  findings: Findings,
): void {
  const summary = `${system} (${environment}) does not say ${variable}`;
  findings.error('variable-missing', summary, ['systems', system, 'environments', environment], {
    detail: `The connector ${connector.connector} needs it.`,
    next: `Add ${variable}: under ${environment}, or run \`dovetail connect ${system}\``,
  });
}

function reportUnset(name: string, path: string[], { variables }: ChosenSettings, findings: Findings): void {
  const empty = Object.hasOwn(variables, name) && variables[name] === '';
  const summary = `The environment variable ${name} is ${empty ? 'empty' : 'not set'}`;
  const next = `Set it, add ${name}=… to the .env file beside the integration file, or run \`dovetail connect ${path[1] ?? ''}\``;
  findings.error('variable-unset', summary, path, { next });
}

/** What a connection can't do without. Deliveries of webhooks are taken only where their secret is given. */
export function neededVariables({ webhooks: _, ...rest }: ConnectorDefinition): Set<string> {
  return variablesOf(rest);
}

/** The `${name}` in all texts of a connector. */
export function variablesOf(connector: ConnectorDefinition): Set<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') for (const [, name] of value.matchAll(PLACEHOLDER)) names.add(name ?? '');
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(visit);
  };
  const { docs: _, description: __, ...working } = connector;
  visit(working);
  return names;
}
