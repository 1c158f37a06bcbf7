import type { Pagination } from './definition.ts';
import { createFollowingWalk } from './following-pages.ts';
import { createKeysetWalk } from './keyset-pages.ts';
import { linkTo } from './link-header.ts';
import { createNumberedWalk } from './numbered-pages.ts';
import type { PageAnswer, PageWalk } from './page-walk.ts';
import { wireReader } from './wire-path.ts';

export function createPageWalk(pagination: Pagination): PageWalk {
  switch (pagination.style) {
    case 'none':
      return createSingleWalk();
    case 'cursor':
    case 'next_url':
      return createFollowingWalk(pagination);
    case 'page':
    case 'offset':
      return createNumberedWalk(pagination);
    case 'keyset':
      return createKeysetWalk(pagination);
  }
}

/** Names in lower case. */
type Headers = Readonly<Record<string, string>>;

/** Reads what a page says of itself and of the list. */
export type PageFacts = (body: unknown, headers: Headers) => Omit<PageAnswer, 'ids'>;

type Read = (body: unknown, headers: Headers) => unknown;

const nothing: Read = () => undefined;

/** Compiles how the facts of a page are read from its body and headers. */
export function pageFacts(pagination: Pagination): PageFacts {
  const next = nextIn(pagination);
  const total = inBodyOrHeader(pagination, 'total', 'total_header');
  const pages = inBodyOrHeader(pagination, 'pages', 'pages_header');
  const more = inBodyOrHeader(pagination, 'more', undefined);
  const last = inBodyOrHeader(pagination, 'last', undefined);
  return (body, headers) => {
    const following = next(body, headers);
    return {
      next: cursorOf(following),
      absent: following === undefined,
      total: countOf(total(body, headers)),
      pages: countOf(pages(body, headers)),
      more: flagOf(more(body, headers)) ?? opposite(flagOf(last(body, headers))),
    };
  };
}

function nextIn(pagination: Pagination): Read {
  if (pagination.style === 'next_url' && pagination.next === undefined) {
    return (_, headers) => linkTo('next', headers.link);
  }
  if (pagination.style === 'cursor' && pagination.next_header !== undefined) return header(pagination.next_header);
  if (pagination.style !== 'next_url' && pagination.style !== 'cursor') return nothing;
  return pagination.next === undefined ? nothing : wireReader(pagination.next);
}

function inBodyOrHeader(pagination: Pagination, path: string, headerName: string | undefined): Read {
  const declared = new Map<string, unknown>(Object.entries(pagination));
  const inBody = declared.get(path);
  if (typeof inBody === 'string') return wireReader(inBody);
  const inHeader = headerName === undefined ? undefined : declared.get(headerName);
  return typeof inHeader === 'string' ? header(inHeader) : nothing;
}

function header(name: string): Read {
  const key = name.toLowerCase();
  return (_, headers) => headers[key];
}

function cursorOf(value: unknown): string | number | null {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? value : null;
}

function countOf(value: unknown): number | null {
  const count = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

/** Some systems say "more" by a flag, others by the address of the next page, or null. */
function flagOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (value === undefined || typeof value === 'object') return value === null ? false : null;
  return value !== 0 && value !== '' && value !== 'false' && value !== '0';
}

const opposite = (flag: boolean | null) => (flag === null ? null : !flag);

function createSingleWalk(): PageWalk {
  let asked = false;
  return {
    ask() {
      if (asked) return null;
      asked = true;
      return { query: {}, start: 0, size: 0 };
    },
    accept: () => ({ kind: 'end', fresh: () => true, complete: true }),
  };
}
