import type { Diagnostic } from '../record/diagnostic.ts';
import type { Pagination } from './definition.ts';
import { createNumberedWalk } from './numbered-pages.ts';
import { createRepeats } from './page-repeats.ts';
import {
  type PageAnswer,
  type PageRequest,
  type PageStep,
  type PageWalk,
  pageRepeated,
  totalDiffers,
} from './page-walk.ts';
import { wireReader } from './wire-path.ts';

export function createPageWalk(pagination: Pagination): PageWalk {
  switch (pagination.style) {
    case 'none':
      return createSingleWalk();
    case 'cursor':
      return createCursorWalk(pagination);
    case 'page':
    case 'offset':
      return createNumberedWalk(pagination);
    case 'next_url':
    case 'keyset':
      throw new Error(`pagination by ${pagination.style} has no walk`);
  }
}

/** Compiles how the facts of a page are read from its body. */
export function pageFacts(pagination: Pagination): (body: unknown) => Omit<PageAnswer, 'ids'> {
  const at = (path: string | undefined) => (path === undefined ? () => undefined : wireReader(path));
  const next = at(pagination.style === 'cursor' ? pagination.next : undefined);
  const total = at('total' in pagination ? pagination.total : undefined);
  const pages = at(pagination.style === 'page' ? pagination.pages : undefined);
  const more = at(pagination.style === 'page' || pagination.style === 'offset' ? pagination.more : undefined);
  return (body) => ({
    next: cursorOf(next(body)),
    total: countOf(total(body)),
    pages: countOf(pages(body)),
    more: flagOf(more(body)),
  });
}

function cursorOf(value: unknown): string | null {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null;
}

function countOf(value: unknown): number | null {
  const count = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

function flagOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : null;
}

const all = () => true;

function createSingleWalk(): PageWalk {
  let asked = false;
  return {
    ask() {
      if (asked) return null;
      asked = true;
      return { query: {}, start: 0, size: 0 };
    },
    accept: () => ({ kind: 'end', fresh: all, complete: true }),
  };
}

/** A server that goes on sending empty pages is not going to end. */
const MOST_EMPTY_PAGES = 100;

function createCursorWalk(pagination: Extract<Pagination, { style: 'cursor' }>): PageWalk {
  const { size } = pagination;
  const sizeQuery = pagination.size_param === undefined ? {} : { [pagination.size_param]: String(size) };
  const repeats = createRepeats();
  let pending: PageRequest | null = { query: sizeQuery, start: 0, size };
  let count = 0;
  let empty = 0;
  let leastTotal = Number.POSITIVE_INFINITY;
  return {
    ask() {
      const request = pending;
      pending = null;
      return request;
    },
    accept(_, { ids, next, total }) {
      count += ids.length;
      empty = ids.length === 0 ? empty + 1 : 0;
      if (total !== null) leastTotal = Math.min(leastTotal, total);
      if (next === null) {
        const short = leastTotal !== Number.POSITIVE_INFINITY && count < leastTotal;
        return short ? stopped(totalDiffers()) : { kind: 'end', fresh: all, complete: true };
      }
      if (repeats.seen([`next ${next}`]) || repeats.seen(ids) || empty > MOST_EMPTY_PAGES)
        return stopped(pageRepeated());
      pending = { query: { ...sizeQuery, [pagination.param]: next }, start: count, size };
      return { kind: 'page', fresh: all };
    },
  };
}

const stopped = (diagnostic: Diagnostic): PageStep => ({ kind: 'end', fresh: all, complete: false, diagnostic });
