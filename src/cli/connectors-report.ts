import type { ConnectorDefinition, ObjectDefinition } from '../connector/definition.ts';

/** A connector of the catalogue, for people and machines. */
export interface ConnectorEntry {
  name: string;
  title: string;
  protocol: string;
  description: string | null;
  docs: string | null;
  /** Against what its requests were checked; null: nothing but the vendor's documentation. */
  verified: string | null;
  /** What a connection must say, by name. */
  variables: { name: string; secret: boolean; needed: boolean; describe: string | null }[];
  objects: { name: string; can: string[] }[];
  webhooks: boolean;
}

export function connectorEntry(definition: ConnectorDefinition, variables: ReadonlySet<string>): ConnectorEntry {
  return {
    name: definition.connector,
    title: definition.title,
    protocol: definition.protocol,
    description: definition.description ?? null,
    docs: definition.docs ?? null,
    verified: definition.verified ?? null,
    variables: [...variables].map((name) => {
      const declared = definition.variables[name];
      return {
        name,
        secret: declared?.secret ?? false,
        needed: declared?.default === undefined,
        describe: declared?.describe ?? declared?.label ?? null,
      };
    }),
    objects: Object.entries(definition.objects).map(([name, object]) => ({ name, can: abilities(object) })),
    webhooks: definition.webhooks !== undefined,
  };
}

/** What can be done with an object: list, changes, get, create, update, delete, archive. */
export function abilities(object: ObjectDefinition): string[] {
  const { list, get, create, update, delete: remove, archive, batch, table, sql } = object;
  if (table !== undefined) return sql?.read_only ? ['list', 'get'] : ['list', 'get', 'create', 'update', 'delete'];
  const all: [string, unknown][] = [
    ['list', list],
    ['changes', list?.since],
    ['get', get],
    ['create', create ?? batch.create],
    ['update', update ?? batch.update],
    ['delete', remove],
    ['archive', archive ?? batch.archive],
  ];
  return all.flatMap(([name, declared]) => (declared === undefined ? [] : [name]));
}
