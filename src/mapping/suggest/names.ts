import type { Token } from './tokens.ts';

/** How alike two names are, and by which words. */
export interface NameLikeness {
  /** 0–1; 1: they say the same. */
  score: number;
  /** The words that stand for one another, e.g. `zip = postal code`. */
  words: string[];
}

/** Two words of several meanings, of which they share one: it may be that one or not. */
const AMBIGUOUS = 0.88;
/** One word that means one thing here and another there, as far as the fields around it tell. */
const HOMONYMS = 0.7;
/** Words that no one knows, and that are nearly written alike. */
const ALIKE = 0.8;

/** The likeness of two names: the weight of the words that stand for one another in that of all words. */
export function nameLikeness(one: readonly Token[], other: readonly Token[]): NameLikeness {
  const all = [...one, ...other].reduce((sum, { weight }) => sum + weight, 0);
  if (all === 0) return { score: 0, words: [] };
  const candidates = one
    .flatMap((left) => other.map((right) => ({ left, right, likeness: wordLikeness(left, right) })))
    .filter(({ likeness }) => likeness > 0)
    .sort((a, b) => b.likeness * (b.left.weight + b.right.weight) - a.likeness * (a.left.weight + a.right.weight));
  const taken = new Set<Token>();
  const words: string[] = [];
  let matched = 0;
  for (const { left, right, likeness } of candidates) {
    if (taken.has(left) || taken.has(right)) continue;
    taken.add(left).add(right);
    matched += likeness * (left.weight + right.weight);
    words.push(left.text === right.text ? left.text : `${left.text} = ${right.text}`);
  }
  return { score: matched / all, words };
}

function wordLikeness(one: Token, other: Token): number {
  const common = [...one.meanings].filter((meaning) => other.meanings.has(meaning)).length;
  if (common > 0)
    return one.stem === other.stem || (one.meanings.size === 1 && other.meanings.size === 1) ? 1 : AMBIGUOUS;
  if (one.stem === other.stem) return one.meanings.size > 0 ? HOMONYMS : 1;
  if (one.meanings.size > 0 && other.meanings.size > 0) return 0;
  return isNearlyWritten(one.stem, other.stem) ? ALIKE : 0;
}

/** A word and its beginning (`desc`, `description`), or one letter apart. */
function isNearlyWritten(one: string, other: string): boolean {
  const [short = '', long = ''] = [one, other].sort((a, b) => a.length - b.length);
  if (short.length < 4) return false;
  if (long.startsWith(short)) return short.length * 2 >= long.length;
  return short.length >= 6 && distanceWithin(short, long, 1);
}

/** Whether one letter put in, taken out or replaced makes one word the other. */
function distanceWithin(one: string, other: string, most: number): boolean {
  if (Math.abs(one.length - other.length) > most) return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const rests = [
    [one.slice(start + 1), other.slice(start + 1)],
    [one.slice(start), other.slice(start + 1)],
    [one.slice(start + 1), other.slice(start)],
  ];
  return rests.some(([a, b]) => a === b);
}
