import type { Diagnostic } from '../record/diagnostic.ts';
import type { Pagination } from './definition.ts';
import { createRepeats } from './page-repeats.ts';
import {
  fullWithoutNext,
  nextMissing,
  type PageAnswer,
  type PageRequest,
  type PageStep,
  type PageWalk,
  type Parameters,
  pageRepeated,
  sentAs,
  totalDiffers,
} from './page-walk.ts';

type Following = Extract<Pagination, { style: 'cursor' | 'next_url' }>;

/** A server that goes on sending empty pages is not going to end. */
const MOST_EMPTY_PAGES = 100;

/** Pages of which each says where the next one is: by a cursor, an address or the id of its last record. */
export function createFollowingWalk(pagination: Following): PageWalk {
  return new FollowingWalk(pagination);
}

class FollowingWalk implements PageWalk {
  readonly #pagination: Following;
  readonly #sizeQuery: Parameters;
  readonly #byLast: boolean;
  readonly #repeats = createRepeats();
  #pending: PageRequest | null;
  #count = 0;
  #empty = 0;
  /** The most records of a page before this one. */
  #largest = 0;
  #followed = false;
  #leastTotal = Number.POSITIVE_INFINITY;

  constructor(pagination: Following) {
    const { size, size_param } = pagination;
    this.#pagination = pagination;
    this.#sizeQuery = size_param === undefined ? {} : { [size_param]: size };
    this.#byLast = pagination.style === 'cursor' && (pagination.last_id || pagination.last_field !== undefined);
    this.#pending = { query: this.#sizeQuery, start: 0, size };
  }

  ask(): PageRequest | null {
    const request = this.#pending;
    this.#pending = null;
    return request;
  }

  accept(_: PageRequest, answer: PageAnswer): PageStep {
    const { ids, total } = answer;
    this.#count += ids.length;
    this.#empty = ids.length === 0 ? this.#empty + 1 : 0;
    if (total !== null) this.#leastTotal = Math.min(this.#leastTotal, total);
    const ended = this.#isEnd(answer);
    this.#largest = Math.max(this.#largest, ids.length);
    if (ended === true) return this.#atEnd();
    if (ended !== false) return stopped(ended);
    const next = this.#nextOf(answer);
    if (next === null) return stopped(nextMissing());
    if (this.#repeats.seen([`next ${next}`]) || this.#repeats.seen(ids) || this.#empty > MOST_EMPTY_PAGES) {
      return stopped(pageRepeated());
    }
    this.#followed = true;
    this.#pending = this.#requestOf(next);
    return { kind: 'page', fresh: all };
  }

  #nextOf(answer: PageAnswer): string | number | null {
    return this.#byLast ? (answer.last ?? null) : answer.next;
  }

  /** Whether this is the last page, or why that can not be told. */
  #isEnd(answer: PageAnswer): boolean | Diagnostic {
    const { ids, next, more, absent } = answer;
    if (more === false) return true;
    if (this.#byLast) {
      // A first page that is short may have been cut to the server's own size: only the one after it tells.
      if (more === null) return ids.length < this.#largest || ids.length === 0;
      return false;
    }
    if (next !== null || more === true) return false;
    const doubtful = absent === true && !this.#followed && ids.length >= this.#pagination.size;
    const untold = doubtful && this.#leastTotal === Number.POSITIVE_INFINITY;
    return untold && !this.#pagination.may_end_full ? fullWithoutNext() : true;
  }

  #atEnd(): PageStep {
    const short = this.#leastTotal !== Number.POSITIVE_INFINITY && this.#count < this.#leastTotal;
    return short ? stopped(totalDiffers()) : { kind: 'end', fresh: all, complete: true };
  }

  #requestOf(next: string | number): PageRequest {
    const place = { start: this.#count, size: this.#pagination.size };
    if (this.#pagination.style === 'next_url') return { query: {}, url: String(next), ...place };
    const { param, sent_as, size } = this.#pagination;
    return { query: { ...this.#sizeQuery, [param]: sentAs(sent_as, next, size) }, ...place };
  }
}

const all = () => true;

const stopped = (diagnostic: Diagnostic): PageStep => ({ kind: 'end', fresh: all, complete: false, diagnostic });
