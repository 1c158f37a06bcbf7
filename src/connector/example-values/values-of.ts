import type { FieldType, Value } from '../../record/value.ts';
import type { OptionLists } from '../codec/options.ts';
import type { FieldDefinition } from '../field.ts';
import { exampleCurrencies, exampleDecimals, exampleIntegers, exampleMoney } from './numbers.ts';
import { exampleTexts } from './texts.ts';
import { exampleDates, exampleDurations, exampleInstants, exampleLocalTimes, exampleTimes } from './times.ts';

/** A field, the field of the other system that it is mapped to, and the options of either. */
export interface ExampleScope {
  declared: FieldDefinition;
  beside: FieldDefinition;
  /** Option keys that either side knows beyond those it declares, e.g. those of an option table. */
  keys: readonly string[];
}

const LISTS: readonly Value[] = [['a'], [], ['a', 'b'], ['b', 'a'], [1, 2], [{ key: 'a' }], ['a', 'a'], [null]];
const OBJECTS: readonly Value[] = [{ key: 'a' }, {}, { key: null }, { inner: { list: [1, 'a'] } }, { b: 1, a: 2 }];

const URLS: readonly string[] = [
  ...['https://company.example/', 'http://company.example/a?b=c#d', 'https://müller.example/straße', 'company.example'],
  ...['https://company.example', 'HTTPS://Company.Example/Path', 'ftp://files.example/a%20b', 'not an address'],
];

const COUNTRIES: readonly string[] = ['DE', 'AT', 'CH', 'US', 'GB', 'FR', 'TW', 'CI', 'AX', 'XK'];

const LANGUAGES: readonly string[] = ['de', 'en', 'de-AT', 'en-US', 'fr-CH', 'zh-Hant-TW', 'pt-BR', 'sr-Latn', 'nb'];

const ADDRESSES: readonly Value[] = [
  { street: 'Hauptstraße 1', postal_code: '01067', city: 'Dresden', country: 'DE' },
  {
    street: 'Hauptstraße',
    house_number: '1a',
    extra: '2. Stock',
    postal_code: '01067',
    city: 'Dresden',
    country: 'DE',
  },
  { city: 'Łódź' },
  { street: '1 Main St', city: 'Springfield', region: 'IL', postal_code: '62701', country: 'US' },
];

const NAMES: readonly Value[] = [
  { given: 'Anna', family: 'Bauer' },
  { prefix: 'Dr.', given: 'Anna', middle: 'M.', family: 'Bauer', suffix: 'MBA' },
  { family: 'Bauer' },
  { given: 'Anna' },
  { given: 'Anna Maria', family: 'von der Heide' },
  { given: 'Ágnes', family: 'Szabó-Kovács' },
];

const BINARIES: readonly Value[] = [
  { url: 'https://files.example/1', name: 'offer.pdf', media_type: 'application/pdf', size: 12_345 },
  { url: 'https://files.example/2' },
];

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
  multi_option: ({ keys }) => multiOptions(keys),
  time: () => exampleTimes(),
  local_timestamp: ({ declared, beside }) => exampleLocalTimes(declared, beside),
  duration: () => exampleDurations(),
  url: ({ declared, beside }) => [...URLS, ...exampleTexts(declared, beside)],
  country: () => COUNTRIES,
  language: () => LANGUAGES,
  postal_address: () => ADDRESSES,
  person_name: () => NAMES,
  binary: () => BINARIES,
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

/** Each option alone, all together, and some pairs; in canonical order. */
function multiOptions(keys: readonly string[]): string[][] {
  const pairs = keys.slice(1, 12).map((key, at) => [keys[at] ?? key, key]);
  return [...keys.map((key) => [key]), ...pairs, [...keys]].map((list) => [...new Set(list)].sort());
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
