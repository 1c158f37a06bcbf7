import { z } from 'zod';
import { secretTemplate, wirePath } from './definition-parts.ts';

/** What can be done to the records of an object. An archive is a delete. */
export const RIGHTS = ['read', 'create', 'update', 'delete'] as const;
export type Right = (typeof RIGHTS)[number];

const may = z.array(z.enum(RIGHTS));

/** How it is found out what credentials may do. */
export const rightsSchema = z.strictObject({
  request: z
    .strictObject({
      method: z.enum(['GET', 'POST']).default('GET'),
      path: z.string().describe('After the base URL, or absolute; {token} is the access token'),
      form: z
        .record(z.string(), secretTemplate)
        .optional()
        .describe('The body of a POST, e.g. { token: "{token}" } (RFC 7662)'),
      names: z
        .array(wirePath)
        .min(1)
        .describe('Where the answer names scopes and roles: lists of texts, or texts with blanks or commas between'),
    })
    .optional()
    .describe('The request that tells who we are; absent: only the answer to a token request tells'),
  everything: z.array(z.string()).default([]).describe('Scopes and roles that may do everything'),
  allow: z
    .record(z.string(), z.union([may, z.strictObject({ objects: z.array(z.string()), may })]))
    .default({})
    .describe(
      'What a scope or role allows, by its name; {object} in the name stands for an object, else it is about all or the named ones',
    ),
  try_delete: z
    .boolean()
    .default(false)
    .describe(
      'Whether the delete (or archive) of an id that does not exist changes nothing: it is then tried on objects that need no write',
    ),
});

export type RightsDefinition = z.infer<typeof rightsSchema>;
