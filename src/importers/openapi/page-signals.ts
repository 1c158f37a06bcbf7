import type { ListFound } from './lists.ts';
import { asStep, squeezed } from './path-parts.ts';
import type { Shape, Shapes } from './shape.ts';

/** What an answer says of the list beside its records: dotted paths in the body, or names of headers. */
export interface PageSignals {
  nextUrl?: string;
  nextCursor?: string;
  more?: string;
  last?: string;
  total?: string;
  pages?: string;
  linkHeader?: boolean;
  totalHeader?: string;
  pagesHeader?: string;
  nextHeader?: string;
}

const set = (names: string) => new Set(names.split(' '));

const NEXT_URL = set(
  'nextlink nexturl nextpageurl nexturi odatanextlink nexthref nextpagelink nextpageuri nextrecordsurl nextlinkurl nexturlpath',
);
const NEXT_CURSOR = set(
  'nextcursor nextpagetoken nexttoken endcursor continuationtoken nextmarker nextcontinuationtoken cursornext nextpagecursor ' +
    'nextstartkey lastevaluatedkey scrollid nextposition aftercursor nextbatch nextkey nextiterator cursor continuation ' +
    'pagetoken nextcursormark nextbookmark paginationtoken nextpaginationtoken nextafter nextoffset skiptoken',
);
const MORE = set(
  'hasmore more hasnext hasnextpage hasmoreitems hasmoreresults ismore moreitemsincollection moreresults hasmorepages',
);
const LAST = set('islast last lastpage islastpage isend endoflist done');
const TOTAL = set(
  'total totalcount totalresults totalitems totalrecords totalelements totalsize totalsetsize recordcount totalnumber ' +
    'totalhits numfound odatacount allcount resultcount totalentries fullcount overallcount totalrows recordstotal ' +
    'totalresultcount totalnumberofresults itemcount rowcount totalitemcount countall numberofrecords hits recordcounttotal',
);
const PAGES = set(
  'totalpages pages pagecount lastpage numpages totalpagecount pagestotal numberofpages maxpage pageno_last',
);
const HOLDERS = set(
  'meta paging pagination links link page pages pageinfo cursor cursors pagingdata pagingmetadata responsemetadata ' +
    'metadata listinfo result data response pager paginator paginationinfo pageinformation _links embedded navigation info odata',
);

/** Reads what the schema of the answer and its headers declare. */
export function signalsOf(list: ListFound, shapes: Shapes): PageSignals {
  const signals: PageSignals = {};
  const recordsAt = list.records.split('.');
  if (list.page && list.page.kind !== 'array') look(list.page, '', recordsAt, shapes, signals, 3);
  djangoCount(list, shapes, signals);
  for (const [name, about] of list.operation.success?.headers ?? []) {
    const plain = squeezed(name);
    if (name === 'link') signals.linkHeader = true;
    else if (
      /^x?(total|pagination)?(total)?(count|totalcount|totalrecords|total|totalitems|recordcount)$/.test(plain)
    ) {
      if (/page/i.test(name) && /pages/i.test(about)) signals.pagesHeader ??= name;
      else signals.totalHeader ??= name;
    } else if (/total_?-?pages|page-?count|pagination-?page-?count/i.test(name)) signals.pagesHeader ??= name;
    else if (/next.*(cursor|token|page)|cursor.*next|nextpagetoken/i.test(name)) signals.nextHeader ??= name;
  }
  return signals;
}

function look(
  shape: Shape,
  at: string,
  recordsAt: readonly string[],
  shapes: Shapes,
  signals: PageSignals,
  levels: number,
) {
  for (const [name, property] of shape.properties) {
    const path = at === '' ? asStep(name) : `${at}.${asStep(name)}`;
    if (path === recordsAt.join('.')) continue;
    const inner = shapes.of(property.schema);
    note(name, path, inner, shapes, signals);
    const holder = HOLDERS.has(squeezed(name)) || recordsAt[0] === path;
    if (levels > 1 && holder && inner.kind === 'object') look(inner, path, recordsAt, shapes, signals, levels - 1);
  }
}

function note(name: string, path: string, shape: Shape, shapes: Shapes, signals: PageSignals): void {
  const plain = squeezed(name);
  const numeric =
    shape.kind === 'integer' || shape.kind === 'number' || (shape.kind === 'unknown' && /count|total/.test(plain));
  if (plain === 'next' || plain === 'nextpage') noteNext(path, shape, shapes, signals);
  else if (NEXT_URL.has(plain) && shape.kind !== 'boolean') signals.nextUrl ??= path;
  else if (MORE.has(plain) && shape.kind === 'boolean') signals.more ??= path;
  else if (LAST.has(plain) && shape.kind === 'boolean') signals.last ??= path;
  else if (TOTAL.has(plain) && numeric) signals.total ??= path;
  else if (PAGES.has(plain) && numeric) signals.pages ??= path;
  else if (isCursorName(plain, path) && (shape.kind === 'string' || shape.kind === 'unknown'))
    signals.nextCursor ??= path;
}

/** `cursor` and `after` are the next cursor where they stand beside other facts of the page. */
const isCursorName = (plain: string, path: string): boolean =>
  NEXT_CURSOR.has(plain) || (plain === 'after' && /cursor|paging|page|pagination/i.test(path));

/** `next`: an address, an object with one, a cursor, a page number or a flag. */
function noteNext(path: string, shape: Shape, shapes: Shapes, signals: PageSignals): void {
  const within = path.split('.').slice(0, -1).map(squeezed);
  if (shape.kind === 'boolean') signals.more ??= path;
  else if (shape.kind === 'object') {
    for (const [name, property] of shape.properties) {
      const plain = squeezed(name);
      const inner = shapes.of(property.schema);
      if (/^(href|url|uri|link)$/.test(plain)) signals.nextUrl ??= `${path}.${name}`;
      else if (/^(after|cursor|token|startingafter)$/.test(plain) && inner.kind !== 'object') {
        signals.nextCursor ??= `${path}.${name}`;
      }
    }
  } else if (shape.kind === 'integer' || shape.kind === 'number') signals.more ??= path;
  else if (within.includes('cursors') || within.includes('cursor') || /cursor|token/i.test(shape.description)) {
    if (/url|uri|link to/i.test(shape.description)) signals.nextUrl ??= path;
    else signals.nextCursor ??= path;
  } else signals.nextUrl ??= path;
}

/** `count` is the number of all records only where `next` and `previous` stand beside it, as Django writes it. */
function djangoCount(list: ListFound, shapes: Shapes, signals: PageSignals): void {
  const names = new Map(
    [...(list.page?.properties ?? [])].map(([name, property]) => [squeezed(name), { name, property }]),
  );
  const count = names.get('count');
  if (!count || signals.total !== undefined || !names.has('next') || !names.has('previous')) return;
  const { kind } = shapes.of(count.property.schema);
  if (kind === 'integer' || kind === 'number') signals.total = count.name;
}
