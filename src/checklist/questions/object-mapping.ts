import type { LoadedIntegration, LoadedMapping } from '../../integration/loaded.ts';
import type { Side } from '../../record/side.ts';
import { declared, percent } from '../answers.ts';
import { asFarAsSeen, nothingToSee } from '../failure.ts';
import { passesFilter } from '../filter.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

export const objectMapping: Question = {
  id: 'object-mapping',
  text: "Objects don't always map 1:1: one object in one system can be two in the other. What does that mean for the flow?",
  why: 'Objects that only seem to be the same end as records that nobody can put in order again.',
  german: {
    text: 'Objekte entsprechen sich nicht immer 1:1: ein Objekt des einen Systems können zwei im anderen sein. Was heißt das für den Ablauf?',
    why: 'Objekte, die nur scheinbar dasselbe sind, enden als Datensätze, die niemand mehr ordnen kann.',
  },
  theme: 'data',
  ask: 'owner',
  blocks: 'runs',
  restsOn: 'mappings',
  answers: (integration) => [
    integration.mappings.length === 0
      ? { side: null, status: 'open', says: 'nothing is mapped', next: 'Add a mapping to the integration file' }
      : declared(null, integration.mappings.map((mapping) => pairText(integration, mapping)).join('; ')),
  ],
  probes: [{ id: 'records-in-scope', ask: askScope }],
};

const pairText = ({ mappings }: LoadedIntegration, { objects }: LoadedMapping): string => {
  const twice = mappings.filter((one) => one.objects.a === objects.a || one.objects.b === objects.b).length > 1;
  return `${objects.a} ↔ ${objects.b}${twice ? ' (split or merged)' : ''}`;
};

/** A filter that lets nothing in is a mistake far more often than it is meant. */
async function askScope({ integration, samples }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'some records of each mapped object, and whether they are in the filter';
  const facts: Record<string, number> = {};
  const parts: string[] = [];
  const seen = [];
  for (const mapping of integration.mappings) {
    const sample = await samples.of(side, mapping.objects[side]);
    seen.push(sample);
    const inside = sample.records.filter((record) => passesFilter(mapping.filter[side], record.fields)).length;
    const all = sample.records.length;
    facts[`${mapping.name} sampled`] = all;
    if (!mapping.filter[side]) {
      parts.push(`${sample.whole ? 'all ' : ''}${all} ${sample.object}`);
      continue;
    }
    facts[`${mapping.name} in the filter`] = inside;
    parts.push(`${percent(inside, all)} of ${all} ${sample.object}`);
    if (inside > 0 || all === 0) continue;
    return {
      // Among more records than were looked at, there may be some.
      verdict: sample.whole ? 'contradicts' : 'unknown',
      asked,
      facts,
      found: `The filter of ${mapping.name} lets in none of ${all} records`,
      next: `Look at filter under ${mapping.name}: field names, option keys, upper and lower case`,
    };
  }
  const found = `In scope: ${parts.join(', ')}`;
  return nothingToSee(asked, seen) ?? asFarAsSeen({ verdict: 'holds', asked, facts, found }, seen);
}
