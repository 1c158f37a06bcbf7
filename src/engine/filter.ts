import type { Presence } from '../planning/plan-item.ts';
import type { Side } from '../record/side.ts';
import type { MappingRun } from './mapping-run.ts';

/** An expression that fails lets the record in: the failure then shows as a parked record, not as a silent absence. */
export function passes(run: MappingRun, side: Side, presence: Presence): boolean {
  const filter = run.mapping.filter[side];
  if (!filter || presence.kind !== 'present' || run.letIn[side].has(presence.seen.id)) return true;
  const result = filter.evaluate({ value: null, record: presence.seen.fields });
  return !result.ok || result.value === true || result.value === 'true' || result.value === 'True';
}
