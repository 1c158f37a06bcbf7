import type { ObjectDefinition } from '../connector/definition.ts';
import type { FieldDefinition } from '../connector/field.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import { checkLoss } from './check-loss.ts';
import { loadEquivalence } from './equivalence.ts';
import { compileExpression, type Expression } from './expression.ts';
import type { Findings } from './findings.ts';
import { loadOptions, loadOtherwise } from './load-options.ts';
import { checkOutside, checkReferenceKey, loadReferenceKeys } from './load-reference-keys.ts';
import type { ConflictPolicy, LoadedField } from './loaded.ts';
import type { AnyRow, Row, RowScope, SideInFile } from './row.ts';
import type { FieldMappingFile } from './schema.ts';
import { lacksZone, typesFit } from './type-fit.ts';
import { valueOfType } from './value-of-type.ts';
import { withLookups } from './with-lookups.ts';

/** One row of a mapping. Null where its fields or its direction are not known: nothing further can be said. */
export function loadField(file: FieldMappingFile, scope: RowScope): LoadedField | null {
  const a = fieldOf('a', file, scope);
  const b = fieldOf('b', file, scope);
  const writes = direction(file, scope);
  if (!a || !b || !writes) return null;
  const row: Row = { file, names: { a: a.name, b: b.name }, fields: { a: a.field, b: b.field }, writes };
  const expressions = { a: expressionFor('a', row, scope), b: expressionFor('b', row, scope) };
  checkAccess(row, scope);
  const by = loadReferenceKeys(file, scope);
  const reference = loadReference(row, by, scope);
  checkOutside(row, scope);
  const options = loadOptions(row, expressions, scope);
  checkTypes(row, scope);
  checkLoss(row, scope);
  checkWayBack(row, scope);
  checkPlace(row, scope);
  return {
    name: `${a.name} ↔ ${b.name}`,
    a: a.name,
    b: b.name,
    aToB: writes.b,
    bToA: writes.a,
    toA: expressions.a,
    toB: expressions.b,
    options,
    otherwise: loadOtherwise(row, scope),
    reference,
    by,
    outside: file.outside,
    conflict: file.conflict === undefined ? scope.conflict : conflictPolicy(file.conflict, scope),
    targetEdits: file.target_edits,
    required: file.required,
    default: loadDefaults(row, scope),
    equivalent: loadEquivalence(row, scope),
    lossAccepted: file.loss === 'accepted',
    // Told once the mapping's rules are loaded, which may repair values.
    ways: { a: '', b: '' },
    where: scope.findings.place(scope.path),
  };
}

/** Lines that both sides put in between would change places for ever: the order is one system's to say. */
function checkPlace({ names, writes }: Row, { sides, path, findings }: RowScope): void {
  const side = SIDES.find((each) => sides[each].definition.lines_of?.position === names[each]);
  if (!side || !writes.a || !writes.b) return;
  const summary = `${names[side]} of ${sides[side].object} is the place in a list, and can't go both ways`;
  findings.error('place-two-way', summary, path, {
    detail: 'A line that one system adds changes the places of those after it.',
    next: `Let one system say the order: direction: ${sides.a.system} -> ${sides.b.system}, or the other way`,
  });
}

export function fieldOf(
  side: Side,
  file: FieldMappingFile,
  scope: RowScope,
): { name: string; field: FieldDefinition } | null {
  const { system, object, definition } = scope.sides[side];
  const name = file[system];
  if (name === undefined) {
    scope.findings.error('field-missing', `The row names no field of ${system}`, scope.path, {
      next: `Add ${system}: <field of ${object}>, or leave it out and say what is written: to_${scope.sides[otherSide(side)].system}`,
    });
    return null;
  }
  const field = ownField(definition, name);
  if (field) return { name, field };
  const summary = `${object} of ${system} has no field "${name}"`;
  scope.findings.unknown('field-unknown', summary, [...scope.path, system], name, Object.keys(definition.fields));
  return null;
}

export const ownField = (definition: ObjectDefinition, name: string): FieldDefinition | undefined =>
  Object.hasOwn(definition.fields, name) ? definition.fields[name] : undefined;

/** `both`, or `crm -> erp`: which sides are written. */
export function direction(file: FieldMappingFile, { sides, path, findings }: RowScope): Record<Side, boolean> | null {
  if (file.direction === 'both') return { a: true, b: true };
  const forth = `${sides.a.system} -> ${sides.b.system}`;
  const back = `${sides.b.system} -> ${sides.a.system}`;
  const written = file.direction.replace(/\s*(->|→)\s*/, ' -> ').trim();
  if (written === forth) return { a: false, b: true };
  if (written === back) return { a: true, b: false };
  const known = ['both', forth, back];
  findings.unknown('direction-invalid', 'The direction is not known', [...path, 'direction'], written, known);
  return null;
}

