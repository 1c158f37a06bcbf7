import { z } from 'zod';

const duration = z.string().regex(/^\d+(ms|s|m|h|d)$/, 'a number and a unit: 500ms, 3s, 5m, 24h, 7d');

/** What an event on one system does on the other. */
const propagationSchema = z.strictObject({
  create: z.enum(['create', 'ignore', 'hold']).default('create'),
  update: z.enum(['update', 'ignore', 'hold']).default('update'),
  delete: z.enum(['delete', 'archive', 'unlink', 'ignore', 'hold']).default('hold'),
});

const conflictPolicy = z.string().describe('Name of the system that wins, `newest`, or `hold`');

const fieldMappingSchema = z
  .object({
    direction: z.string().default('both').describe('`both`, or `crm -> erp` with the names of the systems'),
    options: z
      .record(z.string(), z.string())
      .optional()
      .describe('Option keys of the first system → those of the second, where the connectors do not share keys'),
    otherwise: z
      .strictObject({ policy: z.enum(['park', 'default', 'ignore']).default('park') })
      .catchall(z.string())
      .optional()
      .describe('What to do with an option that has no counterpart; a default per system by its name'),
    reference: z.string().optional().describe('The mapping through whose links the reference is translated'),
    conflict: conflictPolicy.optional(),
    target_edits: z.enum(['leave', 'restore']).default('leave').describe('One-way: what an edit of the target means'),
    required: z.boolean().optional(),
    default: z.union([z.string(), z.number(), z.boolean()]).optional().describe('Written where the source is empty'),
    note: z.string().optional(),
  })
  .catchall(z.unknown())
  .describe('One row: the field of each system by the name of the system, and `to_<system>` expressions');

const mappingSchema = z
  .object({
    match: z
      .array(z.array(z.string()).min(1))
      .default([])
      .describe('Match rules, the first that finds decides; each a list of field mappings by their first-system field'),
    first_contact: z
      .strictObject({
        prefer: z.string().describe('System whose value stands where both have one'),
        empty_overwrites: z.boolean().default(false),
      })
      .optional(),
    conflict: conflictPolicy.default('hold'),
    propagate: z.record(z.string(), propagationSchema.prefault({})).default({}),
    filter: z
      .record(z.string(), z.string())
      .default({})
      .describe('System → expression over `record`; a record enters the mapping when it is true'),
    on_leave: z.enum(['keep', 'archive', 'delete', 'unlink']).default('keep'),
    delete_guard: z
      .strictObject({ share: z.number().min(0).max(1).default(0.1), records: z.int().positive().default(100) })
      .prefault({}),
    clock_skew: duration.default('0s').describe('For `newest`: stamps closer than this are a tie'),
    oscillation: z.strictObject({ writes: z.int().min(2).default(4), within: duration.default('1h') }).prefault({}),
    fields: z.array(fieldMappingSchema).min(1),
  })
  .catchall(z.unknown())
  .describe('One object of each system, by the name of the system, and what is agreed about them');

const systemSchema = z.strictObject({
  connector: z.string().describe('Name in the catalogue, or path of a connector.yaml relative to this file'),
  title: z.string().optional(),
  contact: z.strictObject({ name: z.string(), email: z.email().optional() }).optional(),
  environments: z
    .record(z.string(), z.record(z.string(), z.string()))
    .describe('Environment → variables of the connector; secrets only as ${NAME}'),
});

/** The integration file: two systems and everything agreed about them. */
export const integrationSchema = z.strictObject({
  integration: z.string().regex(/^[a-z][a-z0-9-]*$/),
  purpose: z.string(),
  systems: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), systemSchema),
  mappings: z.record(z.string().regex(/^[a-z][a-z0-9_-]*$/), mappingSchema),
  schedule: z
    .strictObject({
      every: duration.optional(),
      sweep: duration.default('24h').describe('How often deletes are looked for where changes do not tell of them'),
    })
    .prefault({}),
  failures: z
    .strictObject({ share: z.number().min(0).max(1).default(0.2), least: z.int().default(20) })
    .prefault({})
    .describe('A run stops when more than this share of records (and at least so many) failed'),
  errors: z
    .strictObject({ to: z.array(z.string()).min(1) })
    .optional()
    .describe('Who gets the error messages'),
  answers: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Answers to questions of the check list that configure nothing'),
});

export type IntegrationFile = z.infer<typeof integrationSchema>;
export type MappingFile = z.infer<typeof mappingSchema>;
export type FieldMappingFile = z.infer<typeof fieldMappingSchema>;
export type Propagation = z.infer<typeof propagationSchema>;
