import { z } from 'zod';

/** Nobody here knows it yet; this is whom to ask. */
const unknownSchema = z.strictObject({ ask: z.string().min(1) });
export type Unknown = z.infer<typeof unknownSchema>;

/** What somebody answered: a text, several, or whom to ask. */
export type Given = string | string[] | Unknown;

/** Answers by the ids of their questions. */
export type Answers = ReadonlyMap<string, Given>;

export const isUnknown = (given: Given | undefined): given is Unknown =>
  typeof given === 'object' && !Array.isArray(given);

/** The text that was answered; undefined where there is none. */
export const textOf = (given: Given | undefined): string | undefined => (typeof given === 'string' ? given : undefined);

const text = z.union([z.string(), unknownSchema]).optional();
const texts = z.union([z.string(), z.array(z.string()), unknownSchema]).optional();

const systemSchema = z.strictObject({
  address: text.describe('Base URL of its API, or the name of a connector of the catalogue'),
  connector: text.describe('A connector of the catalogue, or its OpenAPI document, where the address tells neither'),
  credentials: z
    .record(z.string(), z.union([z.string(), unknownSchema]))
    .optional()
    .describe('Variables of the connector; ${NAME} is taken from the environment'),
  contact: text,
});

/** The file that `dovetail init --answers` reads. Everything may be left out. */
export const answersSchema = z.strictObject({
  first: systemSchema.optional(),
  second: systemSchema.optional(),
  objects: texts.describe('Pairs such as `companies = customers`; `suggested` for those that are sure'),
  losses: text.describe('accept, one-way or leave'),
  wins: text.describe('first, second, newest or hold'),
  deletes: text.describe('hold, archive, unlink, ignore or delete'),
  schedule: text.describe('5m, 1h, 24h … or request'),
  errors: text.describe('E-mail addresses with commas between them'),
  privacy: text.describe('On what legal basis, and when records are erased'),
});
export type AnswersFile = z.infer<typeof answersSchema>;

/** The answers of a file by the ids of their questions: `first.credentials.api_key`. */
export function answersOf({ first, second, ...rest }: AnswersFile): Map<string, Given> {
  const answers = new Map<string, Given>();
  for (const [place, system] of Object.entries({ first, second })) {
    const { credentials = {}, ...plain } = system ?? {};
    for (const [name, given] of Object.entries(plain)) if (given !== undefined) answers.set(`${place}.${name}`, given);
    for (const [name, given] of Object.entries(credentials)) answers.set(`${place}.credentials.${name}`, given);
  }
  for (const [id, given] of Object.entries(rest)) if (given !== undefined) answers.set(id, given);
  return answers;
}

/** A text that a person typed: `?` or `? NAME` says that they don't know, and whom to ask. */
export function givenAs(typed: string): Given {
  const asked = /^\?\s*(.*)$/.exec(typed.trim());
  return asked ? { ask: asked[1] || 'somebody who knows' } : typed.trim();
}

/** What is kept of an interview that was left: no credentials. */
export const keptSchema = z.strictObject({
  version: z.literal(1),
  answers: z.record(z.string(), z.union([z.string(), z.array(z.string()), unknownSchema])),
  /** Questions that a person was asked. */
  asked: z.array(z.string()),
});
export type Kept = z.infer<typeof keptSchema>;

export const isCredential = (id: string): boolean => id.includes('.credentials.');
