import type { WireRecord } from '../connector/port.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import { apply } from './apply.ts';
import { changes } from './changes.ts';
import { map, validate } from './map.ts';
import type { MappingRun } from './mapping-run.ts';
import type { Pair } from './pair.ts';
import { plan } from './plan.ts';
import { read, readAhead, readParked } from './read.ts';
import { record } from './record.ts';
import { resolve } from './resolve.ts';
import { settle } from './settle.ts';
import { sweep } from './sweep.ts';

/**
 * One mapping in one run: read → decode → match → resolve → map → validate → plan → apply → record. A side that could
 * not be read to its end may hold the very record that would be created there, so nothing is decided against it.
 */
export async function cycle(run: MappingRun): Promise<void> {
  await settle(run);
  await readAhead(run);
  for (const side of SIDES) {
    if (!run.reads[otherSide(side)].complete) {
      run.reads[side].complete = false;
      return;
    }
    for await (const pairs of changes(run, side, read(run, side))) {
      if (run.context.stop || run.context.signal.aborted) return;
      await bring(run, pairs);
    }
  }
  await sweep(run);
}

/** The steps from pairs that changed to what is on record of them. */
async function bring(run: MappingRun, pairs: readonly Pair[]): Promise<void> {
  await resolve(run, pairs);
  map(run, pairs);
  validate(run, pairs);
  const planned = await plan(run, pairs);
  const applied = await apply(run, planned);
  await record(run, applied);
}

/** Sets the references that closed a cycle, now that all mappings have been through and their parents may be linked. */
export async function setOpenReferences(run: MappingRun): Promise<void> {
  for (const side of SIDES) {
    for await (const pairs of changes(run, side, readParked(run, run[side]))) await bring(run, pairs);
  }
}

/** Takes these records of a side through the steps, whether they have changed or not. */
export async function bringIn(run: MappingRun, side: Side, records: WireRecord[]): Promise<void> {
  for await (const pairs of changes(run, side, pageOf(records))) await bring(run, pairs);
}

async function* pageOf(records: WireRecord[]): AsyncGenerator<WireRecord[]> {
  yield records;
}
