import { z } from 'zod';

/** Forms that a value can be held against, whatever its system declares of it. */
export const KNOWN_FORMS = [
  'vat_id',
  'iban',
  'bic',
  'email',
  'phone',
  'postal_code',
  'url',
  'country',
  'currency',
  'ean',
] as const;
export type KnownForm = (typeof KNOWN_FORMS)[number];

/** What a connector declares of its fields, by the names under which a row can say what happens to a breach. */
export const LIMITS = ['required', 'length', 'characters', 'pattern', 'range'] as const;
export type Limit = (typeof LIMITS)[number];

const severity = z
  .enum(['error', 'warn'])
  .default('error')
  .describe('A record that breaks the rule, also after repair: `error` parks it, `warn` writes and counts it');

const STEPS =
  'Expected trim, truncate, transliterate, { truncate: … }, { transliterate: … }, { replace: …, with: … }, { default: … } or an expression';

const repairStep = z.union([
  z.enum(['trim', 'truncate', 'transliterate']),
  z.strictObject({ truncate: z.string().max(10).describe('What stands for the part that is cut off, e.g. …') }),
  z.strictObject({
    transliterate: z.string().describe('Language of the text, as BCP 47, where letters differ: de writes ä as ae'),
  }),
  z.strictObject({
    replace: z.string().min(1).describe('Regular expression (RE2) of what is replaced, everywhere in the text'),
    with: z.string().default('').describe('What stands there instead; $1 for the first group'),
  }),
  z.strictObject({ default: z.union([z.string(), z.number(), z.boolean()]).describe('Where the value is empty') }),
  z.string().includes('{{', STEPS).describe('An expression over `value` and `record`'),
]);

export type RepairStepFile = z.infer<typeof repairStep>;

const repair = z
  .array(repairStep)
  .default([])
  .describe(
    'Done in this order to a value that breaks the rule: `trim`, `truncate`, `transliterate`, `{replace: …, with: …}`, `{default: …}`, or an expression',
  );

const rowRule = z.strictObject({
  check: z.string().describe('A known form, a limit that the connector declares, or an expression that must be true'),
  system: z.string().optional().describe('Only the value that is written to this system; absent: to both'),
  policy: severity,
  repair,
  country: z.string().optional().describe('postal_code, vat_id: the country, as ISO 3166, of values that name none'),
  country_field: z.string().optional().describe('The same from a field of the record that is written'),
  message: z.string().optional().describe('For people; absent: made from the check'),
});

/** What a row demands of its value: a known form by its name, or a check with a policy. */
export const rowRulesSchema = z.array(z.union([z.string(), rowRule]));

export const ruleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'Expected lower-case letters, digits and -')
      .describe('Unique in the mapping; stands in reports'),
    system: z.string().describe('The system whose record is checked, as it would be written'),
    check: z
      .string()
      .includes('{{', 'Expected an expression: "{{ … }}"')
      .describe('Expression over `record`, and `value` of `field`, that must be true'),
    field: z.string().optional().describe('The field that is at fault; what `repair` is done to'),
    policy: severity,
    repair,
    message: z.string().optional().describe('What a person reads who is to correct the record'),
  })
  .describe('A rule for whole records');

export type RowRuleFile = z.infer<typeof rowRule>;
export type RuleFile = z.infer<typeof ruleSchema>;
