import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { connectorSchema } from '../src/connector/definition.ts';
import { FILTERS } from '../src/integration/expression/filters.ts';
import { METHODS } from '../src/integration/expression/methods.ts';
import { TESTS } from '../src/integration/expression/tests.ts';
import { integrationSchema } from '../src/integration/schema.ts';
import { typesFit } from '../src/integration/type-fit.ts';
import { FIELD_TYPES, type FieldType } from '../src/record/value.ts';
import { scenarioSchema } from '../src/testing/scenario/schema.ts';

/** What is made from the schemas: the JSON Schemas for editors and the reference tables of the docs. */

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GUIDE = 'docs/integration-file.md';
const CONNECTORS = 'docs/connectors.md';
const EXPRESSIONS = 'docs/expressions.md';
const SCENARIOS = 'docs/scenarios.md';
const TYPES = 'docs/types.md';
const VALUES = 'src/record/value.ts';

/** Of a JSON Schema, the part that is looked at here. */
const jsonSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  get properties() {
    return z.record(z.string(), jsonSchema).optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), jsonSchema]).optional();
  },
  get items() {
    return jsonSchema.optional();
  },
  get anyOf() {
    return z.array(jsonSchema).optional();
  },
  get oneOf() {
    return z.array(jsonSchema).optional();
  },
  const: z.unknown().optional(),
  required: z.array(z.string()).optional(),
});
type JsonSchema = z.infer<typeof jsonSchema>;

/** Text by path. */
export function generated(): Map<string, string> {
  const integration = integrationJsonSchema();
  const connector = jsonSchemaOf(connectorSchema, 'A Dovetail connector');
  const scenario = jsonSchemaOf(scenarioSchema, 'A scenario of a Dovetail integration');
  return new Map([
    ['schemas/integration.schema.json', `${JSON.stringify(integration, null, 2)}\n`],
    ['schemas/connector.schema.json', `${JSON.stringify(connector, null, 2)}\n`],
    ['schemas/scenario.schema.json', `${JSON.stringify(scenario, null, 2)}\n`],
    [GUIDE, guide(integration)],
    [CONNECTORS, connectorGuide(connector)],
    [SCENARIOS, scenarioGuide(scenario)],
    [EXPRESSIONS, withTables(EXPRESSIONS, { filters: filterTable() })],
    [TYPES, withTables(TYPES, { types: typeTable(), conversions: conversionTable() })],
  ]);
}

function jsonSchemaOf(schema: z.ZodType, title: string): JsonSchema {
  return jsonSchema.parse({ title, ...z.toJSONSchema(schema, { io: 'input' }) });
}

/** Says what the keys are that a schema can't know: those made of the names of the systems. */
function integrationJsonSchema(): JsonSchema {
  const schema = jsonSchemaOf(integrationSchema, 'A Dovetail integration');
  const { mapping, row } = partsOf(schema);
  mapping.additionalProperties = { type: 'string', description: 'Name of a system: its object' };
  row.additionalProperties = {
    type: 'string',
    description: 'Name of a system: its field; `to_` and the name: the value for it, as Jinja',
  };
  propertyOf(row, 'otherwise').additionalProperties = {
    type: 'string',
    description: 'Name of a system: the option that is written there',
  };
  return schema;
}

function partsOf(schema: JsonSchema) {
  const mapping = valuesOf(propertyOf(schema, 'mappings'));
  const row = propertyOf(mapping, 'fields').items;
  if (!row) throw new Error('The schema has no rows');
  return { system: valuesOf(propertyOf(schema, 'systems')), mapping, row };
}

function propertyOf(schema: JsonSchema, name: string): JsonSchema {
  const found = schema.properties?.[name];
  if (!found) throw new Error(`The schema has no ${name}`);
  return found;
}

function valuesOf(schema: JsonSchema): JsonSchema {
  const value = schema.additionalProperties;
  if (value === undefined || typeof value === 'boolean') throw new Error('The schema has no values');
  return value;
}

/** The guide with its reference tables written anew between their marks. */
function guide(schema: JsonSchema): string {
  const { system, mapping, row } = partsOf(schema);
  const tables: Record<string, string> = {
    file: table(schema),
    system: table(system),
    mapping: table(mapping),
    field: table(row),
    expressions: [
      `- filters: ${[...FILTERS.keys()].map((name) => `\`${name}\``).join(', ')}`,
      `- methods: ${METHODS.map((name) => `\`${name}()\``).join(', ')}`,
      `- tests (\`is …\`): ${[...TESTS.keys()].map((name) => `\`${name}\``).join(', ')}`,
    ].join('\n'),
  };
  return withTables(GUIDE, tables);
}

/** Likewise for connectors. What has sections of its own is left out of the table that it stands in. */
function connectorGuide(schema: JsonSchema): string {
  const object = valuesOf(propertyOf(schema, 'objects'));
  const list = propertyOf(object, 'list');
  return withTables(CONNECTORS, {
    object: table(without(object, OPERATIONS)),
    custom: table(propertyOf(object, 'custom_fields')),
    list: table(without(list, ['pagination', 'since'])),
    since: table(propertyOf(list, 'since')),
    pagination: styles(propertyOf(list, 'pagination')),
    write: table(propertyOf(object, 'create')),
    batch: table(propertyOf(propertyOf(object, 'batch'), 'create')),
    field: table(valuesOf(propertyOf(object, 'fields'))),
    limits: table(propertyOf(schema, 'limits')),
    responses: table(propertyOf(schema, 'responses').items ?? {}),
  });
}

function scenarioGuide(schema: JsonSchema): string {
  const steps = propertyOf(schema, 'when').items?.anyOf ?? [];
  const edit = steps.map((step) => step.additionalProperties).find((inner) => typeof inner === 'object');
  if (!edit) throw new Error('The schema of scenarios has no edits');
  return withTables(SCENARIOS, { scenario: table(schema), edit: table(edit) });
}

/** The arguments of each filter; those in brackets may be left out. */
function filterTable(): string {
  const argument = (name: string) => (name.endsWith('?') ? `[${name.slice(0, -1)}]` : name);
  const lines = [...FILTERS].map(
    ([name, { parameters }]) => `| \`${name}\` | ${parameters.map(argument).join(', ')} |`,
  );
  return ['| filter | arguments |', '|---|---|', ...lines].join('\n');
}

