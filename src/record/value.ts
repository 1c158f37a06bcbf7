/**
 * Canonical values: what a field holds once its wire form has been decoded.
 *
 * They are plain JSON data, so that a record can be stored encrypted, compared and shown without a class in sight.
 * Which form a value takes follows from its field's type, never from how it looks:
 *
 * | type            | canonical form                                                                      |
 * |-----------------|-------------------------------------------------------------------------------------|
 * | string          | string                                                                              |
 * | integer         | number, safe integer                                                                |
 * | decimal         | string, shortest exact form: `-12.5`, `0`, never `1e3`, `+1`, `1.50`                |
 * | boolean         | boolean                                                                             |
 * | date            | string `YYYY-MM-DD`                                                                 |
 * | time            | string `HH:mm:ss.sss`, a time of day                                                |
 * | timestamp       | string `YYYY-MM-DDTHH:mm:ss.sssZ`, an instant                                       |
 * | local_timestamp | string `YYYY-MM-DDTHH:mm:ss.sss`, what a clock on the wall shows                    |
 * | duration        | string, ISO 8601 in the canonical form of XML Schema: `P1Y2M`, `P1DT12H`, `-PT0.5S` |
 * | money           | `{ amount: decimal, currency: ISO 4217 code }`                                      |
 * | currency        | string, ISO 4217 code                                                               |
 * | option          | string, the option's key as the connector declares it                               |
 * | multi_option    | array of option keys, each once, in the order of their UTF-16 units                 |
 * | reference       | string, the id of a record of the same system                                       |
 * | email           | string, trimmed, domain in lower case                                               |
 * | phone           | string, E.164                                                                       |
 * | url             | string, trimmed, scheme and host in lower case                                      |
 * | country         | string, ISO 3166-1 alpha-2 code                                                     |
 * | language        | string, BCP 47 tag in canonical form: `de`, `zh-Hant-TW`                            |
 * | postal_address  | object of its parts (texts), only those filled; `country` is a country code         |
 * | person_name     | object of its parts (texts), only those filled                                      |
 * | binary          | object that says where the content is and what is known of it, never the content    |
 * | list            | array of canonical values                                                           |
 * | object          | object of canonical values                                                          |
 *
 * `null` is the one empty value: a connector declares which wire forms mean "empty".
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

export type Money = { amount: string; currency: string };

/** Parts of a postal address: texts, and the country's code. `street` holds the house number where that has no part. */
export const ADDRESS_PARTS = ['street', 'house_number', 'extra', 'postal_code', 'city', 'region', 'country'] as const;

/** Parts of a person's name; `prefix` is a title, `suffix` what follows the family name. */
export const NAME_PARTS = ['prefix', 'given', 'middle', 'family', 'suffix'] as const;

/** Parts of a binary: `size` in bytes (integer), `digest` as `sha256:` and hex digits; all others are texts. */
export const BINARY_PARTS = ['url', 'name', 'media_type', 'size', 'digest'] as const;

export const FIELD_TYPES = [
  'string',
  'integer',
  'decimal',
  'boolean',
  'date',
  'time',
  'timestamp',
  'local_timestamp',
  'duration',
  'money',
  'currency',
  'option',
  'multi_option',
  'reference',
  'email',
  'phone',
  'url',
  'country',
  'language',
  'postal_address',
  'person_name',
  'binary',
  'list',
  'object',
] as const;

export type FieldType = (typeof FIELD_TYPES)[number];

/** A decoded record: the mapped fields only, by field name, in canonical form. A missing key means "not sent". */
export type Fields = Record<string, Value>;
