import { type VariableDraft, variableName } from './access.ts';
import { oneLine } from './base-url.ts';
import type { Operation, Parameter } from './description.ts';
import { singular, squeezed } from './path-parts.ts';
import type { Resource } from './resources.ts';
import type { Shapes } from './shape.ts';

/** Variables that paths and queries need, by name. */
export type Variables = Record<string, VariableDraft>;

/**
 * A path as the connector writes it: `{id}` for the record, the parent's parameter for the parent, variables of the
 * connection for what no object stands for.
 */
export function pathOf(path: string, resource: Resource, isItem: boolean, variables: Variables): string {
  const names = placesOf(resource, variables);
  const count = [...path.matchAll(/\{[^{}]+\}/g)].length;
  let place = 0;
  return path.replace(/'?\{([^{}]+)\}'?/g, (found, name: string) => {
    const quote = found.startsWith("'") && found.endsWith("'") ? "'" : '';
    const at = place++;
    const own = isItem && at === count - 1 ? '{id}' : (names[at] ?? variable(name, variables));
    return `${quote}${own}${quote}`;
  });
}

/** What stands for each parameter of the list path, in order. */
function placesOf(resource: Resource, variables: Variables): string[] {
  if (!resource.parent) return resource.collection.parameters.map((name) => variable(name, variables));
  return [...placesOf(resource.parent.resource, variables), `{${parentParameter(resource)}}`];
}

function variable(name: string, variables: Variables): string {
  const key = variableName(name, 'path');
  variables[key] ??= { describe: `Stands in paths as {${name}}` };
  return `\${${key}}`;
}

/** The name of the parent in paths: as the document has it, unless that is the record's own or one of an ancestor. */
export function parentParameter(resource: Resource): string {
  const { parent } = resource;
  if (!parent) return '';
  const name = parent.parameter.replace(/[^A-Za-z0-9_-]/g, '_');
  const above = new Set<string>();
  for (let at = parent.resource; at.parent; at = at.parent.resource) above.add(parentParameter(at));
  if (squeezed(name) !== 'id' && !above.has(name)) return name;
  const word = squeezed(singular(parent.resource.name)) || 'parent';
  return above.has(`${word}_id`) ? `${word}_${above.size}_id` : `${word}_id`;
}

/** Never asked of a person: what pages, and what the driver or the credentials send by themselves. */
const OWN_HEADERS =
  /^(accept|content-type|authorization|user-agent|host|content-length|accept-encoding|connection|if-match|if-none-match|if-modified-since)$/i;

/** Query parameters that an operation requires, with the only value there can be or a variable of the connection. */
export function requiredQuery(
  operation: Operation,
  shapes: Shapes,
  known: ReadonlySet<string>,
  variables: Variables,
  object: string,
): Record<string, string> {
  const query: Record<string, string> = {};
  for (const parameter of operation.parameters) {
    if (parameter.in !== 'query' || !parameter.required || known.has(parameter.name)) continue;
    query[parameter.name] = onlyValueOf(parameter, shapes, variables, object);
  }
  return query;
}

export function requiredHeaders(
  operations: readonly Operation[],
  shapes: Shapes,
  known: ReadonlySet<string>,
  variables: Variables,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const parameter of operations.flatMap((operation) => operation.parameters)) {
    if (parameter.in !== 'header' || !parameter.required) continue;
    if (OWN_HEADERS.test(parameter.name)) {
      // Demanded of reads too, which have no body that would bring it.
      if (/^content-type$/i.test(parameter.name)) headers[parameter.name] = 'application/json';
      continue;
    }
    if (known.has(parameter.name.toLowerCase()) || headers[parameter.name] !== undefined) continue;
    headers[parameter.name] = onlyValueOf(parameter, shapes, variables, '');
  }
  return headers;
}

/** The only value that a parameter can have, or a variable; one of another meaning under the name gets the object before it. */
function onlyValueOf(parameter: Parameter, shapes: Shapes, variables: Variables, object: string): string {
  const shape = shapes.of(parameter.schema);
  const only = shape.options?.length === 1 ? shape.options[0] : undefined;
  const fixed = only ?? shape.fallback;
  if (typeof fixed === 'string' || typeof fixed === 'number' || typeof fixed === 'boolean') return String(fixed);
  const said = oneLine(parameter.description);
  const options = shape.options ? ` One of ${shape.options.slice(0, 8).join(', ')}.` : '';
  const describe = `${said}${options}`.trim();
  const plain = variableName(parameter.name, 'value');
  const there = variables[plain];
  const isOther = there !== undefined && options !== '' && there.describe !== describe;
  const key = isOther && object !== '' ? variableName(`${object}_${plain}`, plain) : plain;
  variables[key] ??= describe === '' ? {} : { describe };
  return `\${${key}}`;
}
