import { wireReader } from '../../../connector/wire-path.ts';
import type { Finding } from '../finding.ts';
import type { Probe } from '../probe.ts';
import { isGood, type Page, type Subject, statusText } from '../subject.ts';

const NONSENSE = 'dovetail-nothing-is-called-so';
/** Fields that are tried as filters where none is declared. */
const MOST_FIELDS = 60;
/** Types of fields that records are looked up by. */
const MATCHED = ['string', 'email', 'phone', 'integer', 'option', 'reference'];
const UNKNOWN = 'dovetail_unknown';

/** What an unknown parameter does, and whether each filter by equality is honoured or ignored without a word. */
export const filters: Probe = {
  id: 'filters',
  async run(subject) {
    const { list } = subject;
    if (list?.method !== 'GET') return null;
    const base = await subject.sample();
    if (base.ids.length < 2)
      return [subject.hidden(['list', 'equals'], 'filters', 'there are fewer than two records to tell apart')];
    const findings = [await unknown(subject, base)];
    const declared = Object.entries(list.equals);
    for (const [field, param] of declared) findings.push(await oneFilter(subject, base, field, param));
    return [...findings, ...(await others(subject, base))];
  },
};

async function unknown(subject: Subject, base: Page): Promise<Finding> {
  subject.mark();
  const page = await subject.page({ query: { [UNKNOWN]: '1' } });
  const seen = isGood(page.reply)
    ? page.ids.length === base.ids.length
      ? 'ignored without a word'
      : `${page.ids.length} records instead of ${base.ids.length}`
    : `refused: ${statusText(page.reply)}`;
  return subject.tell({
    at: ['list', 'query'],
    fact: 'what an unknown parameter does',
    verdict: 'learnt',
    declared: null,
    seen,
  });
}

type Outcome = { kind: 'honoured' | 'ignored' | 'wrong' | 'no value' } | { kind: 'refused'; status: string };

async function tried(subject: Subject, base: Page, field: string, param: string): Promise<Outcome> {
  const at = wireReader(subject.definition.fields[field]?.path ?? field);
  const none = await subject.page({ query: { [param]: NONSENSE } });
  const value = base.records
    .map((record) => at(record.wire))
    .find((one) => (typeof one === 'string' && one.trim() !== '') || typeof one === 'number');
  const leavesAll = isGood(none.reply) && none.ids.length > 0;
  if (leavesAll && none.ids.length === base.ids.length) return { kind: 'ignored' };
  if (value === undefined) return { kind: 'no value' };
  const template = subject.list?.equals_template ?? '{value}';
  const text = template.replaceAll('{field}', param).replaceAll('{value}', String(value));
  const some = await subject.page({ values: { [param]: text } });
  if (!isGood(some.reply)) return { kind: 'refused', status: statusText(some.reply) };
  const fits = (wire: unknown) => String(at(wire)).toLowerCase() === String(value).toLowerCase();
  if (some.records.length > 0 && some.records.every((record) => fits(record.wire))) return { kind: 'honoured' };
  return { kind: some.ids.length === base.ids.length && !leavesAll ? 'ignored' : 'wrong' };
}

async function oneFilter(subject: Subject, base: Page, field: string, param: string): Promise<Finding> {
  subject.mark();
  const at = ['list', 'equals', field];
  const fact = `the filter by ${field}`;
  const outcome = await tried(subject, base, field, param);
  const gone = { path: ['objects', subject.name, ...at], value: undefined };
  const wrong = (seen: string) => subject.tell({ at, fact, verdict: 'contradicted', seen, changes: [gone] });
  switch (outcome.kind) {
    case 'honoured':
      return subject.settle(at, param, fact, 'only records with the value that was asked for');
    case 'no value':
      return subject.hidden(at, fact, 'no record of the first page has a value there');
    case 'ignored':
      return wrong('silently ignored: the same records as without it');
    case 'wrong':
      return wrong('records with other values came, or none');
    case 'refused':
      return wrong(`refused: ${outcome.status}`);
  }
}

/** The fields that the file does not name as filters: each is tried by its own name. */
async function others(subject: Subject, base: Page): Promise<Finding[]> {
  const { fields, list } = subject.definition;
  const names = Object.entries(fields).filter(
    ([name, field]) => !(name in (list?.equals ?? {})) && MATCHED.includes(field.type),
  );
  if (names.length > MOST_FIELDS) return [];
  const findings: Finding[] = [];
  const ignored: string[] = [];
  const refused: string[] = [];
  subject.mark();
  for (const [name, { path = name, write_path: param = path }] of names) {
    const outcome = await tried(subject, base, name, param);
    if (outcome.kind === 'honoured')
      findings.push(
        subject.settle(
          ['list', 'equals', name],
          param,
          `the filter by ${name}`,
          'only records with the value that was asked for',
        ),
      );
    else if (outcome.kind === 'ignored') ignored.push(name);
    else if (outcome.kind === 'refused') refused.push(name);
  }
  const told = (what: string, which: string[]) =>
    which.length === 0
      ? []
      : [
          subject.tell({
            at: ['list', 'equals'],
            fact: `filters that are ${what}`,
            verdict: 'learnt' as const,
            declared: null,
            seen: which.join(', '),
          }),
        ];
  return [...findings, ...told('ignored without a word', ignored), ...told('refused', refused)];
}
