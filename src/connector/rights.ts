import type { ConnectorDefinition } from './definition.ts';
import type { Right } from './definition-rights.ts';

/** One thing that credentials were given: a scope, a role, a privilege. */
export interface Grant {
  /** In the words of the system. */
  name: string;
  /** By object; `unknown`: the connector does not say what it allows. Objects that the connector lacks have names of the system. */
  allows: 'everything' | 'unknown' | Readonly<Record<string, readonly Right[]>>;
}

/** What the credentials of a connection may do, as the system tells. */
export interface Rights {
  /** Who told: `the answer to the token request`. */
  toldBy: string;
  grants: Grant[];
}

/** What scopes and roles of these names allow, as the connector says. */
export function grantsOf({ rights, objects }: ConnectorDefinition, names: readonly string[]): Grant[] {
  const all = Object.keys(objects);
  return names.map((name) => {
    if (rights?.everything.includes(name)) return { name, allows: 'everything' };
    for (const [template, said] of Object.entries(rights?.allow ?? {})) {
      const about = objectsNamed(template, name, all);
      if (!about) continue;
      const [may, named] = Array.isArray(said) ? [said, about] : [said.may, said.objects];
      return { name, allows: Object.fromEntries(named.map((object) => [object, may])) };
    }
    return { name, allows: 'unknown' };
  });
}

/** The objects that a name is about under a template: null where it does not fit. */
function objectsNamed(template: string, name: string, all: readonly string[]): readonly string[] | null {
  if (!template.includes('{object}')) return template === name ? all : null;
  const [before = '', after = ''] = template.split('{object}');
  const inside = name.length > before.length + after.length;
  if (!inside || !name.startsWith(before) || !name.endsWith(after)) return null;
  return [name.slice(before.length, name.length - after.length)];
}

/** The name under which rights on the table of a list of options stand. */
export const optionsOf = (list: string): string => `options of ${list}`;

/** Names in an answer: a list of texts, or a text with blanks or commas between. */
export function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => (typeof item === 'string' ? [item] : []));
  return typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : [];
}
