import { compileCodec } from '../connector/codec.ts';
import type { FieldDefinition } from '../connector/field.ts';
import type { Diagnostic } from '../record/diagnostic.ts';
import { otherSide, type Side } from '../record/side.ts';
import { counted, type MappedObject, mappedFields, mappedObjects, someOf } from './answers.ts';
import { casesOf, type FieldCase, hasUmlauts, isOfCase } from './data-cases.ts';
import { isProduction } from './environment.ts';
import { nothingToSee } from './failure.ts';
import { groupByKey, keptUnique } from './match-keys.ts';
import type { Observation, ProbeContext } from './question.ts';
import type { Sample } from './sample.ts';

/** What the records of one object lack. */
interface Lack {
  object: string;
  /** In words: `the longest text in name, street`. */
  what: string;
  isWhole: boolean;
}

const GENERATE = 'Run `dovetail testdata generate`: it makes what is missing, and marks it';

/**
 * Whether the records of staging hold what later changes are to be tried on: each mapped field filled and empty, texts of the
 * longest length and with umlauts, every option, two records with one match key.
 */
export async function askCoverage(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the sampled records, for the cases that test data should hold';
  if (isProduction(context.integration.environment)) {
    return { verdict: 'unknown', asked: 'nothing', facts: {}, found: 'Test data is looked at in staging only' };
  }
  const seen: Sample[] = [];
  const lacks: Lack[] = [];
  const facts: Record<string, number> = {};
  let wanted = 0;
  for (const object of mappedObjects(context.integration, side)) {
    const { connections, samples } = context;
    await connections[side].loadOptions(object.name);
    const sample = await samples.of(side, object.name);
    seen.push(sample);
    const { all, missing } = await missingOf(context, side, object, sample);
    wanted += all;
    facts[`${object.name} sampled`] = sample.records.length;
    facts[`${object.name} missing`] = missing.length;
    lacks.push(...missing);
  }
  const nothing = nothingToSee(asked, seen);
  if (nothing) return nothing.facts.failure === null ? { ...nothing, verdict: 'contradicts', next: GENERATE } : nothing;
  const findings = lacks.map(findingOf);
  const bare = lacks.filter(({ isWhole }) => isWhole).map(({ object, what }) => `${object}: ${what}`);
  if (bare.length > 0) {
    return {
      verdict: 'contradicts',
      asked,
      facts,
      findings,
      found: `No test data for ${someOf(bare)}`,
      next: GENERATE,
    };
  }
  if (lacks.length > 0) {
    const words = someOf(lacks.map(({ object, what }) => `${object}: ${what}`));
    return {
      verdict: 'unknown',
      asked,
      facts,
      findings,
      found: `${counted(lacks.length, 'kind')} of case not among the records seen: ${words}`,
      next: GENERATE,
    };
  }
  return { verdict: 'holds', asked, facts, found: `All of ${counted(wanted, 'case')} are there` };
}

const findingOf = ({ object, what, isWhole }: Lack): Diagnostic => ({
  severity: isWhole ? 'warning' : 'info',
  code: 'test-data-missing',
  summary: `${object}: no record with ${what}`,
  next: GENERATE,
});

async function missingOf(
  context: ProbeContext,
  side: Side,
  object: MappedObject,
  sample: Sample,
): Promise<{ all: number; missing: Lack[] }> {
  const { name } = object;
  const fields = fieldsRead(object, side).flatMap((field): [string, FieldDefinition][] => {
    const definition = object.definition.fields[field];
    return definition ? [[field, definition]] : [];
  });
  const missing = new Map<FieldCase, string[]>();
  let all = 0;
  for (const [field, definition] of fields) {
    const { options = [], options_from: list } = definition;
    const known = [...options, ...(list === undefined ? [] : context.connections[side].options(list))];
    for (const one of casesOf(definition, known)) {
      all += 1;
      if (sample.records.some((record) => isOfCase(one, record.fields[field], definition))) continue;
      missing.set(one, [...(missing.get(one) ?? []), field]);
    }
  }
  const lacks = [...missing].map(([one, names]): Lack => ({ object: name, ...wordsOf(one, names) }));
  const texts = fields.filter(([, { type, characters }]) => type === 'string' && characters !== 'ascii');
  if (texts.length > 0) {
    all += 1;
    const some = sample.records.some((record) => texts.some(([field]) => hasUmlauts(record.fields[field])));
    if (!some) lacks.push({ object: name, what: 'umlauts or accents', isWhole: false });
  }
  const twins = object.mappings.filter(
    ({ match: [first] }) =>
      first &&
      !keptUnique(
        object.definition,
        first.map((part) => part[side]),
      ),
  );
  for (const mapping of twins) {
    all += 1;
    const other = otherSide(side);
    const theirs = context.integration[other].connector.objects[mapping.objects[other]];
    if (!theirs) continue;
    await context.connections[other].loadOptions(mapping.objects[other]);
    const codec = compileCodec(theirs, (list) => context.connections[other].options(list));
    const { groups } = groupByKey(mapping, side, sample, codec);
    if (groups.length === 0) lacks.push({ object: name, what: 'the match key of another', isWhole: false });
  }
  return { all, missing: lacks };
}

/** Names of the fields whose values go to the other system: what is only written here needs no data of its own. */
export function fieldsRead(object: MappedObject, side: Side): string[] {
  const rows = object.mappings.flatMap(({ fields }) => fields);
  const written = rows.filter((row) => !(side === 'a' ? row.aToB : row.bToA)).map((row) => row[side]);
  return mappedFields(object, side).filter((name) => !written.includes(name));
}

function wordsOf(one: FieldCase, names: readonly string[]): Pick<Lack, 'what' | 'isWhole'> {
  const list = names.join(', ');
  switch (one) {
    case 'filled':
      return { what: `anything in ${list}`, isWhole: true };
    case 'empty':
      return { what: `nothing in ${list}`, isWhole: false };
    case 'longest':
      return { what: `the longest text in ${list}`, isWhole: false };
    case 'yes':
      return { what: `yes in ${list}`, isWhole: false };
    case 'no':
      return { what: `no in ${list}`, isWhole: false };
    default:
      return { what: `the ${one} in ${list}`, isWhole: false };
  }
}
