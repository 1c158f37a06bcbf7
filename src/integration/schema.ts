import { z } from 'zod';
import { linesOfSchema, partOfSchema } from '../connector/definition-within.ts';
import { fieldSchema } from '../connector/field.ts';
import { rowRulesSchema, ruleSchema } from './rule-schema.ts';

const duration = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h|d)$/, 'Expected a number and a unit: 500ms, 3s, 5m, 24h, 7d')
  .describe('A number and a unit: 500ms, 3s, 5m, 24h, 7d');

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** What an event on one system does on the other. */
const propagationSchema = z.strictObject({
  create: z.enum(['create', 'ignore', 'hold']).default('create').describe('A new record that has no match'),
  update: z.enum(['update', 'ignore', 'hold']).default('update').describe('A changed record'),
  delete: z
    .enum(['delete', 'archive', 'unlink', 'ignore', 'hold'])
    .default('hold')
    .describe('A deleted record; `hold` waits for approval'),
});

/** What happens when users of a system add a field. */
export const NEW_FIELDS = ['ignore', 'propose', 'map-by-name', 'create-in-target', 'hold'] as const;
export type NewFields = (typeof NEW_FIELDS)[number];

const conflictPolicy = z
  .string()
  .describe('When both sides changed the same field: the name of the system that wins, `newest`, or `hold`');

const fieldMappingSchema = z
  .object({
    direction: z.string().default('both').describe('`both`, or `crm -> erp` with the names of the systems'),
    options: z
      .record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]))
      .optional()
      .describe(
        'Option keys of the first system → those of the second, where the connectors do not share keys; of several the first is written, and all lead back',
      ),
    otherwise: z
      .strictObject({
        policy: z
          .enum(['park', 'default', 'create', 'ignore'])
          .default('park')
          .describe(
            'Park the record, write the option named for the system, add the option to the system, or leave the field alone',
          ),
      })
      .catchall(z.string())
      .optional()
      .describe(
        'What to do with an option that has no counterpart; for `default`, the option by the name of the system',
      ),
    reference: z.string().optional().describe('The mapping through whose links the reference is translated'),
    outside: z
      .enum(['hold', 'empty', 'sync'])
      .default('hold')
      .describe(
        'A reference to a record without a link, such as one outside the filter: hold the record, leave the reference empty until there is one, or sync that record too, whatever the filter says',
      ),
    by: z
      .record(z.string(), z.string())
      .optional()
      .describe(
        'System → the field of the record referred to that stands in place of its id, such as an article number',
      ),
    conflict: conflictPolicy.optional(),
    target_edits: z
      .enum(['leave', 'restore'])
      .default('leave')
      .describe('One-way: whether an edit of the target is left alone or overwritten'),
    required: z.boolean().default(false).describe('A record whose source is empty here is parked'),
    default: z
      .union([scalar, z.record(z.string(), scalar)])
      .optional()
      .describe('Written where the source is empty; one value, or one for each system that is written by its name'),
    equivalent: z
      .string()
      .optional()
      .describe(
        'What may change on the way to the other system and back: `blanks`, `case`, `text`, `code`, `digits`, `phone`, `minute`, `day`, or an expression over `value` that two equal values have the same result of. For the check of the round trip; changes nothing',
      ),
    loss: z
      .literal('accepted')
      .optional()
      .describe('What the check of the round trip finds to be lost is known and meant; changes nothing'),
    validate: rowRulesSchema
      .optional()
      .describe('What a value must be like to be written: names of checks, or checks with a policy and repairs'),
    note: z.string().optional().describe('For people; changes nothing'),
  })
  .catchall(z.string())
  .describe(
    'One row: the field of each system by the name of the system, and `to_<system>` expressions; or the one field that it computes',
  );

