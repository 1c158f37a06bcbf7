import type { Connection, ListTrial, WireRecord } from '../connector/port.ts';
import type { Diagnostic } from '../record/diagnostic.ts';

/** The beginning of a read. */
export interface SomeRead {
  records: WireRecord[];
  /** Records of each page. */
  pages: number[];
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
  { since, most, signal, trial = {} }: { since: number | null; most: number; signal: AbortSignal; trial?: ListTrial },
): Promise<SomeRead> {
  const records: WireRecord[] = [];
  const pages: number[] = [];
  const cutOff = { records, pages, whole: false, serverTime: null, failure: null };
  for await (const step of connection.read({ object, since, signal, trial })) {
    if (step.kind === 'page') {
      records.push(...step.records);
      pages.push(step.records.length);
      if (records.length >= most) return cutOff;
      continue;
    }
    const { complete, serverTime, diagnostic = null } = step;
    return { records, pages, whole: complete, serverTime, failure: complete ? null : diagnostic };
  }
  return cutOff;
}
