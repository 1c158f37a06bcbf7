import type { FieldDefinition } from '../connector/field.ts';
import type { LoadedField } from '../integration/loaded.ts';
import { isEmpty } from '../record/canonical.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { ABSENT, type Expressed, Obstacle } from '../record/expressed.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Fields, FieldType, Value } from '../record/value.ts';
import { type Converter, converter } from './convert.ts';

/**
 * One field mapping towards one side, compiled: reads the source record's fields and gives the value that the target
 * field should have, before the target's constraints. References are translated by the caller, since that takes links.
 */
export type FieldMapper = (source: Fields) => Expressed;

/**
 * Compiles the way of a field towards `target`: expression, else option table, else conversion of types; then default.
 * `from` is undefined where the row computes the target's field from the whole record.
 */
export function compileFieldMapper(
  field: LoadedField,
  target: Side,
  from: FieldDefinition | undefined,
  to: FieldDefinition,
): FieldMapper {
  const way = compileWay(field, target, from, to);
  const fallback = field.default[target];
  return (fields) => {
    const said = way(fields);
    if (said === ABSENT || said instanceof Obstacle || !isEmpty(said)) return said;
    if (fallback !== undefined) return fallback;
    if (!field.required) return null;
    return obstacle(
      problem('required-empty', `${field.name} must not be empty`, {
        where: field.where,
        next: 'Fill the field in the source system, or give the mapping a default.',
      }),
    );
  };
}

const obstacle = (diagnostic: Diagnostic): Obstacle => new Obstacle(diagnostic.code, diagnostic);

function compileWay(
  field: LoadedField,
  target: Side,
  from: FieldDefinition | undefined,
  to: FieldDefinition,
): FieldMapper {
  const source = field[otherSide(target)];
  const expression = target === 'b' ? field.toB : field.toA;
  if (expression) {
    return (fields) => {
      const result = expression.evaluate({ value: fields[source] ?? null, record: fields });
      return result.ok ? inTargetType(result.value, to, field.name) : obstacle(result.error);
    };
  }
  if (!from) return () => ABSENT;
  const table = field.options?.[target === 'b' ? 'aToB' : 'bToA'];
  const convert = converter(from, to);
  return (fields) => {
    const value = fields[source];
    if (value === undefined) return ABSENT;
    if (value === null) return null;
    if (table) return translate(field, target, table, value);
    const converted = convert?.(value);
    return converted === undefined ? misfit(from.type, to.type, field.name) : converted;
  };
}

const misfit = (from: FieldType, to: FieldType, field: string): Obstacle =>
  obstacle(
    problem('type-mismatch', `The ${from} value does not fit the ${to} field ${field}`, {
      next: 'Map the field with an expression, or correct the type in the connector.',
    }),
  );

/** What an expression gives is a text, a number or a boolean; the codec of the target reads what no conversion knows. */
function inTargetType(value: Value, to: FieldDefinition, field: string): Expressed {
  if (value === null) return null;
  const type = typeOfResult(value);
  const convert: Converter | null = converter({ type }, to);
  if (!convert) return value;
  const converted = convert(value);
  return converted === undefined ? misfit(type, to.type, field) : converted;
}

function typeOfResult(value: Value): FieldType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'decimal';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' && value !== null ? 'object' : 'string';
}

/** By the option table: of several options each. */
function translate(field: LoadedField, target: Side, table: ReadonlyMap<string, string>, value: Value): Expressed {
  if (!Array.isArray(value)) return lookUp(field, target, table, value);
  const keys = new Set<string>();
  for (const item of value) {
    const mapped = lookUp(field, target, table, item);
    if (mapped === ABSENT || mapped instanceof Obstacle) return mapped;
    keys.add(String(mapped));
  }
  return [...keys].sort();
}

function lookUp(field: LoadedField, target: Side, table: ReadonlyMap<string, string>, value: Value): Expressed {
  const mapped = table.get(String(value));
  if (mapped !== undefined) return mapped;
  const { policy } = field.otherwise;
  const fallback = field.otherwise[target];
  if (policy === 'ignore') return ABSENT;
  if (policy === 'default' && fallback !== null) return fallback;
  return obstacle(
    problem('option-unmapped', `An option of ${field.name} has no counterpart`, {
      where: field.where,
      next: 'Add it to the option table of the field, or set `otherwise`.',
    }),
  );
}