const mappingSchema = z
  .object({
    match: z
      .array(z.array(z.string()).min(1))
      .default([])
      .describe(
        'Match rules, the first that finds decides; each a list of fields of the first system that are all equal',
      ),
    first_contact: z
      .strictObject({
        prefer: z.string().describe('System whose value stands where both have one'),
        empty_overwrites: z
          .boolean()
          .default(false)
          .describe('Whether an empty value of that system erases a filled one'),
      })
      .optional()
      .describe('When two records that were never linked are found to be the same; absent: as in a conflict'),
    conflict: conflictPolicy.default('hold'),
    propagate: z
      .record(z.string(), propagationSchema.prefault({}))
      .default({})
      .describe('System → what an event there does on the other system'),
    filter: z
      .record(z.string(), z.string())
      .default({})
      .describe('System → expression over `record`; a record enters the mapping when it is true'),
    lookups: z
      .record(
        z.string().regex(/^[a-z][a-z0-9_]*$/, 'Expected lower-case letters, digits and _'),
        z.strictObject({
          system: z.string().describe('The system that is looked into'),
          object: z.string().describe('Its object'),
          by: z.string().optional().describe('The field that the record is found by; absent: its id'),
          from: z.string().describe('Expression over `record` that gives the value to look for'),
          of: z.string().optional().describe('The system whose record that is; absent: the other one'),
          missing: z
            .enum(['empty', 'park'])
            .default('empty')
            .describe('Nothing is found: the expressions see nothing, or the record is parked'),
        }),
      )
      .default({})
      .describe('Name → a record of a system that expressions read as `lookup.<name>.<field>`'),
    on_leave: z
      .enum(['keep', 'archive', 'delete', 'unlink'])
      .default('keep')
      .describe('What happens on the other system when a linked record leaves the filter'),
    delete_guard: z
      .strictObject({
        share: z.number().min(0).max(1).default(0.1).describe('Of the records of the object'),
        records: z.int().positive().default(100).describe('In number'),
      })
      .prefault({})
      .describe('Deletes of one run above either limit wait for approval'),
    clock_skew: duration.default('0s').describe('For `newest`: stamps closer than this are a tie'),
    oscillation: z
      .strictObject({
        writes: z.int().min(2).default(4).describe('Writes of one field, on both sides together'),
        within: duration.default('1h').describe('In this time'),
      })
      .prefault({})
      .describe('A field that is written back and forth is parked: something else writes it, too'),
    new_fields: z
      .record(z.string(), z.enum(NEW_FIELDS))
      .default({})
      .describe(
        'System → what happens when its users add a field: `ignore` it, `propose` a row (the default), `map-by-name` with the field of that name, `create-in-target` where there is none, or `hold` the mapping',
      ),
    rules: z.array(ruleSchema).default([]).describe('What a record must be like to be written'),
    fields: z.array(fieldMappingSchema).min(1).describe('The field mappings'),
    ignored: z
      .record(z.string(), z.record(z.string(), z.string().min(1)))
      .default({})
      .describe('System → field → why it is not mapped. A field that is neither mapped nor here is open'),
  })
  .catchall(z.string())
  .describe('One object of each system, by the name of the system, and what is agreed about them');

const systemSchema = z.strictObject({
  connector: z.string().describe('Name in the catalogue, or path of a connector.yaml relative to this file'),
  title: z.string().optional().describe('How people call the system'),
  contact: z
    .strictObject({
      name: z.string().describe('Of a person or a team'),
      email: z.email().optional().describe('Their address'),
    })
    .optional()
    .describe('Who answers questions about the system'),
  objects: z
    .record(
      z.string(),
      z.strictObject({
        fields: z.record(z.string(), fieldSchema).default({}),
        link_field: z.string().optional().describe('Field that holds a link token: writable, findable by equality'),
        part_of: partOfSchema
          .optional()
          .describe('Makes an object of what stands in fields of another one, such as the main contact of a customer'),
        lines_of: linesOfSchema
          .optional()
          .describe('Makes an object of what stands in a list within another one, such as the lines of an order'),
      }),
    )
    .default({})
    .describe('Object → what this installation has beyond the connector, such as custom fields'),
  environments: z
    .record(z.string(), z.record(z.string(), z.string()))
    .describe('Environment → variables of the connector; secrets only as ${NAME}'),
  connections: z
    .record(
      z.string(),
      z.strictObject({
        proxy: z
          .string()
          .describe(
            'Through what the system is reached: http://host:port or https://host:port (CONNECT), socks5://host:port, or an SSH jump host as ssh://user@host:port; a user of a proxy likewise before the @',
          ),
        password: z.string().optional().describe('Of that user, as ${NAME}'),
        key: z.string().optional().describe('ssh: the private key, PEM, as ${NAME}'),
        host_key: z
          .string()
          .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'Expected the fingerprint as `ssh-keygen -lf` shows it: SHA256:…')
          .optional()
          .describe('ssh: fingerprint of the key of the jump host, SHA256:…'),
      }),
    )
    .default({})
    .describe('Environment → the way to the system, where it is not the direct one'),
});

const tableSchema = z
  .strictObject({
    map: z.record(z.string(), scalar).optional().describe('Key → value, written here'),
    rows: z
      .array(z.record(z.string(), z.union([scalar, z.null()])))
      .optional()
      .describe('Rows with the names of their columns, written here'),
    file: z
      .string()
      .optional()
      .describe('Path of a .csv or .xlsx file relative to this file; its first row names the columns'),
    sheet: z.string().optional().describe('Of an .xlsx file; absent: its first sheet'),
    separator: z.string().length(1).default(',').describe('Of a .csv file'),
    key: z.string().optional().describe('The column that rows are found by; absent: the first one'),
    missing: z
      .enum(['park', 'empty', 'keep'])
      .default('park')
      .describe('A value that no row has: park the record, give nothing, or give the value itself'),
  })
  .describe('One of `map`, `rows` and `file`');

