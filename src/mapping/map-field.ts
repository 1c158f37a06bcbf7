import type { FieldDefinition } from '../connector/field.ts';
import type { LoadedField } from '../integration/loaded.ts';
import { isEmpty } from '../record/canonical.ts';
import { type Diagnostic, problem } from '../record/diagnostic.ts';
import { ABSENT, type Expressed, Obstacle } from '../record/expressed.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Fields, FieldType, Value } from '../record/value.ts';
import { type Converter, converter } from './convert.ts';
import { compileOptionWay, type OptionLists } from './option-way.ts';

/**
 * One field mapping towards one side, compiled: reads the source record's fields and gives the value that the target
 * field should have, before the target's constraints. References are translated by the
 * caller, since that takes links; without what its lookups found, an expression that reads them says nothing.
 */
export type FieldMapper = (source: Fields, lookedUp?: LookedUp | null) => Expressed;

/** What the mapping's lookups found for one record, by their names, and why they did not. */
export interface LookedUp {
  found: Fields;
  obstacles: ReadonlyMap<string, Obstacle>;
}

/**
 * Compiles the way of a field towards `target`: expression, else option table, else conversion of types; then default.
 * `from` is undefined where the row computes the target's field from the whole record. Without `lists`, nothing is known of
 * options that come from a list.
 */
export function compileFieldMapper(
  field: LoadedField,
  target: Side,
  from: FieldDefinition | undefined,
  to: FieldDefinition,
  lists?: OptionLists,
): FieldMapper {
  const way = compileWay(field, target, from, to, lists);
  const fallback = field.default[target];
  return (fields, lookedUp) => {
    const said = way(fields, lookedUp);
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
  lists: OptionLists | undefined,
): FieldMapper {
  const source = field[otherSide(target)];
  const expression = target === 'b' ? field.toB : field.toA;
  if (expression) {
    const { lookups } = expression;
    return (fields, lookedUp) => {
      if (lookups.length > 0 && !lookedUp) return ABSENT;
      for (const name of lookups) {
        const missing = lookedUp?.obstacles.get(name);
        if (missing) return missing;
      }
      const seen = { value: fields[source] ?? null, record: fields };
      const result = expression.evaluate(lookedUp ? { ...seen, lookup: lookedUp.found } : seen);
      return result.ok ? inTargetType(result.value, to, field.name) : obstacle(result.error);
    };
  }
  if (!from) return () => ABSENT;
  const option = compileOptionWay(field, target, from, to, lists);
  const convert = converter(from, to);
  return (fields) => {
    const value = fields[source];
    if (value === undefined) return ABSENT;
    if (value === null) return null;
    const said = option ? option(value) : value;
    if (said === ABSENT || said instanceof Obstacle || said === null || field.options) return said;
    const converted = convert?.(said);
    return converted === undefined ? misfit(from.type, to.type, field.name) : converted;
  };
}

function misfit(from: FieldType, to: FieldType, field: string): Obstacle {
  const isLocal = from === 'local_timestamp' || to === 'local_timestamp';
  if (isLocal && (from === 'timestamp' || to === 'timestamp')) {
    return obstacle(
      problem('clock-change', `The clocks change at the time of ${field}, so that it is not one instant`, {
        detail: 'The zone of the local time is declared to reject such times.',
        next: 'Correct the record, or declare in the connector which one is meant (overlap, gap).',
      }),
    );
  }
  return obstacle(
    problem('type-mismatch', `The ${from} value does not fit the ${to} field ${field}`, {
      next: 'Map the field with an expression, or correct the type in the connector.',
    }),
  );
}

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
