import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { countOf, type Page, START, type Subject } from '../subject.ts';
import { type Leaf, leaves } from '../wire-search.ts';
import { discoverPaging, repeats } from './discover-paging.ts';

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
    const found = await discoverPaging(subject);
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
  if (small.ids.length >= page.ids.length) return [];
  const fact = 'where the number of records stands';
  const found = leaves(page.reply.data).find(isTotal);
  if (found)
    return [subject.settle([...AT, 'total'], found.path, fact, `${found.path} is the same on pages of any size`)];
  const numbered = pagination.style === 'page' || pagination.style === 'offset';
  const header = numbered ? TOTAL_HEADERS.find((name) => isTotalHeader(name, page, small)) : undefined;
  return header ? [subject.settle([...AT, 'total_header'], header, fact, `the header ${header}`)] : [];
}

const TOTAL_HEADERS = ['x-total-count', 'x-total', 'total-count', 'x-wp-total', 'x-pagination-total-count', 'total'];

function isTotalHeader(name: string, page: Page, small: Page): boolean {
  const count = countOf(page.reply.headers[name]);
  return count !== null && count >= page.ids.length && countOf(small.reply.headers[name]) === count;
}
