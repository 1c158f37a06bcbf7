import { wireReader } from '../../connector/wire-path.ts';
import { isEmpty } from '../../record/canonical.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, mappedFields, mappedObjects, ofEachSystem, someOf } from '../answers.ts';
import { asFarAsSeen, nothingToSee } from '../failure.ts';
import { unreadableValues } from '../probe-values.ts';
import type { Observation, ProbeContext, Question, ReadingProbe } from '../question.ts';
import type { Sample } from '../sample.ts';

export const fieldMapping: Question = {
  id: 'field-mapping',
  text: 'Field mappings, ideally agreed in a spreadsheet template.',
  why: 'A field that is named in the mapping and missing in the system stays empty without an error.',
  german: {
    text: 'Feldzuordnungen, am besten in einer Tabelle abgestimmt.',
    why: 'Ein Feld, das in der Zuordnung steht und im System fehlt, bleibt leer, ohne dass ein Fehler erscheint.',
  },
  theme: 'data',
  ask: 'owner',
  blocks: 'runs',
  restsOn: 'mappings',
  answers: (integration) =>
    ofEachSystem(integration, (side) => {
      const objects = mappedObjects(integration, side);
      const says = objects.map((object) => `${object.name} ${mappedFields(object, side).length}`).join(', ');
      return declared(side, `fields mapped: ${says}; types fit`);
    }),
  probes: [
    { id: 'fields-exist', ask: seen(askFields) },
    { id: 'values-decode', ask: seen(askValues) },
    // Loaded when it is asked: a sync has the check list, too, and needs no examples of values.
    { id: 'round-trip', ask: async (context, side) => (await import('../round-trip.ts')).askRoundTrip(context, side) },
  ],
};

/** The same, and nothing more than it saw. */
function seen(ask: ReadingProbe['ask']): ReadingProbe['ask'] {
  return async (context, side) => {
    const samples = mappedObjects(context.integration, side).map(({ name }) => context.samples.of(side, name));
    return asFarAsSeen(await ask(context, side), await Promise.all(samples));
  };
}

async function samplesOf({ integration, samples }: ProbeContext, side: Side) {
  const found: { sample: Sample; names: string[] }[] = [];
  for (const object of mappedObjects(integration, side)) {
    const names = mappedFields(object, side).filter((name) => !object.definition.fields[name]?.write_only);
    found.push({ sample: await samples.of(side, object.name), names });
  }
  return found;
}

async function askFields(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'records as the system sends them, for the mapped fields';
  const found = await samplesOf(context, side);
  const nothing = nothingToSee(
    asked,
    found.map(({ sample }) => sample),
  );
  if (nothing) return nothing;
  const fields = found.reduce((sum, { names }) => sum + names.length, 0);
  const missing = found.flatMap(({ sample, names }) => absentFields(sample, names).map((name) => ({ sample, name })));
  const facts = { fields, missing: missing.length };
  if (missing.length === 0) return { verdict: 'holds', asked, facts, found: `All ${fields} mapped fields are there` };
  const list = someOf(missing.map(({ sample, name }) => `${sample.object}.${name}`));
  const certain = missing.some(({ sample }) => sendsEmptyFields(sample));
  return {
    verdict: certain ? 'contradicts' : 'unknown',
    asked,
    facts,
    found: certain ? `No record has ${list}` : `${list}: in no record; the system may leave empty fields out`,
    next: `Check the names and paths of ${list} in the connector`,
  };
}

function absentFields(sample: Sample, names: readonly string[]): string[] {
  if (sample.records.length === 0) return [];
  return names.filter((name) => {
    const at = wireReader(sample.definition.fields[name]?.path ?? name);
    return sample.records.every((record) => at(record.wire) === undefined);
  });
}

/** A system that sends what is empty would send a field that exists. */
function sendsEmptyFields({ records, definition }: Sample): boolean {
  const readers = Object.entries(definition.fields).map(([name, field]) => wireReader(field.path ?? name));
  return records.some(({ wire }) => readers.some((at) => at(wire) === null || at(wire) === ''));
}

async function askValues(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'records, whether every mapped value has the declared form';
  const found = await samplesOf(context, side);
  const nothing = nothingToSee(
    asked,
    found.map(({ sample }) => sample),
  );
  if (nothing) return nothing;
  const facts: Record<string, number> = {};
  let records = 0;
  let strange = 0;
  /** Most of what a field holds is of another form: then the form is wrong, not the records. */
  let isForm = false;
  for (const { sample, names } of found) {
    records += sample.records.length;
    for (const { problems } of sample.records) {
      const wrong = names.filter((name) => Object.hasOwn(problems, name));
      if (wrong.length > 0) strange += 1;
      for (const name of wrong) facts[`${sample.object}.${name}`] = (facts[`${sample.object}.${name}`] ?? 0) + 1;
    }
  }
  for (const { sample, names } of found) {
    for (const name of names) {
      const wrong = facts[`${sample.object}.${name}`] ?? 0;
      const filled = sample.records.filter(({ fields }) => !isEmpty(fields[name])).length;
      if (wrong > (wrong + filled) * context.integration.failures.share) isForm = true;
    }
  }
  const findings = found.flatMap(({ sample, names }) =>
    names.flatMap((name) => {
      const ids = sample.records.filter(({ problems }) => Object.hasOwn(problems, name)).map(({ id }) => id);
      return ids.length === 0 ? [] : [unreadableValues(sample, `${sample.object}.${name}`, name, ids)];
    }),
  );
  const worst = Object.entries(facts).sort((one, other) => other[1] - one[1]);
  if (strange === 0) {
    return {
      verdict: 'holds',
      asked,
      facts: { records },
      found: `${counted(records, 'record')} decoded without a problem`,
    };
  }
  const fields = someOf(worst.map(([name, count]) => `${name} (${count})`));
  return {
    verdict: isForm ? 'contradicts' : 'holds',
    asked,
    facts: { records, strange, ...facts },
    findings,
    found: `${strange} of ${records} records hold values that are not of the declared form: ${fields}`,
    next: `Correct the values in the system, or the declaration of ${worst[0]?.[0]} in the connector`,
  };
}
