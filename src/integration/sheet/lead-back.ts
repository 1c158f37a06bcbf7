import { isMap, isNode, isScalar, isSeq, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml';
import type { Diagnostic, Place } from '../../record/diagnostic.ts';
import { SIDES } from '../../record/side.ts';
import type { EditableId } from './columns.ts';
import { fieldCell } from './contents.ts';
import { type EditedRow, fieldsIn } from './read-mapping.ts';
import type { SheetReading, SheetsReading } from './read-sheets.ts';
import { faultIn, textAt } from './read-table.ts';
import type { SystemNames } from './words.ts';

/** Everything that is needed to find the cell behind a place in the file. */
export interface Origin {
  /** The file with the edits. */
  text: string;
  readings: readonly SheetReading[];
  options: SheetsReading['options'];
  names: SystemNames;
}

/** What the loader found wrong in the file with the edits, at the cells that it comes from where there are such. */
export function leadBack(found: readonly Diagnostic[], origin: Origin): Diagnostic[] {
  const steps = stepsFinder(origin.text);
  return found.map((diagnostic) => {
    const where = diagnostic.where ? cellBehind(diagnostic, steps(diagnostic.where), origin) : null;
    return where ? { ...diagnostic, where } : diagnostic;
  });
}

/** Whether somebody changed the row of the file that stands at a place. */
export function changedRows(origin: Origin): (where: Place) => boolean {
  const steps = stepsFinder(origin.text);
  return (where) => {
    const [, mapping, , index] = steps(where);
    const reading = origin.readings.find((one) => one.mapping.name === mapping);
    const row = reading && typeof index === 'number' ? rowOfIndex(index, reading) : undefined;
    return row !== undefined && row.changed.length > 0;
  };
}

type Steps = (string | number)[];

/** Gives the path of the innermost key or list item that begins before a place. */
function stepsFinder(text: string): (place: Place) => Steps {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  return ({ line = 1, column = 1 }) => {
    const offset = (lines.lineStarts[line - 1] ?? 0) + column - 1;
    const steps: Steps = [];
    let node: unknown = document.contents;
    while (isMap(node) || isSeq(node)) {
      const next: { step: string | number; node: unknown } | null = isMap(node)
        ? inMap(node, offset)
        : inList(node.items, offset);
      if (!next) break;
      steps.push(next.step);
      node = next.node;
    }
    return steps;
  };
}

const begins = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? Infinity) : Infinity);
const ends = (node: unknown): number => (isNode(node) ? (node.range?.[1] ?? -1) : -1);

function inMap(map: YAMLMap, offset: number): { step: string; node: unknown } | null {
  const pair = map.items.findLast(({ key }: Pair) => begins(key) <= offset);
  if (!pair || Math.max(ends(pair.key), ends(pair.value)) < offset) return null;
  return { step: String(isScalar(pair.key) ? pair.key.value : pair.key), node: pair.value };
}

function inList(items: readonly unknown[], offset: number): { step: number; node: unknown } | null {
  const step = items.findLastIndex((item) => begins(item) <= offset);
  if (step < 0 || ends(items[step]) < offset) return null;
  // Where an item begins, so does its first key: it is taken for the item as a whole.
  return { step, node: begins(items[step]) === offset ? null : items[step] };
}

function cellBehind(diagnostic: Diagnostic, [top, mapping, part, ...rest]: Steps, origin: Origin): Place | null {
  const reading = origin.readings.find((one) => one.mapping.name === mapping);
  if (top !== 'mappings' || !reading) return null;
  if (part === 'fields' && typeof rest[0] === 'number')
    return cellOfRow(diagnostic.summary, rest[0], rest.slice(1), reading, origin);
  const row = part === 'ignored' ? ignoredRow(reading, rest, origin) : rowNamed(diagnostic.summary, reading);
  return row ? placeIn(reading, row, row.changed.includes('status') ? 'status' : (row.changed[0] ?? 'status')) : null;
}

