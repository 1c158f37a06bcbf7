import type { FieldDefinition } from '../../connector/field.ts';
import type { FieldType } from '../../record/value.ts';
import { declared, fromFileOr, mappedFields, mappedObjects, notApplicable, ofEachSystem } from '../answers.ts';
import { askClock, askReadable } from '../probe-values.ts';
import type { Question } from '../question.ts';

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
  ],
};

const TIMES: readonly FieldType[] = ['timestamp', 'local_timestamp', 'date', 'time'];

function formOf(field: FieldDefinition | undefined): string | null {
  if (field?.type !== 'timestamp' && field?.type !== 'date' && field?.type !== 'local_timestamp') return null;
  const { time = 'iso' } = field;
  if (field.type === 'local_timestamp') return localForm(time);
  if (typeof time !== 'string')
    return field.type === 'date' ? time.pattern : `${time.pattern} in ${time.zone ?? 'UTC'}`;
  if (time === 'iso') return field.type === 'date' ? 'ISO 8601 dates' : 'ISO 8601, UTC or with its offset';
  return `${time === 'epoch_s' ? 'seconds' : 'milliseconds'} since 1970, UTC`;
}

function localForm(time: NonNullable<FieldDefinition['time']>): string {
  const pattern = typeof time === 'object' && time.pattern !== 'iso' ? time.pattern : 'ISO 8601 without an offset';
  const zone = typeof time === 'object' ? time.zone : undefined;
  return zone === undefined ? `${pattern}, in no zone` : `${pattern} in ${zone}`;
}
