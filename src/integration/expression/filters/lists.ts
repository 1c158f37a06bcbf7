import {
  type Filter,
  filter,
  flagArgument,
  listFilter,
  sizeArgument,
  type Tools,
  textArgument,
  Unfit,
  unfit,
} from '../filter.ts';
import {
  compareItems,
  dictOf,
  floatOf,
  type Item,
  isDict,
  isEqual,
  isFloat,
  isNothing,
  isTruthy,
  numericOf,
  Refused,
  textOf,
} from '../items.ts';
import { partOf } from './values.ts';

export const LIST_FILTERS: Readonly<Record<string, Filter>> = {
  batch: listFilter('size fill?', (list, [size, fill]) => {
    const by = sizeArgument(size, 'size');
    if (by === 0) throw new Unfit('needs a size from 1');
    const batches: Item[][] = [];
    for (let at = 0; at < list.length; at += by) batches.push(list.slice(at, at + by));
    const last = batches.at(-1);
    if (last && fill !== undefined) while (last.length < Math.min(by, 1000)) last.push(fill);
    return batches;
  }),
  dictsort: filter('case_sensitive? by? reverse?', (item, [sensitive, by, reverse], { work }) => {
    if (!isDict(item)) throw unfit(item);
    const at = { key: 0, value: 1 }[textArgument(by, 'by', 'key')];
    if (at === undefined) throw new Unfit("needs 'key' or 'value' as by");
    const entries = Object.entries(item);
    const exact = flagArgument(sensitive, 'case_sensitive', false);
    return sorted(entries, (entry) => work.made(entry[at]), exact, flagArgument(reverse, 'reverse', false));
  }),
  first: listFilter('', (list) => list[0]),
  groupby: listFilter('attribute default?', (list, [attribute, fallback], { work }) => {
    const keyOf = (item: Item) => work.made(partOf(item, attribute) ?? fallback);
    return grouped(sorted(list, keyOf, false, false), keyOf);
  }),
  items: filter('', (item) => {
    if (!isDict(item)) throw unfit(item);
    return Object.entries(item);
  }),
  join: listFilter('separator? attribute?', (list, [separator, attribute], { work }) => {
    const by = textArgument(separator, 'separator', '');
    const texts = list.map((item) => textOf(partOf(item, attribute)));
    work.room(texts.reduce((size, text) => size + text.length, by.length * texts.length));
    return texts.join(by);
  }),
  last: listFilter('', (list) => list.at(-1)),
  list: listFilter('', (list) => list),
  map: listFilter('filter? first? second? attribute? default?', mapped),
  max: listFilter('case_sensitive? attribute?', (list, args) => extreme(list, args, 1)),
  min: listFilter('case_sensitive? attribute?', (list, args) => extreme(list, args, -1)),
  reject: listFilter('test? argument?', (list, [test, argument], tools) => tested(list, test, argument, tools, false)),
  rejectattr: listFilter('attribute test? argument?', (list, [attribute, test, argument], tools) =>
    tested(list, test, argument, tools, false, attribute),
  ),
  reverse: filter('', (item) => {
    if (typeof item === 'string') return Array.from(item).reverse().join('');
    if (Array.isArray(item)) return item.toReversed();
    throw unfit(item);
  }),
  select: listFilter('test? argument?', (list, [test, argument], tools) => tested(list, test, argument, tools, true)),
  selectattr: listFilter('attribute test? argument?', (list, [attribute, test, argument], tools) =>
    tested(list, test, argument, tools, true, attribute),
  ),
  slice: listFilter('slices fill?', sliced),
  sort: listFilter('reverse? case_sensitive? attribute?', (list, [reverse, sensitive, attribute], { work }) => {
    const exact = flagArgument(sensitive, 'case_sensitive', false);
    return sorted(list, (item) => work.made(partOf(item, attribute)), exact, flagArgument(reverse, 'reverse', false));
  }),
  sum: listFilter('attribute? start?', (list, [attribute, start]) => {
    const items = [start ?? 0, ...list.map((item) => partOf(item, attribute))];
    const total = items.reduce((sum: number, item) => sum + numberFrom(item), 0);
    return items.some(isFloat) ? floatOf(total) : total;
  }),
  unique: listFilter('case_sensitive? attribute?', (list, [sensitive, attribute], { work }) => {
    const exact = flagArgument(sensitive, 'case_sensitive', true);
    const seen: Item[] = [];
    const texts = new Set<string>();
    return list.filter((item) => {
      const part = partOf(item, attribute);
      if (typeof part === 'string') return isNew(texts, exact ? part : part.toLowerCase());
      work.spend(seen.length + 1);
      if (seen.some((each) => isEqual(each, part))) return false;
      seen.push(part);
      return true;
    });
  }),
};

