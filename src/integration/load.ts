import { milliseconds } from '../connector/duration.ts';
import { type DataPath, explainIssues, readYaml, type YamlDocument } from '../connector/yaml-document.ts';
import { type Diagnostic, fail, ok, type Result } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';
import { Findings } from './findings.ts';
import { loadMail, loadRecipients } from './load-mail.ts';
import { loadMapping } from './load-mapping.ts';
import { type ChosenSettings, type LoadSettings, loadSystem } from './load-systems.ts';
import { type Attached, loadDeclared, NOTHING_ATTACHED } from './load-tables.ts';
import type { LoadedIntegration, LoadedMapping, LoadedSystem } from './loaded.ts';
import { orderMappings } from './mapping-order.ts';
import { type IntegrationFile, integrationSchema, type MappingFile } from './schema.ts';
import { reservedNames, unknownKeys, withoutKeys } from './unknown-keys.ts';

export type { FindConnector, LoadSettings } from './load-systems.ts';

/**
 * Reads an integration file against its two connectors. Fails with everything that is wrong, in the order of the file,
 * each with line, column and what was probably meant; warnings and infos of a good file are in `remarks`.
 */
export function loadIntegration(
  file: string,
  text: string,
  settings: LoadSettings,
): Result<LoadedIntegration, Diagnostic[]> {
  const read = readYaml(text, file);
  if (!read.ok) return fail(firstFault(read.error, text));
  const findings = new Findings(read.value);
  const parsed = parseFile(read.value, text, findings);
  const loaded = parsed && load(file, parsed, settings, findings);
  return loaded && !findings.failed ? ok({ ...loaded, remarks: findings.sorted() }) : fail(findings.sorted());
}

/**
 * The first fault of a file that is not YAML: the others follow from it. Without the passage that the parser quotes,
 * since it may be a secret.
 */
function firstFault(faults: Diagnostic[], text: string): Diagnostic[] {
  return faults.slice(0, 1).map((fault) => {
    const line = text.split('\n')[(fault.where?.line ?? 1) - 1] ?? '';
    const bare = /[{[,][^"']*\$\{/.test(line);
    return {
      ...fault,
      ...(fault.detail ? { detail: fault.detail.replace(/:? ".*"/s, '') } : {}),
      ...(bare ? { next: 'Inside { … } and [ … ], put references to variables in quotes: "${NAME}"' } : {}),
    };
  });
}

/** The data by the schema. Keys that are not known are reported and left out, so that the rest is still checked. */
function parseFile(document: YamlDocument, text: string, findings: Findings): IntegrationFile | null {
  const reserved = reservedNames(document.data);
  for (const name of reserved) {
    const summary = `A system can't be called "${name}", which means something else here`;
    findings.error('system-name-reserved', summary, ['systems', name]);
  }
  if (reserved.length > 0) return null;
  const unknown = unknownKeys(document.data);
  for (const { path, key, known } of unknown) {
    const name = path.length === 0 ? 'the top of the file' : path.map(String).join('.');
    findings.unknown('key-unknown', `"${key}" is not known under ${name}`, [...path, key], key, known);
  }
  const data = withoutKeys(
    document.data,
    unknown.map(({ path, key }): DataPath => [...path, key]),
  );
  const parsed = integrationSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const explained = explainIssues(parsed.error.issues, document, integrationSchema);
  const quoted = explained.map((each) => (hasBareExpression(each, text) ? { ...each, next: QUOTES } : each));
  findings.take(quoted, []);
  const strange = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key): DataPath => [...issue.path, key]) : [],
  );
  const again = integrationSchema.safeParse(withoutKeys(data, strange));
  return again.success ? again.data : null;
}

const QUOTES = 'Put the expression in quotes: "{{ … }}"';

