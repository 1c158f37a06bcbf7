import { ABSENT } from '../mapping/map-field.ts';
import type { Expressed } from '../planning/pair-decision.ts';
import { canonicalText } from '../record/canonical.ts';
import { problem } from '../record/diagnostic.ts';
import { DIGEST_BYTES, digestInto } from '../record/digest.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import type { MappingRun } from './mapping-run.ts';
import { absent, type Mapped, type Pair } from './pair.ts';

/** What stands for the id of a parent that the same plan creates. */
export const PLANNED = 'new:';

/**
 * Step *map*: each side's values in the other side's terms. Fields are mapped when the plan asks for them, since most
 * of a changed record has not changed; what is asked for is kept.
 */
export function map(run: MappingRun, pairs: readonly Pair[]): void {
  for (const pair of pairs) {
    pair.mapped.a = (index) => mapField(run, pair, 'a', index);
    pair.mapped.b = (index) => mapField(run, pair, 'b', index);
  }
}

function mapField(run: MappingRun, pair: Pair, target: Side, index: number): Mapped {
  const mapper = run[target].mappers[index];
  const presence = pair.sides[otherSide(target)];
  if (!mapper || presence.kind !== 'present') return absent;
  if (run.mapping.fields[index]?.reference) {
    const said = presence.seen.fields[run.mapping.fields[index]?.[otherSide(target)] ?? ''];
    if (said === null || said === undefined || said === '') return { kind: 'value', value: null };
    return referenceOf(run, pair, target, index);
  }
  const result = mapper(presence.seen.fields);
  if (!result.ok) return { kind: 'problem', reason: result.error.code, diagnostic: result.error, waitsFor: null };
  return result.value === ABSENT ? absent : { kind: 'value', value: result.value };
}

function referenceOf(run: MappingRun, pair: Pair, target: Side, index: number): Mapped {
  const resolved = pair.references[target].get(index);
  if (resolved?.kind === 'id') return { kind: 'value', value: resolved.id };
  if (resolved?.kind === 'planned') return { kind: 'value', value: PLANNED };
  const waitsFor = resolved?.waitsFor ?? null;
  const name = run.mapping.fields[index]?.[otherSide(target)] ?? '';
  const diagnostic = problem(
    'parent-missing',
    `${name} refers to ${waitsFor?.id ?? 'a record'}, which is not linked yet`,
    {
      next: 'It goes on by itself when that record is linked.',
    },
  );
  return { kind: 'problem', reason: 'parent-missing', diagnostic, waitsFor };
}

/** Step *validate*: the target's constraints, with their declared repairs. */
export function validate(run: MappingRun, pairs: readonly Pair[]): void {
  for (const pair of pairs) {
    pair.expressed.a = remember((index) => express(run, 'a', index, pair.mapped.a(index)));
    pair.expressed.b = remember((index) => express(run, 'b', index, pair.mapped.b(index)));
  }
}

function remember(compute: (index: number) => Expressed): (index: number) => Expressed {
  const known: Expressed[] = [];
  return (index) => {
    const value = known[index] ?? compute(index);
    known[index] = value;
    return value;
  };
}

function express(run: MappingRun, target: Side, index: number, mapped: Mapped): Expressed {
  if (mapped.kind !== 'value') return mapped;
  if (mapped.value === PLANNED) return mapped;
  const checked = run[target].checks[index]?.(mapped.value) ?? { ok: true, value: mapped.value };
  if (!checked.ok) return { kind: 'problem', reason: 'invalid', diagnostic: checked.error, waitsFor: null };
  // Most values pass as they are: no second object for them.
  return checked.value === mapped.value ? mapped : { kind: 'value', value: checked.value };
}

/** Digest of a value in the form in which its system would hold it; null where it can't be held there. */
export function ownDigest(run: MappingRun, target: Side, index: number, value: Value): Uint8Array | null {
  const own = run[target].codec.normalise(run.mapping.fields[index]?.[target] ?? '', value);
  if (!own.ok) return null;
  const digest = new Uint8Array(DIGEST_BYTES);
  digestInto(run.context.digestKey, canonicalText(own.value), digest, 0);
  return digest;
}
