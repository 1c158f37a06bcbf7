import type { Diagnostic } from '../../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import { type Column, type ColumnId, EDITABLE, type EditableId } from './columns.ts';
import { EMPTY_CELLS, fieldCell, type RowCells, type SheetMapping } from './contents.ts';
import { isEditable, meaningOf } from './read-cells.ts';
import { faultIn, plainCell, type Table, textAt } from './read-table.ts';
import { type BaseRows, keyOfSingle } from './snapshot.ts';

/** A row as a person left it. */
export interface EditedRow {
  /** Its row in the sheet, from 0. */
  at: number;
  /** Its number in the sheet, from 0; null where it has none. */
  number: number | null;
  cells: RowCells;
  /** What it said when it was written; null for a new row. */
  before: RowCells | null;
  changed: EditableId[];
}

export interface Reading {
  table: Table<ColumnId>;
  columns: readonly Column[];
  mapping: SheetMapping;
  base: BaseRows;
  found: Diagnostic[];
}

/** The rows of a mapping's sheet that can be understood; what can't is in `found`, with its cell. */
export function readRows(reading: Reading): EditedRow[] {
  const { table, base, found } = reading;
  const seen = new Map<number, number>();
  const rows: EditedRow[] = [];
  for (let at = table.headings + 1; at < table.grid.rows.length; at++) {
    if (isBlank(table, at)) continue;
    const number = numberAt(reading, at);
    if (number === undefined) continue;
    if (number !== null) {
      const first = seen.get(number);
      if (first !== undefined) {
        const summary = `Row ${number + 1} stands twice, here and in line ${first + 1}`;
        found.push(faultIn(table, at, 'row', 'row-twice', summary, { next: 'Clear the number of what is new' }));
        continue;
      }
      seen.set(number, at);
    }
    const row = rowAt(reading, at, number);
    if (row) rows.push(row);
  }
  for (const number of base.pairs.keys()) {
    if (seen.has(number)) continue;
    const summary = `Row ${number + 1} is missing from the sheet`;
    const next = 'Bring it back; to take a pair apart, set its status to open';
    found.push(faultIn(table, table.headings, 'row', 'row-missing', summary, { next }));
  }
  return rows;
}

function isBlank(table: Table<ColumnId>, at: number): boolean {
  return [...EDITABLE, 'row' as const].every((id) => textAt(table, at, id) === '' && faultOf(table, at, id) === null);
}

const faultOf = ({ grid, columns }: Table<ColumnId>, at: number, id: ColumnId) =>
  grid.rows[at]?.[columns.get(id) ?? -1]?.fault ?? null;

/** Undefined where the number is none. */
function numberAt({ table, base, found }: Reading, at: number): number | null | undefined {
  const text = textAt(table, at, 'row');
  if (text === '') return null;
  const number = /^\d{1,5}(\.0)?$/.test(text) ? Number(text) - 1 : -1;
  if (base.pairs.has(number)) return number;
  const summary = `There is no row "${text}" in the mapping`;
  found.push(
    faultIn(table, at, 'row', 'row-unknown', summary, { next: 'Leave the number as it was; a new row has none' }),
  );
  return undefined;
}

/** Null where a cell of it can't be understood. */
function rowAt(reading: Reading, at: number, number: number | null): EditedRow | null {
  const { table, columns, mapping, base, found } = reading;
  const subject = number === null ? singleOf(table, at, base) : base.pairs.get(number);
  const cells: RowCells = { ...EMPTY_CELLS };
  const faults = found.length;
  for (const column of columns.filter(isEditable)) {
    const { id } = column;
    const fault = faultOf(table, at, id);
    if (fault !== null) {
      const summary = fault === 'formula' ? 'The cell holds a formula' : 'The cell holds an error';
      found.push(faultIn(table, at, id, 'cell-no-text', summary, { next: 'Type the text itself' }));
      continue;
    }
    const before = plainCell(subject?.[id] ?? '');
    // A column that is not in the sheet says nothing.
    const typed = table.columns.has(id) ? textAt(table, at, id) : before;
    const meant = meaningOf(column, typed, before, mapping);
    if (meant.ok) cells[id] = meant.value;
    else found.push(faultIn(table, at, id, meant.error.code, meant.error.summary, { next: meant.error.next }));
  }
  if (found.length > faults) return null;
  const changed = EDITABLE.filter((id) => cells[id] !== plainCell(subject?.[id] ?? ''));
  return { at, number, cells, before: subject ?? null, changed };
}

/** What a row without a number is about: a field that stood alone when the sheet was written. */
function singleOf(table: Table<ColumnId>, at: number, { singles }: BaseRows): RowCells | undefined {
  for (const side of SIDES) {
    const found = singles.get(keyOfSingle(side, textAt(table, at, fieldCell(side))));
    if (found) return found;
  }
  return undefined;
}

/** The fields that stand in a row. */
export function fieldsIn(cells: RowCells): { side: Side; field: string }[] {
  return SIDES.flatMap((side) => {
    const field = cells[fieldCell(side)];
    return field === '' ? [] : [{ side, field }];
  });
}

/** The cell of the partner that a row with one field lacks. */
export const partnerCell = (side: Side) => fieldCell(otherSide(side));

/** For each row of the sheet, the place in the file of the pair that stood in it; the one at its old place goes first. */
export function placesNow({ pairs }: BaseRows, { rows }: SheetMapping): Map<number, number> {
  const places = new Map<number, number>();
  for (const [number, before] of pairs) {
    const same = rows.filter(
      ({ index, cells }) => index !== null && cells.fieldA === before.fieldA && cells.fieldB === before.fieldB,
    );
    const place = (same.find(({ index }) => index === number) ?? same[0])?.index;
    if (place !== undefined && place !== null) places.set(number, place);
  }
  return places;
}