/** Name of a system, `newest` or `hold`. `newest` needs a modification stamp on both sides. */
export function conflictPolicy(text: string, scope: Pick<RowScope, 'sides' | 'path' | 'findings'>): ConflictPolicy {
  const { sides, findings } = scope;
  const path = [...scope.path, 'conflict'];
  if (text === 'hold') return 'hold';
  const side = SIDES.find((each) => sides[each].system === text);
  if (side) return side;
  if (text === 'newest') {
    for (const each of SIDES) {
      const { system, object, definition } = sides[each];
      const isWithin = definition.part_of !== undefined || definition.lines_of !== undefined;
      if (definition.modified !== undefined && !isWithin) continue;
      const summary = `${object} of ${system} has no modification stamp${isWithin ? ' of its own' : ''}`;
      findings.error('newest-without-stamp', summary, path, {
        detail: 'The policy newest compares the stamps of both sides.',
        next: `Use hold, ${sides.a.system} or ${sides.b.system}`,
      });
    }
    return 'newest';
  }
  const known = [sides.a.system, sides.b.system, 'newest', 'hold'];
  findings.unknown('conflict-unknown', `There is no conflict policy "${text}"`, path, text, known);
  return 'hold';
}

/** The expression that gives the value for `target`, from `to_<system>`. */
export function expressionFor(target: Side, row: AnyRow, scope: RowScope): Expression | null {
  const { findings, sides } = scope;
  const key = `to_${sides[target].system}`;
  const source = row.file[key];
  if (source === undefined) return null;
  const path = [...scope.path, key];
  if (!row.writes[target]) {
    findings.warning('expression-unused', `${key} is never used`, path, {
      detail: `The direction of the row is ${row.file.direction}.`,
    });
  }
  const compiled = compileExpression(source, findings.place(path), scope.declared.towards(target));
  if (!compiled.ok) {
    findings.take([compiled.error], path);
    return null;
  }
  checkRecordFields(compiled.value, sides[otherSide(target)], path, findings);
  return withLookups(compiled.value, scope.lookups, scope.systems, path, findings);
}

/** Every `record.name` of an expression must be a field of the object that it reads. */
export function checkRecordFields(
  expression: Expression,
  side: SideInFile,
  path: (string | number)[],
  findings: Findings,
): void {
  for (const name of expression.fields ?? []) {
    if (ownField(side.definition, name)) continue;
    const summary = `${side.object} of ${side.system} has no field "${name}" to read as record.${name}`;
    findings.unknown('field-unknown', summary, path, name, Object.keys(side.definition.fields));
  }
}

/** What can't be written is no target, what can't be read is no source; either way the other direction may do. */
function checkAccess(row: Row, { sides, path, findings }: RowScope): void {
  for (const target of SIDES) {
    if (!row.writes[target]) continue;
    const source = otherSide(target);
    const next = row.writes[source]
      ? `Set direction: ${sides[target].system} -> ${sides[source].system}`
      : 'Map another field, or remove the row';
    if (row.fields[target].read_only) {
      const summary = `${row.names[target]} of ${sides[target].system} can't be written`;
      findings.error('target-read-only', summary, [...path, sides[target].system], { next });
    }
    if (row.fields[source].write_only) {
      const summary = `${row.names[source]} of ${sides[source].system} can't be read`;
      findings.error('source-write-only', summary, [...path, sides[source].system], { next });
    }
  }
}

function loadReference(row: Row, by: Record<Side, string | null>, scope: RowScope): string | null {
  const { findings, sides, path } = scope;
  const name = row.file.reference;
  if (name === undefined) {
    if (SIDES.every((side) => row.fields[side].type === 'reference')) {
      findings.error('reference-missing', `${row.names.a} ↔ ${row.names.b} is a reference without its mapping`, path, {
        detail: 'Ids of one system mean nothing in the other; they are translated through the links of a mapping.',
        next: 'Add reference: <name of the mapping of the objects referred to>',
      });
    }
    return null;
  }
  const objects = scope.mappings.get(name);
  const at = [...path, 'reference'];
  if (!objects) {
    findings.unknown('mapping-unknown', `There is no mapping "${name}"`, at, name, [...scope.mappings.keys()]);
    return null;
  }
  for (const side of SIDES) {
    const key = by[side];
    if (key === null) checkReferredObject(side, name, objects[side], row, scope);
    else checkReferenceKey(side, key, objects[side], row, scope);
  }
  if (row.file.options) findings.error('options-on-reference', 'A reference takes no options', [...path, 'options']);
  for (const side of SIDES) {
    const key = `to_${sides[side].system}`;
    if (row.file[key] !== undefined)
      findings.error('expression-on-reference', `A reference takes no ${key}`, [...path, key]);
  }
  return name;
}

