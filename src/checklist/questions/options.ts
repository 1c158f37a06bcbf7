import type { LoadedField } from '../../integration/loaded.ts';
import { counterpart, knownOptions } from '../../mapping/option-way.ts';
import { otherSide, type Side } from '../../record/side.ts';
import { counted, declared, fromFileOr, notApplicable, someOf } from '../answers.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

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
            const type = integration[side].connector.objects[mapping.objects[side]]?.fields[field[side]]?.type;
            return type === 'option' || type === 'multi_option';
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
  probes: [{ id: 'live-options', ask: askOptions }],
};

const POLICY: Record<LoadedField['otherwise']['policy'], string> = {
  park: 'an unknown option parks the record',
  default: 'an unknown option becomes the default',
  create: 'an unknown option is added to the other system',
  ignore: 'an unknown option is left alone',
};

/** Which options a system has now that mean nothing on the other one. */
async function askOptions({ integration, connections }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the options of the mapped fields, held against those of the other system';
  const target = otherSide(side);
  const facts = { fields: 0, options: 0, unmapped: 0 };
  const unmapped: string[] = [];
  for (const { objects, fields } of integration.mappings) {
    for (const one of [side, target]) {
      const loaded = await connections[one].loadOptions(objects[one]);
      if (!loaded.ok) return { verdict: 'unknown', asked, facts, found: loaded.error.summary };
    }
    const declared = (one: Side) => integration[one].connector.objects[objects[one]]?.fields ?? {};
    for (const row of fields) {
      const [from, to] = [declared(side)[row[side]], declared(target)[row[target]]];
      const flows = target === 'b' ? row.aToB && !row.toB : row.bToA && !row.toA;
      if (!from || !to || !flows || from.type !== 'option') continue;
      const own = [...(from.options ?? []), ...(from.options_from ? connections[side].options(from.options_from) : [])];
      const has = knownOptions(to, (list) => connections[target].options(list));
      if (own.length === 0 || (!has && !row.options)) continue;
      facts.fields += 1;
      facts.options += own.length;
      const lost = own.filter(({ key }) => counterpart(row, target, key, has) === undefined);
      unmapped.push(
        ...lost.map(({ key }) => `${key} of ${objects[side]}.${row[side]} (${POLICY_IN_SHORT[row.otherwise.policy]})`),
      );
    }
  }
  facts.unmapped = unmapped.length;
  if (facts.fields === 0) return { verdict: 'unknown', asked, facts, found: 'No options of mapped fields are known' };
  if (unmapped.length === 0)
    return { verdict: 'holds', asked, facts, found: `${counted(facts.options, 'option')}, each with a counterpart` };
  const found = `${counted(unmapped.length, 'option')} without counterpart: ${someOf(unmapped)}`;
  return { verdict: 'holds', asked, facts, found, next: 'Map them in the options of their rows' };
}

const POLICY_IN_SHORT: Record<LoadedField['otherwise']['policy'], string> = {
  park: 'parks',
  default: 'becomes the default',
  create: 'is added there',
  ignore: 'is left alone',
};
