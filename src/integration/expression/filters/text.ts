import { replaceCharacters } from '../../../connector/codec/text.ts';
import { transliterate } from '../../../connector/codec/transliterate.ts';
import {
  asText,
  type Filter,
  filter,
  flagArgument,
  sizeArgument,
  textArgument,
  textFilter,
  Unfit,
  wholeArgument,
} from '../filter.ts';
import { charactersOf, type Item, isNothing, lengthOf, numberOf, textOf } from '../items.ts';
import type { Work } from '../work.ts';

export const TEXT_FILTERS: Readonly<Record<string, Filter>> = {
  ascii: textFilter('language?', (text, [language]) => asciiOf(text, language)),
  capitalize: textFilter('', capitalized),
  center: textFilter('width?', (text, [width], { work }) => {
    const missing = Math.max(sizeArgument(width, 'width', 80) - lengthOf(text), 0);
    work.room(missing);
    const before = Math.floor(missing / 2);
    return ' '.repeat(before) + text + ' '.repeat(missing - before);
  }),
  digits: textFilter('', (text) => text.replace(/\D/g, '')),
  escape: textFilter('', escaped),
  format: textFilter('first? second? third? fourth? fifth? sixth?', formatted),
  indent: textFilter('width? first? blank?', indented),
  lower: textFilter('', (text) => text.toLowerCase()),
  pad: textFilter('width fill?', (text, [width, fill], { work }) => {
    const missing = sizeArgument(width, 'width') - lengthOf(text);
    return fillerOf(fill, missing, work) + text;
  }),
  pad_end: textFilter('width fill?', (text, [width, fill], { work }) => {
    const missing = sizeArgument(width, 'width') - lengthOf(text);
    return text + fillerOf(fill, missing, work);
  }),
  replace: textFilter('old new count?', (text, [old, fresh, count], { work }) =>
    replaced(text, asText(old), isNothing(fresh) ? '' : asText(fresh), wholeArgument(count, 'count', -1), work),
  ),
  slug: textFilter('separator? language?', (text, [separator, language]) => {
    const words = asciiOf(text, language)
      .toLowerCase()
      .match(/[a-z0-9]+/g);
    return (words ?? []).join(textArgument(separator, 'separator', '-'));
  }),
  split: textFilter('separator?', (text, [separator]) =>
    text
      .split(textArgument(separator, 'separator', ','))
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
  striptags: textFilter('', (text) => withoutTags(text).replace(/\s+/gu, ' ').trim()),
  title: textFilter('', titled),
  trim: textFilter('characters?', (text, [characters]) =>
    isNothing(characters) ? text.trim() : trimmed(text, textArgument(characters, 'characters')),
  ),
  truncate: textFilter('length? killwords? end? leeway?', truncated),
  upper: textFilter('', (text) => text.toUpperCase()),
  urlencode: filter('', (item, _, { work }) => {
    const text = asText(item);
    work.room(text.length * 9);
    return encodeURIComponent(text.toWellFormed()).replaceAll('%2F', '/');
  }),
  wordcount: textFilter('', (text) => text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  wordwrap: textFilter('width? break_long_words? wrapstring?', wrapped),
};

export function capitalized(text: string): string {
  const [first = '', ...rest] = charactersOf(text);
  return first.toUpperCase() + rest.join('').toLowerCase();
}

/** The first letter of each word in capitals; a word begins after a blank, a dash or an opening bracket. */
export function titled(text: string): string {
  return text.replace(/[^-\s({[<]+/gu, (word) => capitalized(word));
}

/** The size of the result is known before it is made. */
export function replaced(text: string, old: string, fresh: string, count: number, work: Work): string {
  const grows = fresh.length > old.length;
  if (!grows && count < 0 && old !== '') return text.replaceAll(old, () => fresh);
  const parts = old === '' ? ['', ...charactersOf(text), ''] : text.split(old);
  const times = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  if (grows) work.room(text.length + times * (fresh.length - old.length));
  return (
    parts.slice(0, times + 1).join(fresh) +
    parts
      .slice(times + 1)
      .map((part) => old + part)
      .join('')
  );
}

/** In ASCII, as people of the language would write it; what has no Latin form becomes `?`. */
export function asciiOf(text: string, language: Item): string {
  const locale = isNothing(language) ? {} : { locale: textArgument(language, 'language') };
  return replaceCharacters(transliterate(text, locale), 'ascii');
}

function fillerOf(fill: Item, missing: number, work: Work): string {
  const text = isNothing(fill) ? ' ' : asText(fill);
  if (lengthOf(text) !== 1) throw new Unfit('needs one character as fill');
  if (missing <= 0) return '';
  work.room(missing * text.length);
  return text.repeat(missing);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Marks are passed over one by one, so that the work grows with the text alone. */
function withoutTags(text: string): string {
  let kept = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const isComment = open >= 0 && text.startsWith('<!--', open);
    const close = open < 0 ? -1 : text.indexOf(isComment ? '-->' : '>', open);
    if (open < 0 || close < 0) return kept + text.slice(at);
    kept += text.slice(at, open);
    at = close + (isComment ? 3 : 1);
  }
  return kept;
}

function trimmed(text: string, characters: string): string {
  const cut = new Set(charactersOf(characters));
  const list = charactersOf(text);
  let [from, to] = [0, list.length];
  while (from < to && cut.has(list[from] ?? '')) from++;
  while (to > from && cut.has(list[to - 1] ?? '')) to--;
  return list.slice(from, to).join('');
}

function truncated(text: string, [length, killwords, end, leeway]: readonly Item[]): string {
  const most = sizeArgument(length, 'length', 255);
  const mark = textArgument(end, 'end', '...');
  const list = charactersOf(text);
  if (list.length <= most + sizeArgument(leeway, 'leeway', 5)) return text;
  const room = most - lengthOf(mark);
  if (room < 0) throw new Unfit('needs a length that its end fits into');
  const cut = list.slice(0, room).join('');
  if (flagArgument(killwords, 'killwords', false)) return cut + mark;
  const blank = cut.lastIndexOf(' ');
  return (blank < 0 ? cut : cut.slice(0, blank)) + mark;
}

function indented(text: string, [width, first, blank]: readonly Item[], { work }: { work: Work }): string {
  const by = ' '.repeat(Math.min(sizeArgument(width, 'width', 4), 1000));
  const [all, blanks] = [flagArgument(first, 'first', false), flagArgument(blank, 'blank', false)];
  const lines = text.split('\n');
  work.room(text.length + lines.length * by.length);
  return lines.map((line, i) => ((i === 0 && !all) || (line === '' && !blanks) ? line : by + line)).join('\n');
}

function wrapped(text: string, [width, breaks, wrap]: readonly Item[], { work }: { work: Work }): string {
  const most = Math.max(sizeArgument(width, 'width', 79), 1);
  const long = flagArgument(breaks, 'break_long_words', true);
  const mark = textArgument(wrap, 'wrapstring', '\n');
  work.room(text.length * (mark.length + 1));
  return text
    .split('\n')
    .map((line) => wrapLine(line, most, long).join(mark))
    .join(mark);
}

function wrapLine(line: string, most: number, breaks: boolean): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ').flatMap((each) => (breaks ? inPieces(each, most) : [each]))) {
    const joined = current === '' ? word : `${current} ${word}`;
    if (current !== '' && lengthOf(joined) > most) {
      lines.push(current);
      current = word;
    } else current = joined;
  }
  return [...lines, current];
}

function inPieces(word: string, most: number): string[] {
  const list = charactersOf(word);
  const pieces: string[] = [];
  for (let at = 0; at < list.length; at += most) pieces.push(list.slice(at, at + most).join(''));
  return pieces.length > 0 ? pieces : [''];
}

/** `%s`, `%d`, `%05d`, `%.2f`, `%%`, as in Python. */
function formatted(text: string, args: readonly Item[], { work }: { work: Work }): string {
  let next = 0;
  return text.replace(/%(?:%|(0?)(\d{1,3})?(?:\.(\d{1,2}))?([sdf]))/g, (mark, zero, width, digits, kind) => {
    if (mark === '%%') return '%';
    const written = formatOne(args[next++], kind, digits);
    const wide = Number(width ?? 0);
    work.room(wide);
    if (zero !== '0' || kind === 's') return written.padStart(wide);
    return written.startsWith('-') ? `-${written.slice(1).padStart(wide - 1, '0')}` : written.padStart(wide, '0');
  });
}

function formatOne(item: Item, kind: string, digits: string | undefined): string {
  if (item === undefined) throw new Unfit('has fewer arguments than its text has marks');
  if (kind === 's') return textOf(item);
  const number = numberOf(item) ?? (typeof item === 'string' && item.trim() !== '' ? Number(item) : Number.NaN);
  if (!Number.isFinite(number)) throw new Unfit(`has no number for %${kind}`);
  return kind === 'd' ? String(Math.trunc(number)) : number.toFixed(Number(digits ?? 6));
}
