import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { connectorSchema } from '../src/connector/definition.ts';
import { FILTERS, METHODS, TESTS } from '../src/integration/expression-check.ts';
import { integrationSchema } from '../src/integration/schema.ts';

/** What is made from the schemas: the JSON Schemas for editors and the reference tables of the docs. */

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const GUIDE = 'docs/integration-file.md';

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
  required: z.array(z.string()).optional(),
});
type JsonSchema = z.infer<typeof jsonSchema>;

/** Text by path. */
export function generated(): Map<string, string> {
  const integration = integrationJsonSchema();
  const connector = jsonSchemaOf(connectorSchema, 'A Dovetail connector');
  return new Map([
    ['schemas/integration.schema.json', `${JSON.stringify(integration, null, 2)}\n`],
    ['schemas/connector.schema.json', `${JSON.stringify(connector, null, 2)}\n`],
    [GUIDE, guide(integration)],
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
      `- filters: ${FILTERS.map((name) => `\`${name}\``).join(', ')}`,
      `- methods: ${METHODS.map((name) => `\`${name}()\``).join(', ')}`,
      `- tests (\`is …\`): ${TESTS.map((name) => `\`${name}\``).join(', ')}`,
    ].join('\n'),
  };
  return readFileSync(ROOT + GUIDE, 'utf8').replace(
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

/** Of a record by the names of systems, the keys of its values. */
function innerRows(property: JsonSchema, prefix: string): string[] {
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
  if (property.anyOf) return [...new Set(property.anyOf.map(kind))].join(', ');
  if (property.type === 'array') return property.items ? `list of ${kind(property.items)}` : 'list';
  if (property.type === 'object') return property.properties ? 'keys below' : 'names and values';
  return [property.type ?? 'anything']
    .flat()
    .map((type) => KINDS[type] ?? type)
    .join(', ');
}

const KINDS: Record<string, string> = { string: 'text', integer: 'whole number', boolean: '`true`, `false`' };

function defaultText(property: JsonSchema): string {
  const value = property.default;
  if (value === undefined || (typeof value === 'object' && JSON.stringify(value).length <= 2)) return '';
  return `\`${String(value)}\``;
}
