import { z } from 'zod';
import { duration } from '../../connector/definition-parts.ts';

/** A scenario as its file says it: records on both sides, what happens to them, and what has become of them then. */

const recordId = z
  .union([z.string().min(1), z.int()])
  .transform(String)
  .describe('As the system knows it; quoted or not');

const values = z.record(z.string(), z.json()).describe('Field → value, in canonical form');

const record = z
  .object({
    id: recordId,
    archived: z.boolean().default(false).describe('Whether the record is archived'),
  })
  .catchall(z.json());

const recordsByObject = z.record(z.string(), z.array(record)).describe('Object → its records');

const edit = z
  .strictObject({
    create: z.string().optional().describe('Object in which somebody creates a record'),
    update: z.string().optional().describe('Object of a record that somebody edits'),
    delete: z.string().optional().describe('Object of a record that somebody deletes'),
    archive: z.string().optional().describe('Object of a record that somebody archives'),
    id: recordId.optional().describe('Of a new record: the id it gets; absent: the next one'),
    set: values.default({}),
  })
  .refine(
    ({ create, update, delete: remove, archive }) =>
      [create, update, remove, archive].filter((object) => object !== undefined).length === 1,
    'needs one of create, update, delete and archive',
  )
  .refine(({ create, id }) => create !== undefined || id !== undefined, 'needs the id of the record');

const step = z.union([
  z.literal('sync').describe('A sync runs'),
  z.literal('approve').describe('A person approves all that is held'),
  z.strictObject({ wait: duration.describe('Time until the next step, instead of ten minutes') }),
  z.record(z.string(), edit).describe('System → what somebody does there'),
]);

const parked = z.object({
  mapping: z.string(),
  id: recordId,
  system: z.string().describe('The system whose record waits'),
  reason: z.string().describe('The code of the reason, as `dovetail parked list` shows it'),
});

export const scenarioSchema = z.strictObject({
  scenario: z.string().describe('What it shows, in a sentence'),
  why: z.string().optional().describe('Why it is decided so'),
  start: z.iso
    .datetime()
    .default('2026-03-02T09:00:00Z')
    .describe('When it begins, in UTC; ten minutes pass between two steps'),
  not_live: z
    .string()
    .optional()
    .describe('Why it can only be played in memory, where that is so, such as stamps that must be minutes apart'),
  options: z
    .record(z.string(), z.record(z.string(), z.array(z.string())))
    .default({})
    .describe('System → list of options → its keys, for lists that the system would be asked for'),
  given: z.record(z.string(), recordsByObject).default({}).describe('System → the records that are there at first'),
  linked: z
    .record(z.string(), z.array(z.array(recordId).length(2)))
    .default({})
    .describe(
      'Mapping → pairs of ids, of the first system and of the second, that are linked and agreed as they stand',
    ),
  when: z.array(step).default([]).describe('What happens, step by step, before the last sync'),
  // biome-ignore lint/suspicious/noThenProperty: a word of the file format; what is read from it has another one.
  then: z
    .object({
      plan: z.string().optional().describe('What `dovetail plan` shows before the last sync; `--update` writes it'),
      parked: z.array(parked).default([]).describe('What waits after it'),
    })
    .catchall(recordsByObject)
    .optional()
    .describe(
      'System → object → all records that are there after the last sync; of each, the fields that matter are compared',
    ),
});

export type ScenarioFile = z.infer<typeof scenarioSchema>;
export type Step = z.infer<typeof step>;
export type Edit = z.infer<typeof edit>;