/** Without quotes, YAML reads `{{ value }}` as a map in a map. */
const hasBareExpression = (found: Diagnostic, text: string): boolean =>
  /:\s*\{\{/.test(text.split('\n')[(found.where?.line ?? 1) - 1] ?? '');

function load(
  file: string,
  parsed: IntegrationFile,
  settings: LoadSettings,
  findings: Findings,
): Omit<LoadedIntegration, 'remarks'> | null {
  const [first] = Object.values(parsed.systems);
  const environment = settings.environment ?? Object.keys(first?.environments ?? {})[0] ?? '';
  const systems = loadSystems(file, parsed, { ...settings, environment }, findings);
  if (!systems) return null;
  const { a, b } = systems;
  return {
    file,
    name: parsed.integration,
    purpose: parsed.purpose,
    environment,
    a,
    b,
    mappings: settings.systemsOnly
      ? []
      : loadMappings(parsed, systems, settings.attached ?? NOTHING_ATTACHED, findings),
    schedule: {
      everyMs: parsed.schedule.every === undefined ? null : milliseconds(parsed.schedule.every),
      sweepMs: milliseconds(parsed.schedule.sweep),
      fieldsMs: milliseconds(parsed.schedule.fields),
    },
    failures: parsed.failures,
    egress: parsed.network?.egress ?? [],
    echo: parsed.network?.echo ?? null,
    receiver: parsed.network?.receiver ?? null,
    errorsTo: loadRecipients(parsed, settings.variables, findings),
    mail: loadMail(parsed, settings.variables, findings),
    answers: parsed.answers,
  };
}

function loadSystems(
  file: string,
  parsed: IntegrationFile,
  settings: ChosenSettings,
  findings: Findings,
): Record<Side, LoadedSystem> | null {
  const names = Object.keys(parsed.systems);
  if (names.length !== 2) {
    findings.error('systems-not-two', `An integration has two systems, not ${names.length}`, ['systems']);
    return null;
  }
  const [a, b] = Object.entries(parsed.systems).map(([name, system]) =>
    loadSystem(name, system, file, settings, findings),
  );
  return a && b ? { a, b } : null;
}

function loadMappings(
  parsed: IntegrationFile,
  systems: Record<Side, LoadedSystem>,
  attached: Attached,
  findings: Findings,
): LoadedMapping[] {
  const objects = Object.entries(parsed.mappings).map(
    ([name, mapping]) => [name, { a: objectOf(mapping, systems.a), b: objectOf(mapping, systems.b) }] as const,
  );
  if (objects.length === 0) findings.error('mappings-none', 'There is no mapping', ['mappings']);
  const declared = loadDeclared(parsed, attached, findings);
  const scope = { systems, mappings: new Map(objects), declared, findings };
  const loaded = Object.entries(parsed.mappings).flatMap(([name, mapping]) => loadMapping(name, mapping, scope) ?? []);
  return inOrder(loaded, systems, findings);
}

function objectOf(mapping: MappingFile, system: LoadedSystem): string | undefined {
  const name = mapping[system.name];
  return name !== undefined && Object.hasOwn(system.connector.objects, name) ? name : undefined;
}

/** Parents first; a circle of references is opened where a record can be created without the reference. */
function inOrder(loaded: LoadedMapping[], systems: Record<Side, LoadedSystem>, findings: Findings): LoadedMapping[] {
  const byName = new Map(loaded.map((mapping) => [mapping.name, mapping]));
  const nodes = loaded.map((mapping) => ({
    name: mapping.name,
    references: mapping.fields.flatMap((field) => {
      if (field.reference === null) return [];
      const required =
        (field.aToB && isRequired(systems.b, mapping.objects.b, field.b)) ||
        (field.bToA && isRequired(systems.a, mapping.objects.a, field.a));
      return [{ mapping: field.reference, field: field.name, required }];
    }),
  }));
  return orderMappings(nodes).flatMap(({ name, cycleBreakers, stuck }) => {
    const mapping = byName.get(name);
    if (!mapping) return [];
    const path = ['mappings', name];
    const fields = cycleBreakers.join(', ');
    if (stuck) {
      findings.error('cycle-required', `The references of ${name} form a circle of required fields`, path, {
        detail: `${fields} would have to be there before the record is created.`,
      });
    } else if (cycleBreakers.length > 0) {
      findings.info('cycle', `The references of ${name} form a circle`, path, {
        detail: `A record is created without ${fields}, which is written in a second step.`,
      });
    }
    return [{ ...mapping, cycleBreakers }];
  });
}

const isRequired = (system: LoadedSystem, object: string, field: string): boolean =>
  system.connector.objects[object]?.fields[field]?.required === true;
