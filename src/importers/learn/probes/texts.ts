import { BLANKS, CAPITALS, habitBy } from '../../../connector/text-habits.ts';
import { attempt, type Outcome } from '../attempt.ts';
import type { Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import type { TestSubject } from '../test-subject.ts';

/** What a write does to texts: blanks at the ends, capitals, characters beyond Latin-1. */
export const texts: WritingProbe = {
  id: 'texts',
  async run(subject) {
    const { tests, definition } = subject;
    const made = await tests.main(subject);
    if (!made || !definition.update) return null;
    const fields = textFields(subject);
    if (fields.length === 0) return null;
    subject.mark();
    const findings = [...(await blanks(subject, made.id, fields))];
    subject.mark();
    findings.push(...(await capitals(subject, made.id, fields)));
    subject.mark();
    findings.push(...(await characters(subject, made.id, fields)));
    return findings;
  },
};

export interface TextField {
  name: string;
  path: string;
  type: string;
}

/** Plain texts that may be written: no codes, nothing of a form that the system demands. */
export function textFields(subject: TestSubject): TextField[] {
  const { fields, modified, link_field, version, unique } = subject.definition;
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = field.path ?? name;
    const isText = field.type === 'string' || field.type === 'email';
    const free = !field.read_only && !field.identifier && field.pattern === undefined && !field.options;
    const special = [modified, link_field, ...unique].includes(name) || path === version;
    return isText && free && !special ? [{ name, path, type: field.type }] : [];
  });
}

const SHORT = 'Dovetail';

async function blanks(subject: TestSubject, id: string, fields: readonly TextField[]): Promise<Finding[]> {
  const values = new Map(fields.filter((field) => field.type === 'string').map(({ path }) => [path, `  ${SHORT}  `]));
  const outcomes = await attempt(subject, id, values);
  const kind = (value: unknown) =>
    habitBy(BLANKS, `  ${SHORT}  `, value) ?? (value === `  ${SHORT}  ` ? 'are kept' : null);
  return told(subject, fields, outcomes, BLANKS, kind);
}

async function capitals(subject: TestSubject, id: string, fields: readonly TextField[]): Promise<Finding[]> {
  const sent = (type: string) => (type === 'email' ? 'Dovetail.Test@Example.COM' : 'DoveTail ab');
  const outcomes = await attempt(subject, id, new Map(fields.map(({ path, type }) => [path, sent(type)])));
  const kind = (value: unknown, type: string) => {
    const text = sent(type);
    return value === text ? 'stay as they are' : habitBy(CAPITALS, text, value);
  };
  return told(subject, fields, outcomes, CAPITALS, kind);
}

/** Fields by what became of them, one finding for each kind. */
function told(
  subject: TestSubject,
  fields: readonly TextField[],
  outcomes: ReadonlyMap<string, Outcome>,
  fact: string,
  kind: (value: unknown, type: string) => string | null,
): Finding[] {
  const kinds = new Map<string, string[]>();
  for (const { name, path, type } of fields) {
    const outcome = outcomes.get(path);
    const found = outcome?.kind === 'stored' ? kind(outcome.value, type) : null;
    if (found !== null) kinds.set(found, [...(kinds.get(found) ?? []), name]);
  }
  return [...kinds].map(([found, names]) =>
    subject.tell({ at: ['fields'], fact, verdict: 'learnt', declared: null, seen: `${found}: ${names.join(', ')}` }),
  );
}

/** Latin-1, beyond it, and beyond the first plane of Unicode. */
const SAMPLE = ['ü', '€', '漢', '😀'] as const;
const SENT = `a${SAMPLE.join('b')}z`;

async function characters(subject: TestSubject, id: string, fields: readonly TextField[]): Promise<Finding[]> {
  const plain = fields.filter((field) => field.type === 'string');
  const outcomes = await attempt(subject, id, new Map(plain.map(({ path }) => [path, SENT])));
  const kinds = new Map<string, { fields: TextField[]; kept: 'any' | 'latin1' | 'ascii'; mark: string }>();
  for (const field of plain) {
    const outcome = outcomes.get(field.path);
    if (outcome?.kind !== 'stored' || typeof outcome.value !== 'string') continue;
    const text = outcome.value;
    const kept =
      text === SENT
        ? 'any'
        : !SAMPLE.slice(1).some((one) => text.includes(one))
          ? text.includes('ü')
            ? 'latin1'
            : 'ascii'
          : null;
    if (kept === null) continue;
    const mark = kept === 'any' ? '' : (/[^a-zü]/.exec(text)?.[0] ?? '');
    const known = kinds.get(`${kept}${mark}`);
    kinds.set(`${kept}${mark}`, { kept, mark, fields: [...(known?.fields ?? []), field] });
  }
  return [...kinds.values()].flatMap(({ fields: alike, kept, mark }) => charactersOf(subject, alike, kept, mark));
}

function charactersOf(
  subject: TestSubject,
  fields: readonly TextField[],
  kept: 'any' | 'latin1' | 'ascii',
  mark: string,
): Finding[] {
  const names = fields.map(({ name }) => name).join(', ');
  const declared = fields.map(({ name }) => subject.definition.fields[name]?.characters ?? 'any');
  const changes = fields.flatMap(({ name }, i) =>
    declared[i] === kept
      ? []
      : [{ path: ['objects', subject.name, 'fields', name, 'characters'], value: kept === 'any' ? undefined : kept }],
  );
  const contradicted = fields.some(
    ({ name }, i) =>
      declared[i] !== kept &&
      subject.draft.declared(['objects', subject.name, 'fields', name, 'characters']) !== undefined,
  );
  const said = fields.every(
    ({ name }) => subject.draft.declared(['objects', subject.name, 'fields', name, 'characters']) === kept,
  );
  const seen =
    kept === 'any'
      ? `any are kept: ${names}`
      : `those beyond ${kept === 'latin1' ? 'Latin-1' : 'ASCII'} ${mark === '' ? 'are dropped' : `become ${mark}`}: ${names}`;
  const verdict = contradicted ? ('contradicted' as const) : said ? ('confirmed' as const) : ('learnt' as const);
  return [
    subject.tell({
      at: ['fields'],
      fact: 'characters that are stored',
      verdict,
      declared: said || contradicted ? [...new Set(declared)].join(', ') : null,
      seen,
      changes,
    }),
  ];
}
