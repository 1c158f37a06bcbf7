import { DIGEST_BYTES } from '../record/digest.ts';
import type { Side } from '../record/side.ts';
import type { Link } from '../store/port.ts';
import type { Applied } from './applied.ts';
import { commit } from './commit.ts';
import { overruledBy } from './history.ts';
import type { MappingRun } from './mapping-run.ts';
import { baseOf } from './recall.ts';

/**
 * What must be durable before updates are sent, since afterwards a crash could leave no trace of it: which values are
 * overruled, and that the target's fields have no baseline until it is known what became of them. False when it can't be
 * recorded; then nothing must be written.
 */
export async function beforeUpdates(run: MappingRun, target: Side, updates: readonly Applied[]): Promise<boolean> {
  const history = updates.flatMap((one) => overruledBy(run, target, one));
  const links = updates.flatMap((one) => withoutBaseline(run, target, one));
  return (history.length === 0 && links.length === 0) || commit(run.context, { history, links });
}

/** What was surely not written has its baseline back. */
export async function afterUpdates(run: MappingRun, target: Side, updates: readonly Applied[]): Promise<void> {
  const links = updates.flatMap((one) => {
    const failed = one.stale || one.skipped || (one.park !== null && one.park.reason !== 'unknown');
    return failed && one.pair.link && withoutBaseline(run, target, one).length > 0 ? [one.pair.link] : [];
  });
  if (links.length > 0) await commit(run.context, { links });
}

/** The link without the target's baseline for the fields that are about to be written, if their target's edits count. */
function withoutBaseline(run: MappingRun, target: Side, { pair, item }: Applied): Link[] {
  const base = pair.link ? baseOf(pair.link, target) : new Uint8Array(0);
  const indexes = (item.actions[target]?.changes ?? []).flatMap(({ index }) => {
    const flows = run.rules.fields[index]?.flows;
    return flows?.aToB && flows.bToA ? [index] : [];
  });
  if (!pair.link || base.length === 0 || indexes.length === 0) return [];
  const open = base.slice();
  for (const index of indexes) open.fill(0, index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES);
  const touched = run.context.platform.clock.now();
  return [target === 'a' ? { ...pair.link, aBase: open, touched } : { ...pair.link, bBase: open, touched }];
}
