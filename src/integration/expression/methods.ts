import { textArgument, wholeArgument } from './filter.ts';
import { capitalized, replaced, titled } from './filters/text.ts';
import { type Dict, type Item, isDict, isNothing, kindOf, NAMES, ownItem, Refused } from './items.ts';
import type { Work } from './work.ts';

type Method<T> = (object: T, args: readonly Item[], work: Work) => Item;

const affix =
  (name: string, holds: (text: string, part: string) => boolean): Method<string> =>
  (text, [part]) => {
    const parts = Array.isArray(part) ? part : [part];
    return parts.some((each) => holds(text, textArgument(each, name)));
  };

const TEXT_METHODS: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ['capitalize', (text) => capitalized(text)],
  ['endswith', affix('the end', (text, part) => text.endsWith(part))],
  ['lower', (text) => text.toLowerCase()],
  ['lstrip', (text) => text.trimStart()],
  [
    'replace',
    (text, [old, fresh, count], work) =>
      replaced(text, textArgument(old, 'old'), textArgument(fresh, 'new'), wholeArgument(count, 'count', -1), work),
  ],
  ['rstrip', (text) => text.trimEnd()],
  ['split', (text, [separator, most]) => split(text, separator, wholeArgument(most, 'the number of cuts', -1))],
  ['startswith', affix('the start', (text, part) => text.startsWith(part))],
  ['strip', (text) => text.trim()],
  ['title', (text) => titled(text)],
  ['upper', (text) => text.toUpperCase()],
]);

const OBJECT_METHODS: ReadonlyMap<string, Method<Dict>> = new Map<string, Method<Dict>>([
  ['get', (dict, [key, fallback]) => ownItem(dict, textArgument(key, 'the key')) ?? fallback ?? null],
  ['items', (dict) => Object.entries(dict)],
  ['keys', (dict) => Object.keys(dict)],
  ['values', (dict) => Object.values(dict)],
]);

export const METHODS: readonly string[] = [...TEXT_METHODS.keys(), ...OBJECT_METHODS.keys()].sort();

/** Whether what `object` is has a method of that name. */
export function hasMethod(object: Item, name: string): boolean {
  return typeof object === 'string' ? TEXT_METHODS.has(name) : isDict(object) && OBJECT_METHODS.has(name);
}

export function callMethod(object: Item, name: string, args: readonly Item[], work: Work): Item {
  if (typeof object === 'string') {
    const method = TEXT_METHODS.get(name);
    if (method) return work.made(method(object, args, work));
  } else if (isDict(object)) {
    const method = OBJECT_METHODS.get(name);
    if (method) return work.made(method(object, args, work));
  }
  throw new Refused(`${NAMES[kindOf(object)]} has no method ${name}()`.replace(/^./, (first) => first.toUpperCase()));
}

/** As in Python: at blanks where no separator is given; `most` cuts, the rest stays whole. */
function split(text: string, separator: Item, most: number): string[] {
  if (isNothing(separator)) {
    const trimmed = text.trim();
    const words = trimmed === '' ? [] : trimmed.split(/\s+/u);
    if (most < 0 || words.length <= most) return words;
    return atBlanks(text.trimStart(), most);
  }
  const by = textArgument(separator, 'the separator');
  if (by === '') throw new Refused('A text is split at nothing');
  const parts = text.split(by);
  if (most < 0 || parts.length <= most) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(by)];
}

function atBlanks(text: string, most: number): string[] {
  const words: string[] = [];
  let rest = text;
  while (words.length < most && rest !== '') {
    const end = rest.search(/\s/u);
    if (end < 0) break;
    words.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return rest === '' ? words : [...words, rest];
}
