import type { WireRecord } from '../connector/port.ts';
import type { Seen } from '../planning/plan-item.ts';
import { digestFields } from '../record/digest.ts';
import type { MappingRun, SideRun } from './mapping-run.ts';

/** Step *decode*: wire records → canonical values and their digests. Pure. */
export function decode(run: MappingRun, side: SideRun, records: readonly WireRecord[]): Seen[] {
  return records.map((record) => decodeOne(run, side, record));
}

export function decodeOne(run: MappingRun, side: SideRun, record: WireRecord): Seen {
  const { fields, problems } = side.codec.decode(record.wire, side.names);
  return {
    id: record.id,
    version: record.version,
    modified: record.modified,
    archived: record.archived,
    mergedInto: record.mergedInto,
    fields,
    digests: digestFields(run.context.digestKey, side.watched, fields),
    problems,
    wire: record.wire,
  };
}
