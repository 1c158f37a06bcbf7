import type { Json } from '../../sandbox/system.ts';
import { otherSide, type Side } from '../../src/record/side.ts';
import { isEmptyWire, MAPPINGS, type MappingName, type SimulatedField } from './fields.ts';
import { follows, lacks } from './rules.ts';
import type { Policies } from './spec.ts';
import type { Raw } from './views.ts';

/** Whether values of this side go to the other one. */
export function flows({ oneWay }: Policies, side: Side, field: SimulatedField): boolean {
  const way = oneWay[field.a];
  return way === undefined || (way === 'aToB') === (side === 'a');
}

/** Whether an edit of the field on this side must reach the other side, or be overruled on record. */
export function matters(policies: Policies, side: Side, field: SimulatedField): boolean {
  const { rules, targetEdits } = policies;
  if (flows(policies, side, field)) return follows(rules, side);
  return targetEdits === 'restore' && follows(rules, otherSide(side));
}

/** Whether a value of a record without a partner must arrive: at first contact an empty one says nothing, unless told. */
export function speaks(policies: Policies, side: Side, field: SimulatedField, value: Json): boolean {
  const overwrites = policies.firstContact?.emptyOverwrites === true;
  return flows(policies, side, field) && (overwrites || !isEmptyWire(value));
}

/** The fields that a record of this side must have from the other one, and has not. */
export const lackingIn = (policies: Policies, mapping: MappingName, side: Side, raw: Raw): SimulatedField[] =>
  MAPPINGS[mapping].fields.filter(
    (field) => flows(policies, otherSide(side), field) && lacks(policies.rules, field, raw, side),
  );
