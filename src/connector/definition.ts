import { z } from 'zod';
import { fieldSchema } from './field.ts';

const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'a number and a unit: 500ms, 3s, 5m, 24h, 7d')
  .describe('A number and a unit: 500ms, 3s, 5m, 24h, 7d');

const urlPath = z
  .string()
  .describe('After the base URL; {object} is the name of the object, {id} the id of the record');

const wirePath = z.string().describe('Dotted path in the response body; empty for the body itself');

/** A record's fields are looked up by name, also those that it lacks. */
const fieldName = z
  .string()
  .refine(
    (name) => !(name in Object.prototype),
    'a name that every JavaScript object has; name it otherwise, with its `path`',
  );

const authSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('api_key'), header: z.string(), value: z.string().describe('e.g. ${api_key}') }),
  z.strictObject({ type: z.literal('basic'), user: z.string(), password: z.string() }),
  z.strictObject({ type: z.literal('bearer'), token: z.string() }),
  z.strictObject({
    type: z.literal('oauth2_client_credentials'),
    token_path: z.string(),
    client_id: z.string(),
    client_secret: z.string(),
    refresh: z.enum(['none', 'single_use', 'reusable']).default('none'),
  }),
]);

/** How a page of a list is asked for and how its end is known. */
const paginationSchema = z.discriminatedUnion('style', [
  z.strictObject({ style: z.literal('none') }),
  z.strictObject({
    style: z.literal('cursor'),
    param: z.string(),
    next: wirePath.describe('Where the next cursor stands; null or absent at the end'),
    size_param: z.string().optional(),
    size: z.int().positive(),
    total: wirePath.optional().describe('Number of records of the whole query'),
  }),
  z.strictObject({
    style: z.literal('page'),
    param: z.string(),
    first: z.int().default(1),
    size_param: z.string().optional(),
    size: z.int().positive(),
    total: wirePath.optional().describe('Number of records'),
    pages: wirePath.optional().describe('Number of pages'),
    more: wirePath.optional().describe('Whether another page follows'),
    shifts: z.boolean().default(false).describe('Pages move while records are added or removed'),
  }),
  z.strictObject({
    style: z.literal('offset'),
    param: z.string(),
    size_param: z.string().optional(),
    size: z.int().positive(),
    total: wirePath.optional(),
    more: wirePath.optional(),
    shifts: z.boolean().default(false),
  }),
]);

/** How to ask for what changed since an instant. */
const sinceSchema = z.strictObject({
  param: z.string(),
  time: fieldSchema.shape.time,
  inclusive: z.boolean().default(true),
  precision: duration.default('1ms').describe('The grain of the filter and of the modification stamp'),
  lag: duration.default('0s').describe('How late a change may appear in the list'),
});

const listSchema = z.strictObject({
  path: urlPath,
  query: z.record(z.string(), z.string()).default({}),
  records: wirePath,
  pagination: paginationSchema,
  since: sinceSchema.optional(),
  cap: z.int().positive().optional().describe('Most rows one query yields; windows by time above it'),
  sort: z
    .strictObject({ param: z.string(), by_modified: z.string(), descending: z.string().optional() })
    .optional()
    .describe('How to sort by the modification stamp'),
  ids: z.strictObject({ param: z.string(), max: z.int().positive() }).optional().describe('Bulk get by ids'),
  equals: z.record(z.string(), z.string()).default({}).describe('Field → query parameter that finds it by equality'),
  ids_only: z.record(z.string(), z.string()).optional().describe('Query that makes the list cheap for a sweep'),
  archived: z.record(z.string(), z.string()).optional().describe('Query that includes archived records'),
});

const writeSchema = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  path: urlPath,
  returns: z.enum(['record', 'id', 'nothing']).default('record'),
  record: wirePath.default('').describe('Where the written record stands in the response'),
  whole: z.boolean().default(false).describe('Takes full records only: read, modify, write'),
  if_match: z
    .string()
    .optional()
    .describe('The If-Match header that makes the write conditional, with the version in it, e.g. "{version}"'),
  idempotency: z
    .strictObject({ header: z.string(), lives: duration, body: z.enum(['same', 'any']).default('same') })
    .optional(),
  concurrency: z.int().positive().optional().describe('Writes in flight; default: that of limits'),
});

const batchSchema = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH']),
  path: urlPath,
  max: z.int().positive(),
  items: z.string().default('').describe('Key of the array in the request body; empty: the body is the array'),
  results: wirePath.describe('Per-item results, in the order of the items'),
  status: wirePath.optional().describe('HTTP-like status in an item result; default: 200'),
  record: wirePath.default('').describe('Where the record stands in an item result'),
  returns: z.enum(['record', 'id', 'nothing']).default('record'),
  id: z.string().default('id').describe('Key of the id in an item'),
  version: z.string().optional().describe('Key of the expected version in an item'),
  version_type: z.enum(['string', 'integer']).default('string'),
  idempotency: z.string().optional().describe('Key of an idempotency key in an item'),
  idempotency_lives: duration.default('24h'),
});

