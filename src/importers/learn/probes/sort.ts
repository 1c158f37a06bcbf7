import { compileTime } from '../../../connector/codec/time.ts';
import { wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Page, type Subject, same } from '../subject.ts';

export const SORT_AT = ['list', 'sort'];
export const SORT_FACT = 'sorting by time of change';
export const SORT_PARAMS = ['sort', 'sort_by', 'order_by', 'orderBy', 'sortBy', 'order', 'ordering', '$orderby'];

/** Forms in which systems ask for the reverse. */
const falling = (name: string) => [`-${name}`, `${name}:desc`, `${name} desc`, `${name},desc`, `${name}|desc`];

/** Whether the list is sorted by time of change when that is asked for, or only seems to be asked. */
export const sort: Probe = {
  id: 'sort',
  async run(subject) {
    const { list, definition } = subject;
    if (list?.method !== 'GET') return null;
    const { modified } = definition;
    const base = await subject.sample();
    if (base.ids.length < 3) return [subject.hidden(SORT_AT, SORT_FACT, 'there are too few records to tell')];
    if (modified === undefined)
      return [subject.hidden(SORT_AT, SORT_FACT, 'no stamp of change is known to compare with')];
    const wire = definition.fields[modified]?.path ?? modified;
    const stampsOf = stampReader(subject, modified);
    if (list.sort) return declaredSort(subject, base, stampsOf);
    for (const param of SORT_PARAMS) {
      for (const text of falling(wire)) {
        const page = await subject.page({ query: { [param]: text } });
        if (!isGood(page.reply) || !differs(page, base) || !isFalling(stampsOf(page))) continue;
        const value = { param, by_modified: wire, descending: text };
        const rising = await subject.page({ query: { [param]: wire } });
        if (!isGood(rising.reply) || !isRising(stampsOf(rising))) continue;
        return [subject.settle(SORT_AT, value, SORT_FACT, `${param} is honoured, rising and falling`)];
      }
    }
    return [
      subject.hidden(
        SORT_AT,
        SORT_FACT,
        `none of ${SORT_PARAMS.length} usual names is honoured for the reverse order; it may have another one`,
      ),
    ];
  },
};

function stampReader(subject: Subject, modified: string): (page: Page) => number[] {
  const field = subject.definition.fields[modified];
  const at = wireReader(field?.path ?? modified);
  const time = compileTime(field?.time);
  return (page) => page.records.flatMap((record) => time.readMs(at(record.wire)) ?? []);
}

const isRising = (stamps: readonly number[]) => stamps.every((at, i) => i === 0 || at >= (stamps[i - 1] ?? 0));
const isFalling = (stamps: readonly number[]) => stamps.every((at, i) => i === 0 || at <= (stamps[i - 1] ?? 0));
const differs = (a: Page, b: Page) => !same(a.ids, b.ids);

async function declaredSort(subject: Subject, base: Page, stampsOf: (page: Page) => number[]): Promise<Finding[]> {
  const declared = subject.list?.sort;
  if (!declared) return [];
  const { param, by_modified: by } = declared;
  const rising = await subject.page({ query: { [param]: by } });
  const gone = { path: ['objects', subject.name, ...SORT_AT], value: undefined };
  const wrong = (seen: string) => [
    subject.tell({ at: SORT_AT, fact: SORT_FACT, verdict: 'contradicted', seen, changes: [gone] }),
  ];
  if (!isGood(rising.reply)) return wrong(`refused: HTTP ${rising.reply.status}`);
  if (!isRising(stampsOf(rising)))
    return wrong(
      differs(rising, base) ? 'the records come in another order' : 'silently ignored: the order stays as it is',
    );
  const confirmed = (seen: string) => [subject.settle(SORT_AT, declared, SORT_FACT, seen)];
  if (differs(rising, base)) return confirmed('the order becomes that of the stamps');
  for (const text of new Set([...(declared.descending === undefined ? [] : [declared.descending]), ...falling(by)])) {
    const page = await subject.page({ query: { [param]: text } });
    if (!isGood(page.reply) || !differs(page, base)) continue;
    if (isFalling(stampsOf(page))) return confirmed('rising and falling, each in the order of the stamps');
  }
  if (declared.descending !== undefined)
    return wrong('silently ignored: the falling order is the same as the rising one');
  return [
    subject.hidden(
      SORT_AT,
      SORT_FACT,
      'the list is in the order of the stamps anyway; a test record that changes would tell',
    ),
  ];
}
