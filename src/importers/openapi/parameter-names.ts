import { squeezed } from './path-parts.ts';

/** Names of parameters as documents have them (compared without case and separators), by what they ask for. */
const set = (names: string) => new Set(names.split(' '));

const PAGE = set('page pageno pagenumber pagenum p currentpage pg pageindex pageid paginationpage');
const SIZE = set(
  'limit perpage pagesize count size top take max maxresults maxresult rows length results pagelimit maxitems maxrecords ' +
    'numresults n pagelen numberofresults first itemsperpage pagelength items resultsperpage batchsize recordsperpage ' +
    'pageresults maxcount maxpagesize resultlimit querylimit nbitems paginationlimit paginationsize limitresults',
);
const OFFSET = set(
  'offset skip start from startindex startposition startat pageoffset startrow firstresult startfrom firstitem',
);
const CURSOR = set(
  'cursor after startingafter pagetoken marker next startkey pagecursor continuationtoken position exclusivestartkey ' +
    'nextpagetoken aftercursor iterator pageafter nexttoken paginationtoken nextcursor afterid lastid startid ' +
    'continuation scrollid nextpage cursortoken continuationkey lastkey nextkey pagingtoken maxid skiptoken lastseenid',
);

export type Position = 'page' | 'offset' | 'cursor';

/** Which place of a list a parameter asks for; null where it asks for none. */
export function positionOf(name: string): Position | null {
  const plain = squeezed(name);
  if (PAGE.has(plain)) return 'page';
  if (OFFSET.has(plain)) return 'offset';
  return CURSOR.has(plain) ? 'cursor' : null;
}

export const isSize = (name: string): boolean => SIZE.has(squeezed(name));
