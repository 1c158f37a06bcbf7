import type { Connection, WireRecord } from '../connector/port.ts';
import type { Diagnostic } from '../record/diagnostic.ts';

/** The beginning of a read. */
export interface SomeRead {
  records: WireRecord[];
  /** These are all that the read would give. */
  whole: boolean;
  /** The system's own clock at the start, epoch ms; null where it does not tell, or the read was not ended. */
  serverTime: number | null;
  failure: Diagnostic | null;
}

/** Reads changes since an instant (epoch ms), or from the start, until there are `most` records or no more. */
export async function readSome(
  connection: Connection,
  object: string,
  { since, most, signal }: { since: number | null; most: number; signal: AbortSignal },
): Promise<SomeRead> {
  const records: WireRecord[] = [];
  for await (const step of connection.read({ object, since, signal })) {
    if (step.kind === 'page') {
      records.push(...step.records);
      if (records.length >= most) return { records, whole: false, serverTime: null, failure: null };
      continue;
    }
    const { complete, serverTime, diagnostic = null } = step;
    return { records, whole: complete, serverTime, failure: complete ? null : diagnostic };
  }
  return { records, whole: false, serverTime: null, failure: null };
}
