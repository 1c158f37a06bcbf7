import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { Row, RowScope } from './row.ts';
import type { FieldMappingFile } from './schema.ts';
import { typesFit } from './type-fit.ts';

/** By side: the field of the record referred to that stands in place of its id, from `by`. */
export function loadReferenceKeys(file: FieldMappingFile, scope: RowScope): Record<Side, string | null> {
  const keys: Record<Side, string | null> = { a: null, b: null };
  if (file.by === undefined) return keys;
  const path = [...scope.path, 'by'];
  const known = SIDES.map((side) => scope.sides[side].system);
  for (const name of Object.keys(file.by).filter((each) => !known.includes(each))) {
    scope.findings.unknown('system-unknown', `There is no system "${name}"`, [...path, name], name, known);
  }
  if (file.reference === undefined) {
    scope.findings.error('by-without-reference', 'by says how a reference is written, and the row is none', path, {
      next: 'Add reference: <name of the mapping of the objects referred to>',
    });
  }
  for (const side of SIDES) keys[side] = file.by[scope.sides[side].system] ?? null;
  return keys;
}

/** The field must be there, fit, and be one to look records up by where it leads from a key to a record. */
export function checkReferenceKey(
  side: Side,
  key: string,
  object: string | undefined,
  row: Row,
  { findings, path, systems }: RowScope,
): void {
  const { name: system, connector } = systems[side];
  const definition = object === undefined ? undefined : connector.objects[object];
  if (object === undefined || !definition) return;
  const at = [...path, 'by', system];
  const declared = Object.hasOwn(definition.fields, key) ? definition.fields[key] : undefined;
  if (!declared) {
    const summary = `${object} of ${system} has no field "${key}"`;
    findings.unknown('field-unknown', summary, at, key, Object.keys(definition.fields));
    return;
  }
  if (!typesFit(declared, row.fields[side]) || !typesFit(row.fields[side], declared)) {
    const summary = `${row.names[side]} (${row.fields[side].type}) does not fit ${key} of ${object} (${declared.type})`;
    findings.error('type-mismatch', summary, at);
  }
  const isFindable = connector.protocol !== 'rest' || Object.hasOwn(definition.list?.equals ?? {}, key);
  if (isFindable || !row.writes[otherSide(side)]) return;
  findings.error('by-not-findable', `${object} of ${system} can't be looked up by ${key}`, at, {
    detail: 'Its connector declares no filter that finds records by this field.',
    next: `Declare it under list.equals of ${object}, or refer by the id`,
  });
}

/** A reference that may be left empty must not be required. */
export function checkOutside(row: Row, { findings, path, sides }: RowScope): void {
  if (row.file.outside === 'hold') return;
  const at = [...path, 'outside'];
  if (row.file.reference === undefined) {
    findings.error('outside-without-reference', 'outside is about references, and the row is none', at);
    return;
  }
  if (row.file.outside === 'sync') return;
  const required = SIDES.find((side) => row.writes[side] && row.fields[side].required);
  if (!required) return;
  const summary = `${row.names[required]} of ${sides[required].system} is required, so it can't be left empty`;
  findings.error('outside-required', summary, at, { next: 'Leave outside out: the record waits then' });
}
