import type { FieldDefinition, OptionDefinition } from '../../connector/field.ts';
import type { Fields, FieldType, Value } from '../../record/value.ts';

const MOST = 3;
const LONGEST = 30;

/** Types whose values are words of the system, and nobody's data. */
const WORDS: readonly FieldType[] = ['option', 'multi_option', 'boolean', 'currency', 'language'];

/** Up to three different values of each field, as text; masked unless they are shown as they are. */
export function sampleTexts(
  records: readonly Fields[],
  fields: Readonly<Record<string, FieldDefinition>>,
  asTheyAre: boolean,
): Record<string, string[]> {
  const texts: Record<string, string[]> = {};
  for (const [name, { type }] of Object.entries(fields)) {
    const found = new Set<string>();
    for (const record of records) {
      const text = textOf(record[name]);
      if (text !== '') found.add(asTheyAre || WORDS.includes(type) ? text : masked(text));
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
  text.replace(/[\p{L}\p{M}\p{N}]/gu, (character) => {
    if (/\p{N}/u.test(character)) return '9';
    return /\p{Lu}/u.test(character) ? 'X' : 'x';
  });

/** Most options that are taken from records. */
const MOST_OPTIONS = 50;

/** The options of fields whose connector declares none: of the list that they come from, else those that records have. */
export function optionsSeen(
  records: readonly Fields[],
  fields: Readonly<Record<string, FieldDefinition>>,
  lists: (name: string) => readonly OptionDefinition[],
): Record<string, readonly OptionDefinition[]> {
  const seen: Record<string, readonly OptionDefinition[]> = {};
  for (const [name, { type, options, options_from: list }] of Object.entries(fields)) {
    if (options || (type !== 'option' && type !== 'multi_option')) continue;
    if (list !== undefined) seen[name] = lists(list);
    else {
      const keys = new Set(records.flatMap((record) => record[name] ?? []).filter((key) => typeof key === 'string'));
      seen[name] = [...keys]
        .sort()
        .slice(0, MOST_OPTIONS)
        .map((key) => ({ value: key, key }));
    }
  }
  return seen;
}
