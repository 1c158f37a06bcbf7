import { NAME_PARTS, type Value } from '../../record/value.ts';

/** In which order a name that is one text has its parts. */
export type NameOrder = 'given family' | 'family given' | 'family, given';

/** The parts of a name, only those filled. */
export type PersonName = { [part in (typeof NAME_PARTS)[number]]?: string };

/**
 * A name that is one text, in its two main parts; null where the text is empty.
 *
 * - `family, given`: up to the first comma;
 * - `given family`: the last word is the family name, with the words in small letters before it (`van der Berg`);
 * - `family given`: the first word is.
 *
 * A name of one word is a family name. Titles and middle names are not told from given names.
 */
export function splitName(text: string, order: NameOrder): PersonName | null {
  const words = text.trim().split(/\s+/);
  if (words[0] === '') return null;
  if (order === 'family, given') {
    const [family = '', ...rest] = words.join(' ').split(/\s*,\s*/);
    return filled(family, rest.join(', '));
  }
  if (order === 'family given') return filled(words[0] ?? '', words.slice(1).join(' '));
  let first = words.length - 1;
  // In a name all of small letters they tell nothing.
  if (!isParticle(words[first] ?? '')) while (first > 0 && isParticle(words[first - 1] ?? '')) first--;
  return filled(words.slice(first).join(' '), words.slice(0, first).join(' '));
}

/** The parts in the order of the text; undefined where it could not be told where the family name ends. */
export function textOfName(name: Readonly<Record<string, Value | undefined>>, order: NameOrder): string | undefined {
  const [prefix, given, middle, family, suffix] = NAME_PARTS.map((part) => textIn(name[part]));
  const before = words(prefix, given, middle);
  if (order === 'family, given') {
    if (family?.includes(',')) return undefined;
    return before === '' && !suffix ? (family ?? '') : `${family ?? ''}, ${words(before, suffix)}`;
  }
  return order === 'given family' ? words(before, family, suffix) : words(family, before, suffix);
}

const words = (...parts: (string | undefined)[]): string => parts.filter((part) => part).join(' ');

const textIn = (part: Value | undefined): string => (typeof part === 'string' ? part.trim() : '');

function filled(family: string, given: string): PersonName {
  return { ...(given === '' ? {} : { given }), ...(family === '' ? {} : { family }) };
}

/** Begins with a small letter. */
const isParticle = (word: string): boolean => /^\p{Ll}/u.test(word);
