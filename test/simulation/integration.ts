import { readFileSync } from 'node:fs';
import type { ConnectorDefinition, ObjectDefinition } from '../../src/connector/definition.ts';
import type { FieldDefinition } from '../../src/connector/field.ts';
import { loadConnector } from '../../src/connector/load.ts';
import { compileExpression, type Expression } from '../../src/integration/expression.ts';
import { loadIntegration } from '../../src/integration/load.ts';
import type { LoadedIntegration, LoadedMapping } from '../../src/integration/loaded.ts';
import { fail, ok } from '../../src/record/diagnostic.ts';
import { MAPPING_NAMES, MAPPINGS, type MappingName, objectOf } from './fields.ts';
import { EXPRESSIONS, filterOf } from './rules.ts';
import { declaredLag, type Policies, type WorldSpec } from './spec.ts';

export const CRM_HOST = 'crm.example';
export const ERP_HOST = 'erp.example';

const HEAD = `integration: simulated
purpose: The sandbox's CRM and ERP, kept the same in a simulation.
systems:
  crm:
    connector: sandbox-crm
    environments:
      test: { base_url: http://${CRM_HOST}, client_id: sandbox-crm-client, client_secret: '\${SECRET}' }
  erp:
    connector: sandbox-erp
    environments:
      test: { base_url: http://${ERP_HOST}, api_key: '\${KEY}' }
mappings:
`;

function mappingText(name: MappingName): string {
  const { fields } = MAPPINGS[name];
  const rows = fields.map((field) => {
    const reference = field.parent ? `, reference: ${field.parent}` : '';
    return `      - { crm: ${field.a}, erp: ${field.b}${reference} }\n`;
  });
  const head = `  ${name}:\n    crm: ${objectOf(name, 'a')}\n    erp: ${objectOf(name, 'b')}\n`;
  return `${head}    match: [[${fields[0]?.a}]]\n    fields:\n${rows.join('')}${MAPPINGS[name].more ?? ''}`;
}

const bases = new Map<string, LoadedIntegration>();

/** The integration before a world's own policies; read once for each set of mappings. */
function loadBase(mappings: readonly MappingName[]): LoadedIntegration {
  const base = bases.get(mappings.join());
  if (base) return base;
  const text = `${HEAD}${mappings.map(mappingText).join('')}`;
  const loaded = loadIntegration('integration.yaml', text, {
    environment: 'test',
    variables: { SECRET: 'sandbox-crm-secret', KEY: 'sandbox-erp-key' },
    connectors: (name) => {
      const file = new URL(`../../src/connectors/${name}/connector.yaml`, import.meta.url);
      const connector = loadConnector(readFileSync(file, 'utf8'), `${name}.yaml`);
      return connector.ok ? ok({ definition: connector.value, file: `${name}.yaml` }) : fail(connector.error);
    },
  });
  if (!loaded.ok) throw new Error(loaded.error.map((one) => one.summary).join('; '));
  bases.set(mappings.join(), loaded.value);
  return loaded.value;
}

/** The integration of one world: its policies in the place of the file's. */
export function integrationOf(spec: WorldSpec): LoadedIntegration {
  const loaded = loadBase(spec.mappings);
  const lag = declaredLag(spec);
  return {
    ...loaded,
    a: { ...loaded.a, connector: withLag(withPages(loaded.a.connector, spec.pageSize.a), lag.a) },
    b: {
      ...loaded.b,
      connector: undeclared(withLag(withPages(loaded.b.connector, spec.pageSize.b), lag.b), spec.undeclared),
    },
    schedule: { ...loaded.schedule, sweepMs: spec.sweepMs },
    failures: { share: 1, least: 1000 },
    mappings: loaded.mappings.map((mapping) => {
      const name = MAPPING_NAMES.find((one) => one === mapping.name);
      return name ? withPolicies(mapping, name, spec.policies[name]) : mapping;
    }),
  };
}

/** A connector that asks for smaller pages. */
function withPages(connector: ConnectorDefinition, size: number | null): ConnectorDefinition {
  if (size === null) return connector;
  return withObjects(connector, (object) => {
    const { list } = object;
    if (!list || list.pagination.style === 'none') return object;
    return { ...object, list: { ...list, pagination: { ...list.pagination, size } } };
  });
}

/** A connector that declares how late its lists may be. */
function withLag(connector: ConnectorDefinition, ms: number): ConnectorDefinition {
  return withObjects(connector, (object) => {
    const { list } = object;
    return list?.since ? { ...object, list: { ...list, since: { ...list.since, lag: `${ms}ms` } } } : object;
  });
}

/** A connector whose author did not know what the system does to texts. */
function undeclared(connector: ConnectorDefinition, really: boolean): ConnectorDefinition {
  if (!really) return connector;
  return withObjects(connector, (object) => ({
    ...object,
    fields: Object.fromEntries(
      Object.entries(object.fields).map(([name, field]) => {
        const { max_length: _, ...rest } = field;
        const plain: FieldDefinition = { ...rest, characters: 'any', on_violation: 'park' };
        return [name, field.type === 'string' ? plain : field];
      }),
    ),
  }));
}

function withObjects(
  connector: ConnectorDefinition,
  change: (object: ObjectDefinition) => ObjectDefinition,
): ConnectorDefinition {
  const objects = Object.entries(connector.objects).map(([name, object]) => [name, change(object)] as const);
  return { ...connector, objects: Object.fromEntries(objects) };
}

function withPolicies(mapping: LoadedMapping, name: MappingName, policies: Policies): LoadedMapping {
  const { rules } = policies;
  const rows = new Map(mapping.fields.map((field) => [field.a, field]));
  return {
    ...mapping,
    conflict: policies.conflict,
    firstContact: policies.firstContact,
    propagate: policies.propagate,
    deleteGuard: policies.guard,
    clockSkewMs: 5000,
    match: policies.match.map((rule) =>
      rule.map((a) => {
        const row = rows.get(a);
        return { a, b: row?.b ?? '', reference: row?.reference ?? null, by: row?.by ?? { a: null, b: null } };
      }),
    ),
    fields: mapping.fields.map((field) =>
      field.a === ''
        ? { ...field, targetEdits: policies.targetEdits }
        : {
            ...field,
            conflict: policies.conflict,
            aToB: policies.oneWay[field.a] !== 'bToA',
            bToA: policies.oneWay[field.a] !== 'aToB',
            targetEdits: policies.targetEdits,
            toB: rules.expressions[field.a] ? compiled(EXPRESSIONS[rules.expressions[field.a] ?? 'upper'].text) : null,
            required: rules.required.includes(field.a),
          },
    ),
    filter: {
      a: rules.filter.a ? compiled(filterOf(rules, name, 'a').text) : null,
      b: rules.filter.b ? compiled(filterOf(rules, name, 'b').text) : null,
    },
    onLeave: rules.onLeave,
    rules: JSON.stringify(policies),
  };
}

function compiled(text: string): Expression {
  const expression = compileExpression(text);
  if (!expression.ok) throw new Error(expression.error.summary);
  return expression.value;
}
