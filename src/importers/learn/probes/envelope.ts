import { isWire, wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Subject, statusText } from '../subject.ts';
import { leaves } from '../wire-search.ts';
import { refusedSize } from './page-size.ts';

/** Whether the list answers, where its records stand, and where each has its id. */
export const envelope: Probe = {
  id: 'envelope',
  async run(subject) {
    const { list } = subject;
    if (!list) return null;
    const page = await subject.sample();
    const refused = isGood(page.reply) ? null : await refusedSize(subject);
    if (refused) return [refused, records(subject, (await subject.sample()).reply.data)];
    if (!isGood(page.reply)) {
      const said = `${statusText(page.reply)}${page.reply.notJson ? ', no JSON' : ''}`;
      return [subject.tell({ at: ['list', 'path'], fact: 'the list answers', verdict: 'contradicted', seen: said })];
    }
    const findings = [records(subject, page.reply.data)];
    const found = await subject.sample();
    if (found.items && found.items.length > 0) findings.push(...ids(subject, found.items));
    return findings;
  },
};

function records(subject: Subject, body: unknown): Finding {
  const fact = 'where the records stand';
  const at = ['list', 'records'];
  const declared = subject.list?.records ?? '';
  const rows = wireReader(declared)(body);
  if (Array.isArray(rows) && rows.every((row) => isWire(row)))
    return subject.settle(at, declared, fact, `a list of ${rows.length}`);
  const candidates = listsIn(body);
  const [best] = candidates.sort((a, b) => b.length - a.length);
  if (!best) return subject.hidden(at, fact, 'the answer holds no list of records');
  return subject.settle(
    at,
    best.path,
    fact,
    `a list of ${best.length} ${best.path === '' ? 'is the body' : `at ${best.path}`}`,
  );
}

/** Lists of objects, up to three levels down. */
function listsIn(body: unknown, path = '', depth = 0): { path: string; length: number }[] {
  if (Array.isArray(body)) return body.every((row) => isWire(row)) ? [{ path, length: body.length }] : [];
  if (!isWire(body) || depth > 2) return [];
  return Object.entries(body).flatMap(([key, value]) =>
    listsIn(value, path === '' ? key : `${path}.${key}`, depth + 1),
  );
}

const ID_NAMES = ['id', '_id', 'uuid', 'guid', 'key', 'number', 'code'];

function ids(subject: Subject, items: readonly unknown[]): Finding[] {
  const { path } = subject.definition.id;
  const at = wireReader(subject.list?.item ?? '');
  const wires = items.map(at);
  const isId = (candidate: string) => {
    const values = wires.map(wireReader(candidate));
    const usable = values.every((value) => (typeof value === 'string' && value !== '') || Number.isSafeInteger(value));
    return usable && new Set(values.map(String)).size === values.length;
  };
  const fact = 'what identifies a record';
  if (!isId(path)) {
    const names = leaves(wires[0]).map((leaf) => leaf.path);
    const other = [...ID_NAMES, ...names.filter((name) => /id$/i.test(name))].find(
      (name) => names.includes(name) && isId(name),
    );
    if (other === undefined)
      return [subject.hidden(['id', 'path'], fact, 'no part of the records is different in each')];
    return [subject.settle(['id', 'path'], other, fact, `${other} is there and different in all ${wires.length}`)];
  }
  const numbers = wires.every((wire) => typeof wireReader(path)(wire) === 'number');
  const seen = `${path} is there and different in all ${wires.length}`;
  const form = numbers ? 'integer' : 'string';
  return [
    subject.settle(['id', 'path'], path, fact, seen),
    subject.settle(['id', 'type'], form, 'the form of ids', numbers ? 'numbers' : 'texts'),
  ];
}
