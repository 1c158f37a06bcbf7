import type { WireRecord } from '../connector/port.ts';
import type { Side } from '../record/side.ts';
import { otherSide } from '../record/side.ts';
import { commit } from './commit.ts';
import { bringIn } from './cycle.ts';
import { IdSet } from './id-set.ts';
import type { MappingRun, RunContext } from './mapping-run.ts';
import { mappingKey } from './mapping-run.ts';

/**
 * Records that a filter leaves out, synced all the same since something refers to them (`outside: sync`). That a record was
 * let in is on record before anything else is done, and holds from then on. Nothing is let in where the mapping has not
 * been through in this run: its records may be about to come.
 */
export async function letIn(run: MappingRun | undefined, side: Side, ids: readonly string[]): Promise<void> {
  if (!run || run.context.stop || !run[side].can.get || !run.reads.a.complete || !run.reads.b.complete) return;
  const fresh = [...new Set(ids)].filter((id) => !run.asked[side].has(id) && !run.open[otherSide(side)].has(id));
  if (fresh.length === 0) return;
  for (const id of fresh) run.asked[side].add(id);
  const outcomes = await run[side].connection.get(run[side].object, fresh);
  const records = outcomes.flatMap((outcome): WireRecord[] =>
    outcome.kind === 'present' && !outcome.record.archived ? [outcome.record] : [],
  );
  if (records.length === 0) return;
  const at = run.context.platform.clock.now();
  const history = records.map(({ id }) => ({
    mapping: run.key,
    a: side === 'a' ? id : null,
    b: side === 'b' ? id : null,
    run: run.context.id,
    at,
    kind: 'let-in',
    rule: 'referenced',
    fields: [],
    digests: null,
  }));
  const entries = records.map(({ id }) => ({ mapping: run.key, side, id }));
  if (!(await commit(run.context, { letIn: entries, history }))) return;
  for (const { id } of records) run.letIn[side].add(id);
  run.counts[side].read += records.length;
  await bringIn(run, side, records);
}

/** What was let in before, by side. */
export async function letInBefore(context: RunContext, mapping: string): Promise<Record<Side, IdSet>> {
  const key = mappingKey(context.integration.name, mapping);
  const sets = { a: new IdSet(context.digestKey), b: new IdSet(context.digestKey) };
  for (const side of ['a', 'b'] as const) for (const id of await context.store.letIn(key, side)) sets[side].add(id);
  return sets;
}
