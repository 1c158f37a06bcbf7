import type { Value } from './value.ts';

/**
 * The canonical text of a value: equal values have equal texts and different values different ones. JSON with sorted
 * keys; strings carry a leading quote, so that `"1"` and `1` differ.
 */
export function canonicalText(value: Value | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return `"${value}`;
  if (value === null || typeof value !== 'object') return String(value);
  return JSON.stringify(sorted(value));
}

function sorted(value: Value): Value {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const out: Record<string, Value> = {};
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item !== undefined) out[key] = sorted(item);
  }
  return out;
}

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  return a === b || canonicalText(a) === canonicalText(b);
}

/** Whether a value says nothing: null, not sent, or a text of blanks. */
export function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
