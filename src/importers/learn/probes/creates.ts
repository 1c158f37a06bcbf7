import { isWire, wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import { statusText } from '../subject.ts';
import type { TestSubject } from '../test-subject.ts';

const KEY = 'Idempotency-Key';

/** Makes the test record: what a create answers, and whether sending it again with its key makes a second one. */
export const creates: WritingProbe = {
  id: 'creates',
  async run(subject) {
    const { tests, definition } = subject;
    if (!definition.create) return null;
    if (!definition.delete && !definition.archive)
      return [subject.hidden(['create'], 'creating a record', 'there is no way to take a test record away again')];
    const made = await tests.main(subject);
    if (!made) {
      const last = tests.refusals.get(subject.name)?.at(-1);
      const why = last ? statusText(last.reply) : 'bodies of this form are not looked into';
      return [subject.hidden(['create'], 'creating a record', `no test record could be made: ${why}`)];
    }
    return [answer(subject, made.reply.data), ...(await idempotency(subject))];
  },
};

function answer(subject: TestSubject, data: unknown): Finding {
  const { create } = subject.definition;
  const at = ['create', 'record'];
  const fact = 'what a create answers';
  const declared = create?.record ?? '';
  const holds = (path: string) => subject.idIn(wireReader(path)(data)) !== null;
  const inner = isWire(data) ? Object.keys(data).find(holds) : undefined;
  const path = holds(declared) ? declared : holds('') ? '' : inner;
  if (path === undefined) return subject.settle(['create', 'returns'], 'nothing', fact, 'no record and no id');
  const found = wireReader(path)(data);
  const whole = isWire(found) && Object.keys(found).length > 2;
  const where = path === '' ? '' : ` at ${path}`;
  if (path !== declared) return subject.settle(at, path, fact, `the record${where}`);
  return subject.settle(
    ['create', 'returns'],
    whole ? 'record' : 'id',
    fact,
    whole ? `the record${where}` : `its id${where}`,
  );
}

const AT = ['create', 'idempotency'];
const FACT = 'whether a create that is sent again is done again';

/** The same create twice with one key; then another one with that key. */
async function idempotency(subject: TestSubject): Promise<Finding[]> {
  const declared = subject.definition.create?.idempotency?.header;
  subject.mark();
  let refused: boolean | null = null;
  for (const header of new Set([...(declared === undefined ? [] : [declared]), KEY])) {
    const tried = await sentTwice(subject, header);
    if (typeof tried === 'string') return [subject.hidden(AT, FACT, tried)];
    if (tried.honoured) return [kept(subject, header, tried.other)];
    refused ??= tried.refused;
  }
  return [ignored(subject, declared ?? KEY, refused === true)];
}

type OtherBody = 'refused' | 'first answer' | 'created';
type Twice = { honoured: true; other: OtherBody } | { honoured: false; refused: boolean };

/** Why it can't be told, or what became of it. Leaves no record behind. */
async function sentTwice(subject: TestSubject, header: string): Promise<string | Twice> {
  const { tests } = subject;
  const key = tests.token();
  const first = await tests.another(subject, { [header]: key });
  if (!first?.made) return `the second test record was refused: ${first ? statusText(first.reply) : 'no answer'}`;
  const again = await tests.create(subject, first.wire, { [header]: key });
  const honoured = again !== null && again.id === first.made.id;
  const other = honoured ? await otherBody(subject, header, key) : 'created';
  for (const id of new Set([first.made.id, again?.id ?? first.made.id])) await tests.remove(subject, id);
  return honoured ? { honoured, other } : { honoured, refused: again === null };
}

/** What the same key with another body does. */
async function otherBody(subject: TestSubject, header: string, key: string): Promise<OtherBody> {
  const { tests } = subject;
  const plan = await tests.plan(subject);
  if (!plan) return 'refused';
  const made = await tests.create(subject, tests.fresh(subject, plan), { [header]: key });
  if (!made) return 'refused';
  return made.reply.headers['idempotent-replayed'] === undefined && made.reply.status === 201
    ? 'created'
    : 'first answer';
}

function kept(subject: TestSubject, header: string, other: OtherBody): Finding {
  const declared = subject.definition.create?.idempotency;
  const value = { lives: '24h', ...declared, header, body: other === 'refused' ? 'same' : (declared?.body ?? 'any') };
  const how = other === 'refused' ? 'with another body the key is refused' : `with another body: ${other}`;
  const life = declared ? '' : '; for how long is not visible, a day is usual';
  const said = subject.draft.declared(['objects', subject.name, 'create', 'idempotency']);
  const seen = `${header} is honoured: one record; ${how}${life}`;
  if (declared && declared.header === header && declared.body === value.body)
    return subject.tell({
      at: AT,
      fact: FACT,
      verdict: 'confirmed',
      declared: said,
      seen,
    });
  const plain = value.body === 'same' ? { header, lives: value.lives } : value;
  return subject.settle(AT, plain, FACT, seen);
}

function ignored(subject: TestSubject, header: string, refused: boolean): Finding {
  const seen = refused ? `the same create with the same ${header} is refused` : `${header} is ignored: two records`;
  const declared = subject.definition.create?.idempotency !== undefined;
  const changes = declared ? [{ path: ['objects', subject.name, ...AT], value: undefined }] : [];
  return subject.tell({ at: AT, fact: FACT, verdict: declared ? 'contradicted' : 'learnt', seen, changes });
}
