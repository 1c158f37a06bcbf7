import type { Connection, WriteOutcome } from '../../connector/port.ts';
import type { LoadedIntegration } from '../../integration/loaded.ts';
import type { Platform } from '../../platform/platform.ts';
import { fail, ok, type Result } from '../../record/diagnostic.ts';
import type { Side } from '../../record/side.ts';
import type { MarkedRecord, MarkLog, MarkPurpose } from '../../store/marked.ts';
import { findMarked } from './remove-marked.ts';

export interface MarksOptions {
  integration: LoadedIntegration;
  connections: Record<Side, Connection>;
  platform: Pick<Platform, 'clock' | 'random'>;
  log: MarkLog;
  purpose: MarkPurpose;
  /** What was noted by earlier commands and is to be taken up again. */
  known?: readonly MarkedRecord[];
}

/** The notes of what was made, on disk and in memory. */
export interface Book extends MarksOptions {
  notes: ReadonlyMap<string, MarkedRecord>;
  note(records: readonly MarkedRecord[]): Promise<Result<void>>;
  forget(records: readonly MarkedRecord[]): Promise<void>;
}

/** The id of a record whose create was answered, or not; noted, or forgotten where it was refused. */
export async function settled(book: Book, note: MarkedRecord, outcome: WriteOutcome): Promise<Result<string>> {
  if (outcome.kind === 'failed') {
    await book.forget([note]);
    return fail(outcome.diagnostic);
  }
  if (outcome.kind === 'uncertain') {
    const found = await findMarked(book.connections[note.side], book.platform.clock, note);
    if (!found.ok || !found.value) return fail(outcome.diagnostic);
    const noted = await book.note([{ ...note, id: found.value.id }]);
    return noted.ok ? ok(found.value.id) : noted;
  }
  const noted = await book.note([{ ...note, id: outcome.id }]);
  return noted.ok ? ok(outcome.id) : noted;
}
