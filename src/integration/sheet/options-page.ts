import { SIDES } from '../../record/side.ts';
import type { SheetContents, SheetMapping } from './contents.ts';
import { OPTIONS } from './names.ts';
import { keysIn, type OptionTable } from './option-tables.ts';
import { cell, type Look, type Page, type PageCell } from './page.ts';

const HEADINGS = 3;
const SPARE_ROWS = 3;

/** An option of side a and what it becomes. */
type Pair = [key: string, target: string];

export type OptionColumnId =
  | 'mapping'
  | 'row'
  | 'field'
  | 'option'
  | 'label'
  | 'target'
  | 'targetField'
  | 'targetLabel';

export interface OptionColumn {
  id: OptionColumnId;
  header: string;
  width: number;
  look: Look;
  help: string;
}

/** The columns of the sheet with the option tables, from left to right. */
export function optionColumns({ names: { a, b } }: Pick<SheetContents, 'names'>): OptionColumn[] {
  return [
    { id: 'mapping', header: 'Mapping', width: 18, look: 'head-pair', help: 'The sheet that the pair stands on.' },
    { id: 'row', header: 'Row', width: 6, look: 'head-pair', help: 'The number of the pair there.' },
    { id: 'field', header: `${a.title} field`, width: 22, look: 'head-a', help: `The field of ${a.title}.` },
    { id: 'option', header: `${a.title} option`, width: 22, look: 'head-a', help: 'One of its choices.' },
    { id: 'label', header: `${a.title}: label`, width: 26, look: 'head-a', help: `What people see in ${a.title}.` },
    {
      id: 'target',
      header: `is, in ${b.title}`,
      width: 22,
      look: 'head-b',
      help: `The choice of ${b.title} that means the same. Empty: there is none. Where two become one, the upper one leads back. Several, with commas between them: the first is written, all lead back.`,
    },
    {
      id: 'targetLabel',
      header: `${b.title}: label`,
      width: 26,
      look: 'head-b',
      help: `What people see in ${b.title}.`,
    },
    { id: 'targetField', header: `${b.title} field`, width: 22, look: 'head-b', help: `The field of ${b.title}.` },
  ];
}

/** The sheet with what becomes of each option, a table for each pair of choices. */
export function optionsPage(contents: SheetContents): Page {
  const columns = optionColumns(contents);
  const { a, b } = contents.names;
  const tables = contents.mappings.flatMap((mapping) =>
    mapping.tables.flatMap((table) => {
      // Where a system does not say its options, people may know more of them.
      const spare = table.options.a.length === 0 ? Array.from({ length: SPARE_ROWS }, (): Pair => ['', '']) : [];
      return [...table.targets, ...spare].map((pair) => optionRow(pair, table, mapping, columns));
    }),
  );
  return {
    name: OPTIONS,
    rows: [
      [cell('Options', 'title')],
      [
        cell(
          `What each choice of ${a.title} is called in ${b.title}, and back. White cells can be changed: pick the choice that means the same.`,
          'lead',
        ),
      ],
      [],
      columns.map(({ header, look, help }) => ({ text: header, look, help })),
      ...tables,
    ],
    widths: columns.map(({ width }) => width),
    frozen: { rows: HEADINGS + 1, columns: 0 },
    merges: [],
    headings: HEADINGS,
    statusColumn: null,
    hidden: false,
    tab: 'options',
  };
}

function optionRow(
  [key, target]: Pair,
  table: OptionTable,
  mapping: SheetMapping,
  columns: readonly OptionColumn[],
): PageCell[] {
  const [label, targetLabel] = SIDES.map((side) => {
    const wanted = side === 'a' ? [key] : keysIn(target);
    const labels = wanted.map((each) => table.options[side].find((option) => option.key === each)?.label ?? '');
    return labels.filter((each) => each !== '').join(', ');
  });
  const texts: Record<OptionColumnId, string> = {
    mapping: mapping.sheet,
    row: String(table.index + 1),
    field: table.fields.a,
    option: key,
    label: label ?? '',
    target,
    targetLabel: targetLabel ?? '',
    targetField: table.fields.b,
  };
  return columns.map(({ id }): PageCell => {
    if (id === 'row') return cell(texts[id], 'count');
    if (id === 'option' && key === '') return cell('', 'edit');
    if (id !== 'target') return cell(texts[id], 'fact');
    const list = table.options.b.length > 0 ? { list: optionList(mapping, table) } : {};
    return { text: target, look: 'edit', ...list };
  });
}

/** The name of the list of what a table may lead to. */
export const optionList = ({ name, sides }: SheetMapping, { fields }: OptionTable): string =>
  `${name}: ${sides.b.object}.${fields.b}`;
