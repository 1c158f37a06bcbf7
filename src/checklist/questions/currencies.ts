import type { FieldDefinition } from '../../connector/field.ts';
import { declared, fromFileOr, mappedFields, mappedObjects, notApplicable, ofEachSystem } from '../answers.ts';
import { askReadable } from '../probe-values.ts';
import type { Question } from '../question.ts';

export const currencies: Question = {
  id: 'currencies',
  text: 'One system uses EUR and USD, the other the symbols € and $: how is that mapped?',
  why: 'An amount without its currency, or with a guessed one, is a wrong amount.',
  german: {
    text: 'Ein System verwendet EUR und USD, das andere die Zeichen € und $: wie wird das zugeordnet?',
    why: 'Ein Betrag ohne Währung oder mit einer geratenen ist ein falscher Betrag.',
  },
  theme: 'values',
  ask: 'owner',
  blocks: 'runs',
  restsOn: 'mappings',
  answers: (integration) =>
    fromFileOr(integration, 'currencies', () =>
      ofEachSystem(integration, (side) => {
        const forms = mappedObjects(integration, side).flatMap((object) =>
          mappedFields(object, side).flatMap((name) => formOf(object.definition.fields[name]) ?? []),
        );
        const unique = [...new Set(forms)];
        return unique.length === 0 ? notApplicable(side, 'no amount is mapped') : declared(side, unique.join('; '));
      }),
    ),
  probes: [{ id: 'readable', ask: (context, side) => askReadable(context, side, ['money', 'currency'], says) }],
};

/** Whether a currency is the right one, an amount alone does not tell. */
const says = ({ type, money }: FieldDefinition): string | null =>
  type === 'money' && money?.fixed !== undefined
    ? `its amounts come without a currency; that it is ${money.fixed} can't be read`
    : null;

function formOf(field: FieldDefinition | undefined): string | null {
  if (field?.type === 'currency') return 'ISO 4217 codes';
  if (field?.type !== 'money') return null;
  if (field.money?.fixed !== undefined) return `always ${field.money.fixed}`;
  const symbols = Object.entries(field.money?.symbols ?? {}).filter(([symbol, code]) => symbol !== code);
  const as =
    symbols.length === 0 ? 'ISO 4217 codes' : symbols.map(([symbol, code]) => `${symbol} is ${code}`).join(', ');
  const mark = field.number?.decimal === ',' ? ', decimal comma' : '';
  return `${as}${mark}`;
}
