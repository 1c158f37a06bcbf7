import { VOCABULARY, WEAK_WORDS } from './vocabulary.ts';

/** A word or phrase of a name. */
export interface Token {
  /** As it is written, but for capitals and umlauts. */
  text: string;
  /** In which form it is compared when no meaning is known: without capitals, umlauts and endings. */
  stem: string;
  /** What it may mean, by the lines of the vocabulary; empty where it is not in there. */
  meanings: ReadonlySet<string>;
  /** How much it says, 0–1. */
  weight: number;
}

const WEAK = 0.25;
/** A first of several (`phone1`) is as good as the only one; a second is not. */
const FIRST = 0.05;

/** The words of a name as people and machines write it: `emailAddress`, `EMAIL_ADDRESS`, `E-Mail-Adresse`, `Tel1`. */
export function wordsOf(name: string): string[] {
  return fold(name)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z])(\d)/g, '$1 $2')
    .replace(/(\d)([A-Za-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
    .flatMap(compound);
}

/** The tokens of a name: phrases of the vocabulary, the longest first, and the words between them. */
export function tokensOf(name: string): Token[] {
  const words = wordsOf(name);
  const tokens: Token[] = [];
  for (let at = 0; at < words.length; ) {
    const phrase = longestPhrase(words, at);
    const taken = words.slice(at, at + Math.max(phrase, 1));
    tokens.push(tokenOf(taken));
    at += taken.length;
  }
  return tokens;
}

function tokenOf(words: readonly string[]): Token {
  const text = words.join(' ');
  const stem = words.map(stemOf).join(' ');
  const meanings = MEANINGS.get(stem) ?? NO_MEANINGS;
  const [word = ''] = words;
  if (words.length === 1 && /^\d+$/.test(word)) return { text, stem, meanings, weight: word === '1' ? FIRST : 1 };
  const isWeak = words.every((one) => WEAK_WORDS.has(one));
  return { text, stem, meanings, weight: isWeak ? WEAK : 1 };
}

const NO_MEANINGS: ReadonlySet<string> = new Set();

/** By the stems of a phrase: the lines of the vocabulary that it stands in. */
const MEANINGS = readVocabulary();
const LONGEST = Math.max(...[...MEANINGS.keys()].map((phrase) => phrase.split(' ').length));
const KNOWN_WORDS = new Set([...MEANINGS.keys()].filter((phrase) => !phrase.includes(' ') && phrase.length >= 3));

function readVocabulary(): Map<string, Set<string>> {
  const meanings = new Map<string, Set<string>>();
  for (const [meaning, phrases] of Object.entries(VOCABULARY)) {
    for (const phrase of phrases.split(',')) {
      const stems = phrase.trim().split(' ').map(stemOf).join(' ');
      meanings.set(stems, (meanings.get(stems) ?? new Set()).add(meaning));
    }
  }
  return meanings;
}

function longestPhrase(words: readonly string[], at: number): number {
  for (let length = Math.min(LONGEST, words.length - at); length > 0; length--) {
    const phrase = words
      .slice(at, at + length)
      .map(stemOf)
      .join(' ');
    if (MEANINGS.has(phrase)) return length;
  }
  return 0;
}

/** Without the endings of plurals and of what is done (`items`, `close`, `closing`, `closed`); short words as they are. */
export function stemOf(word: string): string {
  if (word.length <= 3 || /(ss|us|is)$/.test(word)) return word;
  const singular = word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/(?<=(?:x|ch|sh|ss))es$|s$/, '');
  if (singular.length <= 4) return singular;
  const done = singular.replace(/(?<=[a-z]{3})(ing|ed|e)$/, '');
  return done === singular ? singular : done.replace(/([bdfgmnprt])\1$/, '$1');
}

/** A German compound, or English words written as one, as its known parts: `kundennummer`, `zipcode`, `homepage`. */
function compound(word: string): string[] {
  if (word.length < 7 || KNOWN_WORDS.has(stemOf(word)) || WEAK_WORDS.has(word)) return [word];
  for (let at = word.length - 3; at >= 3; at--) {
    const [head, tail] = [word.slice(0, at), word.slice(at)];
    const known = [head, head.replace(/[sn]$/, ''), head.replace(/e[sn]$/, '')].find(isWord);
    if (known !== undefined && isWord(tail)) return [known, tail];
  }
  return [word];
}

const isWord = (part: string): boolean => part.length >= 3 && (KNOWN_WORDS.has(stemOf(part)) || WEAK_WORDS.has(part));

/** Umlauts as they are written without them; other accents taken off. */
const fold = (text: string): string =>
  text
    .replace(/ä/g, 'ae')
    .replace(/ö/g, 'oe')
    .replace(/ü/g, 'ue')
    .replace(/Ä/g, 'Ae')
    .replace(/Ö/g, 'Oe')
    .replace(/Ü/g, 'Ue')
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '');
