import type { Diagnostic } from '../../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import { type ColumnId, EDITABLE, type EditableId } from './columns.ts';
import { fieldCell, type RowCells, type SheetMapping } from './contents.ts';
import type { Edit } from './edit.ts';
import { pairKeys, pairRow } from './pair-keys.ts';
import { type EditedRow, fieldsIn } from './read-mapping.ts';
import { faultIn, plainCell, plainCells, type Table } from './read-table.ts';
import { keyOfSingle } from './snapshot.ts';
import type { SystemNames } from './words.ts';

/** An edit with the row of the sheet that it comes from, from 0. */
export type PlacedEdit = { edit: Edit; at: number };

export interface RowScope {
  table: Table<ColumnId>;
  /** As the integration file says it now. */
  mapping: SheetMapping;
  names: SystemNames;
  /** Numbers of rows in the sheet → places in the file now. */
  placed: ReadonlyMap<number, number>;
  found: Diagnostic[];
}

/** What the rows of a sheet change in the integration file. What is wrong is in `found`, with its cell. */
export function rowEdits(rows: readonly EditedRow[], scope: RowScope): PlacedEdit[] {
  const edits = rows.flatMap((row) =>
    (row.number === null ? newRow(row, scope) : knownRow(row, row.number, scope)).map((edit) => ({ edit, at: row.at })),
  );
  checkIgnoredTwice(rows, scope);
  return edits;
}

type Complain = (id: EditableId, code: string, summary: string, next?: string) => Edit[];

const complain =
  ({ table, found }: RowScope, row: EditedRow): Complain =>
  (id, code, summary, next) => {
    found.push(faultIn(table, row.at, id, code, summary, { next }));
    return [];
  };

/** A pair that was there when the sheet was written. */
function knownRow(row: EditedRow, number: number, scope: RowScope): Edit[] {
  if (row.changed.length === 0) return [];
  const fault = complain(scope, row);
  const { mapping } = scope;
  const place = scope.placed.get(number);
  const now = mapping.rows.find(({ index }) => index !== null && index === place);
  if (!now || place === undefined) {
    const summary = `The pair ${pairText(row.before, scope)} is no longer in the integration file as it was`;
    return fault(firstChanged(row), 'row-changed', summary, 'Begin with a new export');
  }
  const current = plainCells(now.cells);
  if (row.cells.status !== 'mapped' && EDITABLE.some((id) => current[id] !== plainCell(row.before?.[id] ?? ''))) {
    return fault(
      'status',
      'changed-meanwhile',
      MEANWHILE,
      'Begin with a new export, or take the pair apart in the file',
    );
  }
  switch (row.cells.status) {
    case 'mapped':
      return remapped(row, place, current, scope);
    case 'open':
      return [{ kind: 'remove', mapping: mapping.name, index: place }];
    case 'ignored': {
      const ignored = ignoredFields(row, scope);
      return ignored.length === 0 ? [] : [{ kind: 'remove', mapping: mapping.name, index: place }, ...ignored];
    }
    default:
      return fault('status', 'status-missing', 'The row has no status', 'Pick mapped, ignored or open');
  }
}

const MEANWHILE = 'The integration file says something else here since the export';

const pairText = (cells: RowCells | null, { names }: RowScope): string =>
  SIDES.map((side) => `${names[side].title} ${cells?.[fieldCell(side)] || '(none)'}`).join(' ↔ ');

const firstChanged = (row: EditedRow): EditableId => row.changed[0] ?? 'status';

/** The cells of a pair that were changed and differ from what the file says now. */
function remapped(row: EditedRow, index: number, now: RowCells, scope: RowScope): Edit[] {
  const fault = complain(scope, row);
  const { mapping, names } = scope;
  if (partnerMissing(row, scope)) return [];
  const meanwhile = row.changed.filter(
    (id) => now[id] !== plainCell(row.before?.[id] ?? '') && now[id] !== row.cells[id],
  );
  for (const id of meanwhile) {
    fault(id, 'changed-meanwhile', MEANWHILE, 'Begin with a new export, or set it in the file');
  }
  if (meanwhile.length > 0) return [];
  const changed = row.changed.filter((id) => now[id] !== row.cells[id]);
  return Object.entries(pairKeys(row.cells, changed, { ...scope, names })).map(([key, value]) => ({
    kind: 'set',
    mapping: mapping.name,
    index,
    key,
    value,
  }));
}

/** A pair needs both fields, or a rule that gives the value of the one it has. */
function partnerMissing(row: EditedRow, scope: RowScope): boolean {
  const fault = complain(scope, row);
  const fields = fieldsIn(row.cells);
  const [only] = fields;
  if (fields.length === 2) return false;
  if (!only) {
    fault('fieldA', 'fields-missing', 'A mapped row needs its fields', 'Pick them, or set the status to open');
    return true;
  }
  if (row.cells[only.side === 'a' ? 'toA' : 'toB'] !== '') return false;
  const { title } = scope.names[otherSide(only.side)];
  const summary = `A mapped row needs a field of ${title}, too`;
  fault(
    fieldCell(otherSide(only.side)),
    'partner-missing',
    summary,
    `Pick the field of ${title}, or set the status to open`,
  );
  return true;
}

