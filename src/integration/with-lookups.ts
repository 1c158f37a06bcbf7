import type { ConnectorDefinition } from '../connector/definition.ts';
import type { Side } from '../record/side.ts';
import type { Expression } from './expression.ts';
import type { Findings } from './findings.ts';
import type { LoadedLookup } from './loaded.ts';

/**
 * An expression with what its lookups read of the record among its fields, so that it is decided anew when that changes.
 * What it reads of what was looked up must be there.
 */
export function withLookups(
  expression: Expression,
  lookups: readonly LoadedLookup[],
  systems: Record<Side, { connector: ConnectorDefinition }>,
  path: (string | number)[],
  findings: Findings,
): Expression {
  const used = lookups.filter(({ name }) => expression.lookups.includes(name));
  if (used.length === 0) return expression;
  for (const [name, field] of expression.lookupFields) {
    const lookup = used.find((each) => each.name === name);
    const declared = lookup && systems[lookup.side].connector.objects[lookup.object]?.fields;
    const known = ['id', ...Object.keys(declared ?? {})];
    if (!lookup || known.includes(field)) continue;
    const summary = `${lookup.object} has no field "${field}" to read as lookup.${name}.${field}`;
    findings.unknown('field-unknown', summary, path, field, known);
  }
  const fields = [expression, ...used.map(({ from }) => from)].map((each) => each.fields);
  if (fields.some((each) => each === null)) return { ...expression, fields: null };
  return { ...expression, fields: [...new Set(fields.flatMap((each) => each ?? []))].sort() };
}
