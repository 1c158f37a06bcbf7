import type { ConnectorDefinition } from './definition.ts';

/**
 * What systems do to texts that they are sent, beyond the limits that a field declares. `connector learn` finds it and
 * keeps it among the grounds of the connector, in these words; who plays such a system reads it there.
 */
interface TextHabit {
  fact: string;
  words: string;
  of(text: string): string;
}

export const BLANKS = 'blanks around a text';
export const CAPITALS = 'capitals';

const HABITS: readonly TextHabit[] = [
  { fact: BLANKS, words: 'are cut at both ends', of: (text) => text.trim() },
  { fact: BLANKS, words: 'are cut at the end', of: (text) => text.trimEnd() },
  { fact: BLANKS, words: 'are cut at the beginning', of: (text) => text.trimStart() },
  { fact: CAPITALS, words: 'become small', of: (text) => text.toLowerCase() },
  { fact: CAPITALS, words: 'and small letters become capitals', of: (text) => text.toUpperCase() },
];

/** The words for what made `held` of `sent`; null where no habit does. */
export function habitBy(fact: string, sent: string, held: unknown): string | null {
  if (held === sent) return null;
  return HABITS.find((habit) => habit.fact === fact && habit.of(sent) === held)?.words ?? null;
}

/** By the name of a field of the object: what its system makes of a text there, as far as that was learnt. */
export function textHabits(
  { grounds }: ConnectorDefinition,
  object: string,
): (field: string) => (text: string) => string {
  const learnt = grounds.filter(({ at, ground }) => ground === 'learnt' && at === `objects.${object}.fields`);
  const known = HABITS.flatMap((habit) =>
    learnt.flatMap(({ because = '' }) => {
      const said = because.split(`${habit.fact}: ${habit.words}: `)[1];
      // The names end where the next reason begins, or the request by which it was found.
      const names = said?.split(/;|, by /)[0]?.split(', ') ?? [];
      return names.length > 0 ? [{ habit, names }] : [];
    }),
  );
  return (field) => {
    const own = known.filter(({ names }) => names.includes(field)).map(({ habit }) => habit);
    return (text) => own.reduce((held, habit) => habit.of(held), text);
  };
}
