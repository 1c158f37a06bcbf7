import { escapedPart } from '../connector/composite-id.ts';
import type { ReadStep } from '../connector/port.ts';
import type { MappingRun, SideRun } from './mapping-run.ts';

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
    const outcome = outcomes[at];
    const isGone = outcome?.kind === 'gone' || (outcome?.kind === 'present' && outcome.record.archived);
    if (isGone && !run.gone[side].has(id)) run.gone[side].set(id, false);
  }
}

/** The ids of a whole's linked lines: they stand together in the order of the ids. */
async function linkedLines(run: MappingRun, side: SideRun['side'], whole: string): Promise<string[]> {
  const { store, batch } = run.context;
  const beginning = `${escapedPart(whole)}/`;
  const found: string[] = [];
  let after = beginning;
  for (;;) {
    const ids = await store.linkedIds(run.key, side, after, batch);
    const ours = ids.filter((id) => id.startsWith(beginning));
    found.push(...ours);
    after = ids.at(-1) ?? after;
    if (ids.length < batch || ours.length < ids.length) return found;
  }
}
