import { isWire } from '../../../connector/wire-path.ts';
import type { Finding, Verdict } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Page, type Place, START, type Subject, statusText } from '../subject.ts';

const FACT = 'how the end looks';
const AT = ['list', 'pagination'];
/** More rows than this are walked through only for a cap that may stand there. */
const NOTABLE = 1000;

interface Walk {
  pages: number;
  rows: number;
  repeated: number;
  last: Page | null;
  /** The answer that broke it off. */
  refused: Page | null;
  ended: boolean;
}

/** Walks to the end of the list: how it looks there, whether the counts agree, and whether one query yields only so much. */
export const listEnd: Probe = {
  id: 'list-end',
  async run(subject) {
    const { list } = subject;
    if (!list || list.pagination.style === 'none' || list.pagination.style === 'keyset') return null;
    const first = await subject.sample();
    if (!first.items || first.items.length === 0) return null;
    const total = first.total;
    const size = list.pagination.size;
    if (total !== null && total / size > subject.options.mostPages && list.pagination.style !== 'cursor')
      return lastPage(subject, total, size);
    const walk = await walkAll(subject);
    const cap = capped(subject, walk, total);
    if (walk.refused) return cap;
    const moved = total !== null && walk.rows !== total && (await subject.page()).total !== total;
    const end = moved
      ? [subject.hidden(AT, FACT, 'records came or went while the list was read')]
      : endOf(subject, walk, total);
    return [...cap, ...end];
  },
};

async function walkAll(subject: Subject): Promise<Walk> {
  const walk: Walk = { pages: 0, rows: 0, repeated: 0, last: null, refused: null, ended: false };
  const seen = new Set<string>();
  let place: Place | null = START;
  while (place && walk.pages < subject.options.mostPages) {
    const page: Page = await subject.page({ place });
    if (!isGood(page.reply) || !page.items) {
      walk.refused = page;
      return walk;
    }
    walk.pages += 1;
    walk.rows += page.items.length;
    for (const id of page.ids) {
      if (seen.has(id)) walk.repeated += 1;
      seen.add(id);
    }
    walk.last = page;
    place = subject.after(page);
  }
  walk.ended = place === null;
  return walk;
}

function capped(subject: Subject, walk: Walk, total: number | null): Finding[] {
  const at = ['list', 'cap'];
  const fact = 'the most rows that one query yields';
  const declared = subject.list?.cap;
  if (walk.refused && walk.rows > 0) {
    const seen = `after ${walk.rows} rows: ${statusText(walk.refused.reply)}`;
    return [subject.settle(at, walk.rows, fact, total === null ? seen : `${seen}, of ${total} that it counts`)];
  }
  if (walk.ended && total !== null && walk.rows >= NOTABLE && walk.rows < total && walk.rows % 100 === 0)
    return [subject.settle(at, walk.rows, fact, `the list ends after ${walk.rows} rows of ${total} that it counts`)];
  if (declared !== undefined && walk.rows > declared)
    return [
      subject.tell({
        at,
        fact,
        verdict: 'contradicted',
        seen: `${walk.rows} rows came from one query`,
        changes: [{ path: ['objects', subject.name, ...at], value: undefined }],
      }),
    ];
  const rows = walk.ended
    ? `there are ${walk.rows} records only`
    : `${walk.rows} rows came without one; no more were asked for`;
  return [subject.hidden(at, fact, rows)];
}

function endOf(subject: Subject, walk: Walk, total: number | null): Finding[] {
  const { last, rows, pages, repeated } = walk;
  if (!walk.ended || !last) return [subject.hidden(AT, FACT, `not reached within ${pages} pages`)];
  const findings: Finding[] = [];
  const counts = total === null ? '' : total === rows ? `, as many as it counts` : `, while it counts ${total}`;
  const size = subject.list?.pagination.style === 'none' ? 0 : (subject.list?.pagination.size ?? 0);
  const short =
    (last.items?.length ?? 0) < size
      ? 'a short page'
      : (last.items?.length ?? 0) === 0
        ? 'an empty page'
        : 'a full page';
  findings.push(
    subject.tell({
      at: AT,
      fact: FACT,
      verdict: total === null || total === rows ? agreed(subject) : 'contradicted',
      declared: said(subject),
      seen: `${short}${endMark(subject, last)} after ${rows} records${counts}`,
    }),
  );
  if (repeated > 0)
    findings.push(
      subject.tell({
        at: AT,
        fact: 'whether pages overlap',
        verdict: 'contradicted',
        seen: `${repeated} records came twice`,
      }),
    );
  return findings;
}

function endMark(subject: Subject, last: Page): string {
  const pagination = subject.list?.pagination;
  if (pagination?.style === 'cursor' && pagination.next !== undefined)
    return ` whose ${pagination.next} is ${last.next === null ? 'empty' : 'filled'}`;
  return pagination?.style === 'next_url' ? ' without a next address' : '';
}

/** Long numbered lists: the last page and the one behind it are asked for directly. */
async function lastPage(subject: Subject, total: number, size: number): Promise<Finding[]> {
  const pages = Math.ceil(total / size);
  const offset = (pages - 1) * size;
  const last = await subject.page({ place: { index: pages - 1, cursor: null, offset } });
  if (!isGood(last.reply)) return [subject.hidden(AT, FACT, `the last of ${pages} pages: ${statusText(last.reply)}`)];
  const behind = await subject.page({ place: { index: pages, cursor: null, offset: offset + size } });
  const good = last.ids.length === total - offset;
  const after = isGood(behind.reply) ? `${behind.ids.length} records` : statusText(behind.reply);
  const seen = `${last.ids.length} records on the last of ${pages} pages, ${after} behind it`;
  const verdict = good ? agreed(subject) : 'contradicted';
  return [subject.tell({ at: AT, fact: FACT, verdict, declared: said(subject), seen })];
}

/** What the file says about the end: where the number of records or the next page stands. */
function said(subject: Subject): unknown {
  const declared = subject.draft.declared(['objects', subject.name, ...AT]);
  const end = isWire(declared) ? (declared.total ?? declared.next ?? declared.more ?? declared.pages) : undefined;
  return end ?? null;
}

const agreed = (subject: Subject): Verdict => (said(subject) === null ? 'learnt' : 'confirmed');