const tableSchema = z.strictObject({
  page: z.int().positive().default(1000).describe('Rows read by one query and written by one statement'),
  lag: duration
    .default('10s')
    .describe('How long a transaction of the system may take: a stamp set at its start appears only at its end'),
  unstamped: z.boolean().default(false).describe('Rows may lack the modification stamp; they are read every time'),
  read_only: z.boolean().default(false).describe('A view or a table that is not to be written'),
  maintained: z
    .record(z.string(), z.enum(['next', 'now']))
    .default({})
    .describe('Columns that the writer, not the database, keeps: `next` adds one, `now` sets the database time'),
});

const objectSchema = z.strictObject({
  label: z.string().optional(),
  table: z.string().optional().describe('sql: the table or view, with its schema where needed'),
  sql: tableSchema.optional().describe('sql: what else there is to know about the table'),
  id: z.strictObject({
    path: z.string().default('id'),
    type: z.enum(['string', 'integer']).default('string'),
    columns: z.array(z.string()).min(2).optional().describe('sql: the columns of a composite key, instead of path'),
  }),
  version: z.string().optional().describe('Wire path of a version that changes with every write'),
  modified: z.string().optional().describe('Name of the field that holds the modification stamp'),
  archived: z
    .strictObject({ path: z.string(), equals: z.union([z.string(), z.number(), z.boolean()]) })
    .optional()
    .describe('What a soft-deleted record looks like'),
  merged_into: z.string().optional().describe('Wire path of the surviving id of a merged record'),
  link_field: z.string().optional().describe('Field that holds a link token: writable, findable by equality'),
  unique: z.array(z.string()).default([]).describe('Fields that the system keeps unique'),
  list: listSchema.optional(),
  get: z
    .strictObject({
      path: urlPath,
      record: wirePath.default(''),
      missing: z.enum(['404', 'null']).default('404').describe('What the answer to a missing id looks like'),
    })
    .optional(),
  create: writeSchema.optional(),
  update: writeSchema.optional(),
  delete: writeSchema.optional(),
  archive: writeSchema.optional(),
  batch: z
    .strictObject({ create: batchSchema.optional(), update: batchSchema.optional(), archive: batchSchema.optional() })
    .default({}),
  fields: z.record(fieldName, fieldSchema),
});

/** What an answer means: the first rule that fits decides. */
const responseRule = z.strictObject({
  status: z.union([z.int(), z.string().regex(/^\dxx$/)]).optional(),
  body: z.strictObject({ path: z.string(), equals: z.string() }).optional(),
  action: z.enum(['retry', 'wait', 'refresh', 'missing', 'conflict', 'invalid', 'fatal', 'forbidden']),
  after: duration.optional().describe('How long to wait where the server does not say'),
  messages: z
    .strictObject({ list: wirePath, field: wirePath, code: wirePath })
    .optional()
    .describe('Where the fields of a refusal stand: the list, and the field name and error code in an item of it'),
});

/** A connector: how to talk to one kind of system, as one declarative value. */
export const connectorSchema = z.strictObject({
  connector: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  protocol: z.enum(['rest', 'sql']),
  docs: z.string().optional(),
  description: z.string().optional(),
  base_url: z.string().optional().describe('rest: e.g. ${base_url}'),
  database: z.string().optional().describe('sql: sqlite:<path> or postgres://…, e.g. ${database_url}'),
  auth: authSchema.default({ type: 'none' }),
  headers: z.record(z.string(), z.string()).default({}),
  timeout: duration.default('30s'),
  limits: z
    .strictObject({
      requests: z.int().positive().optional(),
      window: duration.optional(),
      concurrency: z.int().positive().default(8),
      remaining_header: z.string().optional(),
      reset_header: z.string().optional(),
      reset_form: z.enum(['seconds', 'epoch', 'date']).default('seconds'),
    })
    .prefault({}),
  responses: z.array(responseRule).default([]),
  option_lists: z
    .record(
      z.string(),
      z.strictObject({
        path: z.string(),
        records: wirePath,
        value: z.string(),
        key: z.string(),
        label: z.string().optional(),
      }),
    )
    .default({}),
  objects: z.record(z.string(), objectSchema),
});

export type ConnectorDefinition = z.infer<typeof connectorSchema>;
export type ObjectDefinition = z.infer<typeof objectSchema>;
export type TableDefinition = z.infer<typeof tableSchema>;
export type ListDefinition = z.infer<typeof listSchema>;
export type Pagination = z.infer<typeof paginationSchema>;
export type WriteDefinition = z.infer<typeof writeSchema>;
export type BatchDefinition = z.infer<typeof batchSchema>;
export type AuthDefinition = z.infer<typeof authSchema>;
export type ResponseRule = z.infer<typeof responseRule>;
