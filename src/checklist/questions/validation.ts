import { compileCodec } from '../../connector/codec.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import type { LoadedMapping } from '../../integration/loaded.ts';
import { compileFieldMapper } from '../../mapping/map-field.ts';
import { sameValue } from '../../record/canonical.ts';
import { ABSENT, Obstacle } from '../../record/expressed.ts';
import { otherSide, type Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import { compileCheck, valueRules } from '../../validation/validate.ts';
import { counted, declared, mappedFields, mappedObjects, ofEachSystem, someOf } from '../answers.ts';
import { nothingToSee } from '../failure.ts';
import { passesFilter } from '../filter.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import type { Sample } from '../sample.ts';

export const validation: Question = {
  id: 'validation',
  text: "Do the systems validate data (length, certain characters only, ...), and how is that enforced? If it isn't: a validation helper, or an expression such as the Jinja `replace('#', '')`.",
  why: 'What a system cuts, replaces or refuses is found record by record, after the run has begun.',
  german: {
    text: "Prüfen die Systeme ihre Daten (Länge, nur bestimmte Zeichen …), und wie wird das durchgesetzt? Wenn nicht: eine Prüfhilfe oder ein Ausdruck wie das Jinja-`replace('#', '')`.",
    why: 'Was ein System abschneidet, ersetzt oder ablehnt, zeigt sich Datensatz für Datensatz, nachdem der Lauf begonnen hat.',
  },
  theme: 'values',
  ask: 'owner',
  blocks: 'runs',
  restsOn: 'mappings',
  answers: (integration) =>
    ofEachSystem(integration, (side) => {
      const fields = mappedObjects(integration, side).flatMap((object) =>
        mappedFields(object, side).flatMap((name) => object.definition.fields[name] ?? []),
      );
      const limited = fields.filter(hasConstraint);
      const cut = fields.filter((field) => field.on_violation === 'truncate').length;
      const policy = cut === 0 ? 'what does not fit is parked' : `${cut} are cut to fit, else parked`;
      return declared(side, `constraints declared for ${limited.length} of ${fields.length} mapped fields; ${policy}`);
    }),
  probes: [{ id: 'sample-against-constraints', ask: askSample }],
};

const hasConstraint = (field: FieldDefinition): boolean =>
  field.required ||
  field.max_length !== undefined ||
  field.pattern !== undefined ||
  field.characters !== 'any' ||
  field.options !== undefined ||
  field.options_from !== undefined ||
  field.minimum !== undefined ||
  field.maximum !== undefined;

/** What a run would say to each value: by the same steps, map and validate. */
type FieldTest = (source: Fields) => { outcome: 'fits' | 'cut' | 'refused'; field: string };

/** The other system's records, held against what this system demands. */
async function askSample(context: ProbeContext, side: Side): Promise<Observation> {
  const { integration, samples, connections } = context;
  const source = otherSide(side);
  const asked = `records of ${integration[source].name}, held against the constraints of ${integration[side].name}`;
  const totals = { records: 0, refused: 0, cut: 0 };
  const refusedFields = new Map<string, number>();
  const seen: Sample[] = [];
  for (const mapping of integration.mappings) {
    const definition = integration[side].connector.objects[mapping.objects[side]];
    const sample = await samples.of(source, mapping.objects[source]);
    seen.push(sample);
    if (sample.records.length === 0) continue;
    const options = await connections[side].loadOptions(mapping.objects[side]);
    if (!definition || !options.ok) continue;
    const tests = compileTests(context, mapping, side, definition.fields);
    if (tests.length === 0) continue;
    for (const { fields } of sample.records) {
      if (!passesFilter(mapping.filter[source], fields)) continue;
      const results = tests.map((test) => test(fields));
      const refused = results.filter(({ outcome }) => outcome === 'refused');
      totals.records += 1;
      if (refused.length > 0) totals.refused += 1;
      if (results.some(({ outcome }) => outcome === 'cut')) totals.cut += 1;
      for (const { field } of refused) {
        const name = `${mapping.objects[side]}.${field}`;
        refusedFields.set(name, (refusedFields.get(name) ?? 0) + 1);
      }
    }
  }
  return nothingToSee(asked, seen) ?? judge(asked, totals, refusedFields, integration.failures.share);
}

function compileTests(
  { integration, connections }: ProbeContext,
  mapping: LoadedMapping,
  side: Side,
  targetFields: Record<string, FieldDefinition>,
): FieldTest[] {
  const source = otherSide(side);
  const sourceFields = integration[source].connector.objects[mapping.objects[source]]?.fields ?? {};
  const lists = (list: string) => connections[side].options(list);
  const codec = compileCodec({ fields: targetFields }, lists);
  return mapping.fields.flatMap((row): FieldTest[] => {
    const from = sourceFields[row[source]];
    const to = targetFields[row[side]];
    const flows = side === 'b' ? row.aToB : row.bToA;
    if (!from || !to || !flows || row.reference !== null) return [];
    const mapper = compileFieldMapper(row, side, from, to);
    const name = row[side];
    const check = compileCheck(name, to, { lists, rules: valueRules(mapping, side, name) });
    return [
      (fields) => {
        const mapped = mapper(fields);
        if (mapped instanceof Obstacle) return { field: name, outcome: 'refused' };
        if (mapped === ABSENT) return { field: name, outcome: 'fits' };
        const checked = check ? check(mapped) : mapped;
        if (checked instanceof Obstacle || !codec.normalise(name, checked).ok)
          return { field: name, outcome: 'refused' };
        return { field: name, outcome: sameValue(checked, mapped) ? 'fits' : 'cut' };
      },
    ];
  });
}

function judge(
  asked: string,
  { records, refused, cut }: { records: number; refused: number; cut: number },
  refusedFields: ReadonlyMap<string, number>,
  share: number,
): Observation {
  const facts = { records, refused, cut, ...Object.fromEntries(refusedFields) };
  if (refused === 0) {
    const cuts = cut === 0 ? '' : `; ${cut} are cut as the system itself would`;
    return { verdict: 'holds', asked, facts, found: `${counted(records, 'record')} would be taken${cuts}` };
  }
  const worst = [...refusedFields].sort((one, other) => other[1] - one[1]).map(([name, count]) => `${name} (${count})`);
  return {
    verdict: refused > records * share ? 'contradicts' : 'holds',
    asked,
    facts,
    found: `${refused} of ${records} records would be parked: ${someOf(worst)}`,
    next: `Correct these values at their source, or map ${someOf([...refusedFields.keys()], 1)} with an expression`,
  };
}
