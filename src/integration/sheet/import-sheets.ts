import { readYaml } from '../../connector/yaml-document.ts';
import { type Diagnostic, ok, type Result } from '../../record/diagnostic.ts';
import type { LoadedField, LoadedIntegration } from '../loaded.ts';
import { applyEdits } from './apply-edits.ts';
import { contentsOf } from './contents.ts';
import type { Grid } from './grid.ts';
import { changedRows, leadBack, type Origin } from './lead-back.ts';
import { readSheets } from './read-sheets.ts';
import { faultIn } from './read-table.ts';

export interface SheetImport {
  /** The integration file with what was changed in the sheets; as it was where anything is impossible. */
  text: string;
  /** Changes that were found. */
  edits: number;
  /** What is impossible, at its cell. With any of it, nothing is to be written. */
  faults: Diagnostic[];
  /** What looks odd. */
  remarks: Diagnostic[];
}

export interface Checks {
  /** Loads the integration file with another text. */
  load(text: string): Promise<Result<LoadedIntegration, Diagnostic[]>>;
  /** Whether rows give back what goes to the other system. */
  lens(integration: LoadedIntegration, only: (row: LoadedField) => boolean): Diagnostic[];
}

/**
 * Brings what people changed in the sheets into the text of an integration file. `systems` is the integration as it is,
 * with its systems at least; `checks` are run on the text with the changes, and what they find is led back to cells.
 * What was wrong with the file before is no fault of the sheets: it is among the remarks.
 */
export async function importSheets(
  grids: readonly Grid[],
  before: { file: string; text: string; systems: LoadedIntegration },
  checks: Checks,
): Promise<Result<SheetImport, Diagnostic[]>> {
  const read = readYaml(before.text, before.file);
  if (!read.ok) return read;
  const contents = contentsOf(read.value.data, before.systems);
  const found: Diagnostic[] = [];
  const { readings, options } = readSheets(grids, contents, found);
  const placed = [...readings.flatMap(({ edits }) => edits), ...(options?.edits ?? [])];
  const edits = placed.map(({ edit }) => edit);
  const { text, shared } = applyEdits(before.text, edits);
  for (const { edit } of shared) {
    const reading = readings.find(({ mapping }) => mapping.name === edit.mapping);
    const at = placed.find((one) => one.edit === edit)?.at ?? 0;
    const next = 'Write the row out in the file, or change it there';
    if (reading)
      found.push(
        faultIn(reading.table, at, 'row', 'row-shared', 'The row is shared by an anchor in the file', { next }),
      );
  }
  const faulty = found.some(({ severity }) => severity === 'error');
  const origin = { text, readings, options, names: contents.names };
  const checked = edits.length === 0 ? [] : await check(before.text, origin, checks);
  // What a faulty cell would have put right is no fault of its own.
  const led = leadBack(checked, origin).filter(({ where }) => !faulty || where?.cell !== undefined);
  const all = inOrder([...found, ...led], grids);
  const faults = all.filter(({ severity }) => severity === 'error');
  return ok({
    text: faults.length > 0 ? before.text : text,
    edits: edits.length,
    faults,
    remarks: all.filter(({ severity }) => severity !== 'error'),
  });
}

/** What the loader finds that was not there before, and what the rows lose that somebody changed. */
async function check(before: string, origin: Origin, { load, lens }: Checks): Promise<Diagnostic[]> {
  const loaded = await load(origin.text);
  const found = newFaults(await load(before), loaded);
  const isChanged = changedRows(origin);
  return loaded.ok ? [...found, ...lens(loaded.value, (row) => isChanged(row.where))] : found;
}

/** What is wrong after and was not before; of what was wrong before, that it still is. */
export function newFaults(
  before: Result<LoadedIntegration, Diagnostic[]>,
  after: Result<LoadedIntegration, Diagnostic[]>,
): Diagnostic[] {
  const sameAs = (one: Diagnostic) => `${one.code} ${one.summary}`;
  const known = new Set((before.ok ? before.value.remarks : before.error).map(sameAs));
  const found = after.ok ? after.value.remarks : after.error;
  return found.flatMap((one): Diagnostic[] => {
    if (!known.has(sameAs(one))) return one.severity === 'info' ? [] : [one];
    return one.severity === 'error' ? [{ ...one, severity: 'warning' }] : [];
  });
}

/** By sheet, row and column. */
function inOrder(found: readonly Diagnostic[], grids: readonly Grid[]): Diagnostic[] {
  const rank = ({ where }: Diagnostic): number[] => {
    const [, sheet = '', letters = '', row = ''] = /^(.*)!([A-Z]+)(\d+)$/.exec(where?.cell ?? '') ?? [];
    const name = sheet.replace(/^'(.*)'$/, '$1').replaceAll("''", "'");
    return [
      grids.findIndex((grid) => grid.name === name),
      Number(row),
      letters.length,
      letters.charCodeAt(letters.length - 1),
    ];
  };
  return [...found].sort((x, y) => {
    const [left, right] = [rank(x), rank(y)];
    const at = left.findIndex((part, i) => part !== right[i]);
    return at < 0 ? 0 : (left[at] || 0) - (right[at] || 0);
  });
}
