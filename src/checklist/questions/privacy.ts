import type { Diagnostic } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import { counted, mappedFields, mappedObjects, someOf } from '../answers.ts';
import { looksPersonal } from '../personal-fields.ts';
import { type FlaggedField, flaggedFields, isSaidNotToApply, privacyAnswers } from '../privacy-answer.ts';
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
  restsOn: 'mappings',
  answers: privacyAnswers,
  probes: [
    { id: 'personal-fields', ask: askPersonal },
    { id: 'erasable', ask: askErasable },
  ],
};

/**
 * Names of fields tell what to talk about with the officer for data protection; they prove nothing, but that an answer by
 * which there is nothing personal has not looked.
 */
async function askPersonal(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'the names and types of the mapped fields, and of those that are read besides';
  const found = flaggedFields(context.integration, side);
  const named = (kind: FlaggedField['kind']) =>
    found.filter((one) => one.kind === kind).map(({ object, field }) => `${object.name}.${field}`);
  const sensitive = named('sensitive');
  const personal = named('personal');
  const unmapped = readUnmapped(context, side);
  const facts = {
    personal: personal.length,
    sensitive: sensitive.length,
    readUnmapped: unmapped.fields,
    readUnmappedPersonal: unmapped.personal.length,
  };
  const text = [
    found.length === 0 ? 'No mapped field looks personal' : '',
    sensitive.length > 0 ? `${counted(sensitive.length, 'field')} may be sensitive: ${someOf(sensitive)}` : '',
    personal.length > 0 ? `${counted(personal.length, 'field')} may be personal: ${someOf(personal)}` : '',
    unmapped.fields > 0 ? `${counted(unmapped.fields, 'field')} read and not mapped${ofWhich(unmapped.personal)}` : '',
  ];
  const observed = { asked, facts, found: text.filter(Boolean).join('; '), findings: found.map(findingOf) };
  if (found.length === 0 || !isSaidNotToApply(context.integration, side)) return { ...observed, verdict: 'unknown' };
  const next =
    'Name basis, retention and deletion under answers: { privacy: { … } }, and under not_personal the fields that hold nothing about people';
  return { ...observed, verdict: 'contradicts', found: `Said not to apply; ${observed.found}`, next };
}

const ofWhich = (personal: readonly string[]): string =>
  personal.length === 0 ? '' : `, of which may be personal: ${someOf(personal)}`;

/** Fields that come along with the records of the mapped objects and that no mapping uses. */
function readUnmapped({ integration }: ProbeContext, side: Side): { fields: number; personal: string[] } {
  const personal: string[] = [];
  let fields = 0;
  for (const object of mappedObjects(integration, side)) {
    const mapped = new Set(mappedFields(object, side));
    for (const [name, field] of Object.entries(object.definition.fields)) {
      if (mapped.has(name) || field.write_only) continue;
      fields += 1;
      if (looksPersonal(name, field) !== null) personal.push(`${object.name}.${name}`);
    }
  }
  return { fields, personal };
}

const findingOf = ({ object, field, kind }: FlaggedField): Diagnostic => {
  const where = object.mappings[0]?.fields.find((row) => row.a === field || row.b === field)?.where;
  return {
    severity: kind === 'sensitive' ? 'warning' : 'info',
    code: `field-${kind}`,
    summary: `${object.name}.${field} may be ${kind}`,
    ...(where ? { where } : {}),
  };
};

/** Whoever wants to be forgotten must be so in this system as well: by the API, or by hand. */
async function askErasable(context: ProbeContext, side: Side): Promise<Observation> {
  const asked = 'whether the API can delete the records that may be about people';
  const facts: Record<string, string> = {};
  const byHand: string[] = [];
  for (const object of new Set(flaggedFields(context.integration, side).map((one) => one.object))) {
    const can = context.connections[side].capabilities(object.name);
    facts[object.name] = can.remove ? 'deletes' : can.archive ? 'archives' : 'neither deletes nor archives';
    if (!can.remove) byHand.push(`${object.name} ${facts[object.name]}`);
  }
  if (Object.keys(facts).length === 0) {
    return { verdict: 'unknown', asked, facts, found: 'No mapped object looks as if it were about people' };
  }
  if (byHand.length === 0) return { verdict: 'unknown', asked, facts, found: 'It can, for each of them' };
  const next = 'Say in the deletion rule who erases these by hand, and how it is shown';
  return { verdict: 'unknown', asked, facts, found: `Not for good: ${byHand.join(', ')}`, next };
}
