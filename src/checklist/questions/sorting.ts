import type { ListDefinition, ObjectDefinition } from '../../connector/definition.ts';
import { declared, fromFileOr, mappedObjects, notApplicable, ofEachSystem, open } from '../answers.ts';
import { eachKind } from '../each-kind.ts';
import { askSort } from '../probe-sort.ts';
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
        const objects = mappedObjects(integration, side);
        if (connector.protocol === 'sql') return declared(side, 'by key, and by the column of change');
        const endless = objects.filter(({ definition }) => isCutOff(definition)).map(({ name }) => name);
        if (endless.length > 0) {
          const says = `${endless.join(', ')}: cut off at a number of rows, and not sorted by time of change`;
          return open(side, says, 'Declare sort of these lists, or until of their filter by time, in the connector');
        }
        if (!objects.some(({ definition: { list } }) => list?.sort)) {
          return notApplicable(side, 'no list is sorted, and none is cut off, so that none needs to be');
        }
        return declared(
          side,
          eachKind(objects, ({ definition: { list } }) => orderOf(list)),
        );
      }),
    ),
  probes: [{ id: 'by-change', ask: askSort }],
};

function orderOf(list: ListDefinition | undefined): string | null {
  if (!list) return null;
  return list.sort ? `by ${list.sort.by_modified}` : 'not by time of change; not needed';
}

/** Whether a list ends at a number of rows and has no way to be read in windows of time. */
const isCutOff = ({ list }: ObjectDefinition): boolean =>
  list?.cap !== undefined && list.sort === undefined && list.since?.until === undefined;
