import { compileCodec } from '../../connector/codec.ts';
import type { WriteOutcome } from '../../connector/port.ts';
import { sameValue } from '../../record/canonical.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import { counted, someOf } from '../answers.ts';
import { toldBy } from '../failure.ts';
import type { Marked } from '../marks/marks.ts';
import { withoutLimits } from '../marks/without-limits.ts';
import type { Observation, WritingContext } from '../question.ts';
import { type NamedField, writtenFields } from '../written-fields.ts';
import { allowedValues, forbiddenValue, LIMITS, type Limit } from './limit-values.ts';
import { codecOf, definitionOf } from './row-flow.ts';
import { trialRecord } from './trial-record.ts';

/** What a system did with a value. */
type Fate =
  /** It stands there as it was sent. */
  | { kind: 'kept' }
  | { kind: 'refused' }
  /** `how`: `cut at 20 characters`, `in other case`. */
  | { kind: 'changed'; how: string }
  | { kind: 'untold'; why: Diagnostic };

/** A value that was tried. `limit`: the one that forbids it; null: none does. */
interface Tried {
  field: string;
  limit: Limit | null;
  fate: Fate;
}

/** Limits that say what a system can hold: where it holds more, values would be cut or parked for nothing. */
const CAPACITY: readonly Limit[] = ['max_length', 'characters', 'minimum', 'maximum'];

/**
 * Writes values to marked records that the declarations allow to their limits, and such that they forbid: what the system
 * keeps, refuses and changes without a word.
 */
export async function tryLimits(context: WritingContext, side: Side): Promise<Observation> {
  const asked = 'values at the declared limits and beyond them, written to marked records and read back';
  const tried: Tried[] = [];
  for (const { object, fields } of writtenFields(context.integration, side)) {
    const made = await trialRecord(context, side, object);
    if (!made.ok) return { verdict: 'unknown', asked, facts: {}, found: `${object}: ${toldBy(made.error)}` };
    const trial: ObjectTrial = { context, marked: made.value, fields };
    for (const one of [...(await tryAllowed(trial)), ...(await tryForbidden(trial))])
      tried.push({ ...one, field: `${object}.${one.field}` });
  }
  return judge(asked, tried);
}

interface ObjectTrial {
  context: WritingContext;
  marked: Marked;
  fields: readonly NamedField[];
}

function seedFor({ context: { marks }, marked }: ObjectTrial, name: string) {
  const sought = marks.fields(marked.side, marked.object)?.sought;
  const token = marked.mark.split(' ').at(-1) ?? marked.mark;
  return { token, mark: name === sought ? marked.mark : '' };
}

/** All fields at once; only where that is refused, each alone, to tell which it was. */
async function tryAllowed(trial: ObjectTrial): Promise<Tried[]> {
  const values = trial.fields.map(({ name, declared }) => ({
    name,
    values: allowedValues(declared, seedFor(trial, name)),
  }));
  const rounds = Math.max(0, ...values.map((one) => one.values.length));
  const tried: Tried[] = [];
  for (let at = 0; at < rounds; at++) {
    const round = values.flatMap((one) =>
      at < one.values.length ? [[one.name, one.values[at] ?? null] as const] : [],
    );
    tried.push(...(await tryTogether(trial, round, null)));
  }
  return tried;
}

async function tryForbidden(trial: ObjectTrial): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const limit of LIMITS) {
    const round = trial.fields.flatMap(({ name, declared }) => {
      const value = forbiddenValue(declared, limit, seedFor(trial, name));
      return value === undefined ? [] : [[name, value] as const];
    });
    if (round.length > 0) tried.push(...(await tryTogether(trial, round, limit)));
  }
  return tried;
}

async function tryTogether(
  trial: ObjectTrial,
  round: readonly (readonly [string, Value])[],
  limit: Limit | null,
): Promise<Tried[]> {
  const all = await fateOf(trial, Object.fromEntries(round));
  const [first] = round;
  const fates = 'kind' in all ? null : all;
  if (fates) return round.map(([field]) => ({ field, limit, fate: fates.fates.get(field) ?? { kind: 'kept' } }));
  if (round.length === 1 && first && 'kind' in all) return [{ field: first[0], limit, fate: all }];
  const tried: Tried[] = [];
  for (const one of round) tried.push(...(await tryTogether(trial, [one], limit)));
  return tried;
}

