import { isGood, linkNext, type Page, type Subject } from '../subject.ts';
import { type Leaf, leaves } from '../wire-search.ts';

/** Whether two pages have records in common. */
export const repeats = (first: Page, second: Page) => second.ids.some((id) => first.ids.includes(id));

/** A way that leads to other records. */
export interface Found {
  pagination: Record<string, unknown>;
  seen: string;
}

const SIZE_NAMES = [
  'limit',
  'size',
  'per_page',
  'page_size',
  'pageSize',
  'perPage',
  'count',
  'max_results',
  'maxResults',
  'max',
  'first',
  'rows',
  '$top',
];

/** Tries the usual ways to a second page. */
export async function discoverPaging(subject: Subject): Promise<Found | null> {
  const bare = await subject.page({ unsized: true });
  if (!bare.items || bare.items.length < 2) return null;
  const sizeParam = await sizeName(subject, bare);
  // Small pages: a list of a few records has a second one too.
  const small: Record<string, string> = sizeParam === null ? {} : { [sizeParam]: '2' };
  const first = await subject.page({ unsized: true, query: small });
  const size = { ...(sizeParam === null ? {} : { size_param: sizeParam }), size: bare.items.length };
  const link = linkNext(first.reply.headers.link ?? '');
  if (link !== null && (await leadsOn(subject, link, first)))
    return { pagination: { style: 'next_url', ...size }, seen: 'the Link header leads on' };
  for (const leaf of leaves(first.reply.data)) {
    if (typeof leaf.value !== 'string' || leaf.value === '' || !/next|cursor|after|token|continu/i.test(leaf.path))
      continue;
    if (/^(https?:\/\/|\/)/.test(leaf.value) && (await leadsOn(subject, leaf.value, first)))
      return {
        pagination: { style: 'next_url', next: leaf.path, ...size },
        seen: `the address at ${leaf.path} leads on`,
      };
    const param = await cursorName(subject, leaf, first, small);
    if (param !== null)
      return {
        pagination: { style: 'cursor', param, next: leaf.path, ...size },
        seen: `${leaf.path} sent as ${param} leads to other records`,
      };
  }
  return (await byLastId(subject, first, small, size)) ?? numbered(subject, first, small, size);
}

async function leadsOn(subject: Subject, address: string, first: Page): Promise<boolean> {
  const path = subject.raw.relative(address);
  if (path === null) return false;
  const page = subject.read(await subject.raw.send({ path, shown: '(the next address)' }));
  return page.ids.length > 0 && !repeats(first, page);
}

const LAST_IDS = ['starting_after', 'after', 'after_id', 'since_id', 'last_id', 'cursor'];

/** A flag says that there is more, and the id of the last record asks for it. */
async function byLastId(
  subject: Subject,
  first: Page,
  query: Record<string, string>,
  size: Record<string, unknown>,
): Promise<Found | null> {
  const last = first.ids.at(-1);
  const flag = leaves(first.reply.data).find(({ path, value }) => value === true && /more|next/i.test(path));
  if (!flag || last === undefined) return null;
  for (const param of LAST_IDS) {
    const page = await subject.page({ unsized: true, query, values: { [param]: last } });
    if (page.ids.length === 0 || repeats(first, page)) continue;
    const pagination = { style: 'cursor', param, last_id: true, more: flag.path, ...size };
    return { pagination, seen: `the last id sent as ${param} leads to other records; ${flag.path} tells whether` };
  }
  return null;
}

async function sizeName(subject: Subject, bare: Page): Promise<string | null> {
  const declared = subject.list?.pagination;
  const known = declared && declared.style !== 'none' ? declared.size_param : undefined;
  for (const name of new Set([...(known === undefined ? [] : [known]), ...SIZE_NAMES])) {
    const page = await subject.page({ unsized: true, query: { [name]: '2' } });
    if (page.items?.length === 2 && (bare.items?.length ?? 0) > 2) return name;
  }
  return null;
}

async function cursorName(
  subject: Subject,
  leaf: Leaf,
  first: Page,
  query: Record<string, string>,
): Promise<string | null> {
  const bare = leaf.key.replace(/^next_?/i, '').replace(/_?next$/i, '');
  const lower = bare.slice(0, 1).toLowerCase() + bare.slice(1);
  const names = [
    lower,
    leaf.key,
    'cursor',
    'after',
    'page_token',
    'pageToken',
    'next',
    'starting_after',
    'continuation',
    'token',
  ];
  for (const name of new Set(names.filter((one) => one !== ''))) {
    const page = await subject.page({ unsized: true, query, values: { [name]: String(leaf.value) } });
    if (isGood(page.reply) && page.ids.length > 0 && !repeats(first, page)) return name;
  }
  return null;
}

const OFFSETS = ['offset', 'skip', 'start', 'startAt', '$skip'];
const PAGES = ['page', 'page_number', 'pageNumber', 'p', 'page[number]'];

async function numbered(
  subject: Subject,
  first: Page,
  query: Record<string, string>,
  size: Record<string, unknown>,
): Promise<Found | null> {
  const count = first.items?.length ?? 0;
  for (const param of OFFSETS) {
    const page = await subject.page({ unsized: true, query: { ...query, [param]: String(count) } });
    if (page.ids.length > 0 && !repeats(first, page))
      return { pagination: { style: 'offset', param, ...size }, seen: `${param} leads to other records` };
  }
  for (const param of PAGES) {
    const page = await subject.page({ unsized: true, query: { ...query, [param]: '2' } });
    if (page.ids.length === 0 || repeats(first, page)) continue;
    const one = await subject.page({ unsized: true, query: { ...query, [param]: '1' } });
    const base = one.ids.length > 0 && one.ids.every((id) => first.ids.includes(id)) ? 1 : 0;
    return {
      pagination: { style: 'page', param, first: base, ...size },
      seen: `${param} leads to other records, from ${base} on`,
    };
  }
  return null;
}
