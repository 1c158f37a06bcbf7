import type { LoadedIntegration } from '../../integration/loaded.ts';
import type { Side } from '../../record/side.ts';
import { counted, declared, notApplicable, ofEachSystem } from '../answers.ts';
import { nothingToSee } from '../failure.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

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
  probes: [{ id: 'references-lead-somewhere', ask: askReferences }],
};

interface Reference {
  object: string;
  field: string;
  /** The object that it refers to. */
  parent: string;
  /** The field of it that stands in place of its id; null where the id does. */
  by: string | null;
}

function referencesOf(integration: LoadedIntegration, side: Side): Reference[] {
  return integration.mappings.flatMap(({ fields, objects }) =>
    fields.flatMap((field) => {
      const parent = integration.mappings.find((mapping) => mapping.name === field.reference)?.objects[side];
      return parent === undefined ? [] : [{ object: objects[side], field: field[side], parent, by: field.by[side] }];
    }),
  );
}

/** Most parents that are asked for, of each reference. */
const MOST_PARENTS = 50;

async function askReferences(context: ProbeContext, side: Side): Promise<Observation> {
  const { integration, samples, connections } = context;
  const asked = 'the records that sampled references lead to, by their ids';
  const facts: Record<string, number> = {};
  const parts: string[] = [];
  let lost: Reference | null = null;
  // A key in place of an id is looked up in a run; a sample of them says little about how ids are written.
  for (const reference of referencesOf(integration, side).filter(({ by }) => by === null)) {
    const { object, field, parent } = reference;
    const sample = await samples.of(side, object);
    const nothing = nothingToSee(asked, [sample]);
    if (nothing) return nothing;
    const filled = sample.records.flatMap(({ fields }) => {
      const id = fields[field];
      return typeof id === 'string' && id !== '' ? [id] : [];
    });
    const ids = [...new Set(filled)].slice(0, MOST_PARENTS);
    const outcomes = connections[side].capabilities(parent).get ? await connections[side].get(parent, ids) : [];
    const there = outcomes.filter((outcome) => outcome.kind === 'present').length;
    const gone = outcomes.filter((outcome) => outcome.kind === 'gone').length;
    Object.assign(facts, {
      [`${object} sampled`]: sample.records.length,
      [`${object} with ${field}`]: filled.length,
      [`${parent} asked for`]: outcomes.length,
      [`${parent} found`]: there,
    });
    parts.push(`${there} of ${counted(outcomes.length, 'parent')} found for ${object}.${field}`);
    if (gone * 2 > outcomes.length) lost = reference;
  }
  const found = parts.join('; ');
  if (!lost) return { verdict: 'holds', asked, facts, found };
  const next = `Check which object ${lost.object}.${lost.field} refers to, and how its id is written, in the connector`;
  return { verdict: 'contradicts', asked, facts, found, next };
}
