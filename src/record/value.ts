/**
 * Canonical values: what a field holds once its wire form has been decoded.
 *
 * They are plain JSON data, so that a record can be stored encrypted, compared and shown without a class in sight.
 * Which form a value takes follows from its field's type, never from how it looks:
 *
 * | type        | canonical form                                                             |
 * |-------------|----------------------------------------------------------------------------|
 * | string      | string                                                                     |
 * | integer     | number, safe integer                                                       |
 * | decimal     | string, shortest exact form: `-12.5`, `0`, never `1e3`, `+1`, `1.50`       |
 * | boolean     | boolean                                                                    |
 * | date        | string `YYYY-MM-DD`                                                        |
 * | timestamp   | string `YYYY-MM-DDTHH:mm:ss.sssZ`, an instant                              |
 * | money       | `{ amount: decimal, currency: ISO 4217 code }`                             |
 * | currency    | string, ISO 4217 code                                                      |
 * | option      | string, the option's key as the connector declares it                      |
 * | reference   | string, the id of a record of the same system                              |
 * | email       | string, trimmed, domain in lower case                                      |
 * | phone       | string, E.164                                                              |
 * | list        | array of canonical values                                                  |
 * | object      | object of canonical values                                                 |
 *
 * `null` is the one empty value: a connector declares which wire forms mean "empty".
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

export type Money = { amount: string; currency: string };

export const FIELD_TYPES = [
  'string',
  'integer',
  'decimal',
  'boolean',
  'date',
  'timestamp',
  'money',
  'currency',
  'option',
  'reference',
  'email',
  'phone',
  'list',
  'object',
] as const;

export type FieldType = (typeof FIELD_TYPES)[number];

/** A decoded record: the mapped fields only, by field name, in canonical form. A missing key means "not sent". */
export type Fields = Record<string, Value>;
