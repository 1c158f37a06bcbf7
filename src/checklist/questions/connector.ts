import { counted, declared, mappedObjects, ofEachSystem } from '../answers.ts';
import { failureKind, toldBy } from '../failure.ts';
import type { Question } from '../question.ts';

export const connector: Question = {
  id: 'connector',
  text: 'Is the system to integrate present on the platform?',
  why: 'Without a connector that declares the objects of the system, nothing can be read from it.',
  german: {
    text: 'Ist das anzubindende System auf der Plattform vorhanden?',
    why: 'Ohne einen Konnektor, der die Objekte des Systems beschreibt, lässt sich nichts daraus lesen.',
  },
  theme: 'system',
  ask: 'engineer',
  blocks: 'runs',
  answers: (integration) =>
    ofEachSystem(integration, (side, { connector }) => {
      const objects = counted(Object.keys(connector.objects).length, 'object');
      return declared(side, `${connector.connector}, ${objects}, ${mappedObjects(integration, side).length} mapped`);
    }),
  probes: [
    {
      id: 'answers-as-declared',
      async ask({ integration, samples }, side) {
        const asked = 'the first records of each mapped object';
        const found = await Promise.all(
          mappedObjects(integration, side).map((object) => samples.of(side, object.name)),
        );
        const strange = found.filter((sample) => sample.failure && sample.records.length === 0);
        const facts = { objects: found.length, answered: found.length - strange.length };
        if (strange.length === 0) {
          return { verdict: 'holds', asked, facts, found: `${counted(found.length, 'object')} answered as declared` };
        }
        const names = strange.map((sample) => sample.object).join(', ');
        const foreign = strange.every(({ failure }) => failure && failureKind(failure) === 'answer');
        if (foreign && strange.length === found.length) {
          const next = 'Check that the address is that of this kind of system, and its version';
          const told = strange[0]?.failure ? toldBy(strange[0].failure) : '';
          return {
            verdict: 'contradicts',
            asked,
            facts,
            found: `Nothing answered as declared. ${names}: ${told}`,
            next,
          };
        }
        return { verdict: 'unknown', asked, facts, found: `${names} gave no records; endpoints says why` };
      },
    },
  ],
};
