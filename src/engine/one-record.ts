import { fail, problem, type Result } from '../record/diagnostic.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Link } from '../store/port.ts';
import type { MappingRun } from './mapping-run.ts';
import { emptyPair, match } from './match.ts';
import type { Pair } from './pair.ts';
import { readPartners } from './plan.ts';
import { prepareMapping } from './prepare-mapping.ts';
import { contextOf, type RunOptions } from './run.ts';

/** Does something with one mapping as a plan would, over a draft of the store that is closed afterwards. */
export async function withMappingRun<T>(
  options: Omit<RunOptions, 'mode'>,
  mappingName: string,
  what: string,
  work: (run: MappingRun) => Promise<Result<T>>,
): Promise<Result<T>> {
  const mapping = options.integration.mappings.find(({ name }) => name === mappingName);
  if (!mapping) return fail(problem('mapping-unknown', `There is no mapping "${mappingName}"`));
  const context = contextOf({ ...options, mode: 'plan' }, what, { key: '', token: 0 });
  const prepared = await prepareMapping(context, mapping, options.connections);
  if (!prepared.ok) {
    await context.store.close();
    return prepared;
  }
  try {
    return await work(prepared.value);
  } finally {
    prepared.value.scratch.close();
    await context.store.close();
  }
}

export const recordUnknown = (run: MappingRun, side: Side, id: string) =>
  problem('record-unknown', `${run[side].system} has no ${run[side].object} ${id}, and none was ever linked`, {
    next: 'Check the id; with --system the system can be named.',
  });

/** Both records as they are now; an unlinked one is matched first. */
export async function readPair(run: MappingRun, side: Side, id: string, link: Link | null): Promise<Pair> {
  const live = link && link.state !== 'closed' ? link : null;
  const alone = side === 'a' ? { a: id, b: null } : { a: null, b: id };
  const pair = emptyPair(side, live, live ? { a: live.a, b: live.b } : alone);
  await readPartners(run, side, [pair]);
  const presence = pair.sides[side];
  if (live) {
    await readPartners(run, otherSide(side), [pair]);
    return pair;
  }
  if (presence.kind !== 'present') return pair;
  const [matched] = await match(run, side, [presence.seen]);
  if (!matched) return pair;
  if (matched.ids[otherSide(side)] !== null) await readPartners(run, otherSide(side), [matched]);
  return matched;
}
