import type { ObjectDefinition } from '../connector/definition.ts';
import type { Connection } from '../connector/port.ts';
import type { FieldShape, ObjectShape } from '../connector/shape.ts';
import type { LoadedIntegration, LoadedMapping, LoadedSystem } from '../integration/loaded.ts';
import type { FieldMapper } from '../mapping/map-field.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import { ABSENT, Obstacle } from '../record/expressed.ts';
import type { Side } from '../record/side.ts';
import type { KnownShape } from '../store/port.ts';
import type { RunContext } from './mapping-run.ts';

/** What a mapping is for one run, after what has changed in the systems. */
export interface Settled {
  /** With the rows that new fields got by their names, and the declarations of both systems as they are now. */
  mapping: LoadedMapping;
  integration: LoadedIntegration;
  /** By name of the row: why nothing of it is written, by the side that would be. */
  heldRows: Map<string, Partial<Record<Side, Diagnostic>>>;
  /** Why no record is created on a side. */
  heldCreates: Partial<Record<Side, Diagnostic>>;
  /** Why nothing of the mapping is done at all. */
  held: Diagnostic | null;
  /** To be kept when the run has done its work. */
  shapes: KnownShape[];
  /** Fields that only the systems know, by side and name. */
  undeclared: Record<Side, ObjectDefinition['fields']>;
}

export interface Looking {
  context: RunContext;
  connections: Record<Side, Connection>;
  settled: Settled;
  systems: Record<Side, string>;
  looks: Look[];
}

/** One side as it was accepted and as it is. */
export interface Look {
  side: Side;
  accepted: ObjectShape;
  live: ObjectShape;
  /** What is accepted from now on. */
  next: ObjectShape;
  known: KnownShape;
}

export const definitionIn = ({ connector }: LoadedSystem, object: string): ObjectDefinition | undefined =>
  Object.hasOwn(connector.objects, object) ? connector.objects[object] : undefined;

export const fieldText = (key: string, { label }: FieldShape): string =>
  label === null ? key : `${key} (${JSON.stringify(label)})`;

export function tell(
  { context, settled }: Looking,
  severity: Diagnostic['severity'],
  code: string,
  summary: string,
  more: Pick<Diagnostic, 'detail' | 'next'> = {},
): void {
  const diagnostic = { severity, code, summary, where: settled.mapping.where, ...more };
  context.diagnostics.push(diagnostic);
  context.onEvent({ type: 'diagnostic', mapping: settled.mapping.name, diagnostic });
}

export const declaredBy = ({ settled }: Looking, side: Side, key: string): boolean =>
  Object.values(definitionIn(settled.integration[side], settled.mapping.objects[side])?.fields ?? {}).some(
    ({ custom }) => custom === key,
  );

export function setPaired(next: ObjectShape, key: string, now: FieldShape, partner: string): void {
  if (next.fields) next.fields[key] = { ...now, paired: partner };
}

/** Adds a declaration to the object of a side, for this run. */
export function declare(
  { settled }: Looking,
  side: Side,
  name: string,
  definition: ObjectDefinition['fields'][string],
): void {
  const system = settled.integration[side];
  const object = settled.mapping.objects[side];
  const known = definitionIn(system, object);
  if (!known) return;
  const objects = {
    ...system.connector.objects,
    [object]: { ...known, fields: { ...known.fields, [name]: definition } },
  };
  settled.integration = { ...settled.integration, [side]: { ...system, connector: { ...system.connector, objects } } };
}

/** The fields of a side, whether declared or known to its system only. */
export const fieldsOf = ({ settled }: Looking, side: Side): ObjectDefinition['fields'] => ({
  ...settled.undeclared[side],
  ...definitionIn(settled.integration[side], settled.mapping.objects[side])?.fields,
});

export function rowsOf(
  { settled }: Looking,
  side: Side,
  key: string,
): { row: string; declared: ObjectDefinition['fields'][string] }[] {
  const fields = definitionIn(settled.integration[side], settled.mapping.objects[side])?.fields ?? {};
  return settled.mapping.fields.flatMap((row) => {
    const declared = fields[row[side]];
    return declared?.custom === key ? [{ row: row.name, declared }] : [];
  });
}

export function hold({ settled }: Looking, row: string, sides: readonly Side[], diagnostic: Diagnostic): void {
  const known = settled.heldRows.get(row) ?? {};
  for (const side of sides) known[side] ??= diagnostic;
  settled.heldRows.set(row, known);
}

/** What a held row says of every value: its record waits, the others go on. */
export const heldMapper =
  (mapper: FieldMapper, diagnostic: Diagnostic): FieldMapper =>
  (fields) => {
    const said = mapper(fields);
    return said === null || said === ABSENT ? said : new Obstacle('field-held', diagnostic);
  };

/** What is held, as a text that changes with it. */
export const heldText = ({ heldRows, heldCreates }: Settled): string =>
  JSON.stringify([
    [...heldRows].map(([row, held]) => [row, held.a?.summary, held.b?.summary]),
    heldCreates.a?.summary,
    heldCreates.b?.summary,
  ]);
