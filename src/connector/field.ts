import { z } from 'zod';
import { FIELD_TYPES } from '../record/value.ts';
import { isCountry } from './codec/phone.ts';
import { compilePattern } from './codec/text.ts';
import { isTimePattern } from './codec/time-pattern.ts';
import { isTimeZone } from './codec/zone.ts';

/** How an instant or a date looks on the wire; the zone and what a DST change means are declared, never guessed. */
const timeFormat = z.union([
  z.enum(['iso', 'epoch_s', 'epoch_ms', 'dotnet']).describe('dotnet: /Date(1767225600000+0000)/'),
  z.strictObject({
    pattern: z
      .string()
      .refine(isTimePattern, 'needs YYYY, MM and DD, and no part twice')
      .describe('Letters YYYY MM DD HH mm ss SSS; all else stands for itself, e.g. DD.MM.YYYY HH:mm'),
    zone: z
      .string()
      .refine(isTimeZone, 'not a time zone of the IANA list, e.g. Europe/Berlin')
      .default('UTC')
      .describe('IANA time zone the wire form is local to'),
    overlap: z
      .enum(['earlier', 'later'])
      .default('earlier')
      .describe('Which instant a local time that occurs twice is'),
    gap: z.enum(['later', 'reject']).default('later').describe('A local time that a DST change skips'),
  }),
]);

const numberMark = z.string().regex(/^[^\d+\-eE]?$/, 'no digit, sign or letter e');

const numberFormat = z.strictObject({
  wire: z.enum(['number', 'string']).default('number').describe('JSON number or text; reads both'),
  decimal: numberMark.length(1).default('.').describe('Decimal mark in texts'),
  group: numberMark.default('').describe('Grouping mark in texts'),
  scale: z.int().min(0).max(12).optional().describe('Digits after the decimal mark that the system keeps'),
});

const moneyFormat = z.strictObject({
  form: z
    .enum(['object', 'text', 'amount'])
    .default('object')
    .describe('{amount, currency}, "1.234,56 €", or amount alone'),
  amount: z.string().default('amount').describe('Key of the amount in an object'),
  currency: z.string().default('currency').describe('Key of the currency in an object'),
  currency_field: z.string().optional().describe('Wire path of the currency, where the amount stands alone'),
  fixed: z.string().length(3).optional().describe('The one currency of the system (ISO 4217)'),
  symbols: z.record(z.string(), z.string().length(3)).default({}).describe('Symbol → ISO 4217 code, e.g. €: EUR'),
});

const option = z.strictObject({
  value: z.union([z.string(), z.number(), z.boolean()]).describe('What stands on the wire'),
  key: z.string().describe('Its canonical key; two connectors that use one key need no option table between them'),
  label: z.string().optional(),
});

/** One field of an object: its canonical type, where it stands in the wire record, and what the system demands of it. */
export const fieldSchema = z.strictObject({
  type: z.enum(FIELD_TYPES),
  path: z.string().optional().describe('Dotted path in the wire record; default: the name of the field'),
  write_path: z
    .string()
    .optional()
    .describe('Where it is written, if that is not where it is read: read at status.id, written as status_id'),
  custom: z
    .string()
    .optional()
    .describe('A custom field, instead of path: its key where `custom_fields` of the object says that they stand'),
  label: z.string().optional(),
  time: timeFormat.optional(),
  number: numberFormat.optional(),
  money: moneyFormat.optional(),
  boolean: z
    .strictObject({ true: z.union([z.string(), z.number()]), false: z.union([z.string(), z.number()]) })
    .optional()
    .describe('Wire forms of true and false where they are not JSON booleans'),
  options: z.array(option).optional(),
  options_from: z.string().optional().describe('Name of a list of options declared under option_lists'),
  reference: z
    .string()
    .optional()
    .describe('The object of this system that the field refers to; with `number`, its id is a number on the wire'),
  identifier: z
    .boolean()
    .optional()
    .describe('A code such as a VAT id: blanks, dots, dashes and case mean nothing when records are matched by it'),
  default_country: z
    .string()
    .refine(isCountry, 'not a country code of ISO 3166 in capitals, e.g. DE')
    .optional()
    .describe('For phone numbers without a country code'),
  empty: z
    .array(z.union([z.string(), z.number()]))
    .default([''])
    .describe('Wire forms that mean "empty" besides null'),
  write_empty: z.enum(['null', 'empty_text', 'omit']).default('null').describe('How "empty" is written'),
  required: z.boolean().default(false),
  read_only: z.boolean().default(false),
  write_only: z.boolean().default(false),
  max_length: z.int().positive().optional().describe('In length_unit'),
  length_unit: z.enum(['characters', 'utf16', 'bytes']).default('characters'),
  pattern: z
    .string()
    .refine((source) => compilePattern(source) !== undefined, 'not a regular expression')
    .optional()
    .describe('Regular expression the system demands, of any part of the text unless it says ^ and $'),
  characters: z.enum(['any', 'latin1', 'ascii']).default('any').describe('What the system can store'),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  on_violation: z
    .enum(['park', 'truncate'])
    .default('park')
    .describe('What Dovetail does when a text does not fit: park the record, or cut it as the system itself would'),
});

export type FieldDefinition = z.infer<typeof fieldSchema>;
export type OptionDefinition = z.infer<typeof option>;
