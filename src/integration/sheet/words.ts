import { didYouMean } from '../../connector/closest-word.ts';
import { fail, ok, type Result } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';

/** The names under which the two systems appear: in the file, and to people. */
export type SystemNames = Record<Side, { name: string; title: string }>;

/** Words of one kind, as people read them and as the file says them; the first ones are offered. */
export type Words = readonly { said: string; file: string }[];

export const STATUSES: Words = ['mapped', 'ignored', 'open'].map((word) => ({ said: word, file: word }));

/** `required` of a row; the file says nothing for "no". */
export const YES: Words = [{ said: 'yes', file: 'true' }];

export function directionWords({ a, b }: SystemNames): Words {
  return [
    { said: 'both ways', file: 'both' },
    { said: `${a.title} → ${b.title}`, file: `${a.name} -> ${b.name}` },
    { said: `${b.title} → ${a.title}`, file: `${b.name} -> ${a.name}` },
  ];
}

export function conflictWords(names: SystemNames): Words {
  return [
    ...SIDES.map((side) => ({ said: `${names[side].title} wins`, file: names[side].name })),
    { said: 'the newest wins', file: 'newest' },
    { said: 'a person decides', file: 'hold' },
  ];
}

export const plainWords = (words: readonly string[]): Words => words.map((word) => ({ said: word, file: word }));

/** As people read it; what the file says where there is no word for it. */
export const said = (words: Words, file: string): string => words.find((word) => word.file === file)?.said ?? file;

/**
 * As the file says it, whatever the case and the kind of arrow; what stands in the file is understood, too. Fails with
 * what was probably meant.
 */
export function understood(words: Words, text: string): Result<string, string | undefined> {
  const plain = (word: string) =>
    word
      .toLowerCase()
      .replace(/\s*(->|→|–>|=>)\s*/g, ' -> ')
      .replace(/\s+/g, ' ')
      .trim();
  const wanted = plain(text);
  const found = words.find((word) => plain(word.said) === wanted) ?? words.find((word) => plain(word.file) === wanted);
  if (found) return ok(found.file);
  const known = words.map((word) => word.said);
  return fail(didYouMean(text, known));
}
