import type { ObjectDefinition } from '../../connector/definition.ts';
import { declared, fromFileOr, mappedObjects, notApplicable, ofEachSystem } from '../answers.ts';
import { eachKind } from '../each-kind.ts';
import { askChangesFilter, askEquality } from '../probe-filters.ts';
import type { Question } from '../question.ts';

export const filtering: Question = {
  id: 'filtering',
  text: 'Can views, lists or collections be filtered through the API?',
  why: 'Without a filter by time of change, every run reads everything.',
  german: {
    text: 'Lassen sich Ansichten, Listen oder Sammlungen über die API filtern?',
    why: 'Ohne einen Filter nach Änderungszeit liest jeder Lauf alles.',
  },
  theme: 'reading',
  ask: 'engineer',
  blocks: 'nothing',
  answers: (integration) =>
    fromFileOr(integration, 'filtering', () =>
      ofEachSystem(integration, (side, { connector }) => {
        const sql = connector.protocol === 'sql';
        const says = eachKind(mappedObjects(integration, side), ({ definition }) =>
          sql ? rowsBy(definition) : filterOf(definition),
        );
        return says === '' ? notApplicable(side, 'nothing is listed') : declared(side, says);
      }),
    ),
  probes: [
    { id: 'changes', ask: askChangesFilter },
    { id: 'equality', ask: askEquality },
  ],
};

const rowsBy = ({ modified }: ObjectDefinition): string =>
  modified === undefined ? 'no column of change: each run reads everything' : `changes by ${modified}`;

function filterOf({ list }: ObjectDefinition): string | null {
  if (!list) return null;
  const since = list.since ? `changes by ${list.since.param}` : 'no filter by time: each run reads everything';
  const { length } = Object.keys(list.equals);
  return length === 0 ? since : `${since}; equality of ${length} field${length === 1 ? '' : 's'}`;
}
