import { z } from 'zod';
import { duration, urlPath, wirePath } from './definition-parts.ts';
import { fieldSchema } from './field.ts';

const pageSize = {
  size_param: z.string().optional(),
  size: z.int().positive().describe('Records per page that are asked for; what the server makes of it is noticed'),
};

const last = wirePath.optional().describe('Whether this was the last page: the opposite of `more`');
const sentAs = z
  .string()
  .optional()
  .describe('The text of `param`, with {value} and {size}, e.g. {value},{size}; default: {value}');
const mayEndFull = z
  .boolean()
  .default(false)
  .describe(
    'The only page may be full and say nothing of a next one; else that is an error: a wrong path looks the same',
  );

/** How a page of a list is asked for and how its end is known. */
const paginationSchema = z.discriminatedUnion('style', [
  z.strictObject({ style: z.literal('none') }),
  z
    .strictObject({
      style: z.literal('cursor'),
      param: z.string(),
      next: wirePath.optional().describe('Where the next cursor stands; null or absent at the end'),
      next_header: z.string().optional().describe('The response header with the next cursor, instead of `next`'),
      last_id: z.boolean().default(false).describe('The next cursor is the id of the last record, instead of `next`'),
      last_field: wirePath
        .optional()
        .describe('The next cursor stands here in the last record, instead of `next`; ends as last_id does'),
      more: wirePath
        .optional()
        .describe('Whether another page follows; with last_id, a short page ends it where there is none'),
      last,
      sent_as: sentAs,
      ...pageSize,
      total: wirePath.optional().describe('Number of records of the whole query'),
      may_end_full: mayEndFull,
    })
    .refine(
      ({ next, next_header, last_id, last_field }) =>
        [next !== undefined, next_header !== undefined, last_id, last_field !== undefined].filter(Boolean).length === 1,
      'needs one of next, next_header, last_id and last_field',
    ),
  z.strictObject({
    style: z.literal('next_url'),
    next: wirePath
      .optional()
      .describe('Where the address of the next page stands; absent: in the Link header (RFC 8288)'),
    ...pageSize,
    total: wirePath.optional(),
    may_end_full: mayEndFull,
  }),
  z.strictObject({
    style: z.literal('page'),
    param: z.string(),
    first: z.int().default(1),
    ...pageSize,
    total: wirePath.optional().describe('Number of records'),
    total_header: z.string().optional().describe('The response header with the number of records'),
    pages: wirePath.optional().describe('Number of pages'),
    pages_header: z.string().optional(),
    more: wirePath.optional().describe('Whether another page follows'),
    last,
    sent_as: sentAs,
    shifts: z.boolean().default(false).describe('Pages move while records are added or removed'),
  }),
  z.strictObject({
    style: z.literal('offset'),
    param: z.string(),
    ...pageSize,
    total: wirePath.optional(),
    total_header: z.string().optional(),
    more: wirePath.optional(),
    last,
    sent_as: sentAs,
    shifts: z.boolean().default(false),
  }),
  z.strictObject({
    style: z.literal('keyset'),
    time_param: z.string().describe('Takes the modification stamp of the last record'),
    id_param: z.string().optional().describe('Takes its id; absent: records of one stamp are read again'),
    time: fieldSchema.shape.time,
    ...pageSize,
  }),
]);

/** How to ask for what changed since an instant. */
const sinceSchema = z.strictObject({
  param: z.string(),
  template: z
    .string()
    .default('{value}')
    .describe('The value of the parameter, e.g. updated_at>={value}; {until} is the other end of the window'),
  header: z.boolean().default(false).describe('`param` is a request header, e.g. If-Modified-Since'),
  time: fieldSchema.shape.time,
  inclusive: z.boolean().default(true),
  precision: duration.default('1ms').describe('The grain of the filter and of the modification stamp'),
  until: z
    .strictObject({ param: z.string(), template: z.string().default('{value}') })
    .optional()
    .describe('The parameter for the other end of a window of time'),
  step: duration
    .optional()
    .describe('The longest window that the server takes; longer times are read window by window'),
  earliest: z
    .string()
    .optional()
    .describe('ISO date or ${variable}: sent where everything is asked for, if a start must be said'),
  lag: duration.default('0s').describe('How late a change may appear in the list'),
});

