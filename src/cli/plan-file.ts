import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import {
  endLine,
  headerLine,
  itemLine,
  readSavedPlan,
  type SavedItem,
  type SavedPlan,
  type SavedPlanHeader,
} from '../planning/saved-plan.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';

/** Writes a saved plan line by line; it stands under its name only once it is whole. */
export interface PlanWriter {
  add(item: SavedItem): void;
  /** Ends the file and puts it in its place. */
  finish(): Result<void>;
  /** Leaves nothing behind. */
  discard(): void;
}

const BUFFER_CHARACTERS = 64 * 1024;

/** Opens `file` for writing, readable by this user only. Fails with `plan-unwritable`. */
export function writePlan(file: string, header: Omit<SavedPlanHeader, 'dovetail_plan'>): Result<PlanWriter> {
  const temporary = `${file}.new`;
  let handle: number;
  try {
    handle = openSync(temporary, 'w', 0o600);
  } catch (error) {
    return fail(unwritable(file, error));
  }
  let buffer = `${headerLine(header)}\n`;
  let items = 0;
  let broken: Diagnostic | null = null;
  const flush = () => {
    if (broken) return;
    try {
      writeFileSync(handle, buffer);
      buffer = '';
    } catch (error) {
      broken = unwritable(file, error);
    }
  };
  const discard = () => {
    closeSync(handle);
    rmSync(temporary, { force: true });
  };
  return ok({
    add(item) {
      items += 1;
      buffer += `${itemLine(item)}\n`;
      if (buffer.length >= BUFFER_CHARACTERS) flush();
    },
    finish() {
      buffer += `${endLine(items)}\n`;
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

/** Reads a saved plan. Fails with `plan-unreadable` or `plan-invalid`. */
export function readPlan(file: string): Result<SavedPlan> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return fail(
      problem('plan-unreadable', "The saved plan can't be read", {
        detail: `The operating system says ${codeOf(error)}.`,
        where: { file },
        next: 'Make one with `dovetail plan --out FILE`.',
      }),
    );
  }
  const read = readSavedPlan(text.split('\n'));
  return read.ok ? read : fail({ ...read.error, where: { file } });
}

const unwritable = (file: string, error: unknown): Diagnostic =>
  problem('plan-unwritable', "The plan can't be saved", {
    detail: `The operating system says ${codeOf(error)}.`,
    where: { file },
  });

/** The operating system's code of an error; any other error is a bug. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && 'syscall' in error) return String(error.code);
  throw error;
}
