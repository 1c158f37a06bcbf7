import { otherSide, SIDES, type Side } from '../../record/side.ts';
import type { EditableId } from './columns.ts';
import { fieldCell, type RowCells, type SheetMapping } from './contents.ts';
import { type Scalar, scalarOf } from './scalar.ts';
import { conflictWords, directionWords, type SystemNames, understood, type Words } from './words.ts';

type KeyValue = Scalar | Record<string, Scalar>;

interface Scope {
  mapping: SheetMapping;
  names: SystemNames;
}

/** What the changed cells of a row are in the integration file, by key; undefined where the key is to go. */
export function pairKeys(
  cells: RowCells,
  changed: readonly EditableId[],
  scope: Scope,
): Record<string, KeyValue | undefined> {
  const { names } = scope;
  const keys: Record<string, KeyValue | undefined> = {};
  for (const id of changed) {
    if (id === 'fieldA' || id === 'fieldB') keys[names[id === 'fieldA' ? 'a' : 'b'].name] = textOrNothing(cells[id]);
    else if (id === 'toA' || id === 'toB')
      keys[`to_${names[id === 'toA' ? 'a' : 'b'].name}`] = textOrNothing(cells[id]);
    else if (id === 'defaultA' || id === 'defaultB') keys.default = defaultOf(cells, scope);
    else if (id === 'direction') keys.direction = fileWord(directionWords(names), cells.direction);
    else if (id === 'conflict') keys.conflict = fileWord(conflictWords(names), cells.conflict);
    else if (id === 'required') keys.required = cells.required === '' ? undefined : true;
    else if (id !== 'status') keys[id] = textOrNothing(cells[id]);
  }
  return keys;
}

const textOrNothing = (text: string): string | undefined => (text === '' ? undefined : text);

/** Nothing for what holds anyway. */
function fileWord(words: Words, text: string): string | undefined {
  const found = understood(words, text);
  return found.ok && found.value !== 'both' ? found.value : undefined;
}

/** All keys of a row that is new. */
export function pairRow(cells: RowCells, scope: Scope): Record<string, KeyValue> {
  const order: EditableId[] = [
    ...(['fieldA', 'fieldB', 'direction', 'toB', 'toA', 'reference', 'conflict', 'required'] as const),
    ...(['defaultA', 'note'] as const),
  ];
  const filled = order.filter((id) => cells[id] !== '' || (id === 'defaultA' && cells.defaultB !== ''));
  const row: Record<string, KeyValue> = {};
  for (const [key, value] of Object.entries(pairKeys(cells, filled, scope))) if (value !== undefined) row[key] = value;
  return row;
}

/** One value where both systems get the same, or only one is written; else one for each. */
function defaultOf(cells: RowCells, { mapping, names }: Scope): KeyValue | undefined {
  const given: Partial<Record<Side, Scalar>> = {};
  for (const side of SIDES) {
    const text = cells[side === 'a' ? 'defaultA' : 'defaultB'];
    if (text !== '') given[side] = scalarOf(text, mapping.sides[side].fields[cells[fieldCell(side)]]);
  }
  const { a, b } = given;
  if (a === undefined && b === undefined) return undefined;
  if (a !== undefined && b !== undefined && a === b) return a;
  const single = SIDES.find((side) => given[side] !== undefined && given[otherSide(side)] === undefined);
  if (single && isWrittenOnly(single, cells, names)) return given[single];
  return {
    ...(a === undefined ? {} : { [names.a.name]: a }),
    ...(b === undefined ? {} : { [names.b.name]: b }),
  };
}

function isWrittenOnly(side: Side, cells: RowCells, names: SystemNames): boolean {
  const direction = fileWord(directionWords(names), cells.direction);
  return direction === `${names[otherSide(side)].name} -> ${names[side].name}`;
}
