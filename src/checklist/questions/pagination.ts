import type { ListDefinition, ObjectDefinition } from '../../connector/definition.ts';
import { declared, fromFileOr, mappedObjects, notApplicable, ofEachSystem } from '../answers.ts';
import { eachKind } from '../each-kind.ts';
import { askPages } from '../probe-pages.ts';
import type { Question } from '../question.ts';

export const pagination: Question = {
  id: 'pagination',
  text: 'For large data sets, how is pagination taken care of?',
  why: 'A read that stops after the first page looks like success and loses the rest.',
  german: {
    text: 'Wie wird bei großen Datenmengen geblättert?',
    why: 'Ein Lesen, das nach der ersten Seite aufhört, sieht wie Erfolg aus und verliert den Rest.',
  },
  theme: 'reading',
  ask: 'engineer',
  blocks: 'runs',
  answers: (integration) =>
    fromFileOr(integration, 'pagination', () =>
      ofEachSystem(integration, (side, { connector }) => {
        if (connector.protocol === 'sql') return declared(side, 'by key, page after page');
        const says = eachKind(mappedObjects(integration, side), ({ definition }) => pagesOf(definition));
        return says === '' ? notApplicable(side, 'nothing is listed') : declared(side, says);
      }),
    ),
  probes: [{ id: 'twice', ask: askPages }],
};

function pagesOf({ list }: ObjectDefinition): string | null {
  if (!list) return null;
  return `${styleOf(list)}${list.cap === undefined ? '' : `; windows by time above ${list.cap} rows`}`;
}

function styleOf({ pagination }: ListDefinition): string {
  switch (pagination.style) {
    case 'none':
      return 'all in one answer';
    case 'next_url':
      return `address of the next page, ${pagination.size} a page`;
    case 'cursor':
      return `cursor, ${pagination.size} a page`;
    default:
      return `${pagination.style}, ${pagination.size} a page${'shifts' in pagination && pagination.shifts ? ', overlapping since pages shift' : ''}`;
  }
}
