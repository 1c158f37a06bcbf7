import type { FieldDefinition } from '../connector/field.ts';
import type { LoadedField } from '../integration/loaded.ts';
import { isEmpty } from '../record/canonical.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Fields, FieldType, Value } from '../record/value.ts';
import { convert, converter } from './convert.ts';

/** Why a field has no value to write: there is none at the source, or there is one that must not be propagated. */
export const ABSENT = Symbol('absent');

/**
 * One field mapping towards one side, compiled: reads the source record's fields and gives the value that the target
 * field should have, before the target's constraints. References are translated by the caller, since that takes links.
 */
export type FieldMapper = (source: Fields) => Result<Value | typeof ABSENT>;

/** Compiles the way of a field towards `target`: expression, else option table, else conversion of types; then default. */
export function compileFieldMapper(
  field: LoadedField,
  target: Side,
  from: FieldDefinition,
  to: FieldDefinition,
): FieldMapper {
  const source = field[otherSide(target)];
  const expression = target === 'b' ? field.toB : field.toA;
  const table = field.options?.[target === 'b' ? 'aToB' : 'bToA'];
  const fallback = field.default[target];
  const way = (fields: Fields): Result<Value | typeof ABSENT> => {
    const value = fields[source];
    if (expression) {
      const result = expression.evaluate({ value: value ?? null, record: fields });
      return result.ok ? inTargetType(result.value, to.type, field.name) : result;
    }
    if (value === undefined) return ok(ABSENT);
    if (value === null) return ok(null);
    if (table) return lookUp(field, target, table, value);
    return convert(value, from.type, to.type, field.name);
  };
  return (fields) => {
    const result = way(fields);
    if (!result.ok || result.value === ABSENT || !isEmpty(result.value)) return result;
    if (fallback !== undefined) return ok(fallback);
    if (!field.required) return ok(null);
    return fail(
      problem('required-empty', `${field.name} must not be empty`, {
        where: field.where,
        next: 'Fill the field in the source system, or give the mapping a default.',
      }),
    );
  };
}

/** What an expression gives is a text, a number or a boolean; the codec of the target reads what no conversion knows. */
function inTargetType(value: Value, to: FieldType, field: string): Result<Value> {
  const from = typeOfResult(value);
  return converter(from, to) ? convert(value, from, to, field) : ok(value);
}

function typeOfResult(value: Value): FieldType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'decimal';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' && value !== null ? 'object' : 'string';
}

function lookUp(
  field: LoadedField,
  target: Side,
  table: ReadonlyMap<string, string>,
  value: Value,
): Result<Value | typeof ABSENT> {
  const mapped = table.get(String(value));
  if (mapped !== undefined) return ok(mapped);
  const { policy } = field.otherwise;
  const fallback = field.otherwise[target];
  if (policy === 'ignore') return ok(ABSENT);
  if (policy === 'default' && fallback !== null) return ok(fallback);
  return fail(
    problem('option-unmapped', `An option of ${field.name} has no counterpart`, {
      where: field.where,
      next: 'Add it to the option table of the field, or set `otherwise`.',
    }),
  );
}
