import { compileCodec } from '../../connector/codec.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import type { LoadedField, LoadedMapping } from '../../integration/loaded.ts';
import { compileFieldMapper } from '../../mapping/map-field.ts';
import { sameValue } from '../../record/canonical.ts';
import type { Diagnostic, Place } from '../../record/diagnostic.ts';
import { ABSENT, Obstacle } from '../../record/expressed.ts';
import { otherSide, type Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import { compileCheck, valueRules } from '../../validation/validate.ts';
import { counted, declared, mappedFields, mappedObjects, ofEachSystem, someOf } from '../answers.ts';
import { asFarAsSeen, nothingToSee } from '../failure.ts';
import { passesFilter } from '../filter.ts';
import { aboutRecords } from '../named.ts';
import { askOwnLimits } from '../probe-limits.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import type { Sample, SampledRecord } from '../sample.ts';
import { writtenFields } from '../written-fields.ts';

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
  probes: [
    { id: 'sample-against-constraints', ask: askSample },
    { id: 'own-records', ask: askOwnLimits },
    {
      id: 'limits-tried',
      writes: true,
      applies: (integration, side) => writtenFields(integration, side).length > 0,
      ask: async (context, side) => (await import('../trial/try-limits.ts')).tryLimits(context, side),
    },
  ],
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

/** What a run would say to a value: by the same steps, map and validate. */
type FieldTest = (source: Fields) => {
  outcome: 'fits' | 'cut' | 'refused';
  row: LoadedField;
  fault: Diagnostic | null;
};

/** Records that one row has the same fault with. */
interface Fault {
  outcome: 'cut' | 'refused';
  object: string;
  field: string;
  /** Of the first of them. */
  fault: Diagnostic | null;
  where: Place;
  ids: string[];
  /** Records that were held against it. */
  of: number;
}

interface Totals {
  records: number;
  refused: number;
  cut: number;
}

/** The other system's records, held against what this system demands. */
async function askSample(context: ProbeContext, side: Side): Promise<Observation> {
  const { integration, samples, connections } = context;
  const source = otherSide(side);
  const asked = `records of ${integration[source].name}, held against the constraints of ${integration[side].name}`;
  const totals: Totals = { records: 0, refused: 0, cut: 0 };
  const faults = new Map<string, Fault>();
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
    const inside = sample.records.filter(({ fields }) => passesFilter(mapping.filter[source], fields));
    hold(mapping.objects[side], side, inside, tests, totals, faults);
  }
  return nothingToSee(asked, seen) ?? asFarAsSeen(judge(asked, totals, [...faults.values()], context, side), seen);
}

/** Holds records against the tests, and counts. */
function hold(
  object: string,
  side: Side,
  records: readonly SampledRecord[],
  tests: readonly FieldTest[],
  totals: Totals,
  faults: Map<string, Fault>,
): void {
  for (const { id, fields } of records) {
    const results = tests.map((test) => test(fields));
    totals.records += 1;
    if (results.some(({ outcome }) => outcome === 'refused')) totals.refused += 1;
    if (results.some(({ outcome }) => outcome === 'cut')) totals.cut += 1;
    for (const { outcome, row, fault } of results) {
      if (outcome === 'fits') continue;
      const field = row[side];
      const key = `${object}.${field} ${outcome} ${fault?.code}`;
      const known = faults.get(key) ?? { outcome, object, field, fault, where: row.where, ids: [], of: records.length };
      known.ids.push(id);
      faults.set(key, known);
    }
  }
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
    const refused = (fault: Diagnostic) => ({ outcome: 'refused' as const, row, fault });
    return [
      (fields) => {
        const mapped = mapper(fields);
        if (mapped instanceof Obstacle) return refused(mapped.diagnostic);
        if (mapped === ABSENT) return { outcome: 'fits', row, fault: null };
        const checked = check ? check(mapped) : mapped;
        if (checked instanceof Obstacle) return refused(checked.diagnostic);
        const normal = codec.normalise(name, checked);
        if (!normal.ok) return refused(normal.error);
        return { outcome: sameValue(checked, mapped) ? 'fits' : 'cut', row, fault: null };
      },
    ];
  });
}

function judge(
  asked: string,
  { records, refused, cut }: Totals,
  faults: readonly Fault[],
  { integration }: ProbeContext,
  side: Side,
): Observation {
  const source = integration[otherSide(side)].name;
  const parked = new Map<string, number>();
  const most = new Map<string, number>();
  for (const { outcome, object, field, ids, of } of faults) {
    const name = `${object}.${field}`;
    if (outcome === 'refused') parked.set(name, (parked.get(name) ?? 0) + ids.length);
    most.set(name, of * integration.failures.share);
  }
  const facts = { records, refused, cut, ...Object.fromEntries(parked) };
  const findings = faults
    .toSorted((one, other) => other.outcome.localeCompare(one.outcome))
    .map((fault) => findingOf(fault, integration[side].name, source));
  if (refused === 0) {
    const cuts = cut === 0 ? '' : `; ${cut} are cut as the system itself would`;
    const found = `${counted(records, 'record')} would be taken${cuts}`;
    return { verdict: 'holds', asked, facts, found, ...(cut === 0 ? {} : { findings }) };
  }
  const isWrong = [...parked].some(([name, count]) => count > (most.get(name) ?? 0));
  const worst = [...parked].sort((one, other) => other[1] - one[1]).map(([name, count]) => `${name} (${count})`);
  return {
    verdict: isWrong ? 'contradicts' : 'holds',
    asked,
    facts,
    found: `${refused} of ${records} records would be parked: ${someOf(worst)}`,
    findings,
    next: `Correct these values at their source, or map ${someOf([...parked.keys()], 1)} with an expression`,
  };
}

/** Named by the ids that the records have at their source. */
function findingOf({ outcome, object, field, fault, where, ids }: Fault, system: string, source: string): Diagnostic {
  const records = `${counted(ids.length, 'record')} of ${source}`;
  return outcome === 'cut'
    ? aboutRecords('value-cut', `${object}.${field}: cut to what ${system} holds, for ${records}`, ids, {
        severity: 'info',
        where,
      })
    : aboutRecords('value-refused', `${object}.${field}: ${records} would be parked`, ids, {
        severity: 'warning',
        detail: `${ids.length === 1 ? '' : 'The first: '}${fault?.summary ?? ''}`,
        where,
        next: 'Correct the value at its source, or map the field with an expression',
      });
}
