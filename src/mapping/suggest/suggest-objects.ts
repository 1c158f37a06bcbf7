import { type ObjectProfile, PARTIES } from './fields.ts';
import { nameLikeness } from './names.ts';
import { suggestPairs } from './suggest-pairs.ts';
import { type Token, tokensOf } from './tokens.ts';

/** Two objects that are probably the same kind of thing. */
export interface ObjectSuggestion {
  a: string;
  b: string;
  /** 0–1; a rank, not a measured one. */
  confidence: number;
  grounds: string[];
}

/** From this confidence on, a pair of fields counts. */
const SURE = 0.8;
/** So many pairs of fields tell as much as more would. */
const ENOUGH_PAIRS = 12;
/** What names and fields may add, each by itself. */
const WEIGHTS = { name: 0.6, fields: 0.7, records: 0.7 };
/** Of the values of a text that names a record: fewer in common may be chance. */
const COMMON = { least: 5, share: 0.1 };
/** Below this, a pair is not worth a look. */
const LEAST = 0.5;

/** A company here may be a customer there. */
const BOTH_PARTIES = { score: 0.7, words: ['both are parties'] };
const isParty = (tokens: readonly Token[]): boolean =>
  tokens.length === 1 && PARTIES.some((party) => tokens[0]?.meanings.has(party));

/** The objects of two systems that are probably the same, each at most once, the surest first: by names and by fields. */
export function suggestObjects(a: readonly ObjectProfile[], b: readonly ObjectProfile[]): ObjectSuggestion[] {
  const found = a
    .flatMap((one) => b.map((other) => compared(one, other)))
    .filter(({ confidence }) => confidence >= LEAST)
    .sort((one, other) => other.confidence - one.confidence);
  const taken = { a: new Set<string>(), b: new Set<string>() };
  return found.filter((pair) => {
    if (taken.a.has(pair.a) || taken.b.has(pair.b)) return false;
    taken.a.add(pair.a);
    taken.b.add(pair.b);
    return true;
  });
}

function compared(a: ObjectProfile, b: ObjectProfile): ObjectSuggestion {
  const names = ({ name, label }: ObjectProfile) => [name, ...(label === undefined ? [] : [label])].map(tokensOf);
  const likenesses = names(a).flatMap((one) => names(b).map((other) => nameLikeness(one, other)));
  const parties = [a, b].every((object) => names(object).some(isParty)) ? [BOTH_PARTIES] : [];
  const named = [...likenesses, ...parties].reduce((one, other) => (other.score > one.score ? other : one));
  const sure = suggestPairs(a, b).filter(({ confidence }) => confidence >= SURE);
  const pairs = sure.length;
  const most = Math.max(1, Math.min(a.fields.length, b.fields.length, ENOUGH_PAIRS));
  const share = Math.min(1, pairs / most);
  const common = sure.flatMap((pair) => commonRecords(a, b, pair)).sort((one, other) => other.share - one.share)[0];
  const missing = [WEIGHTS.name * named.score, WEIGHTS.fields * share, common ? WEIGHTS.records : 0].reduce(
    (left, weight) => left * (1 - weight),
    1,
  );
  const confidence = 1 - missing;
  const grounds = [
    ...named.words,
    ...(pairs === 0 ? [] : [`${pairs} pair${pairs === 1 ? '' : 's'} of fields`]),
    ...(common ? [`the same ${common.field} in ${common.count} sampled records`] : []),
  ];
  return { a: a.name, b: b.name, confidence: Math.round(confidence * 100) / 100, grounds };
}

const NAMING: readonly string[] = ['string', 'email', 'phone', 'url'];

/** What the two fields have in common, where their texts name a record: each stands once. */
function commonRecords(
  a: ObjectProfile,
  b: ObjectProfile,
  pair: { a: string; b: string },
): { field: string; count: number; share: number }[] {
  const [one, other] = [a.fields.find(({ name }) => name === pair.a), b.fields.find(({ name }) => name === pair.b)];
  if (!one?.digests || !other?.digests || !one.isUnique || !other.isUnique) return [];
  if (![one, other].every(({ definition }) => NAMING.includes(definition.type))) return [];
  const { digests } = other;
  const count = [...one.digests].filter((digest) => digests.has(digest)).length;
  const share = count / Math.max(1, Math.min(one.digests.size, digests.size));
  return count < COMMON.least || share < COMMON.share ? [] : [{ field: pair.a, count, share }];
}
