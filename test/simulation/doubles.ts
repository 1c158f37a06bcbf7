import type { Json } from '../../sandbox/system.ts';
import type { Side } from '../../src/record/side.ts';
import { isEmptyWire, MAPPINGS, type MappingName, placeOn, type SimulatedField } from './fields.ts';
import type { Partners } from './partners.ts';
import { declaredLag, SETTLED_MS, type WorldSpec } from './spec.ts';
import { sameJson, type Tracked } from './tracked.ts';
import type { Raw } from './views.ts';

/** What Dovetail put in at a place, as if the record that matched it had been missed, and what is said of it. */
export interface Suspect {
  /** Its id. */
  made: string;
  what: string;
}

/** What the ledger tells. */
interface Known {
  readonly partners: Partners;
  readonly suspects: Map<string, Suspect>;
  alive(mapping: MappingName, side: Side): Iterable<[string, Tracked]>;
  tracked(mapping: MappingName, side: Side, id: string): Tracked | undefined;
  agrees(field: SimulatedField, a: Json, b: Json): boolean;
  fail(invariant: string, what: string): void;
}

interface Named {
  mapping: MappingName;
  side: Side;
  id: string;
  raw: Raw;
}

/** Records of a side that were never linked and have been the same since before a run, with this record's match key. */
function twins(
  ledger: Known,
  spec: WorldSpec,
  { mapping, side, id, raw }: Named,
  rule: readonly string[],
  started: number,
): string[] {
  const fields = MAPPINGS[mapping].fields.filter((field) => rule.includes(field.a));
  if (fields.some((field) => isEmptyWire(raw[field[side]]))) return [];
  const settled = started + spec.skewMs[side] - SETTLED_MS - declaredLag(spec)[side];
  return [...ledger.alive(mapping, side)].flatMap(([other, one]) => {
    const isFree =
      other !== id && one.by === 'person' && !ledger.partners.everLinked.has(`${mapping} ${side} ${other}`);
    const same = fields.every((field) => sameJson(one.raw[field[side]], raw[field[side]]));
    return isFree && same && one.changed < settled ? [other] : [];
  });
}

/** What was created must not have been there already, by any match rule. */
export function checkNotMissed(ledger: Known, spec: WorldSpec, made: Named, started: number): void {
  const { fields } = MAPPINGS[made.mapping];
  for (const rule of spec.policies[made.mapping].match) {
    // Texts that the system changes without being known to do so can't be recognised before.
    if (spec.undeclared && fields.some((one) => one.kind === 'text' && rule.includes(one.a))) continue;
    const [twin] = twins(ledger, spec, made, rule, started);
    if (!twin) continue;
    const what = `${made.mapping} ${made.side} ${made.id} was created although ${twin} matches it`;
    if (placeOn(made.mapping, made.side)?.kind === 'part')
      ledger.suspects.set(`${made.mapping} ${made.side} ${twin}`, { made: made.id, what });
    else ledger.fail('no-duplicate', what);
  }
}

/** Two records that people made are linked only where no other one has the same key. */
export function checkUnambiguous(
  ledger: Known,
  spec: WorldSpec,
  { mapping, a, b }: { mapping: MappingName; a: string; b: string },
  started: number,
): void {
  const [ours, theirs] = [ledger.tracked(mapping, 'a', a), ledger.tracked(mapping, 'b', b)];
  if (!ours || !theirs || ours.by !== 'person' || theirs.by !== 'person') return;
  if (ledger.partners.everLinked.has(`${mapping} a ${a}`) || ledger.partners.everLinked.has(`${mapping} b ${b}`))
    return;
  const { fields } = MAPPINGS[mapping];
  const decisive = spec.policies[mapping].match.find((rule) =>
    fields
      .filter((field) => rule.includes(field.a))
      .every((field) => ledger.agrees(field, ours.raw[field.a] ?? null, theirs.raw[field.b] ?? null)),
  );
  // As they were before the run: what was written since, by Dovetail as well, may make another rule decisive (seed 16533).
  const isSince = ({ changed }: Tracked, side: Side) => changed - spec.skewMs[side] > started;
  if (!decisive || isSince(ours, 'a') || isSince(theirs, 'b')) return;
  // Of twins on side a, which is matched first, one is linked and the other one parked.
  const [other] = twins(ledger, spec, { mapping, side: 'b', id: b, raw: theirs.raw }, decisive, started);
  if (other) ledger.fail('no-duplicate', `${mapping} ${a} ↔ ${b}: linked although ${other} has the same key`);
}
