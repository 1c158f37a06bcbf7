import type { Side } from '../../record/side.ts';
import { counted, fromFile, mappedFields, mappedObjects, someOf } from '../answers.ts';
import { looksPersonal } from '../personal-fields.ts';
import type { Observation, ProbeContext, Question } from '../question.ts';

export const privacy: Question = {
  id: 'privacy',
  text: 'All data privacy and GDPR / DSGVO requirements, e.g. deletion requirements.',
  why: 'A person who asks to be forgotten must be forgotten in both systems, and somebody must be able to show it.',
  german: {
    text: 'Alle Anforderungen des Datenschutzes (DSGVO), z. B. an das Löschen.',
    why: 'Wer vergessen werden will, muss in beiden Systemen vergessen werden, und jemand muss das belegen können.',
  },
  theme: 'operation',
  ask: 'privacy-officer',
  blocks: 'production',
  answers: (integration) => fromFile(integration, 'privacy'),
  probes: [{ id: 'personal-fields', ask: askPersonal }],
};

/** Names of fields tell what to talk about with the officer for data protection; they prove nothing. */
async function askPersonal({ integration }: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the names and types of the mapped fields';
  const personal: string[] = [];
  const sensitive: string[] = [];
  for (const object of mappedObjects(integration, side)) {
    for (const name of mappedFields(object, side)) {
      const field = object.definition.fields[name];
      const kind = field ? looksPersonal(name, field) : null;
      if (kind !== null) (kind === 'sensitive' ? sensitive : personal).push(`${object.name}.${name}`);
    }
  }
  const facts = { personal: personal.length, sensitive: sensitive.length };
  const found =
    personal.length + sensitive.length === 0
      ? 'No mapped field looks personal'
      : [
          ...(sensitive.length > 0
            ? [`${counted(sensitive.length, 'field')} may be sensitive: ${someOf(sensitive)}`]
            : []),
          ...(personal.length > 0 ? [`${counted(personal.length, 'field')} may be personal: ${someOf(personal)}`] : []),
        ].join('; ');
  return { verdict: 'unknown', asked, facts, found };
}
