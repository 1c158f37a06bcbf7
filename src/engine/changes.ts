import type { WireRecord } from '../connector/port.ts';
import type { Side } from '../record/side.ts';
import { decode } from './decode.ts';
import type { MappingRun } from './mapping-run.ts';
import { match } from './match.ts';
import type { Pair } from './pair.ts';
import { refreshOptions } from './refresh-options.ts';
import { bringsAgain } from './repeats.ts';

/** Steps *decode* and *match*: the pairs of one side that changed, gathered into batches; what has not changed is counted and gone. */
export async function* changes(
  run: MappingRun,
  side: Side,
  pages: AsyncIterable<WireRecord[]>,
): AsyncGenerator<Pair[]> {
  const most = run.context.batch;
  let batch: Pair[] = [];
  for await (const records of pages) {
    if (bringsAgain(batch, side, records)) {
      yield batch;
      batch = [];
    }
    await refreshOptions(run, records);
    if (run.context.stop) return;
    const seen = decode(run, run[side], records);
    batch.push(...(await match(run, side, seen)));
    if (batch.length < most) continue;
    // All of it, before the next page is matched: that must know what became of these.
    for (let at = 0; at < batch.length; at += most) yield batch.slice(at, at + most);
    batch = [];
  }
  yield batch;
}
