import type { WireRecord } from '../connector/port.ts';
import type { Seen } from '../planning/plan-item.ts';
import { DIGEST_BYTES, digestFieldsInto } from '../record/digest.ts';
import type { MappingRun, SideRun } from './mapping-run.ts';

/** Step *decode*: wire records → canonical values and their digests. Pure. */
export function decode(run: MappingRun, side: SideRun, records: readonly WireRecord[]): Seen[] {
  // The digests of a page share one array: one of its own for every record took longer to make than to fill.
  const size = side.watched.length * DIGEST_BYTES;
  const digests = new Uint8Array(records.length * size);
  return records.map((record, index) => seenIn(run, side, record, digests.subarray(index * size, (index + 1) * size)));
}

export function decodeOne(run: MappingRun, side: SideRun, record: WireRecord): Seen {
  return seenIn(run, side, record, new Uint8Array(side.watched.length * DIGEST_BYTES));
}

function seenIn(run: MappingRun, side: SideRun, record: WireRecord, digests: Uint8Array): Seen {
  const { fields, problems } = side.codec.decode(record.wire, side.names);
  digestFieldsInto(run.context.digestKey, side.watched, fields, digests, 0);
  return {
    id: record.id,
    version: record.version,
    modified: record.modified,
    archived: record.archived,
    mergedInto: record.mergedInto,
    fields,
    digests,
    problems,
    wire: record.wire,
  };
}
