import type { FieldDefinition } from '../../connector/field.ts';
import type { Value } from '../../record/value.ts';

/** Longer fields hardly differ from unlimited ones. */
const LONGEST = 4096;

/** What the declaration of a field demands. */
export const LIMITS = ['max_length', 'characters', 'pattern', 'required', 'minimum', 'maximum', 'options'] as const;
export type Limit = (typeof LIMITS)[number];

/** `mark`: what the text must begin with, so that its record is known by it. */
interface TextSeed {
  mark: string;
  token: string;
}

/**
 * Values that the declaration allows, and that a system which does otherwise would not keep: a text of the full length, in
 * mixed case, with the letters that are said to fit; the ends of a range. Empty where nothing is demanded of the field.
 */
export function allowedValues(declared: FieldDefinition, seed: TextSeed): Value[] {
  const { type, minimum, maximum } = declared;
  if (type === 'integer') return [minimum, maximum].filter((limit) => limit !== undefined);
  if (type === 'decimal') return [minimum, maximum].flatMap((limit) => (limit === undefined ? [] : [String(limit)]));
  if (type !== 'string' || declared.pattern !== undefined) return [];
  const most = Math.min(declared.max_length ?? USUAL, LONGEST);
  return most < seed.mark.length ? [] : [textOf(declared, most, seed)];
}

/** The length that is tried where none is declared. */
const USUAL = 60;

/** Of mixed case; with letters beyond ASCII and Latin-1 where they are said to fit. Of an identifier, digits and capitals. */
export function textOf(declared: FieldDefinition, length: number, { mark, token }: TextSeed): string {
  const { characters, length_unit: unit, identifier } = declared;
  if (identifier) return `T${token.toUpperCase()}${'7'.repeat(length)}`.slice(0, length);
  const letters =
    characters === 'ascii' || unit === 'bytes' ? 'Ab cDe-f' : characters === 'latin1' ? 'Äb cDé-ß' : 'Äb cŁe-Ж';
  const head = mark === '' ? `Test ${token} ` : `${mark} `;
  const text = (head + letters.repeat(Math.ceil(length / letters.length))).slice(0, length);
  // A blank at the end would be trimmed by many, which is another matter.
  return text.endsWith(' ') ? `${text.slice(0, -1)}x` : text;
}

/** A value that the limit forbids; undefined where the field has no such limit, or none can be made. */
export function forbiddenValue(declared: FieldDefinition, limit: Limit, seed: TextSeed): Value | undefined {
  const { type, max_length: most, characters, pattern, minimum, maximum } = declared;
  const isText = type === 'string';
  switch (limit) {
    case 'max_length':
      if (most === undefined || most > LONGEST || pattern !== undefined || !(isText || type === 'email'))
        return undefined;
      if (type === 'email') return `${seed.token}${'a'.repeat(most)}@dovetail-test.example`;
      return textOf(declared, most + OVER, seed);
    case 'characters':
      if (characters === 'any' || !isText || pattern !== undefined || declared.identifier) return undefined;
      return `${seed.mark === '' ? `Test ${seed.token}` : seed.mark} ŁЖ`;
    case 'pattern':
      if (pattern === undefined || !isText) return undefined;
      return ['??', '', '!', 'zz-zz', '0']
        .map((tail) => `${seed.token}${tail}`)
        .find((text) => !matches(pattern, text));
    case 'required':
      return declared.required && seed.mark === '' ? null : undefined;
    case 'minimum':
      return minimum === undefined ? undefined : numberIn(type, minimum - 1);
    case 'maximum':
      return maximum === undefined ? undefined : numberIn(type, maximum + 1);
    case 'options':
      return type === 'option' && (declared.options !== undefined || declared.options_from !== undefined)
        ? `dovetail_test_${seed.token}`
        : undefined;
  }
}

/** A few more than allowed, so that a cut shows. */
const OVER = 5;

const numberIn = (type: FieldDefinition['type'], number: number): Value | undefined =>
  type === 'integer' ? number : type === 'decimal' ? String(number) : undefined;

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return false;
  }
}
