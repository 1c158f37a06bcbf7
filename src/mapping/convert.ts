import type { FieldType, Value } from '../record/value.ts';

/** Undefined where this value does not fit. */
export type Converter = (value: Exclude<Value, null>) => Value | undefined;

const asIs: Converter = (value) => value;
const asText: Converter = (value) => (typeof value === 'object' ? undefined : String(value));
const asWhole: Converter = (value) => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
};

/** Field types whose canonical form is a text already. */
const TEXTS: readonly FieldType[] = ['string', 'option', 'email', 'phone', 'currency', 'reference'];

/** The conversions between canonical types that lose nothing or are declared by the pair of types itself. */
const CONVERTERS: Partial<Record<`${FieldType}>${FieldType}`, Converter>> = {
  'integer>string': asText,
  'decimal>string': asText,
  'boolean>string': asText,
  'date>string': asText,
  'timestamp>string': asText,
  'integer>decimal': asText,
  'integer>reference': asText,
  'integer>option': asText,
  'string>integer': asWhole,
  'decimal>integer': asWhole,
  'reference>integer': asWhole,
  'string>decimal': (value) =>
    typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/.test(value) ? value : undefined,
  'date>timestamp': (value) => `${String(value)}T00:00:00.000Z`,
  'timestamp>date': (value) => String(value).slice(0, 10),
  'money>decimal': (value) => (typeof value === 'object' && !Array.isArray(value) ? value['amount'] : undefined),
};

/** How a value of one canonical type becomes one of another; null where the two types do not fit together. */
export function converter(from: FieldType, to: FieldType): Converter | null {
  if (from === to || (TEXTS.includes(from) && TEXTS.includes(to))) return asIs;
  return CONVERTERS[`${from}>${to}`] ?? null;
}
