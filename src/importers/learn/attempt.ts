import type { Wire } from '../../connector/port.ts';
import { wireReader } from '../../connector/wire-path.ts';
import { isGood } from './subject.ts';
import type { TestSubject } from './test-subject.ts';
import { withAt } from './wire-search.ts';

/** What became of one value: as the system holds it, or refused. */
export type Outcome = { kind: 'stored'; value: unknown } | { kind: 'refused' };

const ROUNDS = 6;
/** Fields that are tried one by one where a refusal names none. */
const MOST_SINGLE = 12;

/**
 * Writes values into the test record, by their wire paths, as many as possible in one update: what a refusal names is
 * left out of the next try. A value whose fate can't be told is not in the result.
 */
export async function attempt(
  subject: TestSubject,
  id: string,
  values: ReadonlyMap<string, unknown>,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const open = new Map(values);
  for (let round = 0; round < ROUNDS && open.size > 0; round++) {
    const result = await write(subject, id, open);
    if (result.wire) {
      for (const path of open.keys()) outcomes.set(path, { kind: 'stored', value: wireReader(path)(result.wire) });
      return outcomes;
    }
    if (result.named.length === 0) break;
    for (const path of result.named) {
      open.delete(path);
      outcomes.set(path, { kind: 'refused' });
    }
  }
  for (const [path, value] of [...open].slice(0, MOST_SINGLE)) {
    const result = await write(subject, id, new Map([[path, value]]));
    outcomes.set(path, result.wire ? { kind: 'stored', value: wireReader(path)(result.wire) } : { kind: 'refused' });
  }
  return outcomes;
}

async function write(
  subject: TestSubject,
  id: string,
  values: ReadonlyMap<string, unknown>,
): Promise<{ wire: Wire | null; named: string[] }> {
  const { tests } = subject;
  let change: Wire = {};
  const { fields } = subject.definition;
  for (const [path, value] of values) {
    const field = Object.entries(fields).find(([name, one]) => (one.path ?? name) === path)?.[1];
    change = withAt(change, field?.write_path ?? path, value);
  }
  const { reply, wire } = await tests.update(subject, id, change);
  if (isGood(reply)) return { wire: wire ?? {}, named: [] };
  return { wire: null, named: tests.namedFields(subject, reply, [...values.keys()], true) };
}
