import type { LoadedField } from '../../integration/loaded.ts';
import { counted, declared, fromFileOr, notApplicable } from '../answers.ts';
import type { Question } from '../question.ts';

export const options: Question = {
  id: 'options',
  text: 'Select / drop-down fields: where are the options stored? What if a new option appears: a default value, or an error?',
  why: 'Somebody adds an option tomorrow, and every record that has it is refused by the other system.',
  german: {
    text: 'Auswahlfelder: wo sind die Optionen hinterlegt? Was, wenn eine neue erscheint: ein Vorgabewert oder ein Fehler?',
    why: 'Morgen legt jemand eine Option an, und jeder Datensatz damit wird vom anderen System abgelehnt.',
  },
  theme: 'values',
  ask: 'owner',
  blocks: 'runs',
  restsOn: 'mappings',
  answers: (integration) =>
    fromFileOr(integration, 'options', () => {
      const fields = integration.mappings.flatMap((mapping) =>
        mapping.fields.filter((field) =>
          (['a', 'b'] as const).some((side) => {
            const object = integration[side].connector.objects[mapping.objects[side]];
            return object?.fields[field[side]]?.type === 'option';
          }),
        ),
      );
      if (fields.length === 0) return [notApplicable(null, 'no drop-down field is mapped')];
      const says = (['park', 'default', 'create', 'ignore'] as const).flatMap((policy) => {
        const { length } = fields.filter((field) => field.otherwise.policy === policy);
        return length === 0 ? [] : `${counted(length, 'field')}: ${POLICY[policy]}`;
      });
      return [declared(null, says.join('; '))];
    }),
  probes: [],
};

const POLICY: Record<LoadedField['otherwise']['policy'], string> = {
  park: 'an unknown option parks the record',
  default: 'an unknown option becomes the default',
  create: 'an unknown option is added to the other system',
  ignore: 'an unknown option is left alone',
};
