import { LEASE_MS } from '../../engine/commit.ts';
import { decodeOne } from '../../engine/decode.ts';
import { type MappingRun, mappingKey } from '../../engine/mapping-run.ts';
import { prepareMapping } from '../../engine/prepare-mapping.ts';
import { contextOf, type RunOptions } from '../../engine/run.ts';
import type { Seen } from '../../planning/plan-item.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { SIDES, type Side } from '../../record/side.ts';
import type { Cursor, Link } from '../../store/port.ts';
import type { Scenario } from './scenario.ts';

/**
 * Links pairs of records that are there, and takes each of them as agreed the way it stands. `idOf`: the system's id of what
 * the scenario calls so.
 */
export async function linkGiven(
  options: RunOptions,
  linked: Scenario['linked'],
  idOf: (side: Side, object: string, name: string) => string = (_side, _object, name) => name,
): Promise<Result<void>> {
  if (linked.length === 0) return ok(undefined);
  const { integration, store, platform, connections } = options;
  const lease = await store.acquire(integration.name, 'linking', LEASE_MS, platform.clock.now());
  if (!lease.ok) return lease;
  const context = contextOf(options, 'linking', lease.value);
  const links: Link[] = [];
  const cursors: Cursor[] = [];
  for (const mapping of integration.mappings) {
    const pairs = linked.filter((pair) => pair.mapping === mapping.name);
    if (pairs.length === 0) continue;
    const run = await prepareMapping(context, mapping, connections);
    if (!run.ok) return run;
    for (const { ids, where } of pairs) {
      const own = (side: Side) => idOf(side, mapping.objects[side], ids[side]);
      const [a, b] = [await seen(run.value, 'a', own('a')), await seen(run.value, 'b', own('b'))];
      if (!a || !b) return fail({ ...problem('record-unknown', 'One of these records is not there'), where });
      links.push({
        mapping: mappingKey(integration.name, mapping.name),
        a: a.id,
        b: b.id,
        aVersion: a.version,
        bVersion: b.version,
        aBase: a.digests,
        bBase: b.digests,
        layout: run.value.layout,
        state: 'active',
        touched: platform.clock.now(),
        run: context.id,
      });
    }
    for (const side of SIDES) cursors.push(await cursorOf(run.value, side));
    run.value.scratch.close();
  }
  const done = await store.commit(lease.value, { links, cursors });
  await store.release(lease.value);
  return done;
}

/** As after a run that has just read everything; what is there and not linked is read once more. */
async function cursorOf(run: MappingRun, side: Side): Promise<Cursor> {
  const now = run.context.platform.clock.now();
  let count = 0;
  for await (const step of run[side].connection.sweep(run[side].object)) {
    if (step.kind === 'page') count += step.records.length;
  }
  return { mapping: run.key, side, mark: now, scanned: now, swept: now, seen: count, rules: run.rulesDigest };
}

async function seen(run: MappingRun, side: Side, id: string): Promise<Seen | null> {
  const [found] = await run[side].connection.get(run[side].object, [id]);
  return found?.kind === 'present' ? decodeOne(run, run[side], found.record) : null;
}