function isNew(texts: Set<string>, text: string): boolean {
  const size = texts.size;
  return texts.add(text).size > size;
}

function numberFrom(item: Item): number {
  const number = numericOf(item);
  if (number === undefined) throw new Unfit('adds up numbers only; total gives exact sums of decimals');
  return number;
}

function sorted<T extends Item>(list: readonly T[], keyOf: (item: T) => Item, exact: boolean, reverse: boolean): T[] {
  const sign = reverse ? -1 : 1;
  return list
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => sign * compareItems(a.key, b.key, exact))
    .map(({ item }) => item);
}

/** Neighbours with equal keys, each group as an object of `grouper` and `list`. */
function grouped(list: readonly Item[], keyOf: (item: Item) => Item): Item[] {
  const groups: { grouper: Item; list: Item[] }[] = [];
  for (const item of list) {
    const key = keyOf(item);
    const last = groups.at(-1);
    if (last && compareItems(last.grouper, key, false) === 0) last.list.push(item);
    else groups.push({ grouper: key, list: [item] });
  }
  return groups.map((group) => dictOf(Object.entries(group)));
}

/** `map('upper')`, or `map(attribute='name')`. */
function mapped(list: Item[], [name, first, second, attribute, fallback]: readonly Item[], tools: Tools): Item {
  if (!isNothing(attribute)) {
    return list.map((item) => {
      if (!isDict(item) && !Array.isArray(item)) throw new Unfit('reads attributes of objects only');
      return partOf(item, attribute) ?? fallback;
    });
  }
  const used = tools.filters.get(textArgument(name, 'filter'));
  if (!used) throw new Unfit('knows no such filter');
  return list.map((item) =>
    isNothing(item) && !used.takesEmpty ? item : tools.work.made(used.apply(item, [first, second], tools)),
  );
}

function tested(
  list: readonly Item[],
  name: Item,
  argument: Item,
  { tests, work }: Tools,
  keep: boolean,
  attribute?: Item,
): Item[] {
  const test = isNothing(name) ? isTruthy : tests.get(textArgument(name, 'test'));
  if (!test) throw new Unfit('knows no such test');
  return list.filter((item) => {
    work.made(argument);
    return Boolean(test(partOf(item, attribute), argument)) === keep;
  });
}

function extreme(list: readonly Item[], [sensitive, attribute]: readonly Item[], sign: number): Item {
  const exact = flagArgument(sensitive, 'case_sensitive', false);
  const [first, ...rest] = list;
  const better = (a: Item, b: Item) => sign * compareItems(partOf(a, attribute), partOf(b, attribute), exact) > 0;
  return rest.reduce<Item>((best, item) => (better(item, best) ? item : best), first);
}

/** Into so many columns, the first ones longer where it does not come out even. */
function sliced(list: readonly Item[], [slices, fill]: readonly Item[]): Item {
  const number = sizeArgument(slices, 'slices');
  if (number === 0 || number > 1000) throw new Refused('A list is cut into 1 to 1000 slices');
  const each = Math.floor(list.length / number);
  const longer = list.length % number;
  return Array.from({ length: number }, (_, i) => {
    const from = i * each + Math.min(i, longer);
    const part = list.slice(from, from + each + (i < longer ? 1 : 0));
    return fill !== undefined && longer > 0 && i >= longer ? [...part, fill] : part;
  });
}
