import { escapedPart } from '../connector/composite-id.ts';
import type { GetOutcome, ReadStep } from '../connector/port.ts';
import type { MappingRun, SideRun } from './mapping-run.ts';

/** Most wholes have fewer lines than this. */
const AT_ONCE = 100;

/**
 * Of a changed record all lines are read: linked ones that are not among them may be gone. Each is asked for directly, and
 * only what the system then says to be gone is believed.
 */
export async function missLines(
  run: MappingRun,
  { side, connection, object }: SideRun,
  { records, complete = [] }: Extract<ReadStep, { kind: 'page' }>,
): Promise<void> {
  if (complete.length === 0) return;
  const there = new Set(records.map((record) => record.id));
  const missing: string[] = [];
  for (const whole of complete) {
    for (const id of await linkedLines(run, side, whole)) if (!there.has(id)) missing.push(id);
  }
  if (missing.length === 0) return;
  const outcomes = await connection.get(object, missing);
  for (const [at, id] of missing.entries()) {
    if (saysGone(run[side], outcomes[at]) && !run.gone[side].has(id)) run.gone[side].set(id, false);
  }
}

/**
 * Whether a direct read says that a record is gone. What stands within a whole is gone, too, where that is there without it;
 * of other records a tombstone comes with the changes.
 */
export function saysGone({ definition }: SideRun, outcome: GetOutcome | undefined): boolean {
  if (outcome?.kind === 'gone') return true;
  const isWithin = definition.part_of !== undefined || definition.lines_of !== undefined;
  return isWithin && outcome?.kind === 'present' && outcome.record.archived;
}

/** The ids of a whole's linked lines: they stand together in the order of the ids. */
export async function linkedLines(run: MappingRun, side: SideRun['side'], whole: string): Promise<string[]> {
  const { store } = run.context;
  const beginning = `${escapedPart(whole)}/`;
  const found: string[] = [];
  let after = beginning;
  for (;;) {
    const ids = await store.linkedIds(run.key, side, after, AT_ONCE);
    const ours = ids.filter((id) => id.startsWith(beginning));
    found.push(...ours);
    after = ids.at(-1) ?? after;
    if (ids.length < AT_ONCE || ours.length < ids.length) return found;
  }
}
