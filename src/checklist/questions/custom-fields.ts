import type { NewFields } from '../../integration/schema.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, fromFile, mappedFields, mappedObjects, ofEachSystem, someOf } from '../answers.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

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
  probes: [{ id: 'live-fields', ask: askFields }],
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
  const open: string[] = [];
  let known = 0;
  let listed = 0;
  for (const object of mappedObjects(integration, side)) {
    const found = await connections[side].customFields(object.name);
    if (!found.ok) return { verdict: 'unknown', asked, facts: {}, found: found.error.summary };
    if (found.value === null) continue;
    listed += 1;
    const live = new Map(Object.entries(found.value).map(([name, { custom }]) => [custom, name]));
    const mapped = mappedFields(object, side);
    for (const name of mapped) {
      const key = object.definition.fields[name]?.custom;
      if (key !== undefined && !live.has(key)) gone.push(`${object.name}.${name}`);
    }
    const ignored = object.mappings.flatMap((mapping) => mapping.ignored[side]);
    for (const name of live.values()) {
      if (mapped.includes(name) || ignored.includes(name)) known += 1;
      else open.push(`${object.name}.${name}`);
    }
  }
  const facts = { objects: listed, known, open: open.length, gone: gone.length };
  if (listed === 0) return { verdict: 'unknown', asked, facts, found: 'No connector says how to list them' };
  if (gone.length > 0) {
    const next = `Add ${someOf(gone)} there again, or remove the rows`;
    return { verdict: 'contradicts', asked, facts, found: `Mapped, but not there: ${someOf(gone)}`, next };
  }
  const rest = open.length === 0 ? 'all of them mapped or ignored' : `not mapped: ${someOf(open)}`;
  return { verdict: 'holds', asked, facts, found: `${counted(known + open.length, 'field')}, ${rest}` };
}
