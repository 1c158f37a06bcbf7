import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Subject, same, statusText } from '../subject.ts';

const AT = ['list', 'ids'];
const FACT = 'reading many by id';
const CANDIDATES = ['ids', 'id', 'id[]', 'id__in'];
const LADDER = [500, 200, 100, 50, 20];

/** Whether many records can be had by their ids in one call, and how many at most. */
export const ids: Probe = {
  id: 'ids',
  async run(subject) {
    const { list } = subject;
    if (list?.method !== 'GET') return null;
    const { ids: known } = await subject.sample();
    if (known.length < 4) return null;
    const asked = known.slice(1, 3);
    const declared = list.ids;
    for (const param of declared ? [declared.param] : CANDIDATES) {
      if (!(await answers(subject, param, asked))) continue;
      return [await most(subject, param, known, declared?.max)];
    }
    if (!declared) return [subject.hidden(AT, FACT, `none of ${CANDIDATES.join(', ')} is honoured`)];
    const change = { path: ['objects', subject.name, ...AT], value: undefined };
    return [
      subject.tell({
        at: AT,
        fact: FACT,
        verdict: 'contradicted',
        seen: 'other records came than were asked for',
        changes: [change],
      }),
    ];
  },
};

async function answers(subject: Subject, param: string, asked: readonly string[]): Promise<boolean> {
  const page = await subject.page({ values: { [param]: asked.join(',') } });
  return isGood(page.reply) && same([...page.ids].sort(), [...asked].sort());
}

async function most(
  subject: Subject,
  param: string,
  known: readonly string[],
  declared: number | undefined,
): Promise<Finding> {
  /** As many as there are, and the last again and again. */
  const row = (count: number) =>
    Array.from({ length: count }, (_, i) => known[Math.min(i, known.length - 1)] ?? '').join(',');
  const taken = async (count: number) => {
    const page = await subject.page({ values: { [param]: row(count) } });
    return {
      good: isGood(page.reply) && page.ids.length >= Math.min(count, new Set(known).size),
      status: statusText(page.reply),
    };
  };
  if (declared !== undefined && (await taken(declared)).good) {
    const more = await taken(declared + 1);
    const seen = more.good
      ? `${declared} are answered, more too`
      : `${declared} are answered, ${declared + 1} not: ${more.status}`;
    return subject.settle(AT, { param, max: declared }, FACT, seen);
  }
  for (const count of LADDER) {
    if (declared !== undefined && count >= declared) continue;
    if ((await taken(count)).good)
      return subject.settle(AT, { param, max: count }, FACT, `${count} are answered in one call`);
  }
  return subject.settle(AT, { param, max: 2 }, FACT, '2 are answered in one call');
}
