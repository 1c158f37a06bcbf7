import { z } from 'zod';
import { FIELD_TYPES } from '../record/value.ts';
import { isCountryCode } from './codec/country-codes.ts';
import { fieldFaults } from './codec/field-faults.ts';
import { isLanguageTag } from './codec/language-codes.ts';
import { isCountry } from './codec/phone.ts';
import { compilePattern } from './codec/text.ts';
import { isTimePattern } from './codec/time-pattern.ts';
import { isTimeZone } from './codec/zone.ts';

/** How an instant, a date or a time looks on the wire; the zone and what a DST change means are declared, never guessed. */
const timeFormat = z.union([
  z.enum(['iso', 'epoch_s', 'epoch_ms', 'dotnet']).describe('dotnet: /Date(1767225600000+0000)/'),
  z.strictObject({
    pattern: z
      .string()
      .refine(isTimePattern, 'needs YYYY, MM and DD or, for a time of day, HH; and no part twice')
      .describe(
        'Letters YYYY MM DD HH mm ss SSS; all else stands for itself, e.g. DD.MM.YYYY HH:mm. `iso`: ISO 8601 without an offset',
      ),
    zone: z
      .string()
      .refine(isTimeZone, 'not a time zone of the IANA list, e.g. Europe/Berlin')
      .optional()
      .describe('IANA time zone the wire form is local to; for a timestamp, UTC where there is none'),
    overlap: z
      .enum(['earlier', 'later', 'reject'])
      .default('earlier')
      .describe('Which instant a local time that occurs twice is'),
    gap: z
      .enum(['later', 'earlier', 'reject'])
      .default('later')
      .describe('A local time that a DST change skips: as far after the change as it says, or as far before it'),
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
  unit: z
    .enum(['major', 'minor'])
    .default('major')
    .describe('minor: counted in cents, or what ISO 4217 says the currency has'),
  digits: z
    .record(z.string().length(3), z.int().min(0).max(6))
    .default({})
    .describe('For `minor`, currencies in which the system differs from ISO 4217: its digits, e.g. ISK: 2'),
  amount: z.string().default('amount').describe('Key of the amount in an object'),
  currency: z.string().default('currency').describe('Key of the currency in an object'),
  currency_field: z.string().optional().describe('Wire path of the currency, where the amount stands alone'),
  fixed: z.string().length(3).optional().describe('The one currency of the system (ISO 4217)'),
  symbols: z.record(z.string(), z.string().length(3)).default({}).describe('Symbol → ISO 4217 code, e.g. €: EUR'),
});

const scalar = z.union([z.string(), z.number()]);
const booleanForm = z.union([scalar, z.array(scalar).min(1)]);

const booleanFormat = z.strictObject({
  true: booleanForm.optional(),
  false: booleanForm.optional(),
  common: z
    .boolean()
    .default(false)
    .describe('Reads yes, y, true, t, on, 1, ja, j, wahr, x and their opposites, too, in any case'),
});

const namesOf = (isCode: (code: string) => boolean, example: string) =>
  z
    .record(z.string(), z.string().refine(isCode, 'no such code'))
    .default({})
    .describe(`Forms that the system has of its own → code, e.g. ${example}`);

const displayLanguage = z
  .string()
  .refine(isLanguageTag, 'not a language tag of BCP 47, e.g. de')
  .default('en')
  .describe('`name`: the language of the names, those of the Unicode CLDR');

const countryFormat = z.strictObject({
  form: z.enum(['alpha2', 'alpha3', 'numeric', 'name']).default('alpha2').describe('DE, DEU, 276 or Germany'),
  in: displayLanguage,
  names: namesOf(isCountryCode, 'England: GB'),
});

const languageFormat = z.strictObject({
  form: z
    .enum(['tag', 'underscore', 'iso639_2', 'iso639_2b', 'name'])
    .default('tag')
    .describe('de-AT, de_AT, deu, ger or German'),
  in: displayLanguage,
  names: namesOf(isLanguageTag, 'Plattdeutsch: nds'),
});

const multiOptionFormat = z.strictObject({
  form: z.enum(['list', 'text']).default('list').describe('["a", "b"], or "a;b"'),
  separator: z.string().min(1).default(';').describe('Between the options of a text'),
  item: z.string().optional().describe('Key of the option in an item that is an object, e.g. id'),
});

const option = z.strictObject({
  value: z.union([z.string(), z.number(), z.boolean()]).describe('What stands on the wire'),
  key: z.string().describe('Its canonical key; two connectors that use one key need no option table between them'),
  label: z.string().optional(),
});

/** One field of an object: its canonical type, where it stands in the wire record, and what the system demands of it. */
const fieldObject = z.strictObject({
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
  boolean: booleanFormat
    .optional()
    .describe('Wire forms of true and false where they are not JSON booleans; of several, the first is written'),
  duration: z
    .enum(['iso', 'milliseconds', 'seconds', 'minutes', 'hours', 'days', 'clock', 'clock_seconds'])
    .optional()
    .describe('PT1H30M (`iso`, the default), a number of units (with the marks of `number`), 1:30 or 1:30:00'),
  country: countryFormat.optional(),
  language: languageFormat.optional(),
  multi_option: multiOptionFormat.optional(),
  default_scheme: z.string().optional().describe('For URLs without a scheme: https'),
  parts: z
    .record(z.string(), z.string())
    .optional()
    .describe('Part of a postal address, a name or a binary → its dotted path; default: each part by its name'),
  parts_in: z
    .enum(['object', 'record'])
    .optional()
    .describe('Whether the parts stand in the object at path (the default), or in the record itself'),
  person_name: z
    .strictObject({ text: z.enum(['given family', 'family given', 'family, given']) })
    .optional()
    .describe('A name that is one text'),
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
  write_empty: z.enum(['null', 'empty_text', 'empty_list', 'omit']).default('null').describe('How "empty" is written'),
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

export const fieldSchema = fieldObject.superRefine((field, context) => {
  for (const { path, message } of fieldFaults(field)) context.addIssue({ code: 'custom', path, message });
});

export type FieldDefinition = z.infer<typeof fieldObject>;
export type OptionDefinition = z.infer<typeof option>;
