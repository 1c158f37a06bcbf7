import type { Probe } from '../probe.ts';
import { same } from '../subject.ts';

const FACT = 'whether page 2 is stable';

/** Whether the second page is the same when it is asked for again, and follows the first without a gap in its order. */
export const pageStability: Probe = {
  id: 'page-stability',
  async run(subject) {
    const pagination = subject.list?.pagination;
    if (!pagination || pagination.style === 'none' || pagination.style === 'keyset') return null;
    const at = ['list', 'pagination'];
    const first = await subject.page(pagination.size_param === undefined ? {} : { size: 5 });
    const place = subject.after(first);
    if (!place) return [subject.hidden(at, FACT, 'there is no second page')];
    const ask = { place, ...(pagination.size_param === undefined ? {} : { size: 5 }) };
    const once = await subject.page(ask);
    let again = await subject.page(ask);
    // Somebody may have added or removed a record between the two.
    if (!same(once.ids, again.ids)) again = await subject.page(ask);
    const tell = (verdict: 'learnt' | 'contradicted', seen: string) => [
      subject.tell({ at, fact: FACT, verdict, declared: null, seen }),
    ];
    if (!same(once.ids, again.ids)) return tell('contradicted', 'the same request gave other records, or others first');
    if (once.ids.some((id) => first.ids.includes(id))) return tell('contradicted', 'it repeats records of page 1');
    return tell(
      'learnt',
      `the same ${once.ids.length} records twice, none of page 1; ${orderOf([...first.ids, ...once.ids])}`,
    );
  },
};

function orderOf(ids: readonly string[]): string {
  const key = (id: string) => (/^\d+$/.test(id) ? id.padStart(20, '0') : id);
  const pairs = ids.slice(1).map((id, i) => [key(ids[i] ?? ''), key(id)] as const);
  if (pairs.every(([a = '', b = '']) => a < b)) return 'in order of id';
  return pairs.every(([a = '', b = '']) => a > b) ? 'in falling order of id' : 'in no order of id';
}
