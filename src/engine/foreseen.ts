import type { FieldChange, Seen } from '../planning/plan-item.ts';
import { digestFieldsInto } from '../record/digest.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Link } from '../store/port.ts';
import type { Applied } from './applied.ts';
import type { MappingRun } from './mapping-run.ts';
import { type Pair, presentSide } from './pair.ts';

/**
 * Plan mode: an item as if its writes had been done, so that what comes after it is decided as a sync would decide it. Deletes
 * are not: in a sync, too, they wait until all mappings are through.
 */
export function foresee(run: MappingRun, one: Applied): void {
  for (const side of ['a', 'b'] as const) {
    const action = one.item.actions[side];
    if (action?.kind !== 'create' && action?.kind !== 'update') continue;
    if (action.kind === 'create') one.pair.ids[side] = plannedId(run, one.pair.ids[otherSide(side)] ?? '');
    one.written[side] = written(run, one.pair, side, [...action.changes, ...action.later]);
  }
}

/** The record as the connector says that its system would hold it. */
function written(run: MappingRun, pair: Pair, side: Side, changes: readonly FieldChange[]): Seen {
  const { codec, watched } = run[side];
  const before = presentSide(pair, side);
  const fields = { ...before?.fields };
  for (const { field, value } of changes) {
    const held = codec.normalise(field, value);
    fields[field] = held.ok ? held.value : value;
  }
  const digests = new Uint8Array((before ?? presentSide(pair, otherSide(side)))?.digests.length ?? 0);
  digestFieldsInto(run.context.digestKey, watched, fields, digests, 0);
  const id = pair.ids[side] ?? '';
  const wire = before?.wire ?? {};
  return { id, version: null, modified: null, archived: false, mergedInto: null, fields, digests, problems: {}, wire };
}

/** What stands for the id of a record that this plan creates: no id of a system begins with the name of this run. */
const plannedId = (run: MappingRun, source: string): string => `${prefixOf(run)}${source}`;

export const isPlanned = (run: MappingRun, id: string | null): boolean =>
  run.context.mode === 'plan' && id !== null && id.startsWith(prefixOf(run));

/** Plan mode: the pair is in the plan already. Its record still says what it said before, which is no change. */
export const isForeseen = (run: MappingRun, link: Link | null): boolean =>
  run.context.mode === 'plan' && link?.run === run.context.id;

const prefixOf = (run: MappingRun): string => `new:${run.context.id}:`;
