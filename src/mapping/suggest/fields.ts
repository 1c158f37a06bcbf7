import type { FieldDefinition } from '../../connector/field.ts';
import { type Token, tokensOf } from './tokens.ts';
import { SETTLED_BY } from './vocabulary.ts';

/** What is known of a field. */
export interface FieldProfile {
  name: string;
  definition: FieldDefinition;
  /** Keyed digests of the distinct values of a sample, by one key for both systems; absent where nothing was sampled. */
  digests?: ReadonlySet<string>;
  /** Whether no two records of the sample have the same value. */
  isUnique?: boolean;
}

export interface ObjectProfile {
  name: string;
  label?: string | undefined;
  fields: readonly FieldProfile[];
}

/** A field as the matcher compares it. */
export interface NamedField extends FieldProfile {
  /** What it is called: by its name, and by its label where it has one. */
  readings: readonly (readonly Token[])[];
}

/** Whom a record of a customer, a contact or a company is about: words that add nothing within such an object. */
export const PARTIES: readonly string[] = [
  'customer',
  'contact person',
  'supplier',
  'organisation',
  'employee',
  'user',
];
/** What a word weighs that only repeats what the object is. */
const OF_THE_OBJECT = 0.1;

/** The fields of an object with their words; those that only repeat the object's own name weigh less. */
export function namedFields(object: ObjectProfile): NamedField[] {
  const own = new Set<string>();
  for (const token of [...tokensOf(object.name), ...tokensOf(object.label ?? '')]) {
    own.add(token.stem);
    for (const meaning of token.meanings) own.add(meaning);
  }
  const isParty = PARTIES.some((party) => own.has(party));
  if (isParty) for (const party of PARTIES) own.add(party);
  const read = object.fields.map((field) => {
    const names = [field.name, ...(field.definition.label === undefined ? [] : [field.definition.label])];
    return { field, readings: names.map(tokensOf) };
  });
  const around = meaningsOf(read.flatMap(({ readings }) => readings));
  return read.map(({ field, readings }) => ({
    ...field,
    readings: readings.map((tokens) =>
      lighter(
        tokens.map((token) => settled(token, around)),
        own,
      ),
    ),
  }));
}

/** What fields of the object mean for certain: each by its whole name. */
function meaningsOf(readings: readonly (readonly Token[])[]): ReadonlySet<string> {
  return new Set(
    readings.flatMap((tokens) =>
      tokens.length === 1 && tokens[0]?.meanings.size === 1 ? [...tokens[0].meanings] : [],
    ),
  );
}

/** A word of several meanings, as the fields around it tell which one it has. */
function settled(token: Token, around: ReadonlySet<string>): Token {
  if (token.meanings.size < 2) return token;
  const meaning = Object.keys(SETTLED_BY).find(
    (one) => token.meanings.has(one) && SETTLED_BY[one]?.some((beside) => around.has(beside)),
  );
  return meaning === undefined ? token : { ...token, meanings: new Set([meaning]) };
}

/** A name of nothing but such words keeps their weight: they are all that it says. */
function lighter(tokens: readonly Token[], own: ReadonlySet<string>): Token[] {
  const isOwn = ({ stem, meanings }: Token) => own.has(stem) || [...meanings].some((meaning) => own.has(meaning));
  if (tokens.every(isOwn)) return [...tokens];
  return tokens.map((token) => (isOwn(token) ? { ...token, weight: Math.min(token.weight, OF_THE_OBJECT) } : token));
}
