import type { FieldDefinition } from '../../connector/field.ts';
import type { FieldType } from '../../record/value.ts';
import { type FieldProfile, type NamedField, namedFields, type ObjectProfile } from './fields.ts';
import { nameLikeness } from './names.ts';

/** Two fields that are probably the same. */
export interface Suggestion {
  a: string;
  b: string;
  /** 0–1; from 0.8 on, nine of ten are right. */
  confidence: number;
  /** Why, in the order of weight: `city = town`, `both e-mail addresses`, `12 of 20 sampled values are the same`. */
  grounds: string[];
}

/** A pair on the way to a suggestion. */
interface Candidate {
  a: NamedField;
  b: NamedField;
  score: number;
  grounds: string[];
}

/** Below this, a pair is not worth a look. */
const LEAST = 0.45;
/** Another pair that is nearly as likely makes either doubtful. */
const CLOSE = 0.06;
/** What is left of the score then: never enough to be sure. */
const DOUBTFUL = 0.75;

/**
 * The fields of two objects that are probably the same, each at most once, the surest first. By their names (words and
 * phrases in English and German, see `vocabulary.ts`), labels, types, lengths, options, and what their sampled values
 * have in common; and, with `agreement`, by how often they are equal in records that are in both. Pure; the same in
 * every run.
 */
export function suggestPairs(a: ObjectProfile, b: ObjectProfile, agreement?: Agreement): Suggestion[] {
  const [left, right] = [namedFields(a), namedFields(b)];
  const candidates = left
    .flatMap((one) => right.map((other) => candidateOf(one, other, agreement?.(one.name, other.name) ?? null)))
    .filter((candidate) => candidate !== null)
    .sort((one, other) => other.score - one.score || spelling(other) - spelling(one));
  const taken = new Set<NamedField>();
  return candidates
    .filter((candidate) => {
      if (taken.has(candidate.a) || taken.has(candidate.b)) return false;
      taken.add(candidate.a).add(candidate.b);
      return true;
    })
    .map((candidate) => suggestionOf(candidate, candidates))
    .sort((one, other) => other.confidence - one.confidence);
}

/** Whether the names are written alike, which decides between pairs that mean the same. */
const spelling = ({ a, b }: Candidate): number => (plain(a.name) === plain(b.name) ? 1 : 0);
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z\d]/g, '');

function candidateOf(a: NamedField, b: NamedField, agreed: Agreed | null): Candidate | null {
  if (isOwnId(a) || isOwnId(b) || !canBeWritten(a, b)) return null;
  const named = a.readings.flatMap((one) => b.readings.map((other) => nameLikeness(one, other)));
  const best = named.reduce((one, other) => (other.score > one.score ? other : one));
  const fit = typeFit(a.definition, b.definition);
  const shared = sharedValues(a, b);
  const options = sharedOptions(a.definition, b.definition);
  const grounds = [...best.words];
  let score = best.score * fit.factor;
  if (fit.ground) grounds.push(fit.ground);
  if (options) {
    score += (1 - score) * options.weight;
    grounds.push(options.ground);
  }
  if (shared) {
    score += (1 - score) * shared.weight;
    grounds.push(shared.ground);
  }
  if (agreed && agreed.both >= ENOUGH_RECORDS) {
    const share = agreed.equal / agreed.both;
    // Where there are two values, half are equal by chance: then the names must speak for the pair, too.
    if (share < DIFFERENT) score *= DIFFERENT;
    else if (agreed.distinct >= MORE_THAN_YES_OR_NO || best.score > 0) score += (1 - score) * share;
    grounds.push(`equal in ${agreed.equal} of ${agreed.both} records that are in both`);
  }
  return score < LEAST ? null : { a, b, score, grounds };
}

/** How two fields compare in records that are in both systems. */
export interface Agreed {
  /** Records in which neither is empty. */
  both: number;
  /** Of these, records in which both are the same. */
  equal: number;
  /** Different values in those. */
  distinct: number;
}

/** Null where the fields were not or can't be compared. */
export type Agreement = (a: string, b: string) => Agreed | null;

