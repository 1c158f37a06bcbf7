import { milliseconds } from '../connector/duration.ts';
import type { WireRecord } from '../connector/port.ts';
import { decodeOne } from './decode.ts';
import { addDiagnostic, type MappingRun, type SideRun } from './mapping-run.ts';
import { baseOf, recallLinks } from './recall.ts';

/**
 * A list that lags may show a record as it was before Dovetail wrote it; taken for a change, that would be undone on the
 * other side. Such records are read directly, and left out where they are gone. Null where that fails: then the list counts
 * as not read to its end.
 */
export async function withoutLag(
  run: MappingRun,
  side: SideRun,
  records: WireRecord[],
  readFrom: number,
): Promise<WireRecord[] | null> {
  const lag = milliseconds(side.definition.list?.since?.lag ?? '0s');
  if (lag === 0 || !side.can.get || readFrom - run.context.lastWrite > lag) return records;
  const ids = records.map((record) => record.id);
  const links = await recallLinks(run, side.side, ids);
  const doubtful = records.filter((record) => {
    const link = links.get(record.id);
    if (!link || readFrom - link.touched > lag) return false;
    const { digests } = decodeOne(run, side, record);
    const base = baseOf(link, side.side);
    return base.length !== digests.length || !sameBytes(digests, base);
  });
  if (doubtful.length === 0) return records;
  const outcomes = await side.connection.get(
    side.object,
    doubtful.map((record) => record.id),
  );
  const fresh = new Map<string, WireRecord | null>();
  for (const [index, record] of doubtful.entries()) {
    const outcome = outcomes[index];
    if (outcome?.kind === 'present') fresh.set(record.id, outcome.record);
    else if (outcome?.kind === 'gone') fresh.set(record.id, null);
    else if (outcome?.kind === 'unknown') {
      addDiagnostic(run, outcome.diagnostic);
      return null;
    }
  }
  return records.flatMap((record) => {
    const now = fresh.get(record.id);
    return now === null ? [] : [now ?? record];
  });
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;
