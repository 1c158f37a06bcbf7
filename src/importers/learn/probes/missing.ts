import { isWire, wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Subject, statusText } from '../subject.ts';

/** What a record read by its id looks like, and what a missing id does. */
export const missing: Probe = {
  id: 'missing',
  async run(subject) {
    const { get } = subject.definition;
    if (!get) return null;
    const { ids } = await subject.sample();
    const [id] = ids;
    if (id === undefined) return null;
    return [await single(subject, id), await absent(subject, ids)];
  },
};

async function single(subject: Subject, id: string): Promise<Finding> {
  const declared = subject.definition.get?.record ?? '';
  const { reply, record } = await subject.get(id);
  const at = ['get', 'record'];
  const fact = 'where a single record stands';
  if (isGood(reply) && record !== null)
    return subject.settle(
      at,
      declared === '' ? subject.draft.declared(['objects', subject.name, ...at]) : declared,
      fact,
      declared === '' ? 'the body is the record' : `at ${declared}`,
    );
  if (!isGood(reply))
    return subject.tell({
      at: ['get', 'path'],
      fact: 'reading by id',
      verdict: 'contradicted',
      seen: statusText(reply),
    });
  const wrapped = isWire(reply.data)
    ? Object.keys(reply.data).find((key) => subject.idIn(wireReader(key)(reply.data)) === id)
    : undefined;
  if (wrapped !== undefined) return subject.settle(at, wrapped, fact, `at ${wrapped}`);
  if (subject.idIn(reply.data) === id) return subject.settle(at, '', fact, 'the body is the record');
  return subject.tell({ at, fact, verdict: 'contradicted', seen: 'the answer holds no record with this id' });
}

/** An id of the same form that no record has, as far as the first page tells. */
function unusedId(ids: readonly string[], isNumber: boolean): string {
  if (isNumber) return '999999999';
  const [first = ''] = ids;
  const other = first.replace(/[0-9]/g, '9').replace(/(?<=.{3})[a-f]/g, 'f');
  return ids.includes(other) || other === first ? `${first}-none` : other;
}

async function absent(subject: Subject, ids: readonly string[]): Promise<Finding> {
  subject.mark();
  const id = unusedId(ids, subject.definition.id.type === 'integer');
  const { reply, record } = await subject.get(id);
  const at = ['get', 'missing'];
  const fact = 'what a missing id looks like';
  if (reply.status === 404 || reply.status === 410) return subject.settle(at, '404', fact, statusText(reply));
  if (record !== null) return subject.hidden(at, fact, 'there is a record of the id that was made up');
  if (isGood(reply))
    return subject.settle(
      at,
      'null',
      fact,
      `${statusText(reply)} with ${reply.data === null ? 'null' : 'an empty answer'}`,
    );
  return subject.tell({
    at,
    fact,
    verdict: 'contradicted',
    seen: `${statusText(reply)}, which says nothing about the record`,
  });
}
