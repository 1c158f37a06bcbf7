import type { LoadedField } from '../integration/loaded.ts';
import { canonicalText } from '../record/canonical.ts';
import { problem } from '../record/diagnostic.ts';
import { DIGEST_BYTES, digestInto } from '../record/digest.ts';
import { ABSENT, type Expressed, Obstacle } from '../record/expressed.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Fields } from '../record/value.ts';
import type { RuleFinding } from '../validation/validate.ts';
import type { MappingRun } from './mapping-run.ts';
import { type Pair, presentSide } from './pair.ts';

/** What stands for the id of a parent that the same plan creates. */
export const PLANNED = 'new:';

/** Step *map*: each side's values in the other side's terms. */
export function map(run: MappingRun, pairs: readonly Pair[]): void {
  for (const pair of pairs) {
    pair.expressed.a = mapTowards(run, pair, 'a');
    pair.expressed.b = mapTowards(run, pair, 'b');
  }
}

function mapTowards(run: MappingRun, pair: Pair, target: Side): Expressed[] {
  const presence = pair.sides[otherSide(target)];
  if (presence.kind !== 'present') return [];
  const { fields } = presence.seen;
  pair.outside[target].clear();
  return run[target].mappers.map((mapper, index) => {
    if (!mapper) return ABSENT;
    const field = run.mapping.fields[index];
    if (!field?.reference) return mapper(fields, pair.lookedUp[otherSide(target)]);
    return referenceOf(pair, target, index, field, fields);
  });
}

function referenceOf(pair: Pair, target: Side, index: number, field: LoadedField, fields: Fields): Expressed {
  const name = field[otherSide(target)];
  const said = fields[name];
  if (said === null || said === undefined || said === '') return null;
  const resolved = pair.references[target]?.get(index);
  if (resolved?.kind === 'id') return resolved.id;
  if (resolved?.kind === 'planned') return PLANNED;
  if (resolved?.kind === 'unknown') return new Obstacle('parent-unknown', resolved.diagnostic);
  const waitsFor = resolved?.waitsFor ?? null;
  if (waitsFor && field.outside === 'empty') {
    pair.outside[target].set(index, waitsFor);
    return null;
  }
  const diagnostic = problem(
    'parent-missing',
    `${name} refers to ${waitsFor?.id ?? 'a record'}, which is not linked yet`,
    {
      next: 'It goes on by itself when that record is linked.',
    },
  );
  // A parent that is to be taken along is asked for again after a while.
  return new Obstacle(field.outside === 'sync' ? 'parent-unknown' : 'parent-missing', diagnostic, waitsFor);
}

/** Step *validate*: what both sides demand of each value, with the declared repairs. */
export function validate(run: MappingRun, pairs: readonly Pair[]): void {
  for (const pair of pairs) {
    checkValues(run, pair, 'a');
    checkValues(run, pair, 'b');
  }
}

function checkValues(run: MappingRun, pair: Pair, target: Side): void {
  const expressed = pair.expressed[target];
  const { checks, mappers } = run[target];
  // What the source does not tell is empty in a record that is yet to be created.
  const isNew = pair.sides[target].kind === 'none';
  const findings: RuleFinding[] = [];
  const checking = { findings, record: () => recordOf(run, pair, target) };
  for (let index = 0; index < expressed.length; index++) {
    const said = expressed[index];
    const demands = checks[index];
    if (!demands || said === undefined || said === PLANNED || said instanceof Obstacle) continue;
    if (said !== ABSENT) expressed[index] = demands(said, checking);
    else if (isNew && mappers[index]) expressed[index] = demands(null, checking) ?? ABSENT;
  }
  pair.findings[target] = findings;
}

/** The record of a side as it would be if it were given all that the other side says. */
export function recordOf(run: MappingRun, pair: Pair, target: Side): Fields {
  const record = fieldsHeld(run, pair, target);
  for (const [index, said] of pair.expressed[target].entries()) {
    const name = run.mapping.fields[index]?.[target];
    if (name !== undefined && said !== ABSENT && !(said instanceof Obstacle)) record[name] = said;
  }
  return record;
}

/** A copy of what a side holds now, as rules see it: what is not there is empty. */
export function fieldsHeld(run: MappingRun, pair: Pair, side: Side): Fields {
  const record: Fields = { ...presentSide(pair, side)?.fields };
  for (const name of run[side].names) record[name] ??= null;
  return record;
}

/** Digest of a value in the form in which its system would hold it; null where there is none or it can't be held there. */
export function ownDigest(run: MappingRun, target: Side, index: number, said: Expressed): Uint8Array | null {
  if (said === ABSENT || said instanceof Obstacle) return null;
  const own = run[target].codec.normalise(run.mapping.fields[index]?.[target] ?? '', said);
  if (!own.ok) return null;
  const digest = new Uint8Array(DIGEST_BYTES);
  digestInto(run.context.digestKey, canonicalText(own.value), digest, 0);
  return digest;
}
