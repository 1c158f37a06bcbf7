import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import { isGood, same } from '../subject.ts';
import type { TestSubject } from '../test-subject.ts';
import { withAt } from '../wire-search.ts';
import { sinceQuery } from './since.ts';
import { SORT_AT, SORT_FACT, SORT_PARAMS } from './sort.ts';

/** Lists that lag are given their time. */
const SETTLE = 5000;

/**
 * What lists do while records change, by three test records: whether sorting by time of change moves the one that
 * changed, and whether numbered pages shift when one goes.
 */
export const movingRecords: WritingProbe = {
  id: 'moving-records',
  async run(subject) {
    const { tests, list, definition } = subject;
    const style = list?.pagination.style;
    if (list?.method !== 'GET' || !definition.update || !(await tests.main(subject))) return null;
    const shifts = (style === 'offset' || style === 'page') && (await subject.sample()).total !== null;
    subject.mark();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const made = (await tests.another(subject))?.made;
      if (made) ids.push(made.id);
    }
    const findings: Finding[] = [];
    if (ids.length === 3) {
      findings.push(...(await sorted(subject, ids)));
      if (shifts) findings.push(...(await shifting(subject, ids)));
    }
    for (const id of ids) await tests.remove(subject, id);
    return findings;
  },
};

/** The first of three is changed: sorted by time of change, it must come last of them. */
async function sorted(subject: TestSubject, ids: readonly string[]): Promise<Finding[]> {
  const { tests, list } = subject;
  const path = tests.mainPath(subject);
  const [first] = ids;
  if (!list || !path || first === undefined) return [];
  // A stamp of whole minutes must be another one.
  const grain = /m$/.test(list.since?.precision ?? '') ? 60_000 : 1000;
  await subject.sleep(Math.min(grain, subject.options.patienceMs));
  await tests.update(subject, first, withAt({}, path, tests.text()));
  await subject.sleep(SETTLE);
  const since = sinceQuery(subject, subject.now() - SETTLE - grain - 120_000);
  const { modified, fields } = subject.definition;
  if (!list.sort)
    return modified === undefined ? [] : unsorted(subject, ids, fields[modified]?.path ?? modified, since);
  const order = await orderBy(subject, ids, { [list.sort.param]: list.sort.by_modified }, since);
  if (!order) return [];
  const moved = order.at(-1) === first;
  const said = subject.draft.declared(['objects', subject.name, ...SORT_AT]);
  if (moved)
    return [
      subject.tell({
        at: SORT_AT,
        fact: SORT_FACT,
        verdict: said === undefined ? 'learnt' : 'confirmed',
        seen: 'a record that changes moves to the end',
      }),
    ];
  const changes = [{ path: ['objects', subject.name, ...SORT_AT], value: undefined }];
  return [
    subject.tell({
      at: SORT_AT,
      fact: SORT_FACT,
      verdict: 'contradicted',
      seen: 'silently ignored: a record that changed stays where it was',
      changes,
    }),
  ];
}

/** The order in which the test records are listed; null where they are not. */
async function orderBy(
  subject: TestSubject,
  ids: readonly string[],
  query: Record<string, string>,
  since: Record<string, string>,
): Promise<string[] | null> {
  const page = await subject.page({ query, values: since });
  const order = page.ids.filter((id) => ids.includes(id));
  return isGood(page.reply) && order.length === ids.length ? order : null;
}

/** No sort is declared: whether any usual parameter moves the record that changed. */
async function unsorted(
  subject: TestSubject,
  ids: readonly string[],
  wire: string,
  since: Record<string, string>,
): Promise<Finding[]> {
  const plain = await orderBy(subject, ids, {}, since);
  if (!plain) return [];
  for (const param of SORT_PARAMS) {
    const order = await orderBy(subject, ids, { [param]: wire }, since);
    if (!order || order.at(-1) !== ids[0] || plain.at(-1) === ids[0]) continue;
    return [
      subject.settle(
        SORT_AT,
        { param, by_modified: wire },
        SORT_FACT,
        `${param} is honoured: a record that changes moves to the end`,
      ),
    ];
  }
  const byId = same(plain, ids) ? '; the order is that of creation, whatever changes' : '';
  return [
    subject.tell({
      at: SORT_AT,
      fact: SORT_FACT,
      verdict: 'learnt',
      declared: null,
      seen: `${SORT_PARAMS.join(', ')} are ignored${byId}`,
    }),
  ];
}

/** The one of three that is listed first is taken away: whether the others move up. */
async function shifting(subject: TestSubject, ids: readonly string[]): Promise<Finding[]> {
  const at = ['list', 'pagination', 'shifts'];
  const fact = 'whether pages shift while records go';
  const hidden = () => [subject.hidden(at, fact, 'the test records are not on the first or last pages of the list')];
  subject.mark();
  const all = await placeOf(subject, ids);
  if (!all) return hidden();
  const first = ids[all.indexOf(Math.min(...all))] ?? '';
  const others = ids.filter((id) => id !== first);
  const before = await placeOf(subject, others);
  await subject.tests.remove(subject, first);
  await subject.sleep(SETTLE);
  const after = await placeOf(subject, others);
  if (before === null || after === null) return hidden();
  const stayed = same(before, after);
  const seen = `the records behind a deleted one ${stayed ? 'stayed in their places' : 'moved up'}`;
  return [subject.settle(at, !stayed, fact, seen)];
}

/** The places of records in the whole list, counted from the beginning, looked for at its end and its beginning. */
async function placeOf(subject: TestSubject, ids: readonly string[]): Promise<number[] | null> {
  const pagination = subject.list?.pagination;
  const total = (await subject.page()).total;
  if (!pagination || !('size' in pagination) || total === null) return null;
  const last = Math.max(0, Math.ceil(total / pagination.size) - 1);
  for (const index of new Set([last, Math.max(0, last - 1), 0])) {
    const offset = index * pagination.size;
    const page = await subject.page({ place: { index, cursor: null, offset } });
    const places = ids.map((id) => page.ids.indexOf(id));
    if (places.every((place) => place >= 0)) return places.map((place) => place + offset);
  }
  return null;
}