const OPERATIONS = 'table sql list create update upsert delete archive batch custom_fields fields'.split(' ');

function without(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const kept = Object.entries(schema.properties ?? {}).filter(([name]) => !names.includes(name));
  return { ...schema, properties: Object.fromEntries(kept) };
}

/** One table for each member of a union, under what tells it. */
function styles(schema: JsonSchema): string {
  return (schema.oneOf ?? schema.anyOf ?? [])
    .filter((member) => Object.keys(member.properties ?? {}).length > 1)
    .map((member) => `\`${String(member.properties?.style?.const)}\`\n\n${table(without(member, ['style']))}`)
    .join('\n\n');
}

/** The types and their canonical forms, as they stand above the definition of values. */
function typeTable(): string {
  const rows = readFileSync(ROOT + VALUES, 'utf8').matchAll(/^ \* (\| *([\w-]+) *\|.*\|)$/gm);
  return [...rows]
    .map(([, row = '', type = '']) =>
      FIELD_TYPES.some((one) => one === type) ? row.replace(type, `\`${type}\``) : row,
    )
    .map((row) => row.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---'))
    .join('\n');
}

/** Which types go into which without an expression. What two declarations must say for it is told in the text. */
function conversionTable(): string {
  const zone = { pattern: 'iso', zone: 'UTC', overlap: 'earlier', gap: 'later' } as const;
  const declared = (type: FieldType) => ({
    type,
    ...(type === 'local_timestamp' ? { time: zone } : {}),
    ...(type === 'person_name' ? { person_name: { text: 'family, given' as const } } : {}),
  });
  const told: Partial<Record<string, string>> = {
    'timestamp>local_timestamp': ' (which names its zone)',
    'local_timestamp>timestamp': ' (which names its zone)',
    'string>person_name': ' (where the name is one text)',
  };
  const rows = FIELD_TYPES.flatMap((to) => {
    const from = FIELD_TYPES.filter((type) => type !== to && typesFit(declared(type), declared(to)));
    const list = from.map((type) => `\`${type}\`${told[`${type}>${to}`] ?? ''}`).join(', ');
    return from.length > 0 ? [`| \`${to}\` | ${list} |`] : [];
  });
  return ['| into | from |', '|---|---|', ...rows].join('\n');
}

/** A guide with the tables written anew between their marks. */
function withTables(path: string, tables: Readonly<Record<string, string>>): string {
  return readFileSync(ROOT + path, 'utf8').replace(
    /(<!-- generated: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start: string, name: string, end: string) => `${start}\n${tables[name] ?? ''}\n\n${end}`,
  );
}

function table(schema: JsonSchema): string {
  const head = ['| key | value | default | meaning |', '|---|---|---|---|'];
  return [...head, ...rows(schema, '')].join('\n');
}

function rows(schema: JsonSchema, prefix: string): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const inner = property.properties ? rows(property, `${prefix}${name}.`) : innerRows(property, `${prefix}${name}`);
    const required = schema.required?.includes(name) ? 'required' : defaultText(property);
    return [line(prefix + name, property, required), ...inner];
  });
  const other = schema.additionalProperties;
  const named = other === undefined || typeof other === 'boolean' ? [] : [line(`${prefix}*system*`, other, '')];
  return [...named, ...own];
}

/** Of a record by the names of systems, the keys of its values; of a union such as that of times, those of its objects. */
function innerRows(property: JsonSchema, prefix: string): string[] {
  const members = property.anyOf?.filter((member) => member.properties) ?? [];
  if (members.length > 0) return members.flatMap((member) => rows(member, `${prefix}.`));
  const value = property.additionalProperties;
  const isPropagation = prefix === 'propagate' && value !== undefined && typeof value !== 'boolean';
  return isPropagation ? rows(value, `${prefix}.*system*.`) : [];
}

function line(name: string, property: JsonSchema, standard: string): string {
  const key = name.includes('*') ? name : `\`${name}\``;
  return `| ${[key, kind(property), standard, property.description ?? ''].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function kind(property: JsonSchema): string {
  if (property.enum) return property.enum.map((each) => `\`${each}\``).join(', ');
  if (property.const !== undefined) return `\`${String(property.const)}\``;
  if (property.oneOf) return 'keys below';
  if (property.anyOf) return [...new Set(property.anyOf.map(kind))].join(', ');
  if (property.type === 'array') return property.items ? `list of ${kind(property.items)}` : 'list';
  if (property.type === 'object' || property.properties) return property.properties ? 'keys below' : 'names and values';
  return [property.type ?? 'anything']
    .flat()
    .map((type) => KINDS[type] ?? type)
    .join(', ');
}

const KINDS: Record<string, string> = { string: 'text', integer: 'whole number', boolean: '`true`, `false`' };

function defaultText(property: JsonSchema): string {
  const value = property.default;
  if (value === undefined || value === '' || (typeof value === 'object' && JSON.stringify(value).length <= 2))
    return '';
  return `\`${String(value)}\``;
}
