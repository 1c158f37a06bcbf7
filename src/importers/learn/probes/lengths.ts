import { attempt, type Outcome } from '../attempt.ts';
import type { Change, Finding } from '../finding.ts';
import type { WritingProbe } from '../probe.ts';
import type { TestSubject } from '../test-subject.ts';
import { type TextField, textFields } from './texts.ts';

/** Longer texts are not tried. */
const LONGEST = 4000;
const ROUNDS = 14;

/** How long a text may be in each field, and whether a longer one is refused or cut without a word. */
export const lengths: WritingProbe = {
  id: 'lengths',
  async run(subject) {
    const { tests, definition } = subject;
    const made = await tests.main(subject);
    if (!made || !definition.update) return null;
    const fields = textFields(subject).filter((field) => field.type === 'string');
    if (fields.length === 0) return null;
    subject.mark();
    const found = await limits(subject, made.id, fields);
    const findings = fields.flatMap((field) => {
      const limit = found.get(field.name);
      return limit ? [lengthOf(subject, field, limit)] : [];
    });
    return [...findings, ...(await unit(subject, made.id, fields, found))];
  },
};

interface Limit {
  /** Null: longer than was tried. */
  most: number | null;
  /** A longer text is cut; else refused. */
  cut: boolean;
}

/** Distinct at every place, so that what is left tells where it was cut. */
const textOf = (length: number) => 'abcdefghij'.repeat(Math.ceil(length / 10)).slice(0, length);

async function limits(subject: TestSubject, id: string, fields: readonly TextField[]): Promise<Map<string, Limit>> {
  const found = new Map<string, Limit>();
  const bounds = new Map<string, { low: number; high: number }>();
  const first = await attempt(subject, id, new Map(fields.map(({ path }) => [path, textOf(LONGEST)])));
  for (const { name, path } of fields) {
    const outcome = first.get(path);
    const stored = storedLength(outcome);
    if (stored === LONGEST) found.set(name, { most: null, cut: false });
    else if (stored !== null && stored > 0) found.set(name, { most: stored, cut: true });
    else if (outcome?.kind === 'refused') bounds.set(name, { low: 0, high: LONGEST });
  }
  for (let round = 0; round < ROUNDS && bounds.size > 0; round++) await narrow(subject, id, fields, bounds, found);
  return found;
}

/** One step for all fields at once: the middle of what is known, first the length that the file says. */
async function narrow(
  subject: TestSubject,
  id: string,
  fields: readonly TextField[],
  bounds: Map<string, { low: number; high: number }>,
  found: Map<string, Limit>,
): Promise<void> {
  const asked = new Map<string, { field: TextField; length: number }>();
  for (const field of fields) {
    const bound = bounds.get(field.name);
    if (!bound) continue;
    const declared = subject.definition.fields[field.name]?.max_length;
    const within = (length: number) => length > bound.low && length < bound.high;
    const guesses = declared === undefined ? [] : [declared, declared + 1];
    const length = guesses.find(within) ?? Math.floor((bound.low + bound.high) / 2);
    asked.set(field.path, { field, length });
  }
  const outcomes = await attempt(subject, id, new Map([...asked].map(([path, { length }]) => [path, textOf(length)])));
  for (const [path, { field, length }] of asked) {
    const bound = bounds.get(field.name);
    const outcome = outcomes.get(path);
    if (!bound || !outcome) {
      bounds.delete(field.name);
      continue;
    }
    if (storedLength(outcome) === length) bound.low = length;
    else bound.high = length;
    if (bound.high - bound.low > 1) continue;
    bounds.delete(field.name);
    if (bound.low > 0) found.set(field.name, { most: bound.low, cut: false });
  }
}

function storedLength(outcome: Outcome | undefined): number | null {
  return outcome?.kind === 'stored' && typeof outcome.value === 'string' ? outcome.value.length : null;
}

function lengthOf(subject: TestSubject, { name }: TextField, { most, cut }: Limit): Finding {
  const at = ['fields', name, 'max_length'];
  const fact = `the longest text in ${name}`;
  const declared = subject.definition.fields[name]?.max_length;
  if (most === null) {
    if (declared === undefined || declared >= LONGEST)
      return subject.tell({ at, fact, verdict: 'learnt', declared: declared ?? null, seen: `at least ${LONGEST}` });
    return subject.settle(at, undefined, fact, `${LONGEST} are kept`);
  }
  const seen = `${most}; a longer one is ${cut ? 'cut without a word' : 'refused'}`;
  const policy = subject.definition.fields[name]?.on_violation;
  const more: Change[] =
    cut && policy === 'park' && declared === undefined
      ? [{ path: ['objects', subject.name, 'fields', name, 'on_violation'], value: 'truncate' }]
      : [];
  if (more.length > 0)
    return subject.tell({
      at,
      fact,
      verdict: 'learnt',
      declared: null,
      seen,
      changes: [{ path: ['objects', subject.name, ...at], value: most }, ...more],
    });
  return subject.settle(at, most, fact, seen);
}

/** Whether the length counts characters, UTF-16 units or bytes: by characters that are more than one of these. */
async function unit(
  subject: TestSubject,
  id: string,
  fields: readonly TextField[],
  found: ReadonlyMap<string, Limit>,
): Promise<Finding[]> {
  const field = fields.find(({ name }) => {
    const most = found.get(name)?.most ?? 0;
    return most >= 8 && most <= 500;
  });
  const most = field && found.get(field.name)?.most;
  if (!field || !most) return [];
  subject.mark();
  const fits = async (text: string) => {
    const outcome = (await attempt(subject, id, new Map([[field.path, text]]))).get(field.path);
    // A character that becomes another one still counts.
    return (
      outcome?.kind === 'stored' && typeof outcome.value === 'string' && [...outcome.value].length === [...text].length
    );
  };
  const astral = await fits('😀'.repeat(most));
  const umlauts = astral || (await fits('ü'.repeat(most)));
  const value = astral ? 'characters' : umlauts ? 'utf16' : 'bytes';
  const same = fields.filter(({ name }) => found.get(name)?.most);
  const wrong = same.filter(({ name }) => (subject.definition.fields[name]?.length_unit ?? 'characters') !== value);
  const changes = wrong.map(({ name }) => ({ path: ['objects', subject.name, 'fields', name, 'length_unit'], value }));
  const declared = subject.draft.declared(['objects', subject.name, 'fields', field.name, 'length_unit']);
  const verdict =
    declared === undefined
      ? ('learnt' as const)
      : declared === value
        ? ('confirmed' as const)
        : ('contradicted' as const);
  const names = {
    characters: 'characters',
    utf16: 'UTF-16 units, two for an emoji',
    bytes: 'bytes, two for an umlaut',
  };
  return [
    subject.tell({
      at: ['fields', field.name, 'length_unit'],
      fact: 'what the length counts',
      verdict,
      seen: names[value],
      changes,
    }),
  ];
}
