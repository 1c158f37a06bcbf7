import type { FieldDefinition, OptionDefinition } from '../connector/field.ts';
import type { LoadedField } from '../integration/loaded.ts';
import { problem } from '../record/diagnostic.ts';
import { ABSENT, type Expressed, Obstacle } from '../record/expressed.ts';
import type { Side } from '../record/side.ts';
import type { FieldType, Value } from '../record/value.ts';

/** The options of a list of a connector, as its system has them now. */
export type OptionLists = (list: string) => readonly OptionDefinition[];

/** Whether a system has an option of this key; null where that is not known, so that every key may be one. */
export type HasOption = (key: string) => boolean;

const OPTIONS: readonly FieldType[] = ['option', 'multi_option'];

/** What is known of the options of a field: its own, and those of its list, looked at anew when the list has changed. */
export function knownOptions(field: FieldDefinition, lists: OptionLists | undefined): HasOption | null {
  const { options: own, options_from: listName } = field;
  if (!OPTIONS.includes(field.type) || (listName === undefined ? own === undefined : lists === undefined)) return null;
  const ownKeys = new Set(own?.map(({ key }) => key));
  if (listName === undefined || lists === undefined) return (key) => ownKeys.has(key);
  let list: readonly OptionDefinition[] | undefined;
  let keys = new Set<string>();
  return (key) => {
    if (ownKeys.has(key)) return true;
    const current = lists(listName);
    if (current !== list) {
      list = current;
      keys = new Set(current.map((option) => option.key));
    }
    return keys.has(key);
  };
}

/**
 * The counterpart of an option: by the table, or the option of the same key where there is no table, or where missing
 * ones are added; else undefined.
 */
export function counterpart(field: LoadedField, target: Side, key: string, has: HasOption | null): string | undefined {
  const table = field.options?.[target === 'b' ? 'aToB' : 'bToA'];
  const mapped = table?.get(key);
  if (mapped !== undefined) return mapped;
  const sameKey = !table || field.otherwise.policy === 'create';
  return sameKey && (has?.(key) ?? !table) ? key : undefined;
}

/** The way of options towards `target`, with what `otherwise` says of those without a counterpart; null where no options are meant. */
export function compileOptionWay(
  field: LoadedField,
  target: Side,
  from: FieldDefinition,
  to: FieldDefinition,
  lists?: OptionLists,
): ((value: Value) => Expressed) | null {
  const has = knownOptions(to, lists);
  if (!field.options && !(OPTIONS.includes(from.type) && has)) return null;
  // A key that was read by a list is a word of the system, which may be named; any other is a value.
  const isDeclared = from.options !== undefined || from.options_from !== undefined;
  const one = (value: Value): Expressed => {
    const found = counterpart(field, target, String(value), has);
    return found === undefined ? otherwise(field, target, isDeclared ? String(value) : null) : found;
  };
  return (value) => {
    if (!Array.isArray(value)) return one(value);
    const keys = new Set<string>();
    for (const item of value) {
      const mapped = one(item);
      if (mapped === ABSENT || mapped instanceof Obstacle) return mapped;
      keys.add(String(mapped));
    }
    return [...keys].sort();
  };
}

function otherwise(field: LoadedField, target: Side, named: string | null): Expressed {
  const { policy } = field.otherwise;
  const fallback = field.otherwise[target];
  if (policy === 'ignore') return ABSENT;
  if (policy === 'default' && fallback !== null) return fallback;
  const option = named === null ? 'An option' : `The option ${named}`;
  const diagnostic = problem('option-unmapped', `${option} of ${field.name} has no counterpart`, {
    where: field.where,
    next: 'Add it to the option table of the field, or set `otherwise`.',
  });
  return new Obstacle(diagnostic.code, diagnostic);
}
