import { type Diagnostic, problem } from '../record/diagnostic.ts';

/** Parameters of a request; numbers stay numbers where they go into a JSON body. */
export type Parameters = Record<string, string | number>;

/** One page to ask for: its parameters, and the place of its first record where pages are numbered. */
export interface PageRequest {
  query: Parameters;
  /** The address of the page as the system gave it, instead of the list's own path and parameters. */
  url?: string;
  start: number;
  size: number;
}

/** What an answer says about itself and the list; null where it doesn't. */
export interface PageAnswer {
  ids: readonly string[];
  /** The cursor or address of the next page. */
  next: string | number | null;
  /** There is nothing where `next` should stand, not even null. */
  absent?: boolean;
  /** The id, or the declared field, of the last record as it stands on the wire; only where the pagination goes by it. */
  last?: string | number | null;
  /** The records' modification stamps, epoch ms; only where the pagination goes by them. */
  stamps?: readonly (number | null)[];
  /** Of each record what changes with it, by its id: its version, else its modification stamp; only where pages shift. */
  versions?: ReadonlyMap<string, string | number>;
  total: number | null;
  pages: number | null;
  more: boolean | null;
}

/**
 * What an accepted answer means. `fresh` says which records of the page, by place, were not in the page before it.
 * `discard`: answers to what was asked for ahead are of no use; go on with `ask`.
 */
export type PageStep =
  | { kind: 'page'; fresh: (place: number) => boolean; discard?: boolean }
  | { kind: 'end'; fresh: (place: number) => boolean; complete: boolean; diagnostic?: Diagnostic };

/**
 * The walk over the pages of one query, as pure steps: `ask` for requests, send them, and `accept` their answers in
 * the order they were asked for. It ends complete only when the declared end was seen, no page came twice and the
 * total agrees where there is one.
 */
export interface PageWalk {
  /** The next request, also ahead of answers still to come; null when an answer is needed to know more. */
  ask(): PageRequest | null;
  accept(request: PageRequest, answer: PageAnswer): PageStep;
}

/** The value of a parameter as it is declared to be sent: alone, or in a text such as `{value},{size}`. */
export function sentAs(template: string | undefined, value: string | number, size: number): string | number {
  if (template === undefined) return value;
  return template.replaceAll('{value}', () => String(value)).replaceAll('{size}', String(size));
}

export const pageRepeated = () =>
  problem('page-repeated', 'The system sent the same page twice', {
    detail: 'The list did not come to an end, so it is not known whether it is complete.',
    next: 'Check the pagination of this object in the connector',
  });

export const totalDiffers = () =>
  problem('total-differs', 'The list has fewer or more records than the system says', {
    detail: 'The list may not be complete.',
    next: 'Check the pagination of this object in the connector, or run again when fewer edits are made',
  });

export const fullWithoutNext = () =>
  problem('page-full-without-next', 'The first page is full, and nothing says whether another follows', {
    detail: 'The list may not be complete.',
    next: 'Check pagination.next of this object in the connector; where it is right, declare may_end_full: true',
  });

export const nextMissing = () =>
  problem('page-next-missing', 'The system says that another page follows, but not where', {
    detail: 'The list could not be read to the end.',
    next: 'Check pagination.next of this object in the connector',
  });
