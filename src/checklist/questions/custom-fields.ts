import { pathSteps } from '../../connector/codec/path.ts';
import type { ObjectDefinition } from '../../connector/definition.ts';
import { isWire, wireReader } from '../../connector/wire-path.ts';
import type { NewFields } from '../../integration/schema.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, fromFile, mappedFields, mappedObjects, ofEachSystem, someOf } from '../answers.ts';
import { asFarAsSeen, nothingToSee } from '../failure.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';
import type { Sample } from '../sample.ts';

export const customFields: Question = {
  id: 'custom-fields',
  text: 'How are custom fields of one system handled in the other? Can users add them easily, and what happens to unexpected new ones?',
  why: 'A field that a user adds tomorrow is in no mapping; somebody will expect it on the other side.',
  german: {
    text: 'Wie werden benutzerdefinierte Felder des einen Systems im anderen behandelt? Können Anwender sie leicht anlegen, und was geschieht mit unerwarteten neuen?',
    why: 'Ein Feld, das morgen jemand anlegt, steht in keiner Zuordnung; jemand wird es auf der anderen Seite erwarten.',
  },
  theme: 'data',
  ask: 'owner',
  blocks: 'production',
  restsOn: 'mappings',
  answers: (integration) => {
    const saysAll = integration.mappings.every(({ newFields }) => newFields.a !== null && newFields.b !== null);
    if (!saysAll || Object.hasOwn(integration.answers, 'custom-fields')) return fromFile(integration, 'custom-fields');
    return ofEachSystem(integration, (side) =>
      declared(
        side,
        integration.mappings
          .map(({ name, newFields }) => `${name}: ${POLICY[newFields[side] ?? 'propose']}`)
          .join('; '),
      ),
    );
  },
  probes: [
    { id: 'live-fields', ask: askFields },
    { id: 'sent-fields', ask: askSent },
  ],
};

const POLICY: Record<NewFields, string> = {
  ignore: 'a new field is counted and left alone',
  propose: 'a row is proposed for a new field',
  'map-by-name': 'a new field is mapped to the field of its name',
  'create-in-target': 'a new field is added to the other system',
  hold: 'a new field holds the mapping',
};

/** Which fields users have added, and which of them the mapping knows. */
async function askFields({ integration, connections }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the fields that users have added to the mapped objects';
  const gone: string[] = [];
  const changed: string[] = [];
  const open: string[] = [];
  let known = 0;
  let listed = 0;
  for (const object of mappedObjects(integration, side)) {
    const found = await connections[side].customFields(object.name);
    if (!found.ok) return { verdict: 'unknown', asked, facts: {}, found: found.error.summary };
    if (found.value === null) continue;
    listed += 1;
    const live = new Map(Object.entries(found.value).map(([name, field]) => [field.custom, { name, field }]));
    const mapped = mappedFields(object, side);
    for (const name of mapped) {
      const declared = object.definition.fields[name];
      if (declared?.custom === undefined) continue;
      const there = live.get(declared.custom)?.field;
      if (!there) gone.push(`${object.name}.${name}`);
      else if (there.type !== declared.type)
        changed.push(`${object.name}.${name} is ${there.type}, not ${declared.type}`);
    }
    const ignored = object.mappings.flatMap((mapping) => mapping.ignored[side]);
    for (const { name } of live.values()) {
      if (mapped.includes(name) || ignored.includes(name)) known += 1;
      else open.push(`${object.name}.${name}`);
    }
  }
  const facts = { objects: listed, known, open: open.length, gone: gone.length, changed: changed.length };
  if (listed === 0) return { verdict: 'unknown', asked, facts, found: 'No connector says how to list them' };
  if (changed.length > 0) {
    const next = 'Correct the type of the field in the connector, and look at the rows that use it';
    return { verdict: 'contradicts', asked, facts, found: `Of another type: ${someOf(changed)}`, next };
  }
  if (gone.length > 0) {
    const next = `Add ${someOf(gone)} there again, or remove the rows`;
    return { verdict: 'contradicts', asked, facts, found: `Mapped, but not there: ${someOf(gone)}`, next };
  }
  const rest = open.length === 0 ? 'all of them mapped or ignored' : `not mapped: ${someOf(open)}`;
  const findings = open.map((name) => newField(name));
  return {
    verdict: 'holds',
    asked,
    facts,
    found: `${counted(known + open.length, 'field')}, ${rest}`,
    ...(open.length > 0 ? { findings } : {}),
  };
}

