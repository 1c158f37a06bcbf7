import { type Diagnostic, problem } from '../record/diagnostic.ts';

/** One page to ask for: query parameters, and the place of its first record where pages are numbered. */
export interface PageRequest {
  query: Record<string, string>;
  start: number;
  size: number;
}

/** What an answer says about itself and the list; null where it doesn't. */
export interface PageAnswer {
  ids: readonly string[];
  next: string | null;
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
