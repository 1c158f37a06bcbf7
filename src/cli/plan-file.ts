import { readFileSync } from 'node:fs';
import {
  endLine,
  headerLine,
  itemLine,
  readSavedPlan,
  type SavedItem,
  type SavedPlan,
  type SavedPlanHeader,
} from '../planning/saved-plan.ts';
import { fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { systemCode, writeFile } from './written-file.ts';

/** Writes a saved plan line by line; it stands under its name only once it is whole. */
export interface PlanWriter {
  add(item: SavedItem): void;
  /** Ends the file and puts it in its place. */
  finish(): Result<void>;
  /** Leaves nothing behind. */
  discard(): void;
}

/** Opens `file` for writing, readable by this user only. Fails with `file-unwritable`. */
export function writePlan(file: string, header: Omit<SavedPlanHeader, 'dovetail_plan'>): Result<PlanWriter> {
  const opened = writeFile(file);
  if (!opened.ok) return opened;
  const { value: out } = opened;
  out.add(`${headerLine(header)}\n`);
  let items = 0;
  return ok({
    add(item) {
      items += 1;
      out.add(`${itemLine(item)}\n`);
    },
    finish() {
      out.add(`${endLine(items)}\n`);
      return out.finish();
    },
    discard: out.discard,
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
        detail: `The operating system says ${systemCode(error)}.`,
        where: { file },
        next: 'Make one with `dovetail plan --out FILE`.',
      }),
    );
  }
  const read = readSavedPlan(text.split('\n'));
  return read.ok ? read : fail({ ...read.error, where: { file } });
}
