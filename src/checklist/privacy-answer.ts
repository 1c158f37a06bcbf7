import { z } from 'zod';
import type { LoadedIntegration } from '../integration/loaded.ts';
import { SIDES, type Side } from '../record/side.ts';
import { declared, fromFile, listed, type MappedObject, mappedFields, mappedObjects, open } from './answers.ts';
import { looksPersonal } from './personal-fields.ts';
import type { Answer } from './question.ts';

/** What the file may say about data protection, part by part, in place of one text. */
const partsSchema = z.strictObject({
  basis: z.string().optional(),
  retention: z.string().optional(),
  deletion: z.string().optional(),
  /** Fields that look personal and, as people say, are not: `companies.email`. */
  not_personal: z.array(z.string()).default([]),
});

const PARTS = [
  ['basis', 'legal basis'],
  ['retention', 'retention'],
  ['deletion', 'deletion'],
] as const;

/** Null where the file says it as a text, for each system, or not at all. */
function partsOf({ answers }: LoadedIntegration): z.infer<typeof partsSchema> | null {
  const parsed = partsSchema.safeParse(answers.privacy);
  return parsed.success ? parsed.data : null;
}

export interface FlaggedField {
  object: MappedObject;
  field: string;
  kind: 'sensitive' | 'personal';
}

/** Mapped fields that look as if they held something about a person, without those that people said hold nothing. */
export function flaggedFields(integration: LoadedIntegration, side: Side): FlaggedField[] {
  const cleared = partsOf(integration)?.not_personal ?? [];
  return mappedObjects(integration, side).flatMap((object) =>
    mappedFields(object, side).flatMap((field) => {
      const definition = object.definition.fields[field];
      const kind = definition ? looksPersonal(field, definition) : null;
      return kind === null || cleared.includes(`${object.name}.${field}`) ? [] : [{ object, field, kind }];
    }),
  );
}

/** Whether the file says of this side that the question does not arise. */
export const isSaidNotToApply = (integration: LoadedIntegration, side: Side): boolean =>
  fromFile(integration, 'privacy').some(
    (answer) => answer.status === 'not-applicable' && (answer.side === null || answer.side === side),
  );

/**
 * The answer to the question of data protection. Legal basis, retention and deletion rule must all be named where the answer
 * has parts; a text is taken as it is. Where it says that the question does not arise, and names of mapped fields say
 * otherwise, it is an answer to be verified.
 */
export function privacyAnswers(integration: LoadedIntegration): Answer[] {
  const parts = partsOf(integration);
  if (!parts) {
    return fromFile(integration, 'privacy').map((answer) => {
      const sides = answer.side === null ? SIDES : [answer.side];
      const doubted = sides.some((side) => flaggedFields(integration, side).length > 0);
      return answer.status === 'not-applicable' && doubted ? { ...answer, status: 'declared' } : answer;
    });
  }
  const said = PARTS.flatMap(([key, name]) => (parts[key]?.trim() ? [`${name}: ${oneLine(parts[key])}`] : []));
  const missing = PARTS.filter(([key]) => !parts[key]?.trim()).map(([key]) => key);
  const says = said.length > 0 ? said.join('; ') : 'nothing is said';
  if (missing.length === 0) return [declared(null, says)];
  return [open(null, says, `Say ${listed(missing)} under answers: { privacy: { … } }, too`)];
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
