import type { Side } from '../record/side.ts';
import { counted, mappedObjects } from './answers.ts';
import { failureKind, toldBy } from './failure.ts';
import type { Observation, ProbeContext } from './question.ts';
import { readSome } from './read-some.ts';

/**
 * Whether the beginning of each list comes whole and the same twice: no page that is the one before again, none that
 * ends without saying so, no record on two pages.
 */
export async function askPages(
  { integration, samples, connections, signal }: ProbeContext,
  side: Side,
): Promise<Observation> {
  const asked = 'the beginning of each list, twice';
  const facts: Record<string, number> = {};
  const restless: string[] = [];
  for (const { name } of mappedObjects(integration, side)) {
    if (!connections[side].capabilities(name).list) continue;
    // The sample was the first pass.
    const sample = await samples.of(side, name);
    const again = sample.failure
      ? null
      : await readSome(connections[side], name, { since: null, most: samples.size, signal });
    const failure = sample.failure ?? again?.failure ?? null;
    if (failure) {
      const verdict = failureKind(failure) === 'answer' ? 'contradicts' : 'unknown';
      const next = failure.next ?? `Check pagination of ${name} in the connector`;
      return { verdict, asked, facts, found: `${name}: ${toldBy(failure)}`, next };
    }
    const first = sample.records.map(({ id }) => id);
    const second = (again?.records ?? []).filter(({ archived }) => !archived).map(({ id }) => id);
    const repeated = first.length - new Set(first).size;
    facts[`${name} read`] = first.length;
    facts[`${name} repeated`] = repeated;
    if (repeated > 0) {
      const found = `${name}: ${counted(repeated, 'record')} came on more than one page of the same read`;
      return {
        verdict: 'contradicts',
        asked,
        facts,
        found,
        next: `Check pagination of ${name}: a sort, or shifts: true`,
      };
    }
    if (first.some((id, at) => second[at] !== undefined && second[at] !== id)) restless.push(name);
  }
  if (restless.length > 0) {
    const found = `In another order the second time: ${restless.join(', ')}; records may have changed meanwhile`;
    return { verdict: 'unknown', asked, facts, found, next: 'Ask again while nobody works in the system' };
  }
  const read = Object.entries(facts).reduce((sum, [key, count]) => sum + (key.endsWith(' read') ? count : 0), 0);
  if (read === 0) return { verdict: 'unknown', asked, facts, found: 'There are no records yet' };
  return { verdict: 'holds', asked, facts, found: `${counted(read, 'record')}, none twice, in the same order again` };
}