/** Fewer records than these say nothing. */
const ENOUGH_RECORDS = 10;
const MORE_THAN_YES_OR_NO = 3;
/** Below this share of equal values, a name that fits is deceptive. */
const DIFFERENT = 0.2;

/** A record's own id means nothing in the other system. */
const isOwnId = ({ name }: FieldProfile): boolean => /^_*(id|uuid|guid)$/i.test(name);

const canBeWritten = (a: FieldProfile, b: FieldProfile): boolean =>
  (!a.definition.read_only && !b.definition.write_only) || (!b.definition.read_only && !a.definition.write_only);

const TEXTS: readonly FieldType[] = ['string', 'email', 'phone', 'url'];
const NUMBERS: readonly FieldType[] = ['integer', 'decimal', 'money'];
const TIMES: readonly FieldType[] = ['date', 'timestamp', 'local_timestamp'];
const CODES: readonly FieldType[] = ['option', 'country', 'currency', 'language', 'string'];
const KINDS: readonly (readonly FieldType[])[] = [TEXTS, NUMBERS, TIMES, CODES];

/** How much the types speak for or against a pair. */
function typeFit(a: FieldDefinition, b: FieldDefinition): { factor: number; ground?: string } {
  if (a.type === b.type) return a.type === 'string' ? { factor: 1 } : { factor: 1, ground: `both ${a.type}` };
  if (KINDS.some((kind) => kind.includes(a.type) && kind.includes(b.type))) return { factor: 1 };
  const types = [a.type, b.type];
  if (types.some((type) => type === 'list' || type === 'object')) return { factor: 0.6 };
  // Many descriptions say "text" of what is none.
  if (types.includes('string')) return { factor: types.includes('boolean') ? 0.8 : 0.97 };
  if (types.includes('reference')) return { factor: types.includes('integer') ? 0.95 : 0.8 };
  return { factor: 0.6, ground: `${a.type} and ${b.type}` };
}

/** Fewer values than these may be the same by chance. */
const FEWEST_VALUES = 5;

function sharedValues(a: FieldProfile, b: FieldProfile): { weight: number; ground: string } | null {
  if (!a.digests || !b.digests) return null;
  const [few, many] = [a.digests, b.digests].sort((one, other) => one.size - other.size);
  if (!few || !many || few.size < FEWEST_VALUES) return null;
  const common = [...few].filter((digest) => many.has(digest)).length;
  if (common < FEWEST_VALUES) return null;
  const share = common / few.size;
  const both = a.isUnique && b.isUnique;
  const ground = `${common} of ${few.size} sampled values are the same${both ? ', each once' : ''}`;
  return { weight: share * (both ? 0.95 : 0.8), ground };
}

function sharedOptions(a: FieldDefinition, b: FieldDefinition): { weight: number; ground: string } | null {
  const [ours, theirs] = [a, b].map(
    ({ options = [] }) => new Set(options.flatMap(({ key, label }) => [plain(key), plain(label ?? key)])),
  );
  if (!ours || !theirs || ours.size < 2 || theirs.size < 2) return null;
  const common = [...ours].filter((option) => theirs.has(option)).length;
  if (common < 2) return null;
  return { weight: (common / Math.min(ours.size, theirs.size)) * 0.7, ground: `${common} options in common` };
}

/** Confidence is the score, less where one of the two fields has another partner that is nearly as likely. */
function suggestionOf(candidate: Candidate, all: readonly Candidate[]): Suggestion {
  const { a, b, score, grounds } = candidate;
  const rival = all.find(
    (other) =>
      other !== candidate &&
      (other.a === a || other.b === b) &&
      other.score > score - CLOSE &&
      spelling(other) >= spelling(candidate),
  );
  const doubt = rival ? [`${rival.a === a ? rival.b.name : rival.a.name} is as likely`] : [];
  const confidence = Math.round(Math.min(0.99, rival ? score * DOUBTFUL : score) * 100) / 100;
  return { a: a.name, b: b.name, confidence, grounds: [...grounds, ...doubt] };
}