/** The cell of a row of the file. Of a row that nobody touched, the one that was changed and that the loader names. */
function cellOfRow(
  summary: string,
  index: number,
  [key, option]: Steps,
  reading: SheetReading,
  origin: Origin,
): Place | null {
  const row = rowOfIndex(index, reading);
  if (!row) return null;
  if (key === 'options' && origin.options) {
    const place = optionCell(row, option, reading, origin.options);
    if (place) return place;
  }
  const other = row.changed.length === 0 ? rowNamed(summary, reading) : undefined;
  const words = wordsOf(summary);
  const cause = other?.changed.find((id) => words.has(other.cells[id]));
  if (other) return placeIn(reading, other, cause ?? 'status');
  return placeIn(reading, row, columnOf(key, row, origin.names));
}

const placeIn = ({ table }: SheetReading, { at }: EditedRow, id: EditableId): Place | null =>
  faultIn(table, at, id, '', '').where ?? null;

const wordsOf = (summary: string): Set<string> => new Set(summary.match(/[\w.-]+/g) ?? []);

/** Rows of the file: those that were there first, without those that went, then those that were added. */
function rowOfIndex(index: number, { edits, rows, mapping, placed }: SheetReading): EditedRow | undefined {
  const gone = new Set(edits.flatMap(({ edit }) => (edit.kind === 'remove' ? [edit.index] : [])));
  const kept = mapping.rows.flatMap((row) => (row.index === null || gone.has(row.index) ? [] : [row.index]));
  const before = kept[index];
  if (before !== undefined) return rows.find((row) => row.number !== null && placed.get(row.number) === before);
  const added = edits.filter(({ edit }) => edit.kind === 'add')[index - kept.length];
  return rows.find((row) => row.at === added?.at);
}

/** The cell of the key; of a row as a whole, the one that was changed. */
function columnOf(key: string | number | undefined, row: EditedRow, names: SystemNames): EditableId {
  const changed = row.changed.filter((id) => id !== 'status');
  const defaults: EditableId = row.changed.includes('defaultB') || row.cells.defaultA === '' ? 'defaultB' : 'defaultA';
  const columns = new Map<string | number | undefined, EditableId>([
    [names.a.name, 'fieldA'],
    [names.b.name, 'fieldB'],
    [`to_${names.a.name}`, 'toA'],
    [`to_${names.b.name}`, 'toB'],
    ['default', defaults],
    ...(['direction', 'reference', 'conflict', 'required', 'note'] as const).map((id) => [id, id] as const),
  ]);
  return columns.get(key) ?? changed[0] ?? 'fieldA';
}

function optionCell(
  row: EditedRow,
  option: string | number | undefined,
  { mapping }: SheetReading,
  { table, edits }: NonNullable<Origin['options']>,
): Place | null {
  const edited = edits.map(({ at }) => at);
  for (let at = table.headings + 1; at < table.grid.rows.length; at++) {
    const same =
      textAt(table, at, 'mapping') === mapping.sheet && textAt(table, at, 'row') === String((row.number ?? -1) + 1);
    const meant = option === undefined ? edited.includes(at) : textAt(table, at, 'option') === String(option);
    if (same && meant) return faultIn(table, at, 'target', '', '').where ?? null;
  }
  return null;
}

function ignoredRow({ rows }: SheetReading, [system, field]: Steps, { names }: Origin): EditedRow | undefined {
  const side = SIDES.find((one) => names[one].name === system);
  if (!side) return undefined;
  const about = rows.filter(({ cells }) => cells[fieldCell(side)] === field);
  return about.find(({ cells }) => cells.status === 'ignored') ?? about[0];
}

/** A row that was changed and whose field the loader speaks of: one that is needed and is mapped no longer. */
function rowNamed(summary: string, { rows }: SheetReading): EditedRow | undefined {
  const words = wordsOf(summary);
  return rows.find(({ changed, cells, before }) => {
    const fields = [...fieldsIn(cells), ...(before ? fieldsIn(before) : [])];
    return changed.length > 0 && fields.some(({ field }) => words.has(field));
  });
}
