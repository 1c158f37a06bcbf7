import { compileCodec } from '../../connector/codec.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import { isEmpty } from '../../record/canonical.ts';
import type { Diagnostic, Place } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, mappedObjects, notApplicable, ofEachSystem } from '../answers.ts';
import { asFarAsSeen, nothingToSee, toldBy } from '../failure.ts';
import { aboutRecords } from '../named.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import type { Sample } from '../sample.ts';

export const relations: Question = {
  id: 'relations',
  text: 'Data model relations: through which unique / foreign keys are objects connected?',
  why: 'A record whose parent is missing can not be created on the other side.',
  german: {
    text: 'Beziehungen im Datenmodell: über welche eindeutigen Schlüssel / Fremdschlüssel sind Objekte verbunden?',
    why: 'Ein Datensatz, dessen übergeordneter fehlt, kann auf der anderen Seite nicht angelegt werden.',
  },
  theme: 'data',
  ask: 'owner',
  blocks: 'runs',
  restsOn: 'mappings',
  answers: (integration) =>
    ofEachSystem(integration, (side) => {
      const says = referencesOf(integration, side).map(
        ({ object, field, parent, by }) => `${object}.${field} → ${by === null ? parent : `${parent}.${by}`}`,
      );
      return says.length === 0
        ? notApplicable(side, 'no mapped object refers to another')
        : declared(side, says.join('; '));
    }),
  probes: [
    { id: 'references-lead-somewhere', ask: askReferences },
    { id: 'keys-are-unique', ask: askKeys },
  ],
};

interface Reference {
  object: string;
  field: string;
  /** The object that it refers to. */
  parent: string;
  /** The field of it that stands in place of its id; null where the id does. */
  by: string | null;
  where: Place;
}

function referencesOf(integration: LoadedIntegration, side: Side): Reference[] {
  return integration.mappings.flatMap(({ fields, objects }) =>
    fields.flatMap((field) => {
      const parent = integration.mappings.find((mapping) => mapping.name === field.reference)?.objects[side];
      if (parent === undefined) return [];
      return [{ object: objects[side], field: field[side], parent, by: field.by[side], where: field.where }];
    }),
  );
}

/** Most parents that are asked for one by one, and most calls where many can be asked for at once, of each reference. */
const MOST_PARENTS = 50;
const MOST_CALLS = 3;
/** Most parents that are looked up by another key than their id. */
const MOST_LOOKED_UP = 5;

/** What became of the references of one field. */
interface Followed {
  reference: Reference;
  /** Records sampled, those with a value there, and the different parents that were asked for. */
  sampled: number;
  filled: number;
  asked: number;
  /** Records whose parent is not there, by id, and how many parents are lacking. */
  orphans: string[];
  gone: number;
  /** Why nothing can be told. */
  untold: string | null;
}

async function askReferences(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the records that sampled references lead to';
  const followed: Followed[] = [];
  for (const reference of referencesOf(context.integration, side)) {
    followed.push(await follow(context, side, reference));
  }
  const facts = Object.fromEntries(
    followed.flatMap(({ reference: { object, field, parent }, ...counts }) => [
      [`${object} sampled`, counts.sampled],
      [`${object} with ${field}`, counts.filled],
      [`${parent} asked for by ${object}.${field}`, counts.asked],
      [`${parent} found by ${object}.${field}`, counts.asked - counts.gone],
      [`${object}.${field} orphans`, counts.orphans.length],
    ]),
  );
  const findings = followed.filter(({ orphans }) => orphans.length > 0).map(orphansOf);
  const told = followed.filter(({ untold }) => untold === null);
  const found = [
    ...told.map(
      ({ reference, asked, gone }) =>
        `${asked - gone} of ${counted(asked, 'parent')} found for ${reference.object}.${reference.field}`,
    ),
    ...followed.flatMap(({ untold }) => untold ?? []),
  ].join('; ');
  const lost = told.find(({ gone, asked }) => gone * 2 > asked)?.reference;
  if (lost) {
    const form = lost.by === null ? 'how its id is written' : `whether it holds ${lost.by}`;
    const next = `Check which object ${lost.object}.${lost.field} refers to, and ${form}, in the connector`;
    return { verdict: 'contradicts', asked, facts, found, findings, next };
  }
  const orphans = followed.reduce((sum, one) => sum + one.orphans.length, 0);
  const next = `Give the ${counted(orphans, 'record')} without a parent one, or they will be parked`;
  return {
    verdict: told.length === followed.length ? 'holds' : 'unknown',
    asked,
    facts,
    found,
    ...(orphans > 0 ? { findings, next } : {}),
  };
}

const orphansOf = ({ reference: { object, field, parent, where }, orphans }: Followed): Diagnostic =>
  aboutRecords(
    'record-orphaned',
    `${object}: ${field} leads to no record of ${parent} for ${counted(orphans.length, 'record')}`,
    orphans,
    { severity: 'warning', where, next: `Correct ${field} there, or bring back what it refers to` },
  );

