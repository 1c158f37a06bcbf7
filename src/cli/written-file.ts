import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';

/** A file that is written piece by piece, and stands under its name only once it is whole. */
export interface WrittenFile {
  add(text: string | Uint8Array): void;
  /** Ends the file and puts it in its place. Fails with `file-unwritable`, now or for an earlier piece. */
  finish(): Result<void>;
  /** Leaves nothing behind. */
  discard(): void;
}

const BUFFER_CHARACTERS = 64 * 1024;

/** Opens `file` for writing, readable by this user only. Fails with `file-unwritable`. */
export function writeFile(file: string): Result<WrittenFile> {
  const temporary = `${file}.new`;
  let handle: number;
  try {
    handle = openSync(temporary, 'w', 0o600);
  } catch (error) {
    return fail(unwritable(file, error));
  }
  let buffer = '';
  let broken: Diagnostic | null = null;
  const write = (piece: string | Uint8Array) => {
    if (broken) return;
    try {
      writeFileSync(handle, piece);
    } catch (error) {
      broken = unwritable(file, error);
    }
  };
  const flush = () => {
    write(buffer);
    buffer = '';
  };
  const discard = () => {
    closeSync(handle);
    rmSync(temporary, { force: true });
  };
  return ok({
    add(piece) {
      if (typeof piece === 'string') buffer += piece;
      if (typeof piece !== 'string' || buffer.length >= BUFFER_CHARACTERS) flush();
      if (typeof piece !== 'string') write(piece);
    },
    finish() {
      flush();
      if (broken) {
        discard();
        return fail(broken);
      }
      fsyncSync(handle);
      closeSync(handle);
      renameSync(temporary, file);
      return ok(undefined);
    },
    discard,
  });
}

const unwritable = (file: string, error: unknown): Diagnostic =>
  problem('file-unwritable', "The file can't be written", {
    detail: `The operating system says ${systemCode(error)}.`,
    where: { file },
  });

/** The operating system's code of an error; any other error is a bug. */
export function systemCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && 'syscall' in error) return String(error.code);
  throw error;
}
