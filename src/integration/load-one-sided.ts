import { otherSide, SIDES, type Side } from '../record/side.ts';
import { isDynamic } from './expression.ts';
import { conflictPolicy, direction, expressionFor, fieldOf, loadDefaults } from './load-field.ts';
import type { LoadedField } from './loaded.ts';
import type { AnyRow, RowScope } from './row.ts';
import type { FieldMappingFile } from './schema.ts';

/** The side whose field a row computes, where it names that field alone; null for a row of two fields. */
export function oneSidedTarget(file: FieldMappingFile, { sides }: RowScope): Side | null {
  const named = SIDES.filter((side) => file[sides[side].system] !== undefined);
  const [target] = named;
  return named.length === 1 && target && file[`to_${sides[target].system}`] !== undefined ? target : null;
}

/**
 * A row that names only the field of `target`: its value comes from the whole record of the other side, or is the same for
 * every record. One-way by nature. Null where the field or the expression is not known: nothing further can be said.
 */
export function loadOneSided(file: FieldMappingFile, target: Side, scope: RowScope): LoadedField | null {
  const found = fieldOf(target, file, scope);
  if (!found) return null;
  checkDirection(file, target, scope);
  checkPairKeys(file, target, scope);
  const { findings, path, sides } = scope;
  if (found.field.read_only) {
    const summary = `${found.name} of ${sides[target].system} can't be written`;
    findings.error('target-read-only', summary, [...path, sides[target].system], {
      next: 'Map another field, or remove the row',
    });
  }
  const row: AnyRow = {
    file,
    names: { a: '', b: '', [target]: found.name },
    fields: { [target]: found.field },
    writes: { a: target === 'a', b: target === 'b' },
  };
  const expression = expressionFor(target, row, scope);
  if (!expression) return null;
  checkConstant(expression.source, target, row, scope);
  return {
    name: target === 'b' ? `→ ${found.name}` : `${found.name} ←`,
    ...row.names,
    aToB: row.writes.b,
    bToA: row.writes.a,
    toA: target === 'a' ? expression : null,
    toB: target === 'b' ? expression : null,
    options: null,
    otherwise: { policy: 'park', a: null, b: null },
    reference: null,
    by: { a: null, b: null },
    outside: 'hold',
    conflict: file.conflict === undefined ? scope.conflict : conflictPolicy(file.conflict, scope),
    targetEdits: file.target_edits,
    required: file.required,
    default: loadDefaults(row, scope),
    equivalent: null,
    lossAccepted: false,
    ways: { a: '', b: '' },
    where: findings.place(path),
  };
}

function checkDirection(file: FieldMappingFile, target: Side, scope: RowScope): void {
  const writes = direction(file, scope);
  if (!writes || writes[target]) return;
  const { system } = scope.sides[otherSide(target)];
  scope.findings.error('direction-invalid', `The row names no field of ${system}`, [...scope.path, 'direction'], {
    next: `Leave the direction out, or add ${system}: <field>`,
  });
}

/** What is said about a pair of fields. */
const OF_PAIRS = ['options', 'otherwise', 'reference', 'by', 'equivalent', 'loss'] as const;

function checkPairKeys(file: FieldMappingFile, target: Side, { findings, path, sides }: RowScope): void {
  const { system, object } = sides[otherSide(target)];
  for (const key of OF_PAIRS) {
    if (file[key] === undefined) continue;
    findings.error('one-sided', `${key} needs a field of ${system}, and the row names none`, [...path, key], {
      next: `Add ${system}: <field of ${object}>, or leave ${key} out`,
    });
  }
}

/** A constant must be one of the target's options, where the connector declares them. */
function checkConstant(source: string, target: Side, row: AnyRow, { findings, path, sides }: RowScope): void {
  const keys = row.fields[target]?.type === 'option' ? row.fields[target].options?.map(({ key }) => key) : undefined;
  if (isDynamic(source) || !keys || keys.includes(source)) return;
  const { system } = sides[target];
  const summary = `${row.names[target]} of ${system} has no option "${source}"`;
  findings.unknown('option-unknown', summary, [...path, `to_${system}`], source, keys);
}