/** A row that is no pair yet. */
function newRow(row: EditedRow, scope: RowScope): Edit[] {
  const fault = complain(scope, row);
  const { mapping } = scope;
  const fields = fieldsIn(row.cells);
  if (row.changed.length === 0) return [];
  if (row.cells.status === 'mapped') {
    if (partnerMissing(row, scope)) return [];
    return [...releases(row, scope), { kind: 'add', mapping: mapping.name, row: pairRow(row.cells, scope) }];
  }
  if (fields.length === 0) {
    const summary = 'The row says something, but names no field';
    return fault('fieldA', 'fields-missing', summary, 'Pick the fields, or clear the row');
  }
  if (row.cells.status === '') {
    return fault('status', 'status-missing', 'The row has no status', 'Pick mapped, ignored or open');
  }
  if (row.cells.status === 'open' && fields.length === 2) {
    return fault('status', 'status-open', 'Both fields are there, but the status is open', 'Set it to mapped');
  }
  if (unusedCells(row, scope)) return [];
  if (row.cells.status === 'ignored') return ignoredFields(row, scope);
  if (row.cells.note !== '' && row.changed.includes('note')) keptNowhere(row, scope);
  return releases(row, scope);
}

const RULES: readonly EditableId[] = [
  ...(['direction', 'toA', 'toB', 'reference', 'conflict', 'required', 'defaultA', 'defaultB'] as const),
];

/** What is agreed about a pair that is none. */
function unusedCells(row: EditedRow, scope: RowScope): boolean {
  const unused = RULES.filter((id) => row.cells[id] !== '');
  const fault = complain(scope, row);
  for (const id of unused) {
    const summary = `It is agreed about no pair: the row is ${row.cells.status}`;
    fault(id, 'cell-unused', summary, 'Set the status to mapped, or clear the cell');
  }
  return unused.length > 0;
}

function keptNowhere(row: EditedRow, { table, found }: RowScope): void {
  const { where, code, summary, next } = faultIn(
    table,
    row.at,
    'note',
    'note-lost',
    'The note of an open row is not kept',
    {
      next: 'Set the status to ignored with it as the reason, or keep it elsewhere',
    },
  );
  found.push({ severity: 'warning', code, summary, ...(where ? { where } : {}), ...(next ? { next } : {}) });
}

/** The fields of a row are ignored from now on, for the reason that stands in its note. */
function ignoredFields(row: EditedRow, scope: RowScope): Edit[] {
  const { mapping, names } = scope;
  const fields = fieldsIn(row.cells);
  if (fields.length === 0) {
    return complain(scope, row)('fieldA', 'fields-missing', 'An ignored row needs its field', 'Pick it');
  }
  if (row.cells.note === '') {
    const summary = 'The row is ignored without a reason';
    return complain(scope, row)('note', 'reason-missing', summary, 'Write down why the field is left out');
  }
  return fields.map(({ side, field }) => ({
    kind: 'ignore',
    mapping: mapping.name,
    system: names[side].name,
    field,
    reason: row.cells.note,
  }));
}

/** The fields of a row that the file ignores no longer are. */
function releases(row: EditedRow, { mapping, names }: RowScope): Edit[] {
  return fieldsIn(row.cells).flatMap(({ side, field }): Edit[] => {
    if (row.before === null || row.before.status !== 'ignored' || !isIgnored(mapping, side, field)) return [];
    if (row.before[fieldCell(side)] !== field) return [];
    return [{ kind: 'ignore', mapping: mapping.name, system: names[side].name, field, reason: undefined }];
  });
}

const isIgnored = ({ rows }: SheetMapping, side: Side, field: string): boolean =>
  rows.some(({ index, cells }) => index === null && cells[fieldCell(side)] === field && cells.status === 'ignored');

/** A field is ignored in one row and mapped in another. */
function checkIgnoredTwice(rows: readonly EditedRow[], scope: RowScope): void {
  const mapped = new Map<string, number>();
  for (const row of rows) {
    if (row.cells.status !== 'mapped') continue;
    for (const { side, field } of fieldsIn(row.cells)) mapped.set(keyOfSingle(side, field), row.at);
  }
  for (const row of rows) {
    if (row.cells.status !== 'ignored') continue;
    for (const { side, field } of fieldsIn(row.cells)) {
      const at = mapped.get(keyOfSingle(side, field));
      if (at === undefined) continue;
      const summary = `${field} is ignored here, but mapped in line ${at + 1}`;
      complain(scope, row)('status', 'ignored-mapped', summary, 'Set it to open, or take the pair apart');
    }
  }
}
