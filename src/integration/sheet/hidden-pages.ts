import { SIDES } from '../../record/side.ts';
import { columnsOf, EDITABLE } from './columns.ts';
import type { SheetContents } from './contents.ts';
import { fieldList } from './mapping-page.ts';
import { LISTS, SNAPSHOT } from './names.ts';
import { optionList } from './options-page.ts';
import { cell, type Page } from './page.ts';

/** What the drop-downs offer: a column for each list, its name at the top. */
export function listsPage(contents: SheetContents): Page {
  const lists = listsOf(contents);
  const longest = Math.max(0, ...[...lists.values()].map((words) => words.length));
  const columns = [...lists].map(([name, words]) => [name, ...words]);
  const rows = Array.from({ length: longest + 1 }, (_, i) => columns.map((words) => cell(words[i] ?? '', 'text')));
  return hiddenPage(LISTS, rows);
}

/** The lists of the drop-downs by name; empty ones are left out. */
function listsOf(contents: SheetContents): Map<string, string[]> {
  const lists = new Map<string, string[]>();
  const mappings = contents.mappings.map(({ name }) => name);
  for (const { id, words } of columnsOf(contents.names, mappings)) {
    if (words && words.length > 0)
      lists.set(
        id,
        words.map((word) => word.said),
      );
  }
  for (const mapping of contents.mappings) {
    for (const side of SIDES) {
      const { object, fields } = mapping.sides[side];
      if (Object.keys(fields).length > 0) lists.set(fieldList(side, object), Object.keys(fields));
    }
    for (const table of mapping.tables) {
      const keys = table.options.b.map(({ key }) => key);
      if (keys.length > 0) lists.set(optionList(mapping, table), keys);
    }
  }
  return lists;
}

export const SNAPSHOT_FORMAT = 'dovetail mapping export 1';

/**
 * What the sheets said when they were written, so that an import can tell what a person changed in them from what was
 * changed in the integration file since.
 */
export function snapshotPage({ integration, mappings }: SheetContents): Page {
  const rows = mappings.flatMap(({ name, rows, tables }) => [
    ...rows.map(({ index, cells }) => ['row', name, placeText(index), ...EDITABLE.map((id) => cells[id])]),
    ...tables.flatMap(({ index, targets }) => [
      ['options', name, placeText(index)],
      ...[...targets].map((pair) => ['option', name, placeText(index), ...pair]),
    ]),
  ]);
  const all = [[SNAPSHOT_FORMAT, integration], ['kind', 'mapping', 'row', ...EDITABLE], ...rows];
  return hiddenPage(
    SNAPSHOT,
    all.map((texts) => texts.map((text) => cell(text, 'text'))),
  );
}

const placeText = (index: number | null): string => (index === null ? '' : String(index + 1));

function hiddenPage(name: string, rows: Page['rows']): Page {
  const frozen = { rows: 0, columns: 0 };
  return { name, rows, widths: [], frozen, merges: [], headings: null, statusColumn: null, hidden: true, tab: 'plain' };
}
