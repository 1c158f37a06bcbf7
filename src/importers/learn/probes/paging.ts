import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { countOf, isGood, linkNext, type Page, START, type Subject } from '../subject.ts';
import { type Leaf, leaves } from '../wire-search.ts';

const FACT = 'how the next page is asked for';
const AT = ['list', 'pagination'];

/** Whether the declared way leads to a second page; where it does not, or none is declared, which way does. */
export const paging: Probe = {
  id: 'paging',
  async run(subject) {
    const { list } = subject;
    if (list?.method !== 'GET') return null;
    const { pagination } = list;
    if (pagination.style === 'keyset') return null;
    const first = await subject.sample();
    if (!first.items) return null;
    if (first.items.length === 0) return [subject.hidden(AT, FACT, 'the list is empty')];
    if (pagination.style !== 'none') {
      // Where all records fit on one page, small ones show it.
      const small = subject.after(first) === null && pagination.size_param !== undefined && first.items.length > 2;
      const begin = small ? await subject.page({ size: 2 }) : first;
      const declared = await followed(subject, begin, small && subject.after(begin) !== null ? 2 : undefined);
      if (declared) return [...declared, ...(await totals(subject))];
    }
    const found = await discover(subject);
    if (!found) {
      if (pagination.style === 'none' || subject.after(first) === null)
        return [
          subject.hidden(
            AT,
            FACT,
            `the ${first.items.length} records fill no second page, or nothing in the answer leads to it`,
          ),
        ];
      return [
        subject.tell({ at: AT, fact: FACT, verdict: 'contradicted', seen: 'the declared way leads to no second page' }),
      ];
    }
    return [subject.settle(AT, found.pagination, FACT, found.seen), ...(await totals(subject))];
  },
};

/** Null where the declared way does not work. */
async function followed(subject: Subject, first: Page, size: number | undefined): Promise<Finding[] | null> {
  const pagination = subject.list?.pagination;
  if (!pagination || pagination.style === 'none') return null;
  const place = subject.after(first);
  if (!place) {
    const full = first.items?.length === pagination.size;
    const all = first.total !== null && first.total <= first.ids.length;
    if (!full || all) return [subject.hidden(AT, FACT, `there is one page only, of ${first.ids.length} records`)];
    return null;
  }
  const second = await subject.page(size === undefined ? { place } : { place, size });
  if (!second.items) return null;
  if (second.items.length === 0) return first.total === null ? [] : null;
  if (repeats(first, second)) return null;
  const says = subject.draft.declared(['objects', subject.name, ...AT]);
  return [
    subject.tell({
      at: AT,
      fact: FACT,
      verdict: 'confirmed',
      declared: says,
      seen: `${pagination.style} leads to other records`,
    }),
  ];
}

const repeats = (first: Page, second: Page) => second.ids.some((id) => first.ids.includes(id));

interface Found {
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

async function discover(subject: Subject): Promise<Found | null> {
  const bare = await subject.page({ unsized: true });
  if (!bare.items || bare.items.length < 2) return null;
  const sizeParam = await sizeName(subject, bare);
  // Small pages: a list of a few records has a second one too.
  const small: Record<string, string> = sizeParam === null ? {} : { [sizeParam]: '2' };
  const first = await subject.page({ unsized: true, query: small });
  const size = { ...(sizeParam === null ? {} : { size_param: sizeParam }), size: bare.items.length };
  const link = linkNext(first.reply.headers.link ?? '');
  if (link !== null) return { pagination: { style: 'next_url', ...size }, seen: 'the Link header leads on' };
  for (const leaf of leaves(first.reply.data)) {
    if (typeof leaf.value !== 'string' || leaf.value === '' || !/next|cursor|after|token|continu/i.test(leaf.path))
      continue;
    if (/^(https?:\/\/|\/)/.test(leaf.value))
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
  return numbered(subject, first, small, size);
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

/** Where the number of all records stands. */
async function totals(subject: Subject): Promise<Finding[]> {
  const pagination = subject.list?.pagination;
  if (
    !pagination ||
    pagination.style === 'none' ||
    pagination.style === 'keyset' ||
    ('total' in pagination && pagination.total !== undefined)
  )
    return [];
  if ('total_header' in pagination && pagination.total_header !== undefined) return [];
  const page = await subject.sample();
  const small = await subject.page({ place: START, size: 2 });
  const isTotal = (leaf: Leaf) => {
    const count = countOf(leaf.value);
    const again = countOf(leaves(small.reply.data).find((other) => other.path === leaf.path)?.value);
    return (
      /total|count|found|hits/i.test(leaf.path) &&
      !/page/i.test(leaf.key) &&
      count !== null &&
      count >= page.ids.length &&
      again === count
    );
  };
  const found = leaves(page.reply.data).find(isTotal);
  if (!found || small.ids.length >= page.ids.length) return [];
  return [
    subject.settle(
      [...AT, 'total'],
      found.path,
      'where the number of records stands',
      `${found.path} is the same on pages of any size`,
    ),
  ];
}
