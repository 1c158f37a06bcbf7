import type { ObjectCodec } from '../../connector/codec.ts';
import type { ObjectDefinition } from '../../connector/definition.ts';
import { typesFit } from '../../integration/type-fit.ts';
import type { Agreement } from '../../mapping/suggest/suggest-pairs.ts';
import type { Side } from '../../record/side.ts';
import type { Fields } from '../../record/value.ts';
import { ruleKey } from '../rule-key.ts';

/** An object of one system, with some of its records. */
export interface SampledObject {
  definition: ObjectDefinition;
  codec: ObjectCodec;
  records: readonly Fields[];
}

/** A field of each system that may be the same. */
export type FieldPair = Record<Side, string>;

/** Of the values of one field, in the form in which records are matched. */
interface Keys {
  /** Records that have one. */
  filled: number;
  distinct: number;
  /** Records by their value, where no other has it. */
  once: ReadonlyMap<string, Fields>;
}

/** Fewer records in common than these may be chance. */
const FEWEST = 5;
/** Of the values, so many must stand once for a field to name a record. */
const NAMES_RECORDS = 0.97;

/**
 * Records of both samples that are the same: by the one pair of fields that names most of them, each value standing once on
 * either side. Empty where no pair does.
 */
export function matchedRecords(
  sides: Record<Side, SampledObject>,
  pairs: readonly FieldPair[],
): Record<Side, Fields>[] {
  let best: Record<Side, Fields>[] = [];
  for (const pair of pairs) {
    if (!isTextual(sides, pair)) continue;
    const [a, b] = [keysOf(sides, 'a', [pair]), keysOf(sides, 'b', [pair])];
    if ([a, b].some(({ filled, distinct }) => distinct < filled * NAMES_RECORDS)) continue;
    const found = [...a.once].flatMap(([key, record]) => {
      const other = b.once.get(key);
      return other ? [{ a: record, b: other }] : [];
    });
    if (found.length >= FEWEST && found.length > best.length) best = found;
  }
  return best;
}

/** How often two fields are equal in such records. Null for types that don't fit, and for references: ids differ. */
export function agreementOf(sides: Record<Side, SampledObject>, matched: readonly Record<Side, Fields>[]): Agreement {
  return (a, b) => {
    const [ours, theirs] = [sides.a.definition.fields[a], sides.b.definition.fields[b]];
    if (!ours || !theirs || ours.type === 'reference' || theirs.type === 'reference') return null;
    if (!typesFit(ours, theirs) && !typesFit(theirs, ours)) return null;
    const seen = new Set<string>();
    let both = 0;
    let equal = 0;
    for (const records of matched) {
      const [one, other] = [keyOf(sides, 'a', [{ a, b }], records.a), keyOf(sides, 'b', [{ a, b }], records.b)];
      if (one === null || other === null) continue;
      both += 1;
      if (one !== other) continue;
      equal += 1;
      seen.add(one);
    }
    return { both, equal, distinct: seen.size };
  };
}

const TEXTUAL: readonly string[] = ['string', 'email', 'phone', 'url', 'integer'];

const isTextual = (sides: Record<Side, SampledObject>, { a, b }: FieldPair): boolean =>
  [sides.a.definition.fields[a], sides.b.definition.fields[b]].every((field) => field && TEXTUAL.includes(field.type));

const plain = (pair: FieldPair) => ({ ...pair, reference: null, by: { a: null, b: null } });

/** The key of a record under these fields together, in the form that both systems can hold; null where one is empty. */
export function keyOf(
  sides: Record<Side, SampledObject>,
  side: Side,
  pairs: readonly FieldPair[],
  record: Fields,
): string | null {
  const { definition } = sides[side];
  const { codec: theirs } = sides[side === 'a' ? 'b' : 'a'];
  return ruleKey(pairs.map(plain), { side, definition, theirs }, record);
}

export function keysOf(sides: Record<Side, SampledObject>, side: Side, pairs: readonly FieldPair[]): Keys {
  const once = new Map<string, Fields>();
  const seen = new Set<string>();
  let filled = 0;
  for (const record of sides[side].records) {
    const key = keyOf(sides, side, pairs, record);
    if (key === null) continue;
    filled += 1;
    if (seen.has(key)) once.delete(key);
    else once.set(key, record);
    seen.add(key);
  }
  return { filled, distinct: seen.size, once };
}
