import type { ObjectDefinition } from '../../connector/definition.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import type { Wire } from '../../connector/port.ts';
import type { Random } from '../../platform/random.ts';

const HEAD = 'Dovetail test ';
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const LETTERS_OF_TOKEN = 8;

/** What a marked record is called: `Dovetail test k7m2x9qa`. People see it; the last word is found nowhere else. */
export const newMark = (random: Random): string => markOf(random.bytes(LETTERS_OF_TOKEN));

/** The mark of these bytes; the first eight count. */
export const markOf = (bytes: Uint8Array): string =>
  HEAD + Array.from(bytes.subarray(0, LETTERS_OF_TOKEN), (byte) => LETTERS[byte % LETTERS.length]).join('');

export const MARK_LENGTH = HEAD.length + LETTERS_OF_TOKEN;

/** Whether people see by a text that its record is a test. */
export const isMarkText = (value: unknown): value is string => typeof value === 'string' && value.startsWith(HEAD);

/** The word of a mark that is found nowhere else, as systems that change case hold it, too. */
const tokenOf = (mark: string): string => (mark.split(' ').at(-1) ?? mark).toLowerCase();

/** Whether a record holds a mark, wherever it stands and however the system changed its case. */
export const bearsMark = (wire: Wire, mark: string): boolean =>
  JSON.stringify(wire).toLowerCase().includes(tokenOf(mark));

/** Where the mark of a new record stands. */
export interface MarkFields {
  /** A text that people see; null where there is none, or the link field alone. */
  shown: string | null;
  /** By which it is found again. */
  sought: string;
}

/**
 * The fields that a mark fits in: the link field, which can be searched for, and the text that people see first. Null
 * where there is none: then no record is made, because it could not be found again.
 */
export function markFields(definition: ObjectDefinition, findable: readonly string[]): MarkFields | null {
  const texts = Object.entries(definition.fields).flatMap(([name, field]) =>
    takesMark(field) ? [{ name, field }] : [],
  );
  const link = texts.find(({ name }) => name === definition.link_field)?.name ?? null;
  const shown =
    texts.filter(({ name }) => name !== link).sort((one, other) => rank(other.field) - rank(one.field))[0]?.name ??
    null;
  const sought = link !== null && findable.includes(link) ? link : (shown ?? link);
  return sought === null ? null : { shown, sought };
}

const takesMark = (field: FieldDefinition): boolean =>
  field.type === 'string' &&
  !field.read_only &&
  !field.write_only &&
  !field.identifier &&
  field.pattern === undefined &&
  (field.max_length ?? Number.POSITIVE_INFINITY) >= MARK_LENGTH;

/** A text that must be there comes first, as it is the name; otherwise the first of them. */
const rank = ({ required }: FieldDefinition): number => (required ? 1 : 0);