/** The integration file: two systems and everything agreed about them. */
export const integrationSchema = z.strictObject({
  integration: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, 'Expected lower-case letters, digits and -')
    .describe('Name of the integration'),
  purpose: z.string().describe('What it is for, in a sentence or two'),
  systems: z
    .record(z.string().regex(/^[a-z][a-z0-9_]*$/, 'Expected lower-case letters, digits and _'), systemSchema)
    .describe('The two systems, by the names that the rest of the file uses')
    .meta({ minProperties: 2, maxProperties: 2 }),
  mappings: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]*$/, 'Expected lower-case letters, digits, - and _'), mappingSchema)
    .describe('The object mappings, by name'),
  tables: z
    .record(z.string().regex(/^[a-z][a-z0-9_-]*$/, 'Expected lower-case letters, digits, - and _'), tableSchema)
    .default({})
    .describe('Tables for the filter `lookup`, by name'),
  functions: z
    .string()
    .optional()
    .describe('Path of a .ts or .js file relative to this file, whose functions expressions call as fn.<name>(…)'),
  schedule: z
    .strictObject({
      every: duration.optional().describe('Time between the starts of two runs; absent: only on request'),
      fields: duration
        .default('15m')
        .describe(
          'How long what the systems say of their fields and options is taken for granted while nothing is to be decided; `plan` always asks',
        ),
      sweep: duration.default('24h').describe('How often deletes are looked for where changes do not tell of them'),
    })
    .prefault({})
    .describe('When runs start by themselves'),
  failures: z
    .strictObject({
      share: z.number().min(0).max(1).default(0.2).describe('Of the records handled so far'),
      least: z.int().positive().default(20).describe('And at least so many'),
    })
    .prefault({})
    .describe('A run stops, and keeps its cursors, when too many records failed'),
  network: z
    .strictObject({
      egress: z
        .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
        .min(1)
        .optional()
        .describe('Addresses, or networks with their /, from which the runs reach the systems'),
      echo: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('Address of a service that answers with the address it is called from, for `check`'),
      receiver: z
        .strictObject({
          url: z.url({ protocol: /^https?$/ }).describe('The address by which the systems reach this installation'),
          port: z.int().min(1).max(65_535).describe('The port of this machine that it leads to'),
        })
        .optional()
        .describe('Where deliveries of webhooks come in, for `check --write`'),
    })
    .optional()
    .describe('From where this installation reaches the systems: what the other side must allow'),
  errors: z
    .strictObject({
      to: z
        .array(z.string())
        .min(1)
        .describe('Mail addresses, or addresses that take a POST of { "text": … }, such as those of chats: as ${NAME}'),
      smtp: z
        .strictObject({
          host: z.string().describe('Name or address of the server'),
          port: z.int().min(1).max(65_535).optional().describe('Default: 587, 465 with `tls`, 25 with `none`'),
          security: z
            .enum(['starttls', 'tls', 'none'])
            .default('starttls')
            .describe('`none` with a password only for a server on this machine'),
          user: z.string().optional(),
          password: z.string().optional().describe('Only as ${NAME}'),
          from: z.string().describe('The address that messages come from'),
        })
        .optional()
        .describe('The mail server that takes them'),
    })
    .optional()
    .describe('Who gets the error messages'),
  answers: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'Answers to questions of the check list that configure nothing, by the id of the question: a text, or a text for each system by its name; `n/a: why` where the question does not arise, `open: ask NAME` where nobody knows it yet; `privacy` may have the parts `basis`, `retention`, `deletion` and `not_personal` (fields that look personal and are not)',
    ),
});

/** Of an integration file that may be wrong elsewhere, the files that it names. */
export const namedFiles = z.looseObject({
  tables: z.record(z.string(), tableSchema.partial()).default({}),
  functions: z.string().optional(),
});

export type NamedTable = z.infer<typeof namedFiles>['tables'][string];
export type IntegrationFile = z.infer<typeof integrationSchema>;
export type MappingFile = z.infer<typeof mappingSchema>;
export type FieldMappingFile = z.infer<typeof fieldMappingSchema>;
export type TableFile = z.infer<typeof tableSchema>;
export type Propagation = z.infer<typeof propagationSchema>;

/** Keys that a mapping and a row may have besides those made of the names of the systems. */
export const MAPPING_KEYS: readonly string[] = Object.keys(mappingSchema.shape);
export const FIELD_KEYS: readonly string[] = Object.keys(fieldMappingSchema.shape);
