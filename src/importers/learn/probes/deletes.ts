import { isWire, wireReader } from '../../../connector/wire-path.ts';
import type { Change, Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import { isGood, START, same, statusText } from '../subject.ts';
import type { TestSubject } from '../test-subject.ts';
import { leaves } from '../wire-search.ts';
import { sinceQuery } from './since.ts';

const FACT = 'whether a delete is hard or soft';
const INCLUDES = [
  'include_archived',
  'with_archived',
  'archived',
  'include_deleted',
  'with_deleted',
  'deleted',
  'show_deleted',
  'showDeleted',
  'includeDeleted',
  'include_inactive',
];

/** Takes a test record away: whether it is gone, what is left of it, and whether lists can show what is left. */
export const deletes: WritingProbe = {
  id: 'deletes',
  async run(subject) {
    const { tests, definition } = subject;
    const removal = definition.delete ?? definition.archive;
    if (!removal || !definition.get) return null;
    const made = (await tests.another(subject))?.made;
    if (!made) return null;
    subject.mark();
    const key = definition.delete ? 'delete' : 'archive';
    const reply = await tests.remove(subject, made.id);
    if (!reply || !isGood(reply))
      return [
        subject.tell({ at: [key], fact: FACT, verdict: 'contradicted', seen: reply ? statusText(reply) : 'no answer' }),
      ];
    const left = await subject.get(made.id);
    if (left.record === null)
      return [...hard(subject, key, statusText(left.reply)), ...gone(subject, left.reply.status)];
    return [...soft(subject, key, made.wire, left.record), ...(await listing(subject, made.id))];
  },
};

function hard(subject: TestSubject, key: 'delete' | 'archive', status: string): Finding[] {
  const seen = `hard: read by its id afterwards, ${status} and no record`;
  const { archived } = subject.definition;
  const base = ['objects', subject.name];
  const changes: Change[] = [
    ...(key === 'archive' ? [{ path: [...base, 'archive'], rename: 'delete' }] : []),
    ...(archived ? [{ path: [...base, 'archived'], value: undefined }] : []),
    ...(subject.list?.archived ? [{ path: [...base, 'list', 'archived'], value: undefined }] : []),
  ];
  return [
    subject.tell({ at: [key], fact: FACT, verdict: changes.length > 0 ? 'contradicted' : 'confirmed', seen, changes }),
  ];
}

/** What a record looks like that was there. */
function gone(subject: TestSubject, status: number | null): Finding[] {
  if (status !== 404 && status !== 410 && status !== 200) return [];
  const value = status === 200 ? 'null' : '404';
  return [
    subject.settle(
      ['get', 'missing'],
      value,
      'what a deleted record looks like',
      `HTTP ${status}${status === 200 ? ' without a record' : ''}`,
    ),
  ];
}

function soft(subject: TestSubject, key: 'delete' | 'archive', before: unknown, after: unknown): Finding[] {
  const base = ['objects', subject.name];
  const rename: Change[] = key === 'delete' ? [{ path: [...base, 'delete'], rename: 'archive' }] : [];
  const first = subject.tell({
    at: [key],
    fact: FACT,
    verdict: key === 'delete' ? 'contradicted' : 'confirmed',
    seen: 'soft: the record can still be read by its id',
    changes: rename,
  });
  const fact = 'what a deleted record looks like';
  const declared = subject.definition.archived;
  if (
    declared &&
    same(wireReader(declared.path)(after), declared.equals) &&
    !same(wireReader(declared.path)(before), declared.equals)
  )
    return [
      first,
      subject.settle(['archived'], declared, fact, `${declared.path} is ${JSON.stringify(declared.equals)}`),
    ];
  const marks = leaves(after).filter(({ path, value }) => {
    const changed = isWire(before) && !same(wireReader(path)(before), value);
    return changed && (typeof value === 'boolean' || (typeof value === 'string' && /^[A-Za-z_]{3,20}$/.test(value)));
  });
  const mark = marks.find(({ path }) => /arch|delet|activ|trash|remov|status|state/i.test(path)) ?? marks[0];
  if (!mark) return [first, subject.hidden(['archived'], fact, 'nothing in the record tells')];
  return [
    first,
    subject.settle(
      ['archived'],
      { path: mark.path, equals: mark.value },
      fact,
      `${mark.path} becomes ${JSON.stringify(mark.value)}`,
    ),
  ];
}

/** Whether the list leaves a deleted record out, and which parameter brings it in. */
async function listing(subject: TestSubject, id: string): Promise<Finding[]> {
  const { list } = subject;
  if (list?.method !== 'GET') return [];
  subject.mark();
  const at = ['list', 'archived'];
  const fact = 'whether lists show deleted records';
  // Lists that lag are given their time.
  await subject.sleep(5000);
  const recent = sinceQuery(subject, subject.now() - 120_000);
  const shows = async (query: Record<string, string>) => {
    const page = await subject.page({ place: START, query, values: recent });
    return isGood(page.reply) ? page.ids.includes(id) : false;
  };
  if (!list.since && (await subject.sample()).total === null)
    return [subject.hidden(at, fact, 'without a filter by time the record is not found in the list')];
  if (list.archived) {
    if (await shows(list.archived))
      return [subject.settle(at, list.archived, fact, 'with the declared parameter they do')];
  }
  if (await shows({})) return [subject.settle(at, undefined, fact, 'they do, without being asked')];
  for (const name of INCLUDES) {
    if (await shows({ [name]: 'true' }))
      return [subject.settle(at, { [name]: 'true' }, fact, `with ${name}=true they do`)];
  }
  if (list.archived) return [subject.settle(at, undefined, fact, 'not even with the declared parameter')];
  return [subject.hidden(at, fact, `none of ${INCLUDES.length} usual names brings them in`)];
}
