import { z } from 'zod';
import { FIELD_TYPES } from '../record/value.ts';
import { authSchema } from './definition-auth.ts';
import { listSchema } from './definition-list.ts';
import { duration, secretTemplate, urlPath, wirePath } from './definition-parts.ts';
import { rightsSchema } from './definition-rights.ts';
import { webhooksSchema } from './definition-webhooks.ts';
import { linesOfSchema, partOfSchema } from './definition-within.ts';
import { fieldSchema } from './field.ts';

export type { AuthDefinition } from './definition-auth.ts';
export type { ListDefinition, Pagination } from './definition-list.ts';
export type { WebhooksDefinition } from './definition-webhooks.ts';

/** A record's fields are looked up by name, also those that it lacks. */
const fieldName = z
  .string()
  .refine(
    (name) => !(name in Object.prototype),
    'a name that every JavaScript object has; name it otherwise, with its `path`',
  );

const writeSchema = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  path: urlPath,
  query: z.record(z.string(), z.string()).default({}),
  body: z
    .enum(['json', 'form', 'xml', 'json_rpc', 'json_patch'])
    .default('json')
    .describe('json_patch: one step "replace" for each field (RFC 6902)'),
  content_type: z
    .string()
    .optional()
    .describe('Where it is not the usual one of `body`, e.g. application/merge-patch+json'),
  wrap: z.string().default('').describe('Dotted path under which the record goes into the body, e.g. issue'),
  rpc_method: z.string().optional().describe('json_rpc: the method; the record becomes its params'),
  xml_root: z.string().optional().describe('xml: name of the root element'),
  constant: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('What else every body holds, e.g. { "archived": true }; {id} and the names of parents stand for theirs'),
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

export const objectSchema = z.strictObject({
  label: z.string().optional(),
  table: z.string().optional().describe('sql: the table or view, with its schema where needed'),
  sql: tableSchema.optional().describe('sql: what else there is to know about the table'),
  part_of: partOfSchema.optional().describe('Its records stand in fields of those of another object'),
  lines_of: linesOfSchema.optional().describe('Its records stand in a list within those of another object'),
  id: z
    .strictObject({
      path: z.string().default('id'),
      type: z.enum(['string', 'integer']).default('string'),
      columns: z.array(z.string()).min(2).optional().describe('sql: the columns of a composite key, instead of path'),
      paths: z.array(z.string()).min(2).optional().describe('rest: the wire paths of a composite id, instead of path'),
      digest: z
        .boolean()
        .optional()
        .describe(
          'rest: records have no id; a digest of all that they hold stands for it, so an edited one is another',
        ),
    })
    .prefault({}),
  parent: z
    .strictObject({
      object: z.string().describe('The object whose records these stand under'),
      param: z
        .string()
        .describe(
          'Name in the paths, query, headers and body of this object, e.g. order_id in /orders/{order_id}/lines',
        ),
      key: wirePath.optional().describe('What of the parent stands for it there; default: its id'),
      field: z
        .string()
        .optional()
        .describe('Field of this object that gets the id of the parent, where the record lacks it'),
    })
    .optional()
    .describe('Read parent by parent; ids are the id of the parent, a slash and the id of the record'),
  custom_fields: z
    .strictObject({
      from: z
        .strictObject({
          path: z.string(),
          records: wirePath,
          name: z.string().describe('Path in an item: the name of the field on the wire'),
          label: z.string().optional(),
          type: z.string().optional().describe('Path in an item: its type, translated by `types`'),
          types: z.record(z.string(), z.enum(FIELD_TYPES)).default({}),
          options: z
            .string()
            .optional()
            .describe('Path in an item: the list of its options, texts or objects with a value and a label'),
          max_length: z.string().optional().describe('Path in an item: the most characters that it takes'),
          required: z.string().optional().describe('Path in an item: true where it must be filled'),
          only: z
            .strictObject({ path: z.string(), equals: z.union([z.string(), z.number(), z.boolean()]) })
            .optional()
            .describe('The items of this object, where the endpoint lists those of others too'),
        })
        .optional()
        .describe('The endpoint that lists them'),
      create: z
        .strictObject({
          method: z.enum(['POST', 'PUT']).default('POST'),
          path: urlPath.optional().describe('Default: that of the list'),
          name: z.string().describe('Where the name on the wire stands in the body'),
          label: z.string().optional(),
          type: z.string().optional().describe('Where its type stands, in the words of `types`'),
          max_length: z.string().optional(),
          constant: z.record(z.string(), z.unknown()).default({}).describe('What else the body holds'),
        })
        .optional()
        .describe('rest: how a field is added; the list is read again to see it'),
      container: z.string().default('').describe('Where they stand in a record; empty: among its other fields'),
      form: z
        .enum(['object', 'pairs'])
        .default('object')
        .describe('pairs: a list of objects with an id or name and a value'),
      key: z.string().default('id').describe('pairs: name of the key in a pair'),
      key_type: z.enum(['string', 'integer']).default('string').describe('pairs: how the key is written'),
      value: z.string().default('value').describe('pairs: name of the value in a pair'),
      prefix: z.string().default('').describe('What the names of custom fields begin with, e.g. cf_'),
      equals: z
        .string()
        .optional()
        .describe('The query parameter that finds records by a custom field, with {key}, e.g. cf_{key}'),
    })
    .optional()
    .describe('Fields that the users of the system add'),
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
  upsert: writeSchema.optional().describe('Creates, or updates what has the same `key`'),
  upsert_key: z
    .string()
    .optional()
    .describe('upsert: the field that tells whether the record is there; {key} in its path stands for the value'),
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
  action: z
    .enum(['retry', 'wait', 'refresh', 'missing', 'conflict', 'invalid', 'fatal', 'forbidden', 'empty'])
    .describe('empty: for a list, an answer without records; else as missing'),
  after: duration.optional().describe('How long to wait where the server does not say'),
  messages: z
    .strictObject({
      list: wirePath,
      field: wirePath.optional(),
      code: wirePath.optional(),
      text: wirePath
        .optional()
        .describe('Where an item holds a text for people: kept as it is, so only where it never repeats what was sent'),
    })
    .optional()
    .describe('Where the fields of a refusal stand: the list, and the field name and error code in an item of it'),
});

