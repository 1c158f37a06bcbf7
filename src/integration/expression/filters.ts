import type { Filter } from './filter.ts';
import { CODE_FILTERS } from './filters/codes.ts';
import { DATE_FILTERS } from './filters/dates.ts';
import { DURATION_FILTERS } from './filters/durations.ts';
import { LIST_FILTERS } from './filters/lists.ts';
import { NUMBER_FILTERS } from './filters/numbers.ts';
import { PATTERN_FILTERS } from './filters/patterns.ts';
import { PEOPLE_FILTERS } from './filters/people.ts';
import { TEXT_FILTERS } from './filters/text.ts';
import { VALUE_FILTERS } from './filters/values.ts';

/** All filters by name. `docs/expressions.md` has each with examples, which are run as tests. */
export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>(
  [
    ...Object.entries(VALUE_FILTERS),
    ...Object.entries(TEXT_FILTERS),
    ...Object.entries(PATTERN_FILTERS),
    ...Object.entries(LIST_FILTERS),
    ...Object.entries(NUMBER_FILTERS),
    ...Object.entries(DATE_FILTERS),
    ...Object.entries(DURATION_FILTERS),
    ...Object.entries(PEOPLE_FILTERS),
    ...Object.entries(CODE_FILTERS),
  ].sort(([a], [b]) => (a < b ? -1 : 1)),
);
