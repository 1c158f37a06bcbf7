import type { FieldDefinition } from '../../connector/field.ts';
import type { FieldType } from '../../record/value.ts';
import { declared, fromFileOr, mappedFields, mappedObjects, notApplicable, ofEachSystem } from '../answers.ts';
import { askClock, askReadable } from '../probe-values.ts';
import type { Question } from '../question.ts';
import { writtenFields } from '../written-fields.ts';

export const timestamps: Question = {
  id: 'timestamps',
  text: 'One system uses UTC timestamps, the other German local ones: how is that transformed?',
  why: 'A zone guessed from how a value looks is wrong for half of the year.',
  german: {
    text: 'Ein System verwendet UTC-Zeitstempel, das andere deutsche Ortszeit: wie wird das umgerechnet?',
    why: 'Eine Zeitzone, die nach dem Aussehen eines Wertes geraten wird, ist das halbe Jahr lang falsch.',
  },
  theme: 'values',
  ask: 'engineer',
  blocks: 'runs',
  restsOn: 'mappings',
  answers: (integration) =>
    fromFileOr(integration, 'timestamps', () =>
      ofEachSystem(integration, (side) => {
        const forms = mappedObjects(integration, side).flatMap((object) => {
          const stamp = object.definition.modified;
          const names = new Set([...mappedFields(object, side), ...(stamp === undefined ? [] : [stamp])]);
          return [...names].flatMap((name) => formOf(object.definition.fields[name]) ?? []);
        });
        const unique = [...new Set(forms)];
        return unique.length === 0 ? notApplicable(side, 'no instant is mapped') : declared(side, unique.join('; '));
      }),
    ),
  probes: [
    { id: 'readable', ask: (context, side) => askReadable(context, side, TIMES) },
    { id: 'clock', ask: askClock },
    {
      id: 'written',
      writes: true,
      settles: ['clock'],
      applies: (integration, side) => writtenFields(integration, side).length > 0,
      ask: async (context, side) => (await import('../trial/try-times.ts')).tryTimes(context, side, TIMES),
    },
  ],
};

const TIMES: readonly FieldType[] = ['timestamp', 'local_timestamp', 'date', 'time'];

/** How the instants, days and local times of a field stand on the wire, in words; null for other fields. */
export function formOf(field: FieldDefinition | undefined): string | null {
  if (field?.type !== 'timestamp' && field?.type !== 'date' && field?.type !== 'local_timestamp') return null;
  const { type, time = 'iso' } = field;
  if (typeof time === 'object')
    return type === 'date' ? dateForm(time.pattern) : `${plainForm(time.pattern)} ${zoneOf(field)}`;
  if (type === 'local_timestamp') return `${plainForm('iso')} ${zoneOf(field)}`;
  if (time === 'iso') return type === 'date' ? dateForm('iso') : 'ISO 8601, UTC or with its offset';
  return `${time === 'epoch_s' ? 'seconds' : 'milliseconds'} since 1970, UTC`;
}

const dateForm = (pattern: string): string => (pattern === 'iso' ? 'ISO 8601 dates' : pattern);
const plainForm = (pattern: string): string => (pattern === 'iso' ? 'ISO 8601 without an offset' : pattern);

function zoneOf({ type, time }: FieldDefinition): string {
  const zone = typeof time === 'object' ? time.zone : undefined;
  if (zone !== undefined) return `in ${zone}`;
  return type === 'local_timestamp' ? 'in no zone' : 'in UTC';
}