export const listSchema = z.strictObject({
  method: z.enum(['GET', 'POST']).default('GET').describe('POST: a search whose query goes into the body'),
  path: urlPath,
  body: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('POST: what else the body holds; parameters go beside it, by dotted path'),
  item: wirePath.default('').describe('Where the record stands in an item of the list'),
  conditional: z
    .enum(['etag', 'last_modified'])
    .optional()
    .describe('The server answers 304 where nothing has changed since the last read'),
  params: z
    .enum(['query', 'body'])
    .optional()
    .describe('POST: where the parameters of pages and filters go; default: body'),
  query: z.record(z.string(), z.string()).default({}),
  headers: z.record(z.string(), z.string()).optional().describe('Besides those of the connector'),
  each: z
    .strictObject({
      name: z.string().describe('Stands as {name} in path, query and body'),
      values: z.union([z.array(z.string()).min(1), z.string().describe('${variable} with commas between the values')]),
    })
    .optional()
    .describe('The list is read once for each of these values'),
  format: z.enum(['json', 'jsonl', 'csv', 'xml']).default('json').describe('What the answer is written in'),
  records: z.string().describe('Dotted path of the list in the answer; * stands for every item on the way'),
  one_or_many: z
    .boolean()
    .optional()
    .describe('An object where the list should be is a list of one, and nothing there an empty list'),
  pagination: paginationSchema,
  since: sinceSchema.optional(),
  cap: z.int().positive().optional().describe('Most rows one query yields; windows by time above it'),
  sort: z
    .strictObject({ param: z.string(), by_modified: z.string(), descending: z.string().optional() })
    .optional()
    .describe('How to sort by the modification stamp'),
  ids: z
    .strictObject({
      param: z.string(),
      max: z.int().positive(),
      separator: z.string().default(',').describe('Between the ids in a query; in a body they are a list'),
      item: z.string().optional().describe('In a body: ids are objects with this key, e.g. { "id": "1" }'),
      method: z.enum(['GET', 'POST']).optional().describe('Default: that of the list; likewise below'),
      path: urlPath.optional(),
      body: z.record(z.string(), z.unknown()).optional(),
      records: wirePath.optional(),
    })
    .optional()
    .describe('Bulk get by ids'),
  equals: z.record(z.string(), z.string()).default({}).describe('Field → query parameter that finds it by equality'),
  equals_template: z
    .string()
    .default('{value}')
    .describe(
      "The value of that parameter, e.g. {field} eq '{value}'; {name}: the last step of {field}; JSON for a search by POST",
    ),
  equals_escape: z
    .enum(['doubled', 'backslash'])
    .optional()
    .describe('How a quotation mark stands within quotation marks; default: doubled in \'…\', a backslash in "…"'),
  search: z
    .strictObject({
      method: z.enum(['GET', 'POST']).optional(),
      path: urlPath.optional(),
      query: z.record(z.string(), z.string()).optional(),
      body: z.record(z.string(), z.unknown()).optional(),
      records: z.string().optional(),
      item: wirePath.optional(),
      pagination: paginationSchema.optional(),
    })
    .optional()
    .describe('Where records are searched by `equals`, as far as it is not as in the list'),
  ids_only: z.record(z.string(), z.string()).optional().describe('Query that makes the list cheap for a sweep'),
  archived: z.record(z.string(), z.string()).optional().describe('Query that includes archived records'),
});

export type ListDefinition = z.infer<typeof listSchema>;
export type Pagination = z.infer<typeof paginationSchema>;