/** What became of each field, or of all where the system took none. */
async function fateOf({ context, marked }: ObjectTrial, values: Fields): Promise<Fate | { fates: Map<string, Fate> }> {
  const outcome = await context.marks.change(marked, values, { unchecked: true });
  if (outcome.kind !== 'done') return refusalOf(outcome);
  const { connections } = context;
  const { side, object, id } = marked;
  const [seen] = await connections[side].get(object, [id]);
  if (seen?.kind === 'unknown') return { kind: 'untold', why: seen.diagnostic };
  if (seen?.kind !== 'present') return { kind: 'changed', how: 'with its record gone' };
  const definition = definitionOf(connections, side, object);
  const names = Object.keys(values);
  const raw = compileCodec(withoutLimits(definition), (list) => connections[side].options(list)).decode(
    seen.record.wire,
    names,
  ).fields;
  const codec = codecOf(connections, side, object);
  return {
    fates: new Map(
      names.map((name): [string, Fate] => {
        const sent = values[name] ?? null;
        const held = raw[name] ?? null;
        const expected = codec.normalise(name, sent);
        if (sameValue(sent, held)) return [name, { kind: 'kept' }];
        const declared = expected.ok && sameValue(expected.value, held) ? ', as declared' : '';
        return [name, { kind: 'changed', how: `${howChanged(sent, held)}${declared}` }];
      }),
    ),
  };
}

const refusalOf = (outcome: Exclude<WriteOutcome, { kind: 'done' }>): Fate =>
  outcome.kind === 'failed' && outcome.class === 'invalid'
    ? { kind: 'refused' }
    : { kind: 'untold', why: outcome.diagnostic };

/** In words, without the values. */
function howChanged(sent: Value, held: Value): string {
  if (held === null) return 'emptied';
  if (typeof sent !== 'string' || typeof held !== 'string') return 'to another value';
  if (sent.trim() === held) return 'trimmed';
  if (sent.toLowerCase() === held.toLowerCase()) return 'to another case';
  if (held !== '' && sent.startsWith(held)) return `cut at ${held.length} characters`;
  if (held !== '' && sent.toLowerCase().startsWith(held.toLowerCase()))
    return `cut at ${held.length} characters, in another case`;
  if (held.length === sent.length) return 'with other letters';
  return 'to another text';
}

function judge(asked: string, tried: readonly Tried[]): Observation {
  const facts = Object.fromEntries(
    tried.map(({ field, limit, fate }) => [`${field} ${limit ?? 'allowed'}`, wordOf(fate)]),
  );
  const beyond = tried.filter(({ limit }) => limit !== null);
  const lost = tried.filter(({ limit, fate }) => limit === null && isLost(fate));
  const wide = beyond.filter(({ limit, fate }) => fate.kind === 'kept' && limit !== null && CAPACITY.includes(limit));
  const wrong = [
    ...lost.map(({ field, fate }) => `${field} allows it, and it is ${wordOf(fate)}`),
    ...wide.map(({ field, limit }) => `${field} holds more than its ${limit}`),
  ];
  if (wrong.length > 0) {
    const names = someOf([...new Set([...lost, ...wide].map(({ field }) => field))]);
    const next = `Correct the limits of ${names} in the connector`;
    return { verdict: 'contradicts', asked, facts, found: someOf(wrong), next };
  }
  const untold = tried.flatMap(({ field, fate }) => (fate.kind === 'untold' ? [`${field}: ${toldBy(fate.why)}`] : []));
  if (untold.length > 0) return { verdict: 'unknown', asked, facts, found: someOf(untold) };
  const unenforced = beyond.filter(({ fate }) => fate.kind === 'kept').map(({ field, limit }) => `${field} (${limit})`);
  if (unenforced.length > 0) {
    const found = `Not enforced by the system: ${someOf(unenforced)}; Dovetail checks before it writes`;
    return {
      verdict: 'unknown',
      asked,
      facts,
      found,
      next: 'Where the system may hold such values, take the limit out of the connector',
    };
  }
  if (tried.length === 0)
    return { verdict: 'holds', asked, facts, found: 'No limit is declared for what is written here' };
  const refused = beyond.filter(({ fate }) => fate.kind === 'refused').length;
  const changed = beyond.length - refused;
  const parts = [
    `${counted(tried.length - beyond.length, 'value')} at the limits kept`,
    ...(refused > 0 ? [`${refused} beyond them refused`] : []),
    ...(changed > 0 ? [`${changed} beyond them changed without a word`] : []),
  ];
  return { verdict: 'holds', asked, facts, found: parts.join(', ') };
}

/** Whether a value that is allowed did not arrive. What the declaration itself says that the system does is no loss. */
const isLost = (fate: Fate): boolean =>
  fate.kind === 'refused' || (fate.kind === 'changed' && !fate.how.endsWith(', as declared'));

const wordOf = (fate: Fate): string => (fate.kind === 'changed' ? `changed ${fate.how}` : fate.kind);
