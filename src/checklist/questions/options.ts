import type { FieldDefinition } from '../../connector/field.ts';
import type { LoadedField, LoadedMapping } from '../../integration/loaded.ts';
import { counterpart, knownOptions } from '../../mapping/option-way.ts';
import { isEmpty } from '../../record/canonical.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { otherSide, type Side } from '../../record/side.ts';
import { counted, declared, fromFileOr, mappedFields, mappedObjects, notApplicable, someOf } from '../answers.ts';
import { asFarAsSeen, nothingToSee } from '../failure.ts';
import { unreadableValues } from '../probe-values.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import type { Sample } from '../sample.ts';

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
  probes: [
    { id: 'live-options', ask: askOptions },
    { id: 'used-options', ask: askUsed },
  ],
};

const POLICY: Record<LoadedField['otherwise']['policy'], string> = {
  park: 'an unknown option parks the record',
  default: 'an unknown option becomes the default',
  create: 'an unknown option is added to the other system',
  ignore: 'an unknown option is left alone',
};

/** A row of a mapping by which options flow from a side. */
interface OptionRow {
  mapping: LoadedMapping;
  row: LoadedField;
  from: FieldDefinition;
  to: FieldDefinition;
  /** `companies.status` */
  name: string;
}

function optionRows({ integration }: ProbeContext, side: Side): OptionRow[] {
  const target = otherSide(side);
  return integration.mappings.flatMap((mapping) =>
    mapping.fields.flatMap((row): OptionRow[] => {
      const from = integration[side].connector.objects[mapping.objects[side]]?.fields[row[side]];
      const to = integration[target].connector.objects[mapping.objects[target]]?.fields[row[target]];
      const flows = target === 'b' ? row.aToB && !row.toB : row.bToA && !row.toA;
      if (!from || !to || !flows || (from.type !== 'option' && from.type !== 'multi_option')) return [];
      return [{ mapping, row, from, to, name: `${mapping.objects[side]}.${row[side]}` }];
    }),
  );
}

/** Which options a system has now that mean nothing on the other one, and which the file names that it no longer has. */
async function askOptions(context: ProbeContext, side: Side): Promise<Observation> {
  const { connections } = context;
  const asked = 'the options of the mapped fields, held against those of the other system';
  const target = otherSide(side);
  const facts = { fields: 0, options: 0, unmapped: 0, gone: 0 };
  const unmapped: Diagnostic[] = [];
  const gone: Diagnostic[] = [];
  const words: string[] = [];
  for (const { mapping, row, from, to, name } of optionRows(context, side)) {
    for (const one of [side, target]) {
      const loaded = await connections[one].loadOptions(mapping.objects[one]);
      if (!loaded.ok) return { verdict: 'unknown', asked, facts, found: loaded.error.summary };
    }
    const own = [...(from.options ?? []), ...(from.options_from ? connections[side].options(from.options_from) : [])];
    const has = knownOptions(to, (list) => connections[target].options(list));
    if (own.length === 0 || (!has && !row.options)) continue;
    facts.fields += 1;
    facts.options += own.length;
    const policy = POLICY_IN_SHORT[row.otherwise.policy];
    for (const { key } of own.filter((option) => counterpart(row, target, option.key, has) === undefined)) {
      words.push(`${key} of ${name} (${policy})`);
      unmapped.push(aboutOption('option-unmapped', `${key} of ${name} has no counterpart: it ${policy}`, row));
    }
    const keys = new Set(own.map(({ key }) => key));
    const table = [...(row.options?.[target === 'b' ? 'aToB' : 'bToA'] ?? new Map<string, string>()).entries()];
    for (const [key, counterKey] of table) {
      if (!keys.has(key)) gone.push(aboutOption('option-gone', `${name} has no option ${key}`, row));
      else if (has && !has(counterKey))
        gone.push(
          aboutOption('option-gone', `${mapping.objects[target]}.${row[target]} has no option ${counterKey}`, row),
        );
    }
  }
  facts.unmapped = unmapped.length;
  facts.gone = gone.length;
  const findings = [...gone, ...unmapped];
  if (facts.fields === 0) return { verdict: 'unknown', asked, facts, found: 'No options of mapped fields are known' };
  if (gone.length > 0) {
    const found = `Mapped, but not there: ${someOf(gone.map(({ summary }) => summary))}`;
    return { verdict: 'contradicts', asked, facts, findings, found, next: 'Correct the options of their rows' };
  }
  if (unmapped.length === 0)
    return { verdict: 'holds', asked, facts, found: `${counted(facts.options, 'option')}, each with a counterpart` };
  const found = `${counted(unmapped.length, 'option')} without counterpart: ${someOf(words)}`;
  return { verdict: 'holds', asked, facts, findings, found, next: 'Map them in the options of their rows' };
}

const aboutOption = (code: string, summary: string, { where }: LoadedField): Diagnostic => ({
  severity: 'warning',
  code,
  summary,
  where,
  next: 'Map it in the options of the row',
});

/** Which records hold an option that the connector and the system's own list do not know. */
async function askUsed(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the options that sampled records hold, against those that are known';
  const facts: Record<string, number> = {};
  const findings: Diagnostic[] = [];
  const seen: Sample[] = [];
  const unknown: string[] = [];
  let read = 0;
  for (const object of mappedObjects(context.integration, side)) {
    const names = mappedFields(object, side).filter((field) => hasOptions(object.definition.fields[field]));
    if (names.length === 0) continue;
    const sample = await context.samples.of(side, object.name);
    seen.push(sample);
    for (const field of names) {
      const name = `${object.name}.${field}`;
      const ids = sample.records.filter(({ problems }) => field in problems).map(({ id }) => id);
      const filled = sample.records.filter(({ fields }) => !isEmpty(fields[field])).length;
      facts[`${name} read`] = filled;
      facts[`${name} unknown`] = ids.length;
      read += filled;
      if (ids.length === 0) continue;
      unknown.push(`${name} (${ids.length} of ${ids.length + filled})`);
      findings.push(unreadableValues(sample, name, field, ids));
    }
  }
  if (seen.length === 0) return { verdict: 'holds', asked, facts, found: 'No drop-down field of this side is mapped' };
  const nothing = nothingToSee(asked, seen);
  if (nothing) return nothing;
  if (unknown.length > 0) {
    const found = `Options that nobody declared: ${unknown.join(', ')}`;
    const next = 'Declare them in the connector, or correct the records';
    return { verdict: 'contradicts', asked, facts, findings, found, next };
  }
  if (read === 0) return { verdict: 'unknown', asked, facts, found: 'None of the records seen has an option there' };
  const found = `${counted(read, 'option')} read, all of them known`;
  return asFarAsSeen({ verdict: 'holds', asked, facts, found }, seen);
}

/** Whether the options of a field are known: any text may be one of a field that declares none. */
const hasOptions = (field: FieldDefinition | undefined): boolean =>
  field !== undefined &&
  (field.type === 'option' || field.type === 'multi_option') &&
  (field.options !== undefined || field.options_from !== undefined);

const POLICY_IN_SHORT: Record<LoadedField['otherwise']['policy'], string> = {
  park: 'parks',
  default: 'becomes the default',
  create: 'is added there',
  ignore: 'is left alone',
};