async function follow(context: ProbeContext, side: Side, reference: Reference): Promise<Followed> {
  const { object, field, parent, by } = reference;
  const sample = await context.samples.of(side, object);
  const byParent = new Map<string, string[]>();
  for (const { id, fields } of sample.records) {
    const value = fields[field];
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    if (value !== '') byParent.set(String(value), [...(byParent.get(String(value)) ?? []), id]);
  }
  const filled = [...byParent.values()].reduce((sum, ids) => sum + ids.length, 0);
  const nothing: Followed = {
    reference,
    sampled: sample.records.length,
    filled,
    asked: 0,
    orphans: [],
    gone: 0,
    untold: null,
  };
  const name = `${object}.${field}`;
  if (sample.failure) return { ...nothing, untold: `${name}: ${toldBy(sample.failure)}` };
  if (filled === 0) return { ...nothing, untold: `${name}: no record seen refers to another` };
  const keys = [...byParent.keys()];
  const there = await (by === null ? byId(context, side, parent, keys) : byKey(context, side, parent, by, keys));
  const known = keys.filter((_, at) => there[at] !== null);
  if (known.length === 0) return { ...nothing, untold: `${name}: ${parent} can't be asked for one by one` };
  const gone = keys.filter((_, at) => there[at] === false);
  return {
    ...nothing,
    asked: known.length,
    gone: gone.length,
    orphans: gone.flatMap((key) => byParent.get(key) ?? []),
  };
}

/** Whether each record is there; null where that was not asked, or can't be told. What the sample shows is not asked for. */
async function byId(
  { connections, samples }: ProbeContext,
  side: Side,
  object: string,
  ids: readonly string[],
): Promise<(boolean | null)[]> {
  const seen = new Set((await samples.of(side, object)).records.map(({ id }) => id));
  const { get, getMany } = connections[side].capabilities(object);
  const unseen = ids.filter((id) => !seen.has(id)).slice(0, Math.max(MOST_PARENTS, MOST_CALLS * getMany));
  const outcomes = get && unseen.length > 0 ? await connections[side].get(object, unseen) : [];
  const kinds = new Map(outcomes.map(({ kind }, at) => [unseen[at] ?? '', kind]));
  return ids.map((id) => {
    if (seen.has(id)) return true;
    const kind = kinds.get(id) ?? 'unknown';
    return kind === 'unknown' ? null : kind === 'present';
  });
}

async function byKey(
  { connections, samples }: ProbeContext,
  side: Side,
  object: string,
  field: string,
  keys: readonly string[],
): Promise<(boolean | null)[]> {
  const { records, whole, definition } = await samples.of(side, object);
  const seen = new Set(records.map(({ fields }) => String(fields[field])));
  const connection = connections[side];
  const canFind = connection.capabilities(object).findable.includes(field);
  const codec = compileCodec(definition, (list) => connection.options(list));
  const there: (boolean | null)[] = [];
  let asked = 0;
  for (const key of keys) {
    const wire = codec.encodeValue(field, key);
    if (seen.has(key) || whole) there.push(seen.has(key));
    else if (!canFind || !wire.ok || asked >= MOST_LOOKED_UP) there.push(null);
    else {
      asked += 1;
      const found = await connection.find(object, field, wire.value);
      there.push(found.ok ? found.value.length > 0 : null);
    }
  }
  return there;
}

/**
 * Whether what records are referred to by names one of them: ids, keys in place of ids, and fields that the connector calls
 * unique.
 */
async function askKeys({ integration, samples }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the ids and unique keys of sampled records: whether they are there, and one record has each';
  const facts: Record<string, number> = {};
  const findings: Diagnostic[] = [];
  const seen: Sample[] = [];
  let broken: string | null = null;
  let keys = 0;
  for (const object of mappedObjects(integration, side)) {
    const { name, definition } = object;
    const sample = await samples.of(side, name);
    seen.push(sample);
    const instead = referencesOf(integration, side).flatMap(({ parent, by }) => (parent === name && by ? [by] : []));
    for (const field of new Set([...instead, ...definition.unique])) {
      keys += 1;
      const { shared, without } = keysOf(sample, field);
      facts[`${name}.${field} shared`] = shared.length;
      for (const ids of shared) findings.push(aboutRecords('key-shared', `${name}: one ${field} for several`, ids));
      if (shared.length > 0 && definition.unique.includes(field)) broken ??= `${name}.${field}`;
      if (!instead.includes(field)) continue;
      facts[`${name}.${field} empty`] = without.length;
      if (without.length > 0) findings.push(aboutRecords('key-missing', `${name}: no ${field} to refer to`, without));
    }
  }
  const nothing = nothingToSee(asked, seen);
  if (nothing) return nothing;
  const records = seen.reduce((sum, sample) => sum + sample.records.length, 0);
  if (broken !== null) {
    const found = `${broken} is not unique: ${counted(findings.length, 'group')} of records share theirs`;
    const next = `Take ${broken} out of unique in the connector, or merge the records that share it`;
    return { verdict: 'contradicts', asked, facts, findings, found, next };
  }
  const found = `${counted(records, 'record')} seen, ${keys === 0 ? 'referred to by id' : `${counted(keys, 'key')} looked at`}`;
  if (findings.length === 0) return asFarAsSeen({ verdict: 'holds', asked, facts, found }, seen);
  const next = 'Give each of these records a key of its own: a reference to it can not be followed';
  return { verdict: 'holds', asked, facts, findings, found: `${found}; ${findings.length} at fault`, next };
}

/** Groups of records, by id, that share a value; and records without one. */
function keysOf({ records }: Sample, field: string): { shared: string[][]; without: string[] } {
  const filled = records.filter(({ fields }) => !isEmpty(fields[field]));
  const groups = Map.groupBy(filled, ({ fields }) => JSON.stringify(fields[field]));
  return {
    shared: [...groups.values()].filter(({ length }) => length > 1).map((group) => group.map(({ id }) => id)),
    without: records.filter(({ fields }) => isEmpty(fields[field])).map(({ id }) => id),
  };
}