/** What a fact of a connector rests on; a guess is visible as one. */
const groundSchema = z.strictObject({
  at: z.string().describe('Dotted path in this file, e.g. objects.contacts.list.pagination'),
  ground: z.enum(['declared', 'inferred', 'assumed', 'learnt', 'by hand']),
  because: z.string().optional(),
  on: z.string().optional().describe('learnt: the date, YYYY-MM-DD'),
});

/** A connector: how to talk to one kind of system, as one declarative value. */
export const connectorSchema = z.strictObject({
  connector: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string(),
  protocol: z.enum(['rest', 'sql']),
  docs: z.string().optional(),
  api_description: z
    .string()
    .optional()
    .describe('Where the system serves its OpenAPI document: after the base URL, or absolute'),
  description: z.string().optional(),
  verified: z
    .string()
    .optional()
    .describe('Against what the requests of this connector were checked; absent: nothing but its documentation'),
  base_url: z.string().optional().describe('rest: e.g. ${base_url} or https://${shop}.example.com/api'),
  database: z.string().optional().describe('sql: sqlite:<path> or postgres://…, e.g. ${database_url}'),
  auth: authSchema.default({ type: 'none' }),
  headers: z.record(z.string(), z.string()).default({}),
  query: z.record(z.string(), z.string()).default({}).describe('Parameters of every request, with ${variables}'),
  tls: z
    .strictObject({ certificate: secretTemplate, key: secretTemplate, ca: secretTemplate.optional() })
    .optional()
    .describe('Mutual TLS: PEM texts'),
  variables: z
    .record(
      z.string(),
      z.strictObject({
        label: z.string().optional(),
        secret: z.boolean().default(false),
        default: z.string().optional(),
        describe: z.string().optional().describe('Where a person finds it'),
      }),
    )
    .default({})
    .describe('What a connection must say, by the name that stands in ${…}'),
  credentials_check: z
    .strictObject({ path: z.string() })
    .optional()
    .describe(
      'A cheap GET that fails without valid credentials, for systems that answer others as if there were nothing',
    ),
  timeout: duration.default('30s'),
  limits: z
    .strictObject({
      requests: z.int().positive().optional(),
      window: duration.optional(),
      concurrency: z.int().positive().default(8),
      remaining_header: z.string().optional().describe('Default: RateLimit-Remaining and X-RateLimit-Remaining'),
      reset_header: z.string().optional().describe('Default: RateLimit-Reset and X-RateLimit-Reset'),
      reset_form: z.enum(['seconds', 'epoch', 'date']).optional().describe('Default: told by the size of the number'),
      costs: z
        .array(z.strictObject({ method: z.string().optional(), path: z.string(), cost: z.number().positive() }))
        .default([])
        .describe('Requests that count for more than one; the first that fits, * for any part of the path'),
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
        create: z
          .strictObject({
            method: z.enum(['POST', 'PUT']).default('POST'),
            path: urlPath.optional().describe('Default: that of the list'),
            key: z.string().describe('Where the key of the new option stands in the body'),
            label: z.string().optional().describe('Where its label stands'),
            constant: z.record(z.string(), z.unknown()).default({}).describe('What else the body holds'),
          })
          .optional()
          .describe('rest: how an option is added; the list is read again to see it'),
      }),
    )
    .default({}),
  objects: z.record(z.string(), objectSchema),
  webhooks: webhooksSchema.optional(),
  rights: rightsSchema.optional().describe('How it is found out what the credentials may do'),
  origin: z
    .strictObject({
      format: z.enum(['openapi', 'airbyte', 'database', 'wsdl', 'odata']),
      source: z.string().describe('File name or address of the description'),
      digest: z.string().describe('SHA-256 of the description'),
      version: z.string().optional().describe('The version that the description states'),
      imported: z.string().optional().describe('YYYY-MM-DD'),
    })
    .optional(),
  grounds: z.array(groundSchema).default([]).describe('What the facts of an imported connector rest on'),
});

export type ConnectorDefinition = z.infer<typeof connectorSchema>;
export type ObjectDefinition = z.infer<typeof objectSchema>;
export type TableDefinition = z.infer<typeof tableSchema>;
export type WriteDefinition = z.infer<typeof writeSchema>;
export type BatchDefinition = z.infer<typeof batchSchema>;
export type Ground = z.infer<typeof groundSchema>;
export type ResponseRule = z.infer<typeof responseRule>;
