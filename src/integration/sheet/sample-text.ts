import type { Fields, Value } from '../../record/value.ts';

const MOST = 3;
const LONGEST = 40;

/** Up to three different values of each field, as text; masked unless `real`. */
export function sampleTexts(
  records: readonly Fields[],
  names: readonly string[],
  real: boolean,
): Record<string, string[]> {
  const texts: Record<string, string[]> = {};
  for (const name of names) {
    const found = new Set<string>();
    for (const record of records) {
      const text = textOf(record[name]);
      if (text !== '') found.add(real ? text : masked(text));
      if (found.size === MOST) break;
    }
    texts[name] = [...found];
  }
  return texts;
}

/** In one line, shortened. */
function textOf(value: Value | undefined): string {
  const characters = [...plain(value).replace(/\s+/g, ' ').trim()];
  return characters.length <= LONGEST ? characters.join('') : `${characters.slice(0, LONGEST - 1).join('')}…`;
}

function plain(value: Value | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  if (!Array.isArray(value) && typeof value.amount === 'string' && typeof value.currency === 'string') {
    return `${value.amount} ${value.currency}`;
  }
  return JSON.stringify(value);
}

/** The shape of a text: `Anna Müller, 42` becomes `Xxxx Xxxxxx, 99`. */
export const masked = (text: string): string =>
  text
    .replace(/\p{N}/gu, '9')
    .replace(/\p{Lu}/gu, 'X')
    .replace(/[\p{L}\p{M}]/gu, (letter) => (letter === 'X' ? 'X' : 'x'));
