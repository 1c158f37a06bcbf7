import type { SeededRandom } from '../../src/testing/random.ts';

/** What the lists of a system do to whoever reads them. The chances are per answer, and nothing happens in peace. */
export interface ListHabits {
  /** Lists may show the state of so much ago, ms. */
  staleMs: number;
  stale: number;
  /** The records of a page in any order. */
  shuffled: number;
  /** A record twice on one page. */
  repeated: number;
  /** A record of an earlier page once more. */
  repeatedLater: number;
  /** The order that the system keeps to, whatever it is asked for; in peace, too. */
  order: 'declared' | 'by-id' | 'newest-first';
  /** Most records of a page, whatever is asked for; in peace, too. */
  most: number | null;
}

export const plainLists: ListHabits = {
  staleMs: 0,
  stale: 0,
  shuffled: 0,
  repeated: 0,
  repeatedLater: 0,
  order: 'declared',
  most: null,
};

const CHANCES = [0, 0, 0.05, 0.3];

/** `least`: records of the smallest page; one that overlaps with the page before can't be of one record. */
export function drawHabits(random: SeededRandom, least: number): ListHabits {
  if (random.chance(0.4)) return plainLists;
  return {
    staleMs: random.pick([0, 1500, 8000, 60_000]),
    stale: random.pick([0, 0.1, 0.6]),
    shuffled: random.pick(CHANCES),
    repeated: random.pick(CHANCES),
    repeatedLater: random.pick(CHANCES),
    order: random.pick(['declared', 'declared', 'by-id', 'newest-first']),
    most: random.chance(0.25) ? least + random.below(4) : null,
  };
}
