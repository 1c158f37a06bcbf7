import type { Result } from '../record/diagnostic.ts';
import type { Side } from '../record/side.ts';

/** What a marked record is for: a check removes it at its end, test data stay until they are removed. */
export type MarkPurpose = 'check' | 'testdata';

/** A record that Dovetail made in a system to try something, by the text that it bears; no values of anybody's. */
export interface MarkedRecord {
  integration: string;
  side: Side;
  object: string;
  /** Random; stands in `field` of the record, alone or at its beginning. The record of the other side bears it, too. */
  mark: string;
  field: string;
  purpose: MarkPurpose;
  /** Its id; null as long as nobody knows whether it was made. */
  id: string | null;
  /** Epoch ms, before it was sent. */
  at: number;
}

export type MarkName = Pick<MarkedRecord, 'integration' | 'side' | 'object' | 'mark'>;

/** The records that Dovetail made to try something and has not removed yet. Each is noted before it is sent. */
export interface MarkLog {
  /** Inserted, or replaced by (integration, side, object, mark). */
  note(records: readonly MarkedRecord[]): Promise<Result<void>>;
  forget(records: readonly MarkName[]): Promise<Result<void>>;
  /** In the order in which they were first noted. */
  list(integration: string, purpose?: MarkPurpose): Promise<MarkedRecord[]>;
}