function checkReferredObject(side: Side, mapping: string, object: string | undefined, row: Row, scope: RowScope): void {
  const { system } = scope.sides[side];
  const field = row.fields[side];
  if (field.type !== 'reference') {
    const summary = `${row.names[side]} of ${system} is no reference (its type is ${field.type})`;
    scope.findings.error('not-a-reference', summary, [...scope.path, system]);
  } else if (field.reference !== undefined && object !== undefined && field.reference !== object) {
    const summary = `${row.names[side]} of ${system} refers to ${field.reference}, but the mapping ${mapping} is about ${object}`;
    scope.findings.error('reference-mismatch', summary, [...scope.path, 'reference']);
  }
}

/** A plain copy needs types that fit, in each direction that is open. */
function checkTypes(row: Row, { sides, path, findings }: RowScope): void {
  if (row.file.reference !== undefined || row.file.options !== undefined) return;
  const unfit = SIDES.filter((target) => {
    const source = otherSide(target);
    if (!row.writes[target] || row.file[`to_${sides[target].system}`] !== undefined) return false;
    if (row.fields[target].read_only || row.fields[source].write_only) return false;
    return !typesFit(row.fields[source], row.fields[target]);
  });
  const [target, both] = unfit;
  if (!target) return;
  const source = otherSide(target);
  if (lacksZone(row.fields[source], row.fields[target])) {
    const local = row.fields[target].type === 'local_timestamp' ? target : source;
    findings.error(
      'zone-missing',
      `${row.names[local]} of ${sides[local].system} does not say in which time zone it is`,
      path,
      {
        detail: 'Without it, nothing says which instant a local time is.',
        next: 'Declare it in the connector, e.g. time: { pattern: iso, zone: Europe/Berlin }',
      },
    );
    return;
  }
  const [from, to] = [row.fields[source].type, row.fields[target].type];
  const expressions = unfit.map((side) => `to_${sides[side].system}: "{{ … }}"`).join(' and ');
  const options = to === 'option' || from === 'option' ? ', or options' : '';
  findings.error('type-mismatch', `${row.names[source]} (${from}) does not fit ${row.names[target]} (${to})`, path, {
    detail: both
      ? 'It goes both ways, and neither fits.'
      : `${sides[source].system} is to be written to ${sides[target].system}.`,
    next: `Add ${expressions}${options}`,
  });
}

/** Both ways with one expression: the way back is a plain copy, which is rarely meant. */
function checkWayBack(row: Row, { sides, path, findings }: RowScope): void {
  if (!row.writes.a || !row.writes.b) return;
  const given = SIDES.filter((side) => row.file[`to_${sides[side].system}`] !== undefined);
  const [target] = given;
  if (given.length !== 1 || !target) return;
  const missing = sides[otherSide(target)].system;
  findings.warning(
    'expression-one-way',
    `${row.names.a} ↔ ${row.names.b} goes both ways, but only one has an expression`,
    path,
    { next: `Add to_${missing}, or set direction: ${missing} -> ${sides[target].system}` },
  );
}

export function loadDefaults(row: AnyRow, scope: RowScope): Record<Side, Value | undefined> {
  const given = row.file.default;
  const loaded: Record<Side, Value | undefined> = { a: undefined, b: undefined };
  if (given === undefined) return loaded;
  const path = [...scope.path, 'default'];
  if (typeof given === 'object') {
    const known = SIDES.map((side) => scope.sides[side].system);
    for (const key of Object.keys(given).filter((each) => !known.includes(each))) {
      scope.findings.unknown('system-unknown', `There is no system "${key}"`, [...path, key], key, known);
    }
  }
  for (const side of SIDES) {
    const raw = typeof given === 'object' ? given[scope.sides[side].system] : given;
    const field = row.fields[side];
    if (raw === undefined || !row.writes[side] || !field) continue;
    const value = valueOfType(field, raw);
    if (value !== undefined) loaded[side] = value;
    else {
      const summary = `The default does not fit ${row.names[side]} of ${scope.sides[side].system} (${field.type})`;
      scope.findings.error('default-invalid', summary, path);
    }
  }
  return loaded;
}
