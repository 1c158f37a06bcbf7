import type { Agreement } from '../../mapping/suggest/suggest-pairs.ts';
import { SIDES, type Side } from '../../record/side.ts';
import { type FieldPair, keyOf, keysOf, type SampledObject } from './matched-records.ts';

/** A match rule, with what speaks for it. */
export interface SuggestedRule {
  pairs: FieldPair[];
  /** By side: of the sampled records, those that have such a key. */
  keyed: Record<Side, number>;
}

/** More rules than these find few records more. */
const MOST_RULES = 3;
/** What stands once: of the values of one field, and of two together. */
const ONCE = { one: 0.97, two: 0.99 };
/** A key that fewer records have is none. */
const FILLED = 0.1;
/** Rules are looked for until so many records have a key. */
const COVERED = 0.95;
/** Of the records that are in both, so many must agree. */
const AGREED = 0.5;
const ENOUGH_RECORDS = 10;
/** Of the values of a field that holds codes. */
const CODES = 0.9;

const TYPES = {
  one: ['string', 'email', 'phone', 'url', 'integer'],
  two: ['string', 'email', 'phone', 'url', 'integer', 'date', 'money', 'decimal', 'timestamp', 'person_name'],
};
/** Longer texts are prose. */
const PROSE = 200;

/**
 * The match rules that name single records on both sides, the surest first: identifiers, then codes, then other
 * fields whose values stand once, then two fields together. A side without sampled records contradicts nothing. Empty where nothing names records.
 */
export function suggestMatchRules(
  sides: Record<Side, SampledObject>,
  rows: readonly FieldPair[],
  agreement: Agreement,
): SuggestedRule[] {
  const agreeing = rows.filter(({ a, b }) => {
    const agreed = agreement(a, b);
    return !agreed || agreed.both < ENOUGH_RECORDS || agreed.equal >= agreed.both * AGREED;
  });
  const singles = agreeing.filter((row) => fits(sides, row, TYPES.one)).map((row): [FieldPair] => [row]);
  const parts = agreeing.filter((row) => fits(sides, row, TYPES.two));
  const doubles = parts.flatMap((row, place) => parts.slice(place + 1).map((other) => [row, other]));
  const found: SuggestedRule[] = [];
  const add = (candidates: readonly FieldPair[][], once: number) => {
    const sure = candidates.flatMap((pairs) => ruleOf(sides, pairs, once));
    for (const rule of sure.sort((one, other) => coverage(other) - coverage(one))) {
      if (found.length >= MOST_RULES || uncovered(sides, found) === 0) return;
      if (uncovered(sides, [...found, rule]) < uncovered(sides, found)) found.push(rule);
    }
  };
  // Where no records were read, a declaration must say it.
  const isRead = SIDES.some((side) => sides[side].records.length > 0);
  for (const isKind of isRead ? [isIdentifier, isCode, () => true] : [isIdentifier, isEmail]) {
    add(
      singles.filter(([pair]) => isKind(sides, pair)),
      ONCE.one,
    );
  }
  if (isRead && found.length < 2) add(doubles, ONCE.two);
  return found;
}

const coverage = ({ keyed }: SuggestedRule): number => Math.min(keyed.a, keyed.b);

function fits(sides: Record<Side, SampledObject>, pair: FieldPair, types: readonly string[]): boolean {
  return SIDES.every((side) => {
    const field = sides[side].definition.fields[pair[side]];
    return field && !field.write_only && types.includes(field.type) && (field.max_length ?? 0) <= PROSE;
  });
}

/** What the connector says to name a record. */
function isIdentifier(sides: Record<Side, SampledObject>, pair: FieldPair): boolean {
  return SIDES.some((side) => {
    const { fields, unique } = sides[side].definition;
    return fields[pair[side]]?.identifier === true || unique.includes(pair[side]);
  });
}

const isEmail = (sides: Record<Side, SampledObject>, pair: FieldPair): boolean =>
  SIDES.every((side) => sides[side].definition.fields[pair[side]]?.type === 'email');

/** Whether nearly all values are words with digits: numbers and codes are given out once, names are not. */
function isCode(sides: Record<Side, SampledObject>, pair: FieldPair): boolean {
  return SIDES.every((side) => {
    const texts = sides[side].records.flatMap(({ [pair[side]]: value }) => (typeof value === 'string' ? [value] : []));
    const codes = texts.filter((text) => /^\S*\d\S*$/.test(text.trim()));
    return codes.length > 0 && codes.length >= texts.length * CODES;
  });
}

function ruleOf(sides: Record<Side, SampledObject>, pairs: readonly FieldPair[], once: number): SuggestedRule[] {
  const keys = { a: keysOf(sides, 'a', pairs), b: keysOf(sides, 'b', pairs) };
  const fine = SIDES.every((side) => {
    const { filled, distinct } = keys[side];
    const all = sides[side].records.length;
    return all === 0 || (filled >= all * FILLED && distinct >= filled * once);
  });
  return fine ? [{ pairs: [...pairs], keyed: { a: keys.a.filled, b: keys.b.filled } }] : [];
}

/** Sampled records, of both sides, that no rule has a key for; none where nearly all have one. */
function uncovered(sides: Record<Side, SampledObject>, rules: readonly SuggestedRule[]): number {
  const left = SIDES.map((side) => {
    const { records } = sides[side];
    const without = records.filter((record) => rules.every(({ pairs }) => keyOf(sides, side, pairs, record) === null));
    return without.length <= records.length * (1 - COVERED) && rules.length > 0 ? 0 : without.length;
  });
  // Two empty systems: the first rule is as good as any.
  return left.reduce((sum, count) => sum + count, 0) + (rules.length === 0 ? 1 : 0);
}
