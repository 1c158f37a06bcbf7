import type { Value } from './value.ts';

/** Texts that JSON writes as they are. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * The canonical text of a value: equal values have equal texts and different values different ones. JSON with sorted
 * keys; strings carry a leading quote, so that `"1"` and `1` differ.
 */
export function canonicalText(value: Value | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return `"${value}`;
  if (value === null || typeof value !== 'object') return String(value);
  return moneyText(value) ?? jsonText(value);
}

/** What `jsonText` gives for an amount of money, sooner: the one object that most records hold. */
function moneyText(value: Value[] | { [key: string]: Value }): string | undefined {
  if (Array.isArray(value)) return undefined;
  const { amount, currency } = value;
  if (typeof amount !== 'string' || typeof currency !== 'string' || Object.keys(value).length !== 2) return undefined;
  if (!PLAIN.test(amount) || !PLAIN.test(currency)) return undefined;
  return `{"amount":"${amount}","currency":"${currency}"}`;
}

function jsonText(value: Value): string {
  if (typeof value === 'string') return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  let text = '';
  for (const { key, name } of inOrder(Object.keys(value))) {
    const item = value[key];
    if (item !== undefined) text += text === '' ? name + jsonText(item) : `,${name}${jsonText(item)}`;
  }
  return `{${text}}`;
}

/** A key in its place, and its name as JSON with the colon. */
interface Place {
  key: string;
  name: string;
}

/** The last lists of keys and their order: the objects of one field have the same keys, record after record. */
const shapes: { keys: readonly string[]; places: readonly Place[] }[] = [];
const MOST_SHAPES = 16;

function inOrder(keys: readonly string[]): readonly Place[] {
  const known = shapes.find((shape) => shape.keys.length === keys.length && sameKeys(shape.keys, keys));
  if (known) return known.places;
  const places = keys.toSorted().map((key) => ({ key, name: `${jsonText(key)}:` }));
  if (shapes.length === MOST_SHAPES) shapes.shift();
  shapes.push({ keys, places });
  return places;
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  return a === b || canonicalText(a) === canonicalText(b);
}

/** Whether a value says nothing: null, not sent, or a text of blanks. */
export function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && isBlank(value));
}

/** Whether a text is blanks to its end. Most are told by their first character. */
export function isBlank(text: string): boolean {
  return text === '' || (!(text.charCodeAt(0) > 0x20 && text.charCodeAt(0) < 0x7f) && text.trim() === '');
}