const newField = (name: string): Diagnostic => ({
  severity: 'info',
  code: 'field-unmapped',
  summary: `${name} is in no mapping`,
  next: 'Map it, or name it under ignore of the mapping',
});

/** Which fields records are sent with that the connector does not declare: somebody added them, or the system did. */
async function askSent({ integration, samples, connections }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the fields that records are sent with, against those that the connector declares';
  const seen: Sample[] = [];
  const facts: Record<string, number> = {};
  const unknown: string[] = [];
  const unlisted: string[] = [];
  for (const { name, definition } of mappedObjects(integration, side)) {
    const sample = await samples.of(side, name);
    seen.push(sample);
    const declared = namesOnTop(definition);
    const sent = new Set(sample.records.flatMap(({ wire }) => Object.keys(wire)));
    const others = [...sent].filter((key) => !declared.has(key)).sort();
    facts[`${name} sent`] = sent.size;
    facts[`${name} not declared`] = others.length;
    unknown.push(...others.map((key) => `${name}.${key}`));
    const added = keysWithin(sample);
    const listed = added.length > 0 ? await connections[side].customFields(name) : null;
    if (!listed?.ok || listed.value === null) continue;
    const known = new Set(Object.values(listed.value).map(({ custom }) => custom));
    unlisted.push(...added.filter((key) => !known.has(key)).map((key) => `${name}.${key}`));
  }
  const nothing = nothingToSee(asked, seen);
  if (nothing) return nothing;
  if (unlisted.length > 0) {
    const found = `Records hold fields of users that the list of them does not show: ${someOf(unlisted)}`;
    const next = 'Ask the administrator whether they were removed, or hidden from this login';
    return { verdict: 'unknown', asked, facts, found, next };
  }
  if (unknown.length === 0)
    return asFarAsSeen({ verdict: 'holds', asked, facts, found: 'All of them are declared' }, seen);
  return {
    verdict: 'holds',
    asked,
    facts,
    found: `${counted(unknown.length, 'field')} that the connector does not declare: ${someOf(unknown)}`,
    findings: unknown.map((name) => undeclared(name)),
  };
}

/** Keys of the fields of users that sampled records hold, where these stand in an object of their own. */
function keysWithin({ definition: { custom_fields: declared }, records }: Sample): string[] {
  if (declared?.form !== 'object' || declared.container === '') return [];
  const at = wireReader(declared.container);
  const keys = records.flatMap(({ wire }) => {
    const held = at(wire);
    return isWire(held) ? Object.keys(held) : [];
  });
  return [...new Set(keys)].filter((key) => declared.prefix === '' || key.startsWith(declared.prefix)).sort();
}

const undeclared = (name: string): Diagnostic => ({
  severity: 'info',
  code: 'field-undeclared',
  summary: `Records are sent with ${name}, which the connector does not declare`,
  next: 'Declare the field in the connector where somebody needs it',
});

/** Names at the top of a record that the connector has a use for. */
function namesOnTop({ fields, id, version, archived, merged_into, custom_fields }: ObjectDefinition): Set<string> {
  const paths = [
    ...Object.entries(fields).flatMap(([name, field]) => [
      field.path ?? name,
      ...(field.write_path === undefined ? [] : [field.write_path]),
      ...Object.values(field.parts ?? {}),
      ...(field.money?.currency_field === undefined ? [] : [field.money.currency_field]),
    ]),
    ...[id.path, ...(id.paths ?? []), ...(id.columns ?? [])],
    ...[version, archived?.path, merged_into, custom_fields?.container].flatMap((path) => path ?? []),
  ];
  return new Set(paths.map((path) => pathSteps(path)[0] ?? path));
}
