import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Page, type Subject, statusText } from '../subject.ts';

const AT = ['list', 'pagination', 'size'];
const FACT = 'records on a page';
/** Asked for until one is served, the largest first. */
const LADDER = [1000, 500, 250, 200, 100, 50, 25];

/** How many records a page really holds, and what becomes of a request for more. */
export const pageSize: Probe = {
  id: 'page-size',
  async run(subject) {
    const pagination = subject.list?.pagination;
    if (!pagination || pagination.style === 'none' || pagination.style === 'keyset') return null;
    const page = await subject.sample();
    if (pagination.size_param === undefined) return fixedSize(subject, page);
    const findings = [await smaller(subject)];
    const larger = await most(subject, pagination.size, page);
    return [...findings.flat(), ...larger];
  },
};

function fixedSize(subject: Subject, page: Page): Finding[] {
  if (!page.items || !hasMore(subject, page)) return [subject.hidden(AT, FACT, 'there is no second page')];
  return [subject.settle(AT, page.items.length, FACT, `${page.items.length} on a full page`)];
}

const hasMore = (subject: Subject, page: Page) => subject.after(page) !== null;

async function smaller(subject: Subject): Promise<Finding[]> {
  const pagination = subject.list?.pagination;
  if (!pagination || !('size_param' in pagination)) return [];
  const page = await subject.page({ size: 2 });
  const at = ['list', 'pagination', 'size_param'];
  const fact = 'whether the page size can be chosen';
  if (page.items?.length === 2)
    return [subject.settle(at, pagination.size_param, fact, '2 records where 2 are asked for')];
  const all = (await subject.sample()).items?.length ?? 0;
  if (all <= 2) return [subject.hidden(at, fact, `there are ${all} records only`)];
  const seen = `${page.items?.length ?? statusText(page.reply)} where 2 are asked for`;
  return [
    subject.tell({
      at,
      fact,
      verdict: 'contradicted',
      seen,
      changes: [{ path: ['objects', subject.name, ...at], value: undefined }],
    }),
  ];
}

/** The size that is served in full, and what happens beyond it. */
async function most(subject: Subject, size: number, page: Page): Promise<Finding[]> {
  const served = page.items?.length ?? 0;
  if (isGood(page.reply) && served < size && hasMore(subject, page)) {
    return [
      subject.settle(AT, served, FACT, `${served} where ${size} are asked for: cut without a word`),
      ...(await beyond(subject, served)),
    ];
  }
  if (isGood(page.reply) && served < size) {
    const larger = await subject.page({ size: size * 2 });
    if (isGood(larger.reply)) return [subject.hidden(AT, FACT, `all ${served} records fit on one page`)];
  }
  for (const asked of LADDER.filter((one) => one > size || !isGood(page.reply))) {
    const larger = await subject.page({ size: asked });
    if (!isGood(larger.reply) || !larger.items) continue;
    const count = larger.items.length;
    if (count >= asked)
      return [chosen(subject, size, asked, `${asked} where ${asked} are asked for`), ...(await beyond(subject, asked))];
    if (hasMore(subject, larger))
      return [chosen(subject, size, count, `${count} where ${asked} are asked for: cut without a word`)];
    if (count > size)
      return [subject.hidden(AT, FACT, `${asked} may be asked for; all ${count} records fit on one page`)];
    return [subject.hidden(AT, FACT, `all ${count} records fit on one page`)];
  }
  const seen = served < size ? `${size} may be asked for` : `${size} where ${size} are asked for`;
  return [subject.settle(AT, size, FACT, seen), ...(await beyond(subject, size))];
}

/** Where the declared size is refused: the most that is served; null where something else is wrong. */
export async function refusedSize(subject: Subject): Promise<Finding | null> {
  const pagination = subject.list?.pagination;
  if (!pagination || pagination.style === 'none' || pagination.size_param === undefined) return null;
  if (!isGood((await subject.page({ unsized: true })).reply)) return null;
  for (const asked of LADDER.filter((one) => one < pagination.size)) {
    const page = await subject.page({ size: asked });
    if (isGood(page.reply))
      return subject.settle(AT, asked, FACT, `${pagination.size} are refused, ${asked} are served`);
  }
  return null;
}

/** A size that a person chose stays; a guess becomes the most that is served. */
function chosen(subject: Subject, size: number, possible: number, seen: string): Finding {
  const guess = subject.isGuess(AT);
  if (possible > size && !guess)
    return subject.tell({
      at: AT,
      fact: FACT,
      verdict: 'confirmed',
      seen: `${size} are served; up to ${possible} can be had`,
    });
  return subject.settle(AT, possible, FACT, seen);
}

/** What a request for more than the most does. */
async function beyond(subject: Subject, size: number): Promise<Finding[]> {
  subject.mark();
  const page = await subject.page({ size: size + 1 });
  const fact = `what becomes of a request for more than ${size}`;
  const tell = (seen: string) => [subject.tell({ at: AT, fact, verdict: 'learnt', declared: null, seen })];
  if (!isGood(page.reply)) return tell(`refused: ${statusText(page.reply)}`);
  const count = page.items?.length ?? 0;
  if (count > size) return tell(`served: ${count}`);
  return hasMore(subject, page) ? tell(`cut to ${count} without a word`) : [];
}
