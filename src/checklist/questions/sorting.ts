import { declared, fromFileOr, mappedObjects, notApplicable, ofEachSystem } from '../answers.ts';
import { eachKind } from '../each-kind.ts';
import type { Question } from '../question.ts';

export const sorting: Question = {
  id: 'sorting',
  text: 'Can views, lists or collections be sorted through the API?',
  why: 'A long list is read in windows of time, which takes a sort that the server keeps to.',
  german: {
    text: 'Lassen sich Ansichten, Listen oder Sammlungen über die API sortieren?',
    why: 'Eine lange Liste wird in Zeitfenstern gelesen; dafür muss der Server eine Sortierung einhalten.',
  },
  theme: 'reading',
  ask: 'engineer',
  blocks: 'nothing',
  answers: (integration) =>
    fromFileOr(integration, 'sorting', () =>
      ofEachSystem(integration, (side, { connector }) => {
        if (connector.protocol === 'sql') return declared(side, 'by key, and by the column of change');
        const says = eachKind(mappedObjects(integration, side), ({ definition: { list } }) => {
          if (!list) return null;
          return list.sort ? `by ${list.sort.by_modified}` : 'not by time of change; none is needed';
        });
        return says === '' ? notApplicable(side, 'nothing is listed') : declared(side, says);
      }),
    ),
  probes: [],
};
