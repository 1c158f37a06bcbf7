import type { Side } from '../../record/side.ts';
import { EDITABLE } from './columns.ts';
import { EMPTY_CELLS, fieldCell, type RowCells, type SheetContents } from './contents.ts';
import type { Grid } from './grid.ts';
import { SNAPSHOT_FORMAT } from './hidden-pages.ts';
import { SNAPSHOT } from './names.ts';

/** What the rows of a mapping said when the sheets were written. */
export interface BaseRows {
  /** By the number of the row, from 0. */
  pairs: Map<number, RowCells>;
  /** Fields without a partner, by side and name. */
  singles: Map<string, RowCells>;
  /** What became of each option of the row, by the row's number. */
  options: Map<number, Map<string, string>>;
}

/** What all sheets said, by the name of the mapping. */
export type Base = Map<string, BaseRows>;

export const keyOfSingle = (side: Side, field: string): string => `${side}: ${field}`;

const nothing = (): BaseRows => ({ pairs: new Map(), singles: new Map(), options: new Map() });

/** What the sheets would say if they were written now. */
export function baseOf({ mappings }: SheetContents): Base {
  return new Map(
    mappings.map(({ name, rows, tables }) => {
      const base = nothing();
      for (const { index, cells } of rows) addRow(base, index, cells);
      for (const { index, targets } of tables) base.options.set(index, new Map(targets));
      return [name, base];
    }),
  );
}

function addRow(base: BaseRows, index: number | null, cells: RowCells): void {
  if (index !== null) {
    base.pairs.set(index, cells);
    return;
  }
  for (const side of ['a', 'b'] as const) {
    const field = cells[fieldCell(side)];
    if (field !== '') base.singles.set(keyOfSingle(side, field), cells);
  }
}

/** What the sheets said when they were written, as they hold it themselves; null where they do not. */
export function readSnapshot(grids: readonly Grid[]): Base | null {
  const grid = grids.find(({ name }) => name === SNAPSHOT);
  const rows = grid?.rows.map((row) => row.map(({ text }) => text)) ?? [];
  if (rows[0]?.[0] !== SNAPSHOT_FORMAT) return null;
  const ids = rows[1]?.slice(3) ?? [];
  const base: Base = new Map();
  for (const [kind, mapping = '', place = '', ...texts] of rows.slice(2)) {
    const known = base.get(mapping) ?? nothing();
    base.set(mapping, known);
    const index = place === '' ? null : Number(place) - 1;
    if (kind === 'row') addRow(known, index, cellsOf(ids, texts));
    else if (kind === 'options' && index !== null) known.options.set(index, new Map());
    else if (kind === 'option' && index !== null) known.options.get(index)?.set(texts[0] ?? '', texts[1] ?? '');
  }
  return base;
}

function cellsOf(ids: readonly string[], texts: readonly string[]): RowCells {
  const cells = { ...EMPTY_CELLS };
  for (const id of EDITABLE) cells[id] = texts[ids.indexOf(id)] ?? '';
  return cells;
}
