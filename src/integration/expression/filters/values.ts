import { type Filter, filter, filterOfAny, flagArgument, type Tools, textArgument, Unfit, unfit } from '../filter.ts';
import { type Item, isDict, isNothing, isTruthy, itemAt, jsonOf, lengthOf, textOf } from '../items.ts';

const defaultOf = filterOfAny('value? boolean?', (item, [fallback, boolean]) => {
  const missing = isNothing(item) || (flagArgument(boolean, 'boolean', false) && !isTruthy(item));
  return missing ? (fallback === undefined ? '' : fallback) : item;
});

const lengthFilter = filter('', (item) => {
  if (typeof item === 'string') return lengthOf(item);
  if (Array.isArray(item)) return item.length;
  if (isDict(item)) return Object.keys(item).length;
  throw unfit(item);
});

/** Spellings of yes and no that `bool` knows. */
const YES = ['true', 'yes', 'y', 'on', '1', 'ja', 'j', 'wahr', 'x'];
const NO = ['false', 'no', 'n', 'off', '0', 'nein', 'falsch', ''];

export const VALUE_FILTERS: Readonly<Record<string, Filter>> = {
  bool: filter('', (item) => {
    if (typeof item === 'boolean') return item;
    const said = textOf(item).trim().toLowerCase();
    if (YES.includes(said)) return true;
    if (NO.includes(said)) return false;
    throw new Unfit('knows no such spelling of yes or no');
  }),
  count: lengthFilter,
  d: defaultOf,
  default: defaultOf,
  length: lengthFilter,
  lookup: filter('table column? default?', lookUp),
  string: filter('', (item) => textOf(item)),
  tojson: filterOfAny('', (item, _, { work }) => {
    const made = work.made(item);
    return jsonOf(made);
  }),
};

function lookUp(item: Item, [name, column, fallback]: readonly Item[], { tables }: Tools): Item {
  const table = tables.get(textArgument(name, 'table'));
  if (!table) throw new Unfit('has no such table');
  const wanted = isNothing(column) ? table.columns[0] : textArgument(column, 'column');
  if (wanted === undefined || !table.columns.includes(wanted)) throw new Unfit('has no such column');
  const row = table.rows.get(textOf(item).trim());
  if (row) return row.get(wanted);
  if (fallback !== undefined) return fallback;
  if (table.missing === 'keep') return item;
  if (table.missing === 'empty') return null;
  throw new Unfit(`finds no row for the value in the table ${textArgument(name, 'table')}`);
}

const LONGEST_PATH = 200;

/** What the item has at a path, for filters that read one. */
export function partOf(item: Item, path: Item): Item {
  if (isNothing(path)) return item;
  const text = typeof path === 'number' ? String(path) : textArgument(path, 'attribute');
  if (text.length > LONGEST_PATH) throw new Unfit(`takes attributes of at most ${LONGEST_PATH} characters`);
  return itemAt(item, text);
}
