import type { FieldDefinition } from '../../connector/field.ts';
import { otherSide, type Side } from '../../record/side.ts';
import { type Column, columnsOf, EDITABLE, type EditableId } from './columns.ts';
import {
  EMPTY_CELLS,
  fieldCell,
  type Samples,
  type SheetContents,
  type SheetMapping,
  type SheetRow,
} from './contents.ts';
import { labelText, lengthText, optionsText, typeText } from './fact-text.ts';
import { cell, type Look, type Page, type PageCell } from './page.ts';

/** Empty rows at the end, for pairs that are not there yet. */
const SPARE_ROWS = 10;
const BAND = 2;
const HEADINGS = 3;

/** The sheet of one mapping: a title, the bands of the two systems, the headings, a row for each pair and each field. */
export function mappingPage(mapping: SheetMapping, contents: SheetContents, samples: Samples | null): Page {
  const columns = columnsOf(
    contents.names,
    contents.mappings.map(({ name }) => name),
  );
  const spare: SheetRow[] = Array.from({ length: SPARE_ROWS }, () => ({ index: null, cells: EMPTY_CELLS, other: '' }));
  const body = [...mapping.rows, ...spare].map((row) =>
    columns.map((column) => bodyCell(column, row, mapping, samples)),
  );
  const bands = bandsOf(columns, mapping, contents);
  return {
    name: mapping.sheet,
    rows: [
      [cell(mapping.sheet, 'title')],
      [cell(leadOf(mapping, contents), 'lead')],
      bands.row,
      columns.map(({ header, group, help }) => ({ text: header, look: HEAD[group], help })),
      ...body,
    ],
    widths: columns.map(({ width }) => width),
    frozen: { rows: HEADINGS + 1, columns: columns.findIndex(({ id }) => id === 'fieldA') + 1 },
    merges: bands.merges,
    headings: HEADINGS,
    statusColumn: columns.findIndex(({ id }) => id === 'status'),
    hidden: false,
    tab: 'mapping',
  };
}

const HEAD: Record<Column['group'], Look> = { a: 'head-a', b: 'head-b', pair: 'head-pair', rules: 'head-rules' };
const BANDS: Record<Column['group'], Look> = { a: 'band-a', b: 'band-b', pair: 'band-pair', rules: 'band-rules' };

function leadOf({ sides, agreed }: SheetMapping, { names }: SheetContents): string {
  return `${names.a.title}: ${sides.a.label} ↔ ${names.b.title}: ${sides.b.label}. ${agreed} Each row is a pair of fields, or a field without a partner; white cells can be changed.`;
}

/** One merged cell over the columns of each group. */
function bandsOf(columns: readonly Column[], { sides }: SheetMapping, { names }: SheetContents) {
  const said: Record<Column['group'], string> = {
    a: `${names.a.title}: ${sides.a.object}`,
    b: `${names.b.title}: ${sides.b.object}`,
    pair: 'The pair',
    rules: 'What is agreed about it',
  };
  const row: PageCell[] = columns.map(({ group }, i) => {
    const first = columns[i - 1]?.group !== group && columns.findIndex((column) => column.id === 'row') !== i;
    return cell(first ? said[group] : '', BANDS[group]);
  });
  const merges: Page['merges'] = [];
  for (const [i, { text }] of row.entries()) {
    if (text === '') continue;
    const next = columns.findIndex(({ group }, j) => j > i && group !== columns[i]?.group);
    merges.push({ row: BAND, from: i, to: (next < 0 ? columns.length : next) - 1 });
  }
  return { row, merges };
}

function bodyCell(column: Column, row: SheetRow, mapping: SheetMapping, samples: Samples | null): PageCell {
  const { id } = column;
  if (id === 'row') return cell(row.index === null ? '' : String(row.index + 1), 'count');
  if (id === 'other') return cell(row.other, 'fact');
  const editable = EDITABLE.find((one) => one === id);
  if (editable !== undefined) return editableCell(column, editable, row, mapping);
  const side: Side = id.endsWith('A') ? 'a' : 'b';
  const name = row.cells[fieldCell(side)];
  const { object, fields } = mapping.sides[side];
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const text = name === '' ? '' : factText(id, name, field, samples?.[side].get(object)?.[name] ?? []);
  return cell(text, id.startsWith('Label') ? 'label' : 'fact');
}

function factText(id: string, name: string, field: FieldDefinition | undefined, samples: readonly string[]): string {
  if (id.startsWith('Label')) return labelText(name, field);
  if (id.startsWith('Samples')) return samples.join('\n');
  if (!field) return '';
  if (id.startsWith('Type')) return typeText(field);
  if (id.startsWith('Length')) return lengthText(field);
  if (id.startsWith('Required')) return field.required ? 'yes' : '';
  return optionsText(field);
}

function editableCell(column: Column, id: EditableId, row: SheetRow, mapping: SheetMapping): PageCell {
  const text = row.cells[id];
  const side = id === 'fieldA' ? 'a' : id === 'fieldB' ? 'b' : null;
  // A field that stands alone is what the row is about: its partner is chosen, not the field itself.
  const isSubject = side !== null && row.index === null && text !== '' && row.cells[fieldCell(otherSide(side))] === '';
  if (isSubject) return cell(text, 'label');
  if (side !== null) return { text, look: 'edit', list: fieldList(side, mapping.sides[side].object) };
  if (column.words) return { text, look: 'edit', list: id };
  return cell(text, id === 'toA' || id === 'toB' ? 'code' : 'edit');
}

/** The name of the list of an object's fields. */
export const fieldList = (side: Side, object: string): string => `${side}: ${object}`;
