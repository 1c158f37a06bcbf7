import type { FieldType, Value } from '../../record/value.ts';
import type { OptionLists } from '../codec/options.ts';
import type { FieldDefinition } from '../field.ts';
import { exampleCurrencies, exampleDecimals, exampleIntegers, exampleMoney } from './numbers.ts';
import { exampleTexts } from './texts.ts';
import { exampleDates, exampleInstants } from './times.ts';

/** A field, the field of the other system that it is mapped to, and the options of either. */
export interface ExampleScope {
  declared: FieldDefinition;
  beside: FieldDefinition;
  /** Option keys that either side knows beyond those it declares, e.g. those of an option table. */
  keys: readonly string[];
}

const LISTS: readonly Value[] = [['a'], [], ['a', 'b'], ['b', 'a'], [1, 2], [{ key: 'a' }], ['a', 'a'], [null]];
const OBJECTS: readonly Value[] = [{ key: 'a' }, {}, { key: null }, { inner: { list: [1, 'a'] } }, { b: 1, a: 2 }];

const BY_TYPE: Record<FieldType, (scope: ExampleScope) => readonly Value[]> = {
  string: (scope) => [...exampleTexts(scope.declared, scope.beside), ...spokenValues(scope)],
  email: ({ declared, beside }) => exampleTexts(declared, beside),
  phone: ({ declared, beside }) => exampleTexts(declared, beside),
  reference: ({ declared, beside }) => exampleTexts(declared, beside),
  integer: ({ declared, beside }) => exampleIntegers(declared, beside),
  decimal: ({ declared, beside }) => exampleDecimals(declared, beside),
  boolean: () => [true, false],
  date: () => exampleDates(),
  timestamp: ({ declared, beside }) => exampleInstants(declared, beside),
  money: ({ declared, beside }) => exampleMoney(declared, beside),
  currency: ({ declared, beside }) => exampleCurrencies(declared, beside),
  option: ({ keys }) => keys,
  list: () => LISTS,
  object: () => OBJECTS,
};

/**
 * Values, in canonical form, that a field may hold or that are likely to be held wrongly: a plain one first, then the
 * edges of its declaration and of the one beside it. The same in every run. Some may be beyond what the field holds.
 */
export function exampleValues(scope: ExampleScope): Value[] {
  return [...BY_TYPE[scope.declared.type](scope), null];
}

/** The option keys of a field: its own, and those of its list. */
export function optionKeys({ options, options_from: list }: FieldDefinition, lists: OptionLists): string[] {
  const listed = list === undefined ? [] : lists(list);
  return [...(options ?? []), ...listed].map(({ key }) => key);
}

/** What the other field holds, as a text: for texts that stand for something else. */
function spokenValues({ declared, beside, keys }: ExampleScope): Value[] {
  if (beside.type === 'string' || beside.type === 'list' || beside.type === 'object') return [];
  const theirs = BY_TYPE[beside.type]({ declared: beside, beside: declared, keys });
  return theirs.flatMap((value) => (typeof value === 'object' ? [] : [String(value)]));
}
