import { declared, mappedObjects, ofEachSystem } from '../answers.ts';
import { failureKind, nothingToSee, toldBy } from '../failure.ts';
import type { Question } from '../question.ts';

const NAMES = { rest: 'REST, JSON', sql: 'database, SQL' };

export const protocol: Question = {
  id: 'protocol',
  text: 'If not: does the system provide a REST API or a SOAP web service?',
  why: 'A connector can only be written for a way in that the system offers.',
  german: {
    text: 'Falls nicht: bietet das System eine REST-API oder einen SOAP-Webservice?',
    why: 'Ein Konnektor lässt sich nur für einen Zugang schreiben, den das System bietet.',
  },
  theme: 'system',
  ask: 'engineer',
  blocks: 'runs',
  answers: (integration) =>
    ofEachSystem(integration, (side, { connector }) => declared(side, NAMES[connector.protocol])),
  probes: [
    {
      id: 'speaks-it',
      async ask({ integration, samples }, side) {
        const name = NAMES[integration[side].connector.protocol];
        const asked = `whether the system answers in ${name}`;
        const [object] = mappedObjects(integration, side);
        if (!object) return { verdict: 'unknown', asked, found: 'No object is mapped', facts: {} };
        const sample = await samples.of(side, object.name);
        const { failure } = sample;
        const facts = { object: object.name, records: sample.records.length, failure: failure?.code ?? null };
        if (!failure) return { verdict: 'holds', asked, facts, found: `${object.name} came in ${name}` };
        if (failureKind(failure) !== 'answer') {
          return nothingToSee(asked, [sample]) ?? { verdict: 'holds', asked, facts, found: `${object.name} came` };
        }
        return {
          verdict: 'contradicts',
          asked,
          facts,
          found: toldBy(failure),
          next: failure.next ?? 'Compare the connector with what the system sends',
        };
      },
    },
  ],
};
